import type { Core } from "./core.ts";
import { WickError } from "./errors.ts";
import { createHandlers, kPromptCalls } from "./handlers.ts";
import type { EngineCalls, Reply, Request } from "./protocol.ts";
import { createPause, createServer } from "./server.ts";
import { createWasmCore } from "./wasm_core.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (reply: Reply<EngineCalls>) => scope.postMessage(reply);

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
  prompt: kPromptCalls,
  handlers: createHandlers(createCore),
});

scope.onmessage = ({ data }: MessageEvent<Request<EngineCalls>>) =>
  receive(data);
