// What a page parses may be anything: no input may make it throw anything but a WickError.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkBench, threadsOfBench } from "../engine/bench.ts";
import { addressesOf, parseCatalog, parseServed } from "../engine/catalog.ts";
import { WickError } from "../engine/errors.ts";
import { fitOf } from "../engine/fit.ts";
import {
  findingsOf,
  parseResult,
  placeOf,
  toMarkdown as benchMarkdown,
} from "../pages/bench/report.ts";
import { wordsOf } from "../pages/bench/rows.ts";
import { toJson, toMarkdown } from "../pages/chat/export.ts";
import { fromJson } from "../pages/chat/import.ts";
import { optionsOf, parseSettings } from "../pages/chat/sampling.ts";
import {
  addTurn,
  createConversation,
  messagesTo,
  pathOf,
  removeTurn,
  versionsOf,
} from "../pages/chat/tree.ts";
import { parseRoute } from "../pages/router.ts";
import { randomOf } from "../engine/mock_tools.ts";

const kRounds = 1000;
const kStrange: unknown[] = [
  ...[null, true, "", "__proto__", "constructor", "../../etc", "a/b", "\ud800"],
  ...[0, -1, 0.5, 1e308, 2 ** 53, [], {}, [[]], { length: 5 }, "javascript:x"],
];

/** Replaces, removes, doubles or swaps some parts of a JSON value. */
function mutate(value: unknown, random: () => number, chance: number): unknown {
  const pick = () => kStrange[Math.trunc(random() * kStrange.length)];
  if (random() < chance) return pick();
  if (Array.isArray(value)) {
    const parts = value.map((part) => mutate(part, random, chance));
    if (random() < chance) parts.push(...parts);
    return parts;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).flatMap(([key, part]) => {
      if (random() < chance / 2) return [];
      const name = random() < chance / 2 ? String(pick()) : key;
      return [[name, mutate(part, random, chance)] as const];
    });
    return Object.fromEntries(entries);
  }
  return value;
}

/** Breaks the text itself. */
function damage(text: string, random: () => number): string {
  const at = Math.trunc(random() * text.length);
  const to = at + Math.trunc(random() * 8);
  return (
    text.slice(0, at) + '\0{["\ud800'[Math.trunc(random() * 5)] + text.slice(to)
  );
}

function eachMutation(sample: unknown, check: (json: unknown) => void): void {
  const random = randomOf(7);
  for (let round = 0; round < kRounds; round += 1) {
    const mutated = mutate(sample, random, 0.02 + 0.2 * random());
    try {
      check(mutated);
    } catch (reason) {
      if (reason instanceof WickError) continue;
      throw new Error(`by ${JSON.stringify(mutated)}`, { cause: reason });
    }
  }
}

const catalog: unknown = JSON.parse(
  readFileSync(new URL("../../models/catalog.json", import.meta.url), "utf8"),
);
const served = [
  { name: "a", file: "a.gguf", size: 5, sha256: "0".repeat(64) },
  { name: "b.gguf", file: "b.gguf", size: 7 },
];

test("the repository's own catalogue is read whole", () => {
  const entries = parseCatalog(catalog);
  const { models } = catalog as { models: unknown[] };
  expect(entries).toHaveLength(models.length);
  expect(entries[0]?.files[0]?.urls[0]).toMatch(/^https:/);
});

test("catalogues", () => {
  eachMutation(catalog, (json) => {
    for (const { files } of parseCatalog(json)) {
      for (const file of files) {
        expect(file.name).not.toMatch(/[/\\]|^\./);
        expect(file.size).toBeGreaterThan(0);
        const own = [{ ...file, file: file.name }];
        for (const url of addressesOf(file, own, "http://localhost/"))
          expect(new URL(url).protocol).toMatch(/^https?:$/);
        fitOf({ missing: 1, size: file.size, free: 1, bytesPerSecond: 0 });
      }
    }
  });
});

test("indexes of served files", () => {
  for (const sample of [served, { files: served }])
    eachMutation(sample, (json) => {
      for (const { file, size } of parseServed(json))
        expect(encodeURIComponent(file).length * size).toBeGreaterThan(0);
    });
});

const turns = [
  { id: "1", parent: null, role: "user", text: "Hello", created: 1 },
  { id: "2", parent: "1", role: "assistant", text: "Hi", created: 2 },
  { id: "3", parent: "1", role: "assistant", text: "Ho", created: 3 },
  { id: "4", parent: "3", role: "user", text: "Go on", created: 4 },
];
const conversation = {
  ...{ id: "c", title: "Hello", named: false, created: 1, updated: 4 },
  ...{ system: "", turns, chosen: { "": "1", "1": "2", "3": "4" } },
};

test("conversations from files", () => {
  let count = 0;
  const newId = () => `n${++count}`;
  const open = (text: string) => {
    const opened = fromJson(text, newId);
    const path = pathOf(opened);
    expect(path.length).toBeGreaterThan(0);
    for (const { id } of path) {
      expect(versionsOf(opened, id)).toContain(id);
      expect(messagesTo(opened, id).length).toBeGreaterThan(0);
    }
    toMarkdown(opened);
    expect(pathOf(fromJson(toJson(opened), newId))).toHaveLength(path.length);
    removeTurn(opened, path[0]?.id ?? "");
  };
  eachMutation(conversation, (json) => open(JSON.stringify(json)));
  const random = randomOf(11);
  eachMutation(null, () => open(damage(JSON.stringify(conversation), random)));
});

test("a title is made of any text", () => {
  eachMutation("x", (json) => {
    const turn = { id: "q", parent: null, role: "user" as const, created: 1 };
    addTurn(createConversation("c", "", 1), { ...turn, text: String(json) });
  });
});

test("settings and addresses", () => {
  const settings = { temperature: 0.5, top_k: 4, seed: 1, probabilities: true };
  const random = randomOf(3);
  eachMutation(settings, (json) => {
    for (const text of [JSON.stringify(json), damage("{}", random)]) {
      const { temperature, top_k } = optionsOf(parseSettings(text), () => 1);
      expect(temperature).toBeGreaterThanOrEqual(0);
      expect(top_k).toBeGreaterThanOrEqual(0);
    }
    parseRoute(`#/${String(json)}/%${String(json)}`);
  });
});

test("what is to be measured", () => {
  const options = { rows: ["gemm"], threads: 2, repetitions: 3, seconds: 0.1 };
  eachMutation(options, (json) => {
    const asked = Object(json) as typeof options;
    const { rows, repetitions, seconds } = checkBench(asked);
    expect(rows.join("")).toBeTypeOf("string");
    expect(repetitions * threadsOfBench(asked, 1, "relaxed")).toBeGreaterThan(
      0,
    );
    expect(seconds).toBeGreaterThanOrEqual(0);
  });
});

test("figures kept from before", () => {
  const name = "matmul/q4_0/gemv/t2";
  const row = { name, unit: "GB/s", min: 1, median: 2, max: 3 };
  const peaks = { fma_gflops: 50, int8_gops: 90, bf16_gflops: 9, read_gbs: 9 };
  const info = { device: "cpu", variant: "relaxed", threads: 2, peaks };
  const result = {
    ...{ date: 1, isolated: true, limits: ["slow"] },
    info: { ...info, rows: [name] },
    rows: [{ ...row, peak_fraction: 0.3 }, row],
  };
  const random = randomOf(5);
  expect(parseResult(JSON.stringify(result))).toEqual(result);
  eachMutation(result, (json) => {
    for (const text of [JSON.stringify(json), damage("{}", random)]) {
      const kept = parseResult(text);
      if (!kept) continue;
      expect([...placeOf(kept), ...findingsOf(kept)].join()).toContain(".");
      expect(benchMarkdown(kept)).toContain("| Name |");
    }
  });
  eachMutation(name, (json) =>
    expect(wordsOf(String(json)).full).toBeTypeOf("string"),
  );
});
