import { WickError, type WickErrorCode } from "./errors.ts";
import type { Module } from "./wasm_module.ts";

const kLessModel =
  "The tab can get no more: choose a smaller model or a smaller context.";
export const kLessElse =
  "The tab can get no more: close other tabs and try again.";

export function engineFacts(
  module: Module,
  engine: number,
): { threads: number; memory_bytes: number } {
  const length = checked(module, module._wick_engine_info(engine));
  return JSON.parse(module.lastText(length)) as ReturnType<typeof engineFacts>;
}

/** JSON without halves of surrogate pairs, which JSON.stringify would write as escapes that are no Unicode. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" ? part.replace(/\p{Surrogate}/gu, "\ufffd") : part,
  );
}

export function checked(module: Module, result: number): number {
  if (result < 0) throw failure(module, "bad_argument");
  return result;
}

/** Why the last call failed, with the file it is about; `ofInput` is the code where what was given is to blame. */
export function failure(
  module: Module,
  ofInput: WickErrorCode,
  file = "",
  advice = kLessModel,
): WickError {
  const codes: WickErrorCode[] = [
    ofInput,
    "no_memory",
    "bad_file",
    "cancelled",
  ];
  const code = codes[module._wick_error_kind()] ?? "internal";
  const words = module.text(module._wick_error_message()).replace(/\.$/, "");
  const end = code === "no_memory" ? ` ${advice}` : "";
  const where = words.startsWith(file) ? "" : `${file}: `;
  return new WickError(code, `${where}${words}.${end}`);
}
