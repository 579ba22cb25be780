import { createClient, type Client } from "./client.ts";
import type { DownloadPlan, DownloadProgress } from "./download.ts";
import { WickError } from "./errors.ts";
import type { StoreCalls, StoredModel } from "./store_protocol.ts";

export type { DownloadPlan, DownloadProgress } from "./download.ts";
export type { StoredModel } from "./store_protocol.ts";

/** The models kept in the browser's own file system. */
export interface ModelStore {
  list(): Promise<StoredModel[]>;
  /** Fetches and verifies a file; going on where an earlier try ended. Aborting pauses: what has arrived is kept. */
  download(
    plan: DownloadPlan,
    signal: AbortSignal,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<StoredModel>;
  remove(file: string): Promise<void>;
  /** The stored file, to be read in place. */
  open(file: string): Promise<File>;
  /** Bytes the browser allows this site, and that it uses. */
  estimate(): Promise<{ quota: number; usage: number; persistent: boolean }>;
}

export function createModelStore(): ModelStore {
  let client: Client<StoreCalls> | null = null;
  const worker = () => {
    if (!client || client.dead) {
      client = createClient<StoreCalls>(
        new Worker(new URL("./store_worker.ts", import.meta.url), {
          type: "module",
          name: "wick store",
        }),
      );
    }
    return client;
  };

  return {
    list: () => worker().call("list", null),
    download: (plan, signal, onProgress) =>
      worker().call("download", plan, { signal, onEvent: onProgress }),
    async remove(file) {
      await worker().call("remove", { file });
    },
    async open(file) {
      try {
        const root = await navigator.storage.getDirectory();
        const models = await root.getDirectoryHandle("models");
        return await (await models.getFileHandle(file)).getFile();
      } catch {
        throw new WickError("not_found", `${file} is not on this device.`);
      }
    },
    async estimate() {
      const { quota = 0, usage = 0 } = await navigator.storage.estimate();
      return { quota, usage, persistent: await navigator.storage.persisted() };
    },
  };
}
