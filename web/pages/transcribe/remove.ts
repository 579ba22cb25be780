import { toWickError } from "../../engine/errors.ts";
import { toast } from "../../elements/toast.ts";
import type { TranscribeSession } from "./session.ts";

/** Deletes a recording and offers to bring it back. */
export async function removeWithUndo(
  session: TranscribeSession,
  { id, title }: { id: string; title: string },
): Promise<void> {
  try {
    const undo = await session.remove(id);
    toast(`Deleted “${title}”`, () => void undo());
  } catch (reason) {
    toast(`“${title}” was not deleted: ${toWickError(reason).message}`);
  }
}
