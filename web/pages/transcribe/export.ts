import type { TranscriptFormat } from "../../engine/types.ts";
import { textOf, type Recording } from "./recording.ts";

export type ExportFormat = TranscriptFormat | "json";

export const formats: readonly { id: ExportFormat; title: string }[] = [
  { id: "txt", title: "Plain text" },
  { id: "srt", title: "Subtitles, SubRip" },
  { id: "vtt", title: "Subtitles, WebVTT" },
  { id: "tsv", title: "Table with times" },
  { id: "json", title: "Words, times, probabilities" },
];

/** As `wick transcribe` writes it, with what it is of. */
export function toJson(recording: Recording): string {
  const { title, file, seconds, language, model, segments } = recording;
  const whole = {
    ...{ text: textOf(segments), language, title, file: file.name },
    ...{ seconds: Math.round(seconds * 1000) / 1000, model, segments },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
