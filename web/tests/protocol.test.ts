import { describe, expect, test, vi } from "vitest";
import { createClient } from "../engine/client.ts";
import { WickError } from "../engine/errors.ts";
import type { Handlers } from "../engine/server.ts";
import { expectCode, failureOf, fakeWorker, settle } from "./tools.ts";

type Calls = {
  add: { input: [number, number]; event: never; output: number };
  count: { input: number; event: number; output: string };
  fail: { input: string; event: never; output: null };
  hang: { input: null; event: never; output: null };
};

const handlers: Handlers<Calls> = {
  add: ([a, b]) => a + b,
  *count(limit, job) {
    for (let i = 1; i <= limit; i += 1) {
      if (job.signal.aborted) return `stopped at ${i}`;
      yield i;
    }
    return "done";
  },
  fail: (kind) => {
    if (kind === "trap") throw new WebAssembly.RuntimeError("unreachable");
    throw new WickError("bad_file", "model.gguf: it is no model.");
  },
  hang: () => new Promise<null>(() => undefined),
};
const start = (patience?: number) => {
  const worker = fakeWorker<Calls>(handlers);
  return { worker, client: createClient<Calls>(worker, patience) };
};

describe("client and server", () => {
  test("a call answers with its result", async () => {
    expect(await start().client.call("add", [2, 3])).toBe(5);
  });

  test("events come in order before the result", async () => {
    const events: number[] = [];
    const result = await start().client.call("count", 4, {
      onEvent: (event) => events.push(event),
    });
    expect(events).toEqual([1, 2, 3, 4]);
    expect(result).toBe("done");
  });

  test("an error keeps its code and words", async () => {
    const { client } = start();
    const error = await failureOf(client.call("fail", "file"));
    expect(error.code).toBe("bad_file");
    expect(error.message).toBe("model.gguf: it is no model.");
    expect(client.dead).toBe(false);
    expect(await client.call("add", [1, 1])).toBe(2);
  });

  test("calls wait for each other, in order", async () => {
    const { client } = start();
    const order: string[] = [];
    await Promise.all([
      client.call("count", 5).then(() => order.push("count")),
      client.call("add", [1, 2]).then(() => order.push("add")),
    ]);
    expect(order).toEqual(["count", "add"]);
  });

  test("aborting ends a running call with what was done", async () => {
    const controller = new AbortController();
    const result = start().client.call("count", 1000, {
      signal: controller.signal,
      onEvent: (event) => event === 3 && controller.abort(),
    });
    expect(await result).toMatch(/^stopped at \d+$/);
  });

  test("a call cancelled while it waits never begins", async () => {
    const { client } = start();
    const controller = new AbortController();
    const first = client.call("count", 20);
    const second = client.call("count", 20, { signal: controller.signal });
    controller.abort();
    await expectCode(second, "cancelled");
    expect(await first).toBe("done");
  });

  test("and its cancel is answered before its turn", async () => {
    const { client } = start();
    const controller = new AbortController();
    const order: string[] = [];
    const first = client.call("count", 20).then(() => order.push("first"));
    const second = client.call("add", [1, 2], { signal: controller.signal });
    setTimeout(() => controller.abort(), 1);
    await expectCode(second, "cancelled");
    order.push("second");
    await first;
    expect(order).toEqual(["second", "first"]);
    expect(await client.call("add", [1, 2])).toBe(3);
  });

  test("an aborted signal sends nothing", async () => {
    const signal = AbortSignal.abort();
    await expectCode(
      start().client.call("add", [1, 2], { signal }),
      "cancelled",
    );
  });

  test("killing rejects all that is open, and all that comes", async () => {
    const { client, worker } = start();
    const open = [client.call("hang", null), client.call("add", [1, 2])];
    client.kill("Stopped.");
    for (const call of open) await expectCode(call, "killed");
    await expectCode(client.call("add", [1, 2]), "killed");
    expect(worker.ended).toBe(true);
  });

  test("a worker that does not answer a cancel is killed", async () => {
    vi.useFakeTimers();
    try {
      const { client } = start(4000);
      const controller = new AbortController();
      const hung = failureOf(
        client.call("hang", null, { signal: controller.signal }),
      );
      controller.abort();
      await vi.advanceTimersByTimeAsync(3900);
      expect(client.dead).toBe(false);
      await vi.advanceTimersByTimeAsync(200);
      expect((await hung).code).toBe("killed");
      expect(client.dead).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test("but not where the call is patient without end", async () => {
    vi.useFakeTimers();
    try {
      const { client } = start(4000);
      const controller = new AbortController();
      void client.call("hang", null, {
        signal: controller.signal,
        patience: Infinity,
      });
      controller.abort();
      await vi.advanceTimersByTimeAsync(1e8);
      expect(client.dead).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a trap of the module ends its worker", async () => {
    const { client, worker } = start();
    const waiting = client.call("fail", "trap");
    const next = client.call("hang", null);
    const error = await failureOf(waiting);
    expect(error.code).toBe("crashed");
    expect(error.message).toContain("unreachable");
    await expectCode(next, "killed");
    expect(worker.ended).toBe(true);
  });

  test("a worker that cannot start fails its calls", async () => {
    const { client, worker } = start();
    const call = client.call("hang", null);
    worker.onerror?.({ message: "script not found" } as ErrorEvent);
    expect((await failureOf(call)).message).toContain("script not found");
  });

  test("an unknown call is refused", async () => {
    const { client } = start();
    await expectCode(client.call("nothing" as "hang", null), "bad_argument");
  });

  test("what cannot be sent is refused without harm", async () => {
    const { client } = start();
    const input = (() => 1) as unknown as [number, number];
    await failureOf(client.call("add", input));
    await settle();
    expect(await client.call("add", [4, 4])).toBe(8);
  });
});
