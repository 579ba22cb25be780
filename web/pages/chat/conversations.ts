import {
  memoryKept,
  openKept,
  type Head as KeptHead,
  type Kept,
  type Kind,
} from "../kept.ts";
import type { Conversation } from "./tree.ts";

/** What the list shows and searches. */
export interface Head extends KeptHead {
  title: string;
  /** All words in lower case. */
  words: string;
}

/** The conversations kept in this browser. */
export type Conversations = Kept<Conversation, Head>;

export const kConversations: Kind<Conversation, Head> = {
  items: "conversations",
  headOf({ id, title, updated, turns }) {
    const texts = Object.values(turns).map(({ text }) => text);
    const words = [title, ...texts].join("\n").toLowerCase();
    return { id, title, updated, words };
  },
  refusal:
    "This browser keeps no data for the page: conversations end with it. Save what you need as a file.",
};

export async function openConversations(name = "wick"): Promise<Conversations> {
  return (await openKept(name, kConversations)).kept;
}

export const memoryConversations = (): Conversations =>
  memoryKept(kConversations);

/** Heads whose text has every word of the query. */
export function searchHeads(heads: Head[], query: string): Head[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return heads.filter((head) =>
    words.every((word) => head.words.includes(word)),
  );
}

/** Heads under the names of their days: Today, Yesterday, Last week, then months. */
export function groupByDay(
  heads: Head[],
  now: Date,
): { title: string; heads: Head[] }[] {
  const midnight = new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate(),
  ).getTime();
  const day = 86_400_000;
  const month = new Intl.DateTimeFormat("en-GB", {
    month: "long",
    year: "numeric",
  });
  const titleOf = (at: number) => {
    if (at >= midnight) return "Today";
    if (at >= midnight - day) return "Yesterday";
    if (at >= midnight - 7 * day) return "Last week";
    return month.format(at);
  };
  const groups: { title: string; heads: Head[] }[] = [];
  for (const head of heads) {
    const title = titleOf(head.updated);
    const last = groups.at(-1);
    if (last?.title === title) last.heads.push(head);
    else groups.push({ title, heads: [head] });
  }
  return groups;
}
