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
    const text = await textAs(recording, format, room);
    saveFile(fileNameOf(recording, format), text);
  } catch (reason) {
    toast(`Not exported: ${toWickError(reason).message}`);
  }
}

async function textAs(
  recording: Recording,
  format: ExportFormat,
  room: SpeechRoom,
): Promise<string> {
  if (format === "json") return toJson(recording);
  const engine = await room.engine();
  return engine.exportTranscript(recording.segments, format);
}
