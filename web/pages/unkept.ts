import { toWickError } from "../engine/errors.ts";

/** Why the browser's store refused something; `advice` is what makes room for it. */
export function whyUnkept(reason: unknown, advice: string): string {
  const full =
    reason instanceof DOMException && reason.name === "QuotaExceededError";
  const why = full
    ? "this page's storage is full"
    : `the browser's storage failed (${toWickError(reason).message})`;
  return `Not kept: ${why}. ${advice}`;
}
