import { expect, test } from "vitest";
import type { ChatPiece } from "../engine/types.ts";
import { createAnswer } from "../pages/chat/answer.ts";
import type { Turn } from "../pages/chat/tree.ts";

const turn: Turn = {
  id: "a",
  parent: "q",
  role: "assistant",
  text: "",
  created: 1,
};
const piece = (text: string, done = 4): ChatPiece => ({
  text,
  tokens: text ? [{ id: 1, text, probability: 1, top: [] }] : [],
  prompt: { done, total: 4 },
  context_used: 0,
});

test("nothing is lost between two drawings", () => {
  const answer = createAnswer(turn, 0);
  const drawn = [0, 10, 20, 45, 50].map((at) =>
    answer.take(piece(`${at} `), at + 1),
  );
  expect(drawn).toEqual([true, false, false, true, false]);
  expect(answer.parts().text).toBe("0 10 20 45 50 ");
  expect(answer.parts().tokens).toHaveLength(5);
});

test("the first word is drawn at once, and timed", () => {
  const answer = createAnswer(turn, 100);
  answer.take(piece("", 2), 110);
  expect([answer.phase, answer.words]).toEqual(["reading", "2 of 4"]);
  expect(answer.take(piece("One"), 112)).toBe(true);
  expect(answer.parts().firstWordMs).toBe(12);
  answer.take(piece(" two"), 212);
  expect([answer.phase, answer.words]).toEqual(["writing", "10.0 tokens/s"]);
});

test("an answer that is continued keeps its beginning", () => {
  const kept = piece("Once").tokens;
  const answer = createAnswer(
    { ...turn, text: "[x] Once", tokens: kept, tokensFrom: 4 },
    0,
  );
  answer.take(piece(" upon"), 1);
  expect(answer.parts()).toMatchObject({
    text: "[x] Once upon",
    tokensFrom: 4,
  });
  expect(answer.parts().tokens).toHaveLength(2);
  const bare = createAnswer({ ...turn, text: "Once" }, 0);
  expect(bare.parts().tokensFrom).toBe(4);
});
