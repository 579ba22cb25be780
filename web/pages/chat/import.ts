import { WickError } from "../../engine/errors.ts";
import { kRoot, titleOf, type Conversation, type Turn } from "./tree.ts";

const kMostTurns = 100_000;

/**
 * Reads what toJson has written. Throws WickError if the text is no conversation; a turn is kept only with its
 * parents, and the newest version is chosen where the file does not say.
 */
export function fromJson(text: string, newId: () => string): Conversation {
  const json = parse(text);
  if (!isRecord(json) || !Array.isArray(json.turns))
    throw refused("it holds no conversation");
  if (json.turns.length > kMostTurns)
    throw refused(`it has more than ${kMostTurns} messages`);
  const told = connected(json.turns.flatMap((turn) => turnOf(turn) ?? []));
  const [first] = told;
  if (!first) throw refused("it has no first message");
  const chosen = chosenOf(told, json.chosen);
  // New ids, so that a conversation opened twice is two, and an id is never a word that JavaScript knows.
  const ids = new Map(told.map(({ id }) => [id, newId()]));
  const fresh = (id: string) => ids.get(id) ?? kRoot;
  const turns = told.map((turn) => ({
    ...turn,
    id: fresh(turn.id),
    parent: turn.parent === null ? null : fresh(turn.parent),
  }));
  return {
    id: newId(),
    title: textOf(json.title).slice(0, 200) || titleOf(first.text),
    named: json.named === true,
    created: timeOf(json.created),
    updated: timeOf(json.updated),
    system: textOf(json.system),
    turns: Object.fromEntries(turns.map((turn) => [turn.id, turn])),
    chosen: Object.fromEntries(
      [...chosen].map(([key, id]) => [fresh(key), fresh(id)]),
    ),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused("it is not valid JSON");
  }
}

function refused(why: string): WickError {
  return new WickError(
    "bad_file",
    `The file cannot be opened as a conversation: ${why}.`,
  );
}

function turnOf(value: unknown): Turn | null {
  if (!isRecord(value) || typeof value.text !== "string") return null;
  const { id, parent, role, text, problem } = value;
  if (typeof id !== "string" || id === kRoot) return null;
  if (parent !== null && typeof parent !== "string") return null;
  if (role !== "user" && role !== "assistant") return null;
  const turn: Turn = { id, parent, role, text, created: timeOf(value.created) };
  return typeof problem === "string" ? { ...turn, problem } : turn;
}

/** The turns that hang together from the root on: parents first, each id once, so neither loops nor orphans. */
function connected(turns: Turn[]): Turn[] {
  const children = new Map<string | null, Turn[]>();
  for (const turn of turns) {
    const siblings = children.get(turn.parent);
    if (siblings) siblings.push(turn);
    else children.set(turn.parent, [turn]);
  }
  const seen = new Set<string>();
  const found: Turn[] = [];
  const waiting = [...(children.get(null) ?? [])];
  for (let turn = waiting.shift(); turn; turn = waiting.shift()) {
    if (seen.has(turn.id)) continue;
    seen.add(turn.id);
    found.push(turn);
    waiting.push(...(children.get(turn.id) ?? []));
  }
  return found;
}

/** For each parent the child that the file names, or else the last. */
function chosenOf(turns: Turn[], told: unknown): Map<string, string> {
  const wanted = isRecord(told) ? told : {};
  const chosen = new Map<string, string>();
  for (const { id, parent } of turns) {
    const key = parent ?? kRoot;
    const named = Object.hasOwn(wanted, key) ? wanted[key] : undefined;
    const before = chosen.get(key);
    if (!before || named === id || named !== before) chosen.set(key, id);
  }
  return chosen;
}

function timeOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0
    ? Math.min(value, 8.64e15)
    : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
