import { expect, test } from "vitest";
import type { ChatModel } from "../engine/api.ts";
import { createStream } from "../engine/stream.ts";
import type { ChatPiece, ChatStats } from "../engine/types.ts";
import {
  memoryConversations,
  type Conversations,
} from "../pages/chat/conversations.ts";
import { parseSettings } from "../pages/chat/sampling.ts";
import { createSession } from "../pages/chat/session.ts";
import { pathOf } from "../pages/chat/tree.ts";
import type { EngineRoom } from "../pages/engine_room.ts";

const piece: ChatPiece = {
  text: "Bread.",
  tokens: [],
  prompt: { done: 1, total: 1 },
  context_used: 2,
};
const stats = {
  ...{ stop_reason: "end", generated_tokens: 1, generate_ms: 1 },
} as ChatStats;

/** A room whose model answers "Bread." to everything. */
const room = {
  ensure: () =>
    Promise.resolve({
      info: { file_bytes: 1 },
      send: () =>
        createStream((push) => {
          push(piece);
          return Promise.resolve(stats);
        }),
    } as unknown as ChatModel),
  report: () => undefined,
  forget: () => undefined,
} as unknown as EngineRoom;

/** A store that refuses to write while it is full. */
function fillable(): Conversations & { full: boolean } {
  const inner = memoryConversations();
  return {
    full: false,
    heads: () => inner.heads(),
    read: (id) => inner.read(id),
    remove: (id) => inner.remove(id),
    write(conversation) {
      return this.full
        ? Promise.reject(new DOMException("no room", "QuotaExceededError"))
        : inner.write(conversation);
    },
  };
}
const sessionWith = (kept: Conversations) =>
  createSession({ room, kept, settings: () => parseSettings(null) });

test("a full store ends no answer, says so, and loses nothing while the page lives", async () => {
  const kept = fillable();
  const session = sessionWith(kept);
  kept.full = true;
  await session.send("What is for breakfast?");
  const { conversation, writing, unkept } = session.state.value;
  expect(pathOf(conversation).map(({ text }) => text)).toEqual([
    "What is for breakfast?",
    "Bread.",
  ]);
  expect(writing).toBeNull();
  expect(unkept).toMatch(/storage is full/);
  await session.rename(conversation.id, "Breakfast");

  session.fresh();
  expect(await session.open(conversation.id)).toBe(true);
  expect(session.state.value.conversation.title).toBe("Breakfast");
  expect(await kept.read(conversation.id)).toBeUndefined();
});

test("what was refused is kept once there is room, and the note goes", async () => {
  const kept = fillable();
  const session = sessionWith(kept);
  await session.send("First");
  const first = session.state.value.conversation.id;
  kept.full = true;
  session.fresh();
  await session.send("Second");
  const second = session.state.value.conversation.id;
  expect(session.state.value.unkept).not.toBe("");
  kept.full = false;
  await session.remove(first);
  expect(session.state.value.unkept).toBe("");
  expect((await kept.read(second))?.id).toBe(second);
});

test("a browser that keeps nothing has conversations for the time of the page, and says so", async () => {
  const session = sessionWith(memoryConversations());
  expect(session.state.value.unkept).toMatch(/conversations end with it/);
  await session.send("Hello");
  const { id } = session.state.value.conversation;
  session.fresh();
  expect(session.state.value.heads.map((head) => head.id)).toEqual([id]);
  expect(await session.open(id)).toBe(true);
});

test("a conversation that cannot be deleted stays", async () => {
  const kept = fillable();
  kept.remove = () => Promise.reject(new Error("locked"));
  const session = sessionWith(kept);
  await session.send("Hello");
  const { id } = session.state.value.conversation;
  await expect(session.remove(id)).rejects.toThrow("locked");
  expect(session.state.value.heads).toHaveLength(1);
});
