/** What went wrong, for a program: the codes that a caller may want to tell apart. */
export type WickErrorCode =
  | "bad_argument"
  | "bad_file"
  | "unsupported"
  | "no_memory"
  | "no_space"
  | "context_full"
  | "network"
  | "checksum"
  | "not_found"
  | "cancelled"
  | "killed"
  | "crashed"
  | "internal";

/** The one error type of the engine. `message` is one plain sentence that a person can act on. */
export class WickError extends Error {
  override readonly name = "WickError";
  readonly code: WickErrorCode;

  constructor(code: WickErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error in the form that crosses a worker boundary. */
export interface ErrorData {
  code: WickErrorCode;
  message: string;
}

export function errorData(reason: unknown): ErrorData {
  const error = toWickError(reason);
  return { code: error.code, message: error.message };
}

/** Gives every thrown value a code; browser errors keep their own words. */
export function toWickError(reason: unknown): WickError {
  if (reason instanceof WickError) return reason;
  if (reason instanceof Error && isTrap(reason))
    return new WickError(
      "crashed",
      `The engine broke off: ${reason.message || reason.name}. It will start afresh; load the model again.`,
    );
  if (reason instanceof Error)
    return new WickError(
      codeOfBrowserError(reason),
      reason.message || reason.name,
    );
  return new WickError("internal", String(reason));
}

/** Whether WebAssembly stopped in the middle of its work, after which its memory cannot be trusted. */
function isTrap(error: Error): boolean {
  if (error.name === "RuntimeError") return true; // a trap, or Emscripten's abort()
  return /call stack|too much recursion/i.test(error.message);
}

function codeOfBrowserError(error: Error): WickErrorCode {
  switch (error.name) {
    case "AbortError":
      return "cancelled";
    case "QuotaExceededError":
      return "no_space";
    case "NotFoundError":
      return "not_found";
    case "NotReadableError":
      return "bad_file";
    case "RangeError":
      return "no_memory";
    default:
      return "internal";
  }
}
