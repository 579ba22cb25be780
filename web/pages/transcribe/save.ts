import { toWickError } from "../../engine/errors.ts";
import { toast } from "../../elements/toast.ts";
import { fileNameOf } from "../chat/export.ts";
import type { SpeechRoom } from "../engine_room.ts";
import { saveFile } from "../files.ts";
import { toJson, type ExportFormat } from "./export.ts";
import type { Recording } from "./recording.ts";

/** Hands a transcript to the browser's downloads. The engine writes all formats but JSON, as the terminal's program does. */
export async function saveTranscript(
  recording: Recording,
  format: ExportFormat,
  room: SpeechRoom,
): Promise<void> {
  try {
    const text =
      format === "json"
        ? toJson(recording)
        : await (
            await room.ensure()
          ).exportTranscript(recording.segments, format);
    saveFile(fileNameOf(recording, format), text);
  } catch (reason) {
    toast(`Not exported: ${toWickError(reason).message}`);
  }
}
