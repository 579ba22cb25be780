import { openDB, type IDBPDatabase } from "idb";

/** What a list shows of an item; kept apart so that listing reads no item. */
export interface Head {
  id: string;
  updated: number;
}

/** What is kept: conversations, recordings. */
export interface Kind<Item, ItemHead> {
  /** The name of the items in their database. */
  items: string;
  headOf(item: Item): ItemHead;
  /** What to say where the browser keeps nothing. */
  refusal: string;
}

/** The items of a kind that are kept in this browser. */
export interface Kept<Item, ItemHead> {
  /** Why nothing outlives the page, or nothing. */
  readonly refused?: string;
  /** Newest first. */
  heads(): Promise<ItemHead[]>;
  read(id: string): Promise<Item | undefined>;
  write(item: Item): Promise<void>;
  remove(id: string): Promise<void>;
}

/** `besides` names stores that have more of each item under its id; what they have of it goes with it. */
export async function openKept<Item extends Head, ItemHead extends Head>(
  name: string,
  { items, headOf }: Kind<Item, ItemHead>,
  besides: readonly string[] = [],
): Promise<{ kept: Kept<Item, ItemHead>; db: IDBPDatabase }> {
  const db = await openDB(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("heads", { keyPath: "id" });
      fresh.createObjectStore(items, { keyPath: "id" });
      for (const store of besides) fresh.createObjectStore(store);
    },
  });
  const kept: Kept<Item, ItemHead> = {
    heads: async () => newestFirst((await db.getAll("heads")) as ItemHead[]),
    read: (id) => db.get(items, id) as Promise<Item | undefined>,
    async write(item) {
      const change = db.transaction(["heads", items], "readwrite");
      await Promise.all([
        change.objectStore(items).put(item),
        change.objectStore("heads").put(headOf(item)),
        change.done,
      ]);
    },
    async remove(id) {
      const stores = ["heads", items, ...besides];
      const change = db.transaction(stores, "readwrite");
      await Promise.all([
        ...stores.map((store) => change.objectStore(store).delete(id)),
        change.done,
      ]);
    },
  };
  return { kept, db };
}

/** For a browser that keeps nothing: as long as the page lives. */
export function memoryKept<Item extends Head, ItemHead extends Head>({
  headOf,
  refusal,
}: Kind<Item, ItemHead>): Kept<Item, ItemHead> {
  const items = new Map<string, Item>();
  return {
    refused: refusal,
    heads: () => Promise.resolve(newestFirst([...items.values()].map(headOf))),
    read: (id) => Promise.resolve(items.get(id)),
    write: (item) => {
      items.set(item.id, item);
      return Promise.resolve();
    },
    remove: (id) => {
      items.delete(id);
      return Promise.resolve();
    },
  };
}

export function newestFirst<One extends Head>(heads: readonly One[]): One[] {
  return heads.toSorted((a, b) => b.updated - a.updated);
}
