import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Conversation } from "./tree.ts";

/** What the list shows and searches; kept apart so that listing reads no conversation. */
export interface Head {
  id: string;
  title: string;
  updated: number;
  /** All words in lower case. */
  words: string;
}

interface Schema extends DBSchema {
  heads: { key: string; value: Head };
  conversations: { key: string; value: Conversation };
}

/** The conversations kept in this browser. */
export interface Conversations {
  /** Why nothing outlives the page, or nothing. */
  readonly refused?: string;
  /** Newest first. */
  heads(): Promise<Head[]>;
  read(id: string): Promise<Conversation | undefined>;
  write(conversation: Conversation): Promise<void>;
  remove(id: string): Promise<void>;
}

export async function openConversations(name = "wick"): Promise<Conversations> {
  const db: IDBPDatabase<Schema> = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("heads", { keyPath: "id" });
      fresh.createObjectStore("conversations", { keyPath: "id" });
    },
  });
  const both = ["heads", "conversations"] as const;
  return {
    heads: async () =>
      (await db.getAll("heads")).sort((a, b) => b.updated - a.updated),
    read: (id) => db.get("conversations", id),
    async write(conversation) {
      const change = db.transaction(both, "readwrite");
      await Promise.all([
        change.objectStore("conversations").put(conversation),
        change.objectStore("heads").put(headOf(conversation)),
        change.done,
      ]);
    },
    async remove(id) {
      const change = db.transaction(both, "readwrite");
      await Promise.all([
        change.objectStore("conversations").delete(id),
        change.objectStore("heads").delete(id),
        change.done,
      ]);
    },
  };
}

/** For a browser that keeps nothing: as long as the page lives. */
export function memoryConversations(): Conversations {
  const kept = new Map<string, Conversation>();
  return {
    refused:
      "This browser keeps no data for the page: conversations end with it. Save what you need as a file.",
    heads: () =>
      Promise.resolve(
        [...kept.values()].map(headOf).sort((a, b) => b.updated - a.updated),
      ),
    read: (id) => Promise.resolve(kept.get(id)),
    write: (conversation) => {
      kept.set(conversation.id, conversation);
      return Promise.resolve();
    },
    remove: (id) => {
      kept.delete(id);
      return Promise.resolve();
    },
  };
}

export function headOf({ id, title, updated, turns }: Conversation): Head {
  const texts = Object.values(turns).map(({ text }) => text);
  return {
    id,
    title,
    updated,
    words: [title, ...texts].join("\n").toLowerCase(),
  };
}

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
