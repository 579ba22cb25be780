import { alignToSource, renderedRange, tokenAt, tokenStarts } from "./align.ts";
import type { Turn } from "./tree.ts";

/** The visible letters of an answer with the text nodes they stand in; captions of code blocks are not its text. */
interface Rendered {
  text: string;
  nodes: { node: Text; start: number }[];
}

function collect(prose: Element): Rendered {
  const walker = document.createTreeWalker(
    prose,
    NodeFilter.SHOW_TEXT,
    (node) =>
      node.parentElement?.closest("figcaption")
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  );
  const nodes: Rendered["nodes"] = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push({ node, start: text.length });
    text += node.data;
  }
  return { text, nodes };
}

/** The token under a point of the window, or -1. */
export function tokenUnder(
  prose: Element,
  turn: Turn,
  x: number,
  y: number,
): number {
  const place = placeUnder(x, y);
  if (!place || !turn.tokens) return -1;
  const rendered = collect(prose);
  const entry = rendered.nodes.find(({ node }) => node === place.node);
  if (!entry) return -1;
  const letter = letterUnder(entry.node, place.offset, x, y);
  if (letter < 0) return -1;
  const source =
    alignToSource(rendered.text, turn.text)[entry.start + letter] ?? 0;
  return tokenAt(tokenStarts(turn.tokens, turn.tokensFrom ?? 0), source);
}

/** The letters of a token as a range of the page, or null for one that does not show. */
export function rangeOfToken(
  prose: Element,
  turn: Turn,
  index: number,
): Range | null {
  const starts = tokenStarts(turn.tokens ?? [], turn.tokensFrom ?? 0);
  const rendered = collect(prose);
  const places = alignToSource(rendered.text, turn.text);
  const span = renderedRange(
    places,
    rendered.text,
    starts[index] ?? 0,
    starts[index + 1] ?? 0,
  );
  if (!span) return null;
  const range = document.createRange();
  const from = nodeAt(rendered, span[0]);
  const to = nodeAt(rendered, span[1] - 1);
  if (!from || !to) return null;
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset + 1);
  return range;
}

/** Paints a range as lit under one of the names of chat.css, or takes the paint away. Browsers without it go unlit. */
export function paint(
  name: "token" | "token-hover",
  range: Range | null,
): void {
  if (!("highlights" in CSS)) return;
  if (range) CSS.highlights.set(name, new Highlight(range));
  else CSS.highlights.delete(name);
}

function nodeAt(
  { nodes }: Rendered,
  place: number,
): { node: Text; offset: number } | null {
  const entry = nodes.findLast(({ start }) => start <= place);
  return entry ? { node: entry.node, offset: place - entry.start } : null;
}

interface OlderDocument {
  caretRangeFromPoint?: (x: number, y: number) => Range | null;
}

function placeUnder(
  x: number,
  y: number,
): { node: Node; offset: number } | null {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  const range = (document as OlderDocument).caretRangeFromPoint?.(x, y);
  return range
    ? { node: range.startContainer, offset: range.startOffset }
    : null;
}

/** A caret stands between two letters: the one whose box holds the point. */
function letterUnder(node: Text, offset: number, x: number, y: number): number {
  const range = document.createRange();
  for (const letter of [offset, offset - 1]) {
    if (letter < 0 || letter >= node.length) continue;
    range.setStart(node, letter);
    range.setEnd(node, letter + 1);
    const box = range.getBoundingClientRect();
    if (
      x >= box.left &&
      x <= box.right &&
      y >= box.top - 4 &&
      y <= box.bottom + 4
    )
      return letter;
  }
  return -1;
}
