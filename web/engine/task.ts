import { WickError } from "./errors.ts";

/** What a model is for. */
export type Task = "chat" | "speech" | "segment";

/** A model was opened for what it cannot do. */
export function wrongTask(name: string, found: Task): WickError {
  const words = {
    chat: "a language model, made to chat and nothing else",
    speech: "a Whisper model, made to transcribe speech and nothing else",
    segment:
      "a Segment Anything model, made to segment pictures and nothing else",
  };
  return new WickError("bad_file", `${name}: ${words[found]}.`);
}
