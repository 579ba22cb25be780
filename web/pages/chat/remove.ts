import { toWickError } from "../../engine/errors.ts";
import { toast } from "../../elements/toast.ts";
import type { ChatSession } from "./session.ts";

/** Deletes a conversation and offers to bring it back; `shown` is called once it is back. */
export async function removeWithUndo(
  session: ChatSession,
  { id, title }: { id: string; title: string },
  shown: () => void = () => undefined,
): Promise<void> {
  try {
    const undo = await session.remove(id);
    toast(`Deleted “${title}”`, () => void undo().then(shown));
  } catch (reason) {
    toast(`“${title}” was not deleted: ${toWickError(reason).message}`);
  }
}
