import type { Core } from "./core.ts";
import { toWickError, WickError } from "./errors.ts";
import type { EngineCalls, Reply, Request } from "./protocol.ts";
import { createPause, createServer } from "./server.ts";
import { createWasmCore } from "./wasm_core.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (reply: Reply<EngineCalls>) => scope.postMessage(reply);
let core: Core | null = null;

function started(): Core {
  if (!core)
    throw new WickError("bad_argument", "The engine has not been started.");
  return core;
}

async function createCore(input: EngineCalls["start"]["input"]): Promise<Core> {
  const reader = new FileReaderSync();
  const read = (file: Blob, from: number, to: number) =>
    new Uint8Array(reader.readAsArrayBuffer(file.slice(from, to)));
  if (input.core === "wasm")
    return createWasmCore(input.variant, input.threads, input.base, read);
  if (!import.meta.env.VITE_MOCK)
    throw new WickError("unsupported", "This build has no mock engine.");
  const { createMockCore } = await import("./mock_core.ts");
  return createMockCore(read);
}

const receive = createServer<EngineCalls>({
  post,
  pause: createPause(),
  handlers: {
    async start(input) {
      core = await createCore(input);
      return { threads: core.threads };
    },
    *load({ file, name, options }, job) {
      const current = started();
      current.loadBegin(file, name, options); // or throws, and the model that was loaded stays
      try {
        yield { done: 0, total: file.size };
        if (job.signal.aborted)
          throw new WickError("cancelled", `${name}: loading was cancelled.`);
        for (;;) {
          const progress = current.loadStep();
          if (progress.done >= progress.total) return current.info();
          yield progress;
          if (job.signal.aborted)
            throw new WickError("cancelled", `${name}: loading was cancelled.`);
        }
      } catch (reason) {
        const error = toWickError(reason);
        if (error.code !== "crashed") current.unload();
        throw error;
      }
    },
    unload() {
      started().unload();
      return null;
    },
    count({ text }) {
      return started().countTokens(text);
    },
    *send(request, job) {
      const current = started();
      current.chatBegin(request);
      for (;;) {
        const { state, ...piece } = current.chatStep();
        yield piece;
        if (state === "done") return current.chatStats();
        if (job.signal.aborted) {
          current.chatStop();
          return current.chatStats();
        }
      }
    },
    *bench(options, job) {
      const current = started();
      try {
        yield { kind: "info", info: current.benchBegin(options) };
        while (!job.signal.aborted) {
          const row = current.benchStep();
          if (!row) return null;
          yield { kind: "row", row };
        }
        throw new WickError("cancelled", "Measuring was cancelled.");
      } finally {
        current.benchEnd();
      }
    },
  },
});

scope.onmessage = ({ data }: MessageEvent<Request<EngineCalls>>) =>
  receive(data);
