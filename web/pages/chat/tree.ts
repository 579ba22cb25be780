import type { ChatStats, Message, Token } from "../../engine/types.ts";

/** One message. Turns with the same parent are versions of each other; one of them is chosen. */
export interface Turn {
  id: string;
  parent: string | null;
  role: "user" | "assistant";
  text: string;
  created: number;
  /** Of an answer: its tokens, as far as the engine told them, from `tokensFrom` characters on. */
  tokens?: Token[];
  tokensFrom?: number;
  stats?: ChatStats;
  /** From sending to the first character, in ms. */
  firstWordMs?: number;
  /** Why an answer ended early, in words. */
  problem?: string;
}

/** A conversation is a tree of turns; what shows is the chosen path from the root. All functions return a new one. */
export interface Conversation {
  id: string;
  title: string;
  /** False while the title is only the beginning of the first message. */
  named: boolean;
  created: number;
  updated: number;
  system: string;
  turns: Record<string, Turn>;
  /** Parent id (kRoot for the first turn) to the id of the chosen child. */
  chosen: Record<string, string>;
}

export const kRoot = "";

export function createConversation(
  id: string,
  system: string,
  now: number,
): Conversation {
  return {
    id,
    title: "New conversation",
    named: false,
    created: now,
    updated: now,
    system,
    turns: {},
    chosen: {},
  };
}

/** The turns that show, first to last. */
export function pathOf(conversation: Conversation): Turn[] {
  const path: Turn[] = [];
  let key = kRoot;
  for (;;) {
    const turn = conversation.turns[conversation.chosen[key] ?? ""];
    if (!turn || path.length > Object.keys(conversation.turns).length)
      return path;
    path.push(turn);
    key = turn.id;
  }
}

/** A turn and its other versions, oldest first. */
export function versionsOf(conversation: Conversation, id: string): string[] {
  const turn = conversation.turns[id];
  if (!turn) return [];
  return Object.values(conversation.turns)
    .filter((other) => other.parent === turn.parent)
    .sort((a, b) => a.created - b.created)
    .map((other) => other.id);
}

/** Adds a turn as the chosen child of its parent. */
export function addTurn(conversation: Conversation, turn: Turn): Conversation {
  const titled =
    !conversation.named && turn.role === "user" && turn.parent === null;
  return {
    ...conversation,
    title: titled ? titleOf(turn.text) : conversation.title,
    updated: turn.created,
    turns: { ...conversation.turns, [turn.id]: turn },
    chosen: { ...conversation.chosen, [turn.parent ?? kRoot]: turn.id },
  };
}

export function changeTurn(
  conversation: Conversation,
  id: string,
  change: Partial<Turn>,
): Conversation {
  const turn = conversation.turns[id];
  if (!turn) return conversation;
  return {
    ...conversation,
    turns: { ...conversation.turns, [id]: { ...turn, ...change } },
  };
}

/** Shows a turn instead of its other versions. */
export function chooseTurn(
  conversation: Conversation,
  id: string,
): Conversation {
  const turn = conversation.turns[id];
  if (!turn) return conversation;
  return {
    ...conversation,
    chosen: { ...conversation.chosen, [turn.parent ?? kRoot]: id },
  };
}

/** Shows the version `step` places from this one, if there is one. */
export function stepVersion(
  conversation: Conversation,
  id: string,
  step: number,
): Conversation {
  const versions = versionsOf(conversation, id);
  const next = versions[versions.indexOf(id) + step];
  return next ? chooseTurn(conversation, next) : conversation;
}

/** Removes a turn with all that follows it; a remaining version is chosen. */
export function removeTurn(
  conversation: Conversation,
  id: string,
): Conversation {
  const turn = conversation.turns[id];
  if (!turn) return conversation;
  const versions = versionsOf(conversation, id);
  const gone = new Set([id]);
  for (let grew = true; grew;) {
    grew = false;
    for (const other of Object.values(conversation.turns)) {
      if (
        other.parent !== null &&
        gone.has(other.parent) &&
        !gone.has(other.id)
      )
        grew = Boolean(gone.add(other.id));
    }
  }
  const keep = <T>(
    record: Record<string, T>,
    wanted: (key: string, value: T) => boolean,
  ) =>
    Object.fromEntries(
      Object.entries(record).filter(([key, value]) => wanted(key, value)),
    );
  const chosen = keep(
    conversation.chosen,
    (key, value) => !gone.has(key) && !gone.has(value),
  );
  const rest = versions.filter((version) => version !== id);
  const neighbour = rest[Math.max(0, versions.indexOf(id) - 1)];
  const key = turn.parent ?? kRoot;
  if (neighbour && !chosen[key]) chosen[key] = neighbour;
  return {
    ...conversation,
    turns: keep(conversation.turns, (turnId) => !gone.has(turnId)),
    chosen,
  };
}

/** The messages that lead to a turn and include it, the system prompt first if there is one. */
export function messagesTo(conversation: Conversation, id: string): Message[] {
  const messages: Message[] = [];
  for (
    let turn = conversation.turns[id];
    turn;
    turn = turn.parent === null ? undefined : conversation.turns[turn.parent]
  ) {
    messages.unshift({ role: turn.role, content: turn.text });
  }
  const system = conversation.system.trim();
  return system ? [{ role: "system", content: system }, ...messages] : messages;
}

/** The first line of a message, cut at a word. */
export function titleOf(text: string): string {
  const line = text.trim().split("\n")[0]?.trim() ?? "";
  if (line.length <= 48) return line || "New conversation";
  const cut = line.slice(0, 48);
  return `${cut.slice(0, Math.max(24, cut.lastIndexOf(" ")))}…`;
}
