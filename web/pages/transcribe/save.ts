import { toWickError } from "../../engine/errors.ts";
import type { TranscriptFormat } from "../../engine/types.ts";
import { toast } from "../../elements/toast.ts";
import { fileNameOf } from "../chat/export.ts";
import type { SpeechRoom } from "../engine_room.ts";
import { saveFile } from "../files.ts";
import { withSource } from "./export.ts";
import type { Recording } from "./recording.ts";

/** Hands a transcript to the browser's downloads. The engine writes every format, as the terminal's program does. */
export async function saveTranscript(
  recording: Recording,
  format: TranscriptFormat,
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
  format: TranscriptFormat,
  room: SpeechRoom,
): Promise<string> {
  const engine = await room.engine();
  const { segments, language } = recording;
  const text = await engine.exportTranscript(
    segments,
    format,
    language ?? undefined,
  );
  return format === "json" ? withSource(text, recording) : text;
}
