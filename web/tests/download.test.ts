import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import {
  download,
  type DownloadPlan,
  type DownloadProgress,
  type Slot,
} from "../engine/download.ts";
import { failureOf } from "./tools.ts";

const content = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 31) % 251);
const kPart = 7000;

function memorySlot(start = new Uint8Array(0), room = Infinity) {
  let bytes = new Uint8Array(start);
  const slot: Slot = {
    getSize: () => bytes.length,
    read: (into, { at }) => {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    write: (part, { at }) => {
      if (at + part.length > room) return 0;
      const grown = new Uint8Array(Math.max(bytes.length, at + part.length));
      grown.set(bytes);
      grown.set(part, at);
      bytes = grown;
      return part.length;
    },
    truncate: (size) => (bytes = bytes.slice(0, size)),
    flush: () => undefined,
  };
  return Object.assign(slot, { bytes: () => bytes });
}

interface Server {
  ranges?: boolean;
  dropAt?: number;
  status?: number;
  body?: Uint8Array<ArrayBuffer>;
}

/** Serves `content` in parts; `asked` keeps the ranges. */
function fakeFetch(servers: Record<string, Server>, asked: string[] = []) {
  return ((url: string, { headers }: { headers?: { Range?: string } }) => {
    const server = servers[url];
    if (!server) return Promise.reject(new TypeError("Failed to fetch"));
    const { ranges = true, dropAt = Infinity, status, body = content } = server;
    asked.push(headers?.Range ?? "all");
    if (status) return Promise.resolve(new Response(null, { status }));
    const wanted = Number(/\d+/.exec(headers?.Range ?? "")?.[0] ?? 0);
    const from = ranges ? wanted : 0;
    let at = from;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= dropAt) controller.error(new TypeError("network error"));
        else if (at >= body.length) controller.close();
        else controller.enqueue(body.slice(at, (at += kPart)));
      },
    });
    const range = { "Content-Range": `bytes ${from}-${body.length - 1}/*` };
    return Promise.resolve(
      new Response(stream, from > 0 ? { status: 206, headers: range } : {}),
    );
  }) as unknown as typeof fetch;
}

const plan = (part: Partial<DownloadPlan> = {}): DownloadPlan => ({
  file: "small.gguf",
  urls: ["https://one.test/small"],
  size: content.length,
  sha256: createHash("sha256").update(content).digest("hex"),
  ...part,
});
const one = (server: Server) => ({ "https://one.test/small": server });

async function run(
  wanted: DownloadPlan,
  slot: Slot,
  fetchFrom: typeof fetch,
  signal = new AbortController().signal,
): Promise<DownloadProgress[]> {
  const seen: DownloadProgress[] = [];
  for await (const progress of download(wanted, slot, signal, fetchFrom))
    seen.push(progress);
  return seen;
}

test("a whole file arrives, is checked, and progress grows to its end", async () => {
  const slot = memorySlot();
  const seen = await run(plan(), slot, fakeFetch(one({})));
  expect(Buffer.compare(slot.bytes(), content)).toBe(0);
  expect(seen.map(({ done }) => done)).toEqual(
    seen.map((_, i) => Math.min((i + 1) * kPart, content.length)),
  );
});

test("a second try goes on where the first ended, and hashes what is kept", async () => {
  const slot = memorySlot();
  const lost = await failureOf(
    run(plan(), slot, fakeFetch(one({ dropAt: 3 * kPart }))),
  );
  expect(lost.code).toBe("network");
  expect(lost.message).toContain(`at ${3 * kPart} of ${content.length} bytes`);
  const asked: string[] = [];
  const seen = await run(plan(), slot, fakeFetch(one({}), asked));
  expect(asked).toEqual([`bytes=${3 * kPart}-`]);
  expect(seen[0]).toEqual({
    phase: "checking",
    done: 3 * kPart,
    total: content.length,
  });
  expect(Buffer.compare(slot.bytes(), content)).toBe(0);
});

test("a server without ranges sends the whole again", async () => {
  const slot = memorySlot(content.slice(0, 1234));
  await run(plan(), slot, fakeFetch(one({ ranges: false })));
  expect(Buffer.compare(slot.bytes(), content)).toBe(0);
});

test("the next address takes over in the middle", async () => {
  const slot = memorySlot();
  const asked: string[] = [];
  const servers = { a: { dropAt: 2 * kPart }, b: { status: 404 }, c: {} };
  const urls = ["gone", "a", "b", "c"];
  await run(plan({ urls }), slot, fakeFetch(servers, asked));
  expect(asked).toEqual(["all", `bytes=${2 * kPart}-`, `bytes=${2 * kPart}-`]);
  expect(Buffer.compare(slot.bytes(), content)).toBe(0);
});

test("a wrong checksum empties the slot and says what was found", async () => {
  const slot = memorySlot();
  const sha256 = "0".repeat(64);
  const error = await failureOf(
    run(plan({ sha256 }), slot, fakeFetch(one({}))),
  );
  expect(error.code).toBe("checksum");
  expect(error.message).toContain("expected 000000000000");
  expect(slot.getSize()).toBe(0);
});

test("a file that is longer than expected is refused", async () => {
  const slot = memorySlot();
  const size = content.length - 100;
  const error = await failureOf(run(plan({ size }), slot, fakeFetch(one({}))));
  expect(error.code).toBe("checksum");
  expect(slot.getSize()).toBe(0);
});

test("a file that is shorter than expected is kept and told", async () => {
  const slot = memorySlot();
  const size = content.length + 100;
  const error = await failureOf(run(plan({ size }), slot, fakeFetch(one({}))));
  expect(error.code).toBe("network");
  expect(slot.getSize()).toBe(content.length);
});

test("aborting keeps what has arrived", async () => {
  const slot = memorySlot();
  const controller = new AbortController();
  const steps = download(plan(), slot, controller.signal, fakeFetch(one({})));
  await steps.next();
  controller.abort();
  expect((await failureOf(steps.next())).code).toBe("cancelled");
  expect(slot.getSize()).toBe(kPart);
});

test("a full disk is told as such", async () => {
  const slot = memorySlot(new Uint8Array(0), 3 * kPart);
  const error = await failureOf(run(plan(), slot, fakeFetch(one({}))));
  expect(error.code).toBe("no_space");
  expect(slot.getSize()).toBe(3 * kPart);
});

test("without an address or a connection it says so", async () => {
  const none = await failureOf(run(plan({ urls: [] }), memorySlot(), fetch));
  expect(none.message).toContain("no address");
  const gone = await failureOf(run(plan(), memorySlot(), fakeFetch({})));
  expect(gone.message).toContain("one.test cannot be reached");
});

test("a server that sends another part than was asked for is not believed", async () => {
  const wrong = (() =>
    Promise.resolve(
      new Response(content.slice(0, 10), {
        status: 206,
        headers: { "Content-Range": "bytes 0-9/50000" },
      }),
    )) as unknown as typeof fetch;
  const slot = memorySlot(content.slice(0, 100));
  expect((await failureOf(run(plan(), slot, wrong))).code).toBe("network");
  expect(slot.getSize()).toBe(100);
});
