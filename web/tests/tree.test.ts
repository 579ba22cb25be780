import { expect, test } from "vitest";
import { toJson, toMarkdown, fileNameOf } from "../pages/chat/export.ts";
import { fromJson } from "../pages/chat/import.ts";
import {
  addTurn,
  changeTurn,
  createConversation,
  messagesTo,
  pathOf,
  removeTurn,
  stepVersion,
  titleOf,
  versionsOf,
  type Conversation,
  type Turn,
} from "../pages/chat/tree.ts";

const turn = (id: string, parent: string | null, created: number): Turn => ({
  id,
  parent,
  role: id.startsWith("q") ? "user" : "assistant",
  text: `text of ${id}`,
  created,
});
const grow = (...turns: Turn[]) =>
  turns.reduce(addTurn, createConversation("c", "Be brief.", 1));
/** q1 - a1 - q2 - a2, and a second version b1 of the first answer. */
const sample = () =>
  grow(
    turn("q1", null, 1),
    turn("a1", "q1", 2),
    turn("q2", "a1", 3),
    turn("a2", "q2", 4),
    turn("b1", "q1", 5),
  );
const ids = (conversation: Conversation) =>
  pathOf(conversation).map(({ id }) => id);

test("the newest version shows; the others stay a step away", () => {
  const conversation = sample();
  expect(ids(conversation)).toEqual(["q1", "b1"]);
  expect(versionsOf(conversation, "b1")).toEqual(["a1", "b1"]);
  const back = stepVersion(conversation, "b1", -1);
  expect(ids(back)).toEqual(["q1", "a1", "q2", "a2"]);
  expect(ids(stepVersion(back, "a1", -1))).toEqual(ids(back));
});

test("messages lead from the system prompt to the turn", () => {
  expect(messagesTo(sample(), "q2")).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "text of q1" },
    { role: "assistant", content: "text of a1" },
    { role: "user", content: "text of q2" },
  ]);
  const bare = { ...sample(), system: "  " };
  expect(messagesTo(bare, "q1")).toHaveLength(1);
});

test("removing a turn removes what follows and shows a neighbour", () => {
  const left = removeTurn(stepVersion(sample(), "b1", -1), "a1");
  expect(Object.keys(left.turns).sort()).toEqual(["b1", "q1"]);
  expect(ids(left)).toEqual(["q1", "b1"]);
});

test("functions leave what they are given as it was", () => {
  const before = sample();
  const copy = structuredClone(before);
  removeTurn(
    changeTurn(stepVersion(before, "b1", -1), "a1", { text: "" }),
    "q1",
  );
  expect(before).toEqual(copy);
});

test("the title is the first line, cut at a word", () => {
  expect(titleOf("\n Hello there\nsecond")).toBe("Hello there");
  const long = "a sentence that is much too long to stand in a list of titles";
  expect(titleOf(long)).toBe("a sentence that is much too long to stand in a…");
  expect(titleOf("  ")).toBe("New conversation");
});

test("a saved conversation opens as the same tree under new ids", () => {
  let count = 0;
  const opened = fromJson(toJson(sample()), () => `n${++count}`);
  expect(pathOf(opened).map(({ text }) => text)).toEqual([
    "text of q1",
    "text of b1",
  ]);
  expect(Object.keys(opened.turns)).toHaveLength(5);
  expect(opened.system).toBe("Be brief.");
  expect(Object.keys(opened.turns).every((id) => id.startsWith("n"))).toBe(
    true,
  );
  const shown = pathOf(opened).at(-1)?.id ?? "";
  expect(pathOf(stepVersion(opened, shown, -1))).toHaveLength(4);
});

test("loops, orphans and doubles in a file are left out", () => {
  const turns = [
    turn("q1", null, 1),
    { ...turn("a1", "q1", 2), text: "kept" },
    { ...turn("a1", "q1", 3), text: "double" },
    turn("q8", "a9", 4),
    turn("a9", "q8", 5),
    turn("q5", "nowhere", 6),
  ];
  let count = 0;
  const opened = fromJson(JSON.stringify({ turns }), () => `n${++count}`);
  expect(pathOf(opened).map(({ text }) => text)).toEqual([
    "text of q1",
    "kept",
  ]);
  expect(Object.keys(opened.turns)).toHaveLength(2);
});

test("the Markdown has what shows, under a name every system takes", () => {
  expect(toMarkdown(sample())).toBe(
    "# text of q1\n\n> Be brief.\n\n**You**\n\ntext of q1\n\n**Answer**\n\ntext of b1\n",
  );
  const named = { ...sample(), title: "Wörter: a/b?" };
  expect(fileNameOf(named, "md")).toMatch(/^[\p{L}\p{M}\p{N}-]+\.md$/u);
});
