import type { ChatPiece, Token } from "../../engine/types.ts";
import { rate } from "../format.ts";
import type { Turn } from "./tree.ts";

/** An answer that is being written: what has come of it, and when that is worth drawing. */
export interface Answer {
  /** Adds a piece that came at a time in ms. True if the page should show what there is now. */
  take(piece: ChatPiece, at: number): boolean;
  readonly phase: "reading" | "writing";
  readonly prompt: ChatPiece["prompt"];
  readonly contextUsed: number;
  /** For the status: prompt tokens read, then tokens per second. */
  readonly words: string;
  /** The turn's members, as they are now. */
  parts(): Partial<Turn>;
}

// Drawing takes a part of the processor that the engine could use, so words appear at most this often. Slow engines
// have each of their words drawn at once.
const kDrawMs = 40;

/** Goes on at the end of what the turn has; `begun` is when the model was asked, in ms. */
export function createAnswer(turn: Turn, begun: number): Answer {
  const { tokensFrom = turn.text.length } = turn;
  const tokens: Token[] = [...(turn.tokens ?? [])];
  const before = tokens.length;
  let { text } = turn;
  let prompt = { done: 0, total: 0 };
  let contextUsed = 0;
  let firstAt = 0;
  let lastAt = 0;
  let drawnAt = 0;

  return {
    take(piece, at) {
      const first = piece.text !== "" && firstAt === 0;
      if (first) firstAt = at;
      text += piece.text;
      tokens.push(...piece.tokens);
      prompt = piece.prompt;
      contextUsed = piece.context_used;
      lastAt = at;
      if (!first && at - drawnAt < kDrawMs) return false;
      drawnAt = at;
      return true;
    },
    get phase() {
      return firstAt > 0 ? "writing" : "reading";
    },
    get prompt() {
      return prompt;
    },
    get contextUsed() {
      return contextUsed;
    },
    get words() {
      if (firstAt > 0)
        return rate(tokens.length - before - 1, lastAt - firstAt);
      return prompt.total > 0 ? `${prompt.done} of ${prompt.total}` : "";
    },
    parts: () => ({
      text,
      tokensFrom,
      tokens: [...tokens],
      ...(firstAt > 0 && { firstWordMs: firstAt - begun }),
    }),
  };
}
