import { errorData, WickError } from "./errors.ts";
import type { CallTable, Reply, Request } from "./protocol.ts";

/** One call in work. A handler looks at the signal after each yield and ends early when it is aborted. */
export interface Job {
  readonly signal: AbortSignal;
}

type Steps<Event, Output> =
  AsyncGenerator<Event, Output, void> | Generator<Event, Output, void>;

/**
 * A call that answers at once, or a generator: what that yields are events, each followed by a pause in which
 * messages are heard.
 */
export type Handler<Input, Event, Output> = (
  input: Input,
  job: Job,
) => Steps<Event, Output> | Promise<Output> | Output;

export type Handlers<Calls extends CallTable> = {
  [Name in keyof Calls]: Handler<
    Calls[Name]["input"],
    Calls[Name]["event"],
    Calls[Name]["output"]
  >;
};

export interface ServerOptions<Calls extends CallTable> {
  handlers: Handlers<Calls>;
  post: (reply: Reply<Calls>) => void;
  /** Resolves after the messages that are waiting have been delivered. */
  pause: () => Promise<void>;
  /** Calls that run at the same time; the others wait in order. */
  parallel?: number;
  /** Calls that never wait: they answer at once and disturb no other. */
  prompt?: (keyof Calls & string)[];
}

/** The worker's side of the protocol: a queue of calls, run step by step. Returns what to do with each message. */
export function createServer<Calls extends CallTable>(
  options: ServerOptions<Calls>,
): (request: Request<Calls>) => void {
  type Call = Exclude<Request<Calls>, { call: "cancel" }>;
  const { handlers, post, pause, parallel = 1, prompt = [] } = options;
  const jobs = new Map<number, AbortController>();
  const waiting: Call[] = [];
  let running = 0;

  async function run(call: Call): Promise<void> {
    const job = jobs.get(call.id) ?? new AbortController();
    try {
      const handler = handlers[call.call];
      if (!handler)
        throw new WickError(
          "bad_argument",
          `The worker knows no call '${call.call}'.`,
        );
      const steps = await handler(
        call.input as Calls[keyof Calls]["input"],
        job,
      );
      if (!isSteps(steps)) {
        post({ id: call.id, kind: "result", value: steps });
        return;
      }
      for (;;) {
        const step = await steps.next();
        if (step.done) {
          post({ id: call.id, kind: "result", value: step.value });
          return;
        }
        post({ id: call.id, kind: "event", value: step.value });
        await pause();
      }
    } catch (reason) {
      post({ id: call.id, kind: "error", error: errorData(reason) });
    } finally {
      jobs.delete(call.id);
      running -= 1;
      next();
    }
  }

  /** Answers the cancel of a call that has not begun, which may be long before its turn. */
  function refuse(call?: Call): void {
    if (!call) return;
    jobs.delete(call.id);
    const error = new WickError("cancelled", "Cancelled before it began.");
    post({ id: call.id, kind: "error", error: errorData(error) });
  }

  function next(): void {
    while (running < parallel) {
      const call = waiting.shift();
      if (!call) return;
      running += 1;
      void run(call);
    }
  }

  return (request) => {
    if (request.call === "cancel") {
      jobs.get(request.id)?.abort();
      const at = waiting.findIndex(({ id }) => id === request.id);
      if (at >= 0) refuse(...waiting.splice(at, 1));
      return;
    }
    jobs.set(request.id, new AbortController());
    const call = request as Call;
    if (prompt.includes(call.call)) {
      running += 1;
      void run(call);
      return;
    }
    waiting.push(call);
    next();
  };
}

function isSteps<Event, Output>(
  value: Steps<Event, Output> | Output,
): value is Steps<Event, Output> {
  return typeof value === "object" && value !== null && "next" in value;
}

/** A pause that lets a worker hear its messages: a turn of the event loop without the clamp of setTimeout. */
export function createPause(): () => Promise<void> {
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(0);
    });
}
