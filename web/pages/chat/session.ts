import { toWickError } from "../../engine/errors.ts";
import type { ChatStream } from "../../engine/stream.ts";
import type { ChatStats, TokenChoice } from "../../engine/types.ts";
import type { EngineRoom } from "../engine_room.ts";
import { observable, type Observable } from "../observable.ts";
import { createKeeper } from "../keeper.ts";
import { recall, remember } from "../remember.ts";
import { rememberSpeed } from "../shelf.ts";
import { createAnswer, type Answer } from "./answer.ts";
import {
  kConversations,
  type Conversations,
  type Head,
} from "./conversations.ts";
import { optionsOf, type Settings } from "./sampling.ts";
import {
  addTurn,
  changeTurn,
  createConversation,
  messagesTo,
  pathOf,
  removeTurn,
  stepVersion,
  type Conversation,
  type Turn,
} from "./tree.ts";

/** An answer in work. */
export interface Writing {
  conversation: string;
  turn: string;
  phase: "waiting" | "reading" | "writing";
  prompt: { done: number; total: number };
  /** Tokens of the context that are taken now; 0 until that is known. */
  contextUsed: number;
}

export interface SessionState {
  conversation: Conversation;
  heads: Head[];
  writing: Writing | null;
  /** Why conversations are not kept, or nothing. */
  unkept: string;
}

/** What the chat page does, apart from how it looks. */
export interface ChatSession {
  readonly state: Observable<SessionState>;
  open(id: string): Promise<boolean>;
  /** Keeps and shows a conversation that came from a file. */
  add(conversation: Conversation): Promise<void>;
  fresh(): void;
  send(text: string): Promise<void>;
  /** A new version of a message of the user, answered anew. */
  edit(turn: string, text: string): Promise<void>;
  regenerate(turn: string): Promise<void>;
  /** Goes on with an answer that ended early. */
  extend(turn: string): Promise<void>;
  /** A new version of an answer that takes another token at one place. */
  branch(turn: string, token: number, choice: TokenChoice): Promise<void>;
  showVersion(turn: string, step: number): void;
  /** Ends the answer in work, and the loading it waits for. */
  stop(): void;
  rename(id: string, title: string): Promise<void>;
  setSystem(text: string): void;
  /** Deletes, or rejects and keeps; what it returns brings the conversation back. */
  remove(id: string): Promise<() => Promise<void>>;
}

export interface SessionOptions {
  room: EngineRoom;
  kept: Conversations;
  settings: () => Settings;
  now?: () => number;
  newId?: () => string;
}

const kSystemKey = "wick.system";
const kSaveMs = 2000;
const kNothing = "Stopped before the first word.";

const kMakeRoom = "Delete a conversation or a model, or save this one.";

export function createSession({
  room,
  kept,
  settings,
  now = Date.now,
  newId = () => crypto.randomUUID(),
}: SessionOptions): ChatSession {
  const blank = () =>
    createConversation(newId(), recall(kSystemKey) ?? "", now());
  const keeper = createKeeper(kept, kConversations, kMakeRoom);
  const state = observable<SessionState>({
    conversation: blank(),
    ...keeper.state.value,
    writing: null,
  });
  /** The conversation that is written to, which may not be the one that shows. */
  const live = new Map<string, Conversation>();
  let work: { controller: AbortController; ended: Promise<void> } | null = null;

  const set = (part: Partial<SessionState>) =>
    state.set({ ...state.value, ...part });
  const get = (id: string) =>
    state.value.conversation.id === id
      ? state.value.conversation
      : live.get(id);

  function update(
    id: string,
    change: (conversation: Conversation) => Conversation,
  ): void {
    const before = get(id);
    if (!before) return;
    const after = change(before);
    if (live.has(id)) live.set(id, after);
    if (state.value.conversation.id === id) set({ conversation: after });
  }

  async function save(id: string): Promise<void> {
    const conversation = get(id);
    if (conversation && Object.keys(conversation.turns).length > 0)
      await keeper.save(conversation);
  }

  function newTurn(
    role: Turn["role"],
    parent: string | null,
    text: string,
  ): Turn {
    return { id: newId(), parent, role, text, created: now() };
  }

  async function stopWork(): Promise<void> {
    work?.controller.abort();
    await work?.ended;
  }

  /** Adds an answer turn, or takes an existing one, and writes on at the end of its text. */
  async function answer(id: string, turn: Turn): Promise<void> {
    await stopWork();
    update(id, (conversation) => addTurn(conversation, turn));
    const conversation = get(id);
    if (!conversation) return;
    live.set(id, conversation);
    const controller = new AbortController();
    const ended = write(id, turn.id, controller.signal).finally(() => {
      live.delete(id);
      work = null;
    });
    work = { controller, ended };
    await ended;
  }

  async function write(
    id: string,
    turnId: string,
    signal: AbortSignal,
  ): Promise<void> {
    const writing: Writing = {
      conversation: id,
      turn: turnId,
      phase: "waiting",
      prompt: { done: 0, total: 0 },
      contextUsed: 0,
    };
    set({ writing });
    await save(id);
    let answer: Answer | null = null;
    let end: Partial<Turn> = {};
    try {
      const model = await room.ensure(signal);
      const start = get(id);
      const turn = start?.turns[turnId];
      if (!start || !turn) return;
      const messages = messagesTo(start, turnId);
      if (!turn.text) messages.pop();
      answer = createAnswer(turn, performance.now());
      const options = optionsOf(settings(), freshSeed);
      const stats = await follow(
        model.send(messages, options, signal),
        answer,
        writing,
      );
      const { generated_tokens, generate_ms } = stats;
      rememberSpeed(model.info.file_bytes, generated_tokens, generate_ms);
      const { text } = answer.parts();
      const nothing = text === "" && stats.stop_reason === "cancelled";
      end = { stats, ...(nothing && { problem: kNothing }) };
      room.report("ready");
    } catch (reason) {
      const error = toWickError(reason);
      if (error.code === "killed" || error.code === "crashed") room.forget();
      else room.report("ready");
      end = { problem: error.code === "cancelled" ? kNothing : error.message };
    } finally {
      update(id, (now) =>
        changeTurn(now, turnId, { ...answer?.parts(), ...end }),
      );
      set({ writing: null });
      await save(id);
    }
  }

  /** Shows an answer as it comes, and saves it now and then. */
  async function follow(
    stream: ChatStream,
    answer: Answer,
    writing: Writing,
  ): Promise<ChatStats> {
    const { conversation: id, turn } = writing;
    let saved = performance.now();
    for await (const piece of stream) {
      const at = performance.now();
      if (!answer.take(piece, at)) continue;
      const { phase, prompt, contextUsed, words } = answer;
      room.report(phase, words);
      set({ writing: { ...writing, phase, prompt, contextUsed } });
      update(id, (now) => changeTurn(now, turn, answer.parts()));
      if (at - saved < kSaveMs) continue;
      saved = at;
      await save(id);
    }
    return stream.stats;
  }

  async function add(conversation: Conversation): Promise<void> {
    set({ conversation });
    await save(conversation.id);
  }

  function freshSeed(): number {
    return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  }

  const find = async (id: string) =>
    get(id) ?? (await keeper.read(id)) ?? undefined;

  keeper.state.subscribe(set);

  return {
    state,
    async open(id) {
      const conversation = await find(id);
      if (conversation) set({ conversation });
      return conversation !== undefined;
    },
    add,
    fresh: () => set({ conversation: blank() }),
    async send(text) {
      await stopWork();
      const { conversation } = state.value;
      const question = newTurn(
        "user",
        pathOf(conversation).at(-1)?.id ?? null,
        text,
      );
      update(conversation.id, (before) => addTurn(before, question));
      await answer(conversation.id, newTurn("assistant", question.id, ""));
    },
    async edit(turnId, text) {
      await stopWork();
      const { conversation } = state.value;
      const turn = conversation.turns[turnId];
      if (!turn) return;
      const question = newTurn("user", turn.parent, text);
      update(conversation.id, (before) => addTurn(before, question));
      await answer(conversation.id, newTurn("assistant", question.id, ""));
    },
    async regenerate(turnId) {
      const { conversation } = state.value;
      const turn = conversation.turns[turnId];
      if (!turn) return;
      if (!turn.text)
        update(conversation.id, (before) => removeTurn(before, turnId)); // a failed try is no version
      await answer(conversation.id, newTurn("assistant", turn.parent, ""));
    },
    async extend(turnId) {
      const { conversation } = state.value;
      const turn = conversation.turns[turnId];
      if (turn) await answer(conversation.id, withoutEnd(turn));
    },
    async branch(turnId, index, choice) {
      const { conversation } = state.value;
      const turn = conversation.turns[turnId];
      const chosen = turn?.tokens?.[index];
      if (!turn?.tokens || !chosen) return;
      const before = turn.tokens.slice(0, index);
      const head =
        turn.text.slice(0, turn.tokensFrom ?? 0) +
        before.map(({ text }) => text).join("");
      const tokens = [...before, { ...choice, top: chosen.top }];
      const version = {
        ...newTurn("assistant", turn.parent, head + choice.text),
        tokens,
        tokensFrom: turn.tokensFrom ?? 0,
      };
      await answer(conversation.id, version);
    },
    showVersion(turnId, step) {
      const { id } = state.value.conversation;
      update(id, (before) => stepVersion(before, turnId, step));
      void save(id);
    },
    stop() {
      if (state.value.writing?.phase === "waiting") room.cancelLoad();
      work?.controller.abort();
    },
    async rename(id, title) {
      const conversation = await find(id);
      if (!conversation || !title.trim()) return;
      const hidden = !get(id);
      if (hidden) live.set(id, conversation);
      update(id, (before) => ({ ...before, title: title.trim(), named: true }));
      await save(id);
      if (hidden) live.delete(id);
    },
    setSystem(text) {
      remember(kSystemKey, text);
      const { id } = state.value.conversation;
      update(id, (before) => ({ ...before, system: text }));
      void save(id);
    },
    async remove(id) {
      if (state.value.writing?.conversation === id) await stopWork();
      const conversation = await find(id);
      await keeper.remove(id);
      if (state.value.conversation.id === id) set({ conversation: blank() });
      return async () => {
        if (!conversation) return;
        await add(conversation);
      };
    },
  };
}

function withoutEnd({ stats, problem, ...turn }: Turn): Turn {
  void stats;
  void problem;
  return turn;
}
