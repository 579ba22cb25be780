import { expect, test } from "vitest";
import { WickError } from "../engine/errors.ts";
import { createStream } from "../engine/stream.ts";
import type { ChatPiece, ChatStats } from "../engine/types.ts";
import { expectCode, settle } from "./tools.ts";

const stats = { generated_tokens: 3 } as ChatStats;
const piece = (text: string): ChatPiece => ({
  text,
  tokens: [],
  prompt: { done: 0, total: 0 },
  context_used: 0,
});
async function textOf(stream: AsyncIterable<ChatPiece>): Promise<string> {
  let text = "";
  for await (const { text: part } of stream) text += part;
  return text;
}

test("pieces pushed before and after reading arrive in order", async () => {
  const stream = createStream(async (push) => {
    push(piece("one "));
    await settle();
    push(piece("two "));
    push(piece("three"));
    return stats;
  });
  expect(await textOf(stream)).toBe("one two three");
  expect(await stream.stats).toBe(stats);
});

test("stats resolve though nobody reads the pieces", async () => {
  const stream = createStream((push) => {
    push(piece("unread"));
    return Promise.resolve(stats);
  });
  expect(await stream.stats).toBe(stats);
});

test("a failure comes after the pieces that were there", async () => {
  const stream = createStream((push) => {
    push(piece("half"));
    return Promise.reject(new WickError("no_memory", "Full."));
  });
  let text = "";
  const reading = (async () => {
    for await (const part of stream) text += part.text;
  })();
  await expectCode(reading, "no_memory");
  expect(text).toBe("half");
  await expectCode(stream.stats, "no_memory");
});

test("an answer is read once", async () => {
  const stream = createStream(() => Promise.resolve(stats));
  await textOf(stream);
  await expectCode(textOf(stream), "bad_argument");
});
