import { createSHA256 } from "hash-wasm";
import { WickError } from "./errors.ts";

/** A file being written: OPFS's sync access handle in a worker, memory in tests. */
export interface Slot {
  getSize(): number;
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
}

export interface DownloadPlan {
  file: string;
  /** Tried in order. */
  urls: string[];
  /** Bytes, as the catalogue says. */
  size: number;
  /** Lower-case hex; where none is known the file is kept unverified. */
  sha256?: string | undefined;
}

export interface DownloadProgress {
  /** `checking` reads again what an earlier try left, `fetching` brings the rest. */
  phase: "checking" | "fetching";
  done: number;
  total: number;
}

type Sha = Awaited<ReturnType<typeof createSHA256>>;
const kCheckBytes = 4 << 20;

/**
 * Brings a file into a slot: goes on where an earlier try ended, hashes while it writes, and leaves what has arrived
 * when the signal is aborted. Throws WickError: network, checksum (the slot is emptied), no_space, cancelled.
 */
export async function* download(
  plan: DownloadPlan,
  slot: Slot,
  signal: AbortSignal,
  fetchFrom: typeof fetch = fetch,
): AsyncGenerator<DownloadProgress, void, void> {
  const sha = await createSHA256();
  if (slot.getSize() > plan.size) slot.truncate(0);
  yield* hashKept(plan, slot, sha, signal);

  let failure = new WickError(
    "network",
    `${plan.file}: there is no address to fetch it from.`,
  );
  for (const url of plan.urls) {
    if (slot.getSize() === plan.size) break;
    try {
      yield* fetchRest(plan, url, slot, sha, signal, fetchFrom);
    } catch (reason) {
      if (!(reason instanceof WickError) || reason.code !== "network")
        throw reason;
      failure = reason;
    }
  }
  if (slot.getSize() !== plan.size) throw failure;
  const found = sha.digest("hex");
  if (plan.sha256 && found !== plan.sha256) {
    slot.truncate(0);
    const ends = (hex: string) => `${hex.slice(0, 12)}…`;
    throw new WickError(
      "checksum",
      `${plan.file}: sha256 is ${ends(found)}, expected ${ends(plan.sha256)}. Fetch it again.`,
    );
  }
}

async function* hashKept(
  plan: DownloadPlan,
  slot: Slot,
  sha: Sha,
  signal: AbortSignal,
): AsyncGenerator<DownloadProgress> {
  const kept = slot.getSize();
  const part = new Uint8Array(Math.min(kCheckBytes, kept));
  for (let at = 0; at < kept;) {
    throwIfAborted(plan, signal);
    const got = slot.read(part.subarray(0, Math.min(part.length, kept - at)), {
      at,
    });
    if (got === 0)
      throw new WickError(
        "bad_file",
        `${plan.file}: the stored part ends at ${at} of ${kept} bytes.`,
      );
    sha.update(part.subarray(0, got));
    at += got;
    yield { phase: "checking", done: at, total: plan.size };
  }
}

async function* fetchRest(
  plan: DownloadPlan,
  url: string,
  slot: Slot,
  sha: Sha,
  signal: AbortSignal,
  fetchFrom: typeof fetch,
): AsyncGenerator<DownloadProgress> {
  const response = await request(plan, url, slot.getSize(), signal, fetchFrom);
  if (response.status === 200 && slot.getSize() > 0) {
    slot.truncate(0); // the server sends the whole again
    sha.init();
  }
  const reader = response.body?.getReader();
  if (!reader)
    throw new WickError(
      "network",
      `${plan.file}: the server's answer has no content.`,
    );
  try {
    for (;;) {
      const { done, value } = await nextPart(
        plan,
        reader,
        slot.getSize(),
        signal,
      );
      if (done) break;
      const at = slot.getSize();
      if (at + value.length > plan.size) {
        slot.truncate(0);
        sha.init();
        throw new WickError(
          "checksum",
          `${plan.file}: longer than the ${plan.size} bytes expected.`,
        );
      }
      if (slot.write(value, { at }) !== value.length) throw noSpace(plan);
      sha.update(value);
      yield { phase: "fetching", done: at + value.length, total: plan.size };
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    slot.flush();
  }
  if (slot.getSize() < plan.size) throw lost(plan, slot.getSize());
}

async function request(
  plan: DownloadPlan,
  url: string,
  from: number,
  signal: AbortSignal,
  fetchFrom: typeof fetch,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetchFrom(url, {
      signal,
      ...(from > 0 && { headers: { Range: `bytes=${from}-` } }),
    });
  } catch {
    throwIfAborted(plan, signal);
    throw new WickError(
      "network",
      `${plan.file}: ${hostOf(url)} cannot be reached. What has arrived is kept.`,
    );
  }
  if (response.status === 206 && startOf(response) !== from) {
    throw new WickError(
      "network",
      `${plan.file}: ${hostOf(url)} sent another part of the file than was asked for.`,
    );
  }
  if (response.status !== 200 && response.status !== 206) {
    throw new WickError(
      "network",
      `${plan.file}: ${hostOf(url)} answered ${response.status}.`,
    );
  }
  return response;
}

async function nextPart(
  plan: DownloadPlan,
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  at: number,
  signal: AbortSignal,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  throwIfAborted(plan, signal);
  try {
    return await reader.read();
  } catch {
    throwIfAborted(plan, signal);
    throw lost(plan, at);
  }
}

function startOf(response: Response): number {
  const range = response.headers.get("Content-Range");
  return Number(/^bytes (\d+)-/.exec(range ?? "")?.[1] ?? Number.NaN);
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

function lost(plan: DownloadPlan, at: number): WickError {
  return new WickError(
    "network",
    `${plan.file}: the connection was lost at ${at} of ${plan.size} bytes. What has arrived is kept.`,
  );
}

function noSpace(plan: DownloadPlan): WickError {
  return new WickError(
    "no_space",
    `${plan.file}: the browser has no room left for it. Remove a model and resume.`,
  );
}

function throwIfAborted(plan: DownloadPlan, signal: AbortSignal): void {
  if (signal.aborted) throw new WickError("cancelled", `${plan.file}: paused.`);
}
