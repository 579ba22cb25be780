import { newestFirst, type Head, type Kept, type Kind } from "./kept.ts";
import { observable, type Observable } from "./observable.ts";
import { whyUnkept } from "./unkept.ts";

export interface KeeperState<ItemHead> {
  /** Newest first. */
  heads: ItemHead[];
  /** Why items are not kept, or nothing. */
  unkept: string;
}

/** Keeps items in the browser's store, and what that refuses for as long as the page lives. */
export interface Keeper<Item, ItemHead> {
  readonly state: Observable<KeeperState<ItemHead>>;
  read(id: string): Promise<Item | null>;
  /** Never rejects: no work must end because the store is full. The page says so, and nothing is lost with it. */
  save(item: Item): Promise<void>;
  /** Deletes, or rejects and keeps. */
  remove(id: string): Promise<void>;
}

/** `advice` says how to make room. */
export function createKeeper<Item extends Head, ItemHead extends Head>(
  store: Kept<Item, ItemHead>,
  { headOf }: Pick<Kind<Item, ItemHead>, "headOf">,
  advice: string,
): Keeper<Item, ItemHead> {
  const state = observable<KeeperState<ItemHead>>({
    heads: [],
    unkept: store.refused ?? "",
  });
  const set = (part: Partial<KeeperState<ItemHead>>) =>
    state.set({ ...state.value, ...part });
  const refused = new Map<string, Item>();
  const others = (id: string) =>
    state.value.heads.filter((head) => head.id !== id);

  store.heads().then(
    (heads) => set({ heads }),
    (reason: unknown) => set({ unkept: whyUnkept(reason, advice) }),
  );

  async function save(item: Item): Promise<void> {
    const { id } = item;
    set({ heads: newestFirst([headOf(item), ...others(id)]) });
    try {
      await store.write(item);
      refused.delete(id);
    } catch (reason) {
      refused.set(id, item);
      set({ unkept: whyUnkept(reason, advice) });
      return;
    }
    if (refused.size === 0) set({ unkept: store.refused ?? "" });
    await saveRefused();
  }

  /** There may be room now: saves one after the other until one is refused again. */
  async function saveRefused(): Promise<void> {
    const [item] = refused.values();
    if (item) await save(item);
  }

  return {
    state,
    read: async (id) =>
      refused.get(id) ?? (await store.read(id).catch(() => null)) ?? null,
    save,
    async remove(id) {
      await store.remove(id);
      refused.delete(id);
      set({ heads: others(id) });
      await saveRefused();
    },
  };
}
