import { WickError, toWickError } from "./errors.ts";
import type { CallTable, Reply, Request } from "./protocol.ts";

/** The part of Worker that the client uses. */
export interface WorkerLike<Calls extends CallTable> {
  postMessage(message: Request<Calls>, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply<Calls>>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface CallOptions<Event> {
  signal?: AbortSignal | undefined;
  onEvent?: (event: Event) => void;
  /** Milliseconds, in the place of the client's own; Infinity kills no worker. */
  patience?: number;
  /** What of the input is handed over rather than copied. */
  transfer?: Transferable[];
}

export interface Client<Calls extends CallTable> {
  call<Name extends keyof Calls & string>(
    name: Name,
    input: Calls[Name]["input"],
    options?: CallOptions<Calls[Name]["event"]>,
  ): Promise<Calls[Name]["output"]>;
  /** Ends the worker at once; every open call fails with `killed`. */
  kill(why: string): void;
  readonly dead: boolean;
}

interface Open {
  resolve: (value: unknown) => void;
  reject: (error: WickError) => void;
  onEvent: ((event: unknown) => void) | undefined;
  settled: () => void;
}

/**
 * The window's side of the protocol. Aborting a call asks the worker to end it and waits for its reply, so that what
 * was done is kept; a worker that has not answered after `patience` milliseconds is killed. So is one that has crashed.
 */
export function createClient<Calls extends CallTable>(
  worker: WorkerLike<Calls>,
  patience = 4000,
): Client<Calls> {
  const open = new Map<number, Open>();
  let lastId = 0;
  let dead = false;

  function kill(why: string): void {
    if (dead) return;
    dead = true;
    worker.terminate();
    for (const entry of open.values()) {
      entry.settled();
      entry.reject(new WickError("killed", why));
    }
    open.clear();
  }

  worker.onmessage = ({ data: reply }) => {
    const entry = open.get(reply.id);
    if (!entry) return;
    if (reply.kind === "event") {
      entry.onEvent?.(reply.value);
      return;
    }
    open.delete(reply.id);
    entry.settled();
    if (reply.kind === "result") entry.resolve(reply.value);
    else entry.reject(new WickError(reply.error.code, reply.error.message));
    if (reply.kind === "error" && reply.error.code === "crashed")
      kill(reply.error.message);
  };
  worker.onerror = (event) =>
    kill(
      `The engine's worker failed: ${event.message || "it could not be started"}.`,
    );

  return {
    get dead() {
      return dead;
    },
    kill,
    call(name, input, options = {}) {
      const { signal, onEvent, transfer = [] } = options;
      if (dead)
        return Promise.reject(
          new WickError(
            "killed",
            "The engine was stopped. Load the model again.",
          ),
        );
      if (signal?.aborted)
        return Promise.reject(
          new WickError("cancelled", "Cancelled before it began."),
        );
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        let deadline: ReturnType<typeof setTimeout> | undefined;
        const cancel = () => {
          worker.postMessage({ id, call: "cancel" }, []);
          const limit = options.patience ?? patience;
          if (limit === Infinity) return; // which a timer takes for 0
          deadline = setTimeout(
            () => kill("The engine did not stop in time and was ended."),
            limit,
          );
        };
        signal?.addEventListener("abort", cancel, { once: true });
        open.set(id, {
          resolve: (value) => resolve(value as Calls[typeof name]["output"]),
          reject,
          onEvent: onEvent as ((event: unknown) => void) | undefined,
          settled: () => {
            clearTimeout(deadline);
            signal?.removeEventListener("abort", cancel);
          },
        });
        try {
          const request = { id, call: name, input } as Request<Calls>;
          worker.postMessage(request, transfer);
        } catch (reason) {
          open.get(id)?.settled();
          open.delete(id);
          reject(toWickError(reason));
        }
      });
    },
  };
}
