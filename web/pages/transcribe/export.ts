import type { TranscriptFormat } from "../../engine/types.ts";
import type { Recording } from "./recording.ts";

export const formats: readonly { id: TranscriptFormat; title: string }[] = [
  { id: "txt", title: "Plain text" },
  { id: "srt", title: "Subtitles, SubRip" },
  { id: "vtt", title: "Subtitles, WebVTT" },
  { id: "tsv", title: "Table with times" },
  { id: "json", title: "Words, times, probabilities" },
];

/** The engine's JSON of a recording's text, with what it is of. */
export function withSource(json: string, recording: Recording): string {
  const { title, file, seconds, model } = recording;
  const { segments, ...head } = JSON.parse(json) as { segments: unknown[] };
  const whole = {
    ...head,
    title,
    file: file.name,
    seconds: Math.round(seconds * 1000) / 1000,
    model,
    segments,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
