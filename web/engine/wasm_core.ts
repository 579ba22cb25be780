import type { Core } from "./core.ts";
import { WickError } from "./errors.ts";
import type { Variant } from "./types.ts";

/**
 * Starts the module at `base`/core/`variant`/core.js and returns it as a Core.
 * Files stay Blobs: the module reads them by slices, synchronously, in the worker's own thread.
 */
export async function createWasmCore(
  variant: Variant,
  threads: number,
  base: string,
): Promise<Core> {
  const url = new URL(`core/${variant}/core.js`, base).href;
  const found = await fetch(url, { method: "HEAD" });
  if (!found.ok)
    throw new WickError(
      "not_found",
      `The engine module is missing: ${url} (${found.status}). Build it first.`,
    );
  void threads;
  throw new WickError(
    "unsupported",
    "This build has no module behind its engine yet.",
  );
}
