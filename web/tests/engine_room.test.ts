import { beforeAll, expect, test, vi } from "vitest";
import { WickError } from "../engine/errors.ts";
import type { EngineCalls } from "../engine/protocol.ts";
import type { Handlers } from "../engine/server.ts";
import type { ModelInfo } from "../engine/types.ts";
import { createEngineRoom } from "../pages/engine_room.ts";
import { observable } from "../pages/observable.ts";
import type { Shelf } from "../pages/shelf.ts";
import { expectCode, fakeWorker } from "./tools.ts";

beforeAll(() => vi.stubGlobal("document", { baseURI: "http://localhost/" }));

/** Accepts files that begin with GGUF; one that goes on with "broken" fails after its header. */
const handlers: Pick<Handlers<EngineCalls>, "start" | "loadChat"> = {
  start: () => ({ threads: 1 }),
  async *loadChat({ files: [model] }, job) {
    const { file, name } = model ?? { file: new Blob(), name: "" };
    const text = await file.text();
    if (!text.startsWith("GGUF"))
      throw new WickError("bad_file", `${name}: no model.`);
    for (let done = 0; done < 50; done += 1) {
      yield { done, total: 50 };
      if (job.signal.aborted) throw new WickError("cancelled", "Cancelled.");
      if (text === "GGUF broken" && done === 3)
        throw new WickError("bad_file", `${name}: cut short.`);
    }
    return { name, file_bytes: file.size } as ModelInfo;
  },
};

const shelf = {
  state: observable({ known: true, items: [] }),
} as unknown as Shelf;
const room = () =>
  createEngineRoom(shelf, {
    createWorker: () => fakeWorker(handlers as Handlers<EngineCalls>),
  });
const file = (name: string, text = "GGUF") => ({
  kind: "file" as const,
  files: [new File([text], name)],
});

test("a file that is no model leaves the one that is loaded", async () => {
  const engine = room();
  const model = await engine.use(file("mine.gguf"));
  await expectCode(engine.use(file("notes.txt", "Dear diary")), "bad_file");
  expect(engine.state.value).toMatchObject({
    ...{ phase: "ready", title: "mine" },
    problem: "notes.txt: no model.",
  });
  expect(await engine.ensure()).toBe(model);
});

test("after a model that breaks off, the one from before is loaded again", async () => {
  const engine = room();
  await engine.use(file("mine.gguf"));
  await expectCode(engine.use(file("cut.gguf", "GGUF broken")), "bad_file");
  expect(engine.state.value.model).toBeNull();
  expect((await engine.ensure()).info.name).toBe("mine.gguf");
});

test("who gives up waiting leaves the load to the next one, and it can be cancelled", async () => {
  const engine = room();
  const load = engine.use(file("mine.gguf"));
  const controller = new AbortController();
  const waits = engine.ensure(controller.signal);
  setTimeout(() => controller.abort(), 20);
  await expectCode(waits, "cancelled");
  expect(engine.state.value.phase).toBe("loading");
  engine.cancelLoad();
  await expectCode(load, "cancelled");
  expect(engine.state.value).toMatchObject({ phase: "off", problem: "" });
});
