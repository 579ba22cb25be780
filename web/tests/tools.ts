import { expect } from "vitest";
import type { WorkerLike } from "../engine/client.ts";
import { WickError, type WickErrorCode } from "../engine/errors.ts";
import type { CallTable, Reply, Request } from "../engine/protocol.ts";
import { createServer, type Handlers } from "../engine/server.ts";

/** Waits until everything that is ready has run. */
export const settle = () => new Promise<void>((done) => setTimeout(done, 0));

/** A worker in this thread: messages are cloned and delivered later, as a real one's are. */
export function fakeWorker<Calls extends CallTable>(
  handlers: Handlers<Calls>,
  parallel = 1,
  prompt: (keyof Calls & string)[] = [],
): WorkerLike<Calls> & { ended: boolean } {
  const receive = createServer<Calls>({
    handlers,
    parallel,
    prompt,
    pause: settle,
    post: (reply) => {
      const data = structuredClone(reply) as Reply<Calls>;
      setTimeout(() => {
        if (!worker.ended) worker.onmessage?.({ data } as MessageEvent);
      });
    },
  });
  const worker: WorkerLike<Calls> & { ended: boolean } = {
    ended: false,
    onmessage: null,
    onerror: null,
    postMessage: (message: Request<Calls>, transfer: Transferable[]) => {
      const copy = structuredClone(message, { transfer }) as Request<Calls>;
      setTimeout(() => !worker.ended && receive(copy));
    },
    terminate: () => (worker.ended = true),
  };
  return worker;
}

/** The WickError that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<WickError> {
  const reason: unknown = await promise.then(
    () => expect.fail("expected a failure"),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(WickError);
  return reason as WickError;
}

export async function expectCode(
  promise: Promise<unknown>,
  code: WickErrorCode,
): Promise<void> {
  expect((await failureOf(promise)).code).toBe(code);
}
