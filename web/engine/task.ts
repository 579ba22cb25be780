import { WickError } from "./errors.ts";

/** What a model is for. */
export type Task = "chat" | "speech";

/** A model was opened for what it cannot do. */
export function wrongTask(name: string, found: Task): WickError {
  const words = {
    chat: "a language model, made to chat: it cannot transcribe speech",
    speech: "a Whisper model, made to transcribe speech: it cannot chat",
  };
  return new WickError("bad_file", `${name}: ${words[found]}.`);
}
