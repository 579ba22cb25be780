import type { DownloadPlan, DownloadProgress } from "./download.ts";

/** What is kept beside each file of the store. */
export interface StoredModel {
  file: string;
  size: number;
  /** Bytes that have arrived; `size` when the file is whole. */
  received: number;
  state: "ready" | "partial";
  /** Whether its sha256 was known and agreed. */
  verified: boolean;
}

/** The calls of the store's worker. */
export type StoreCalls = {
  list: { input: null; event: never; output: StoredModel[] };
  download: {
    input: DownloadPlan;
    event: DownloadProgress;
    output: StoredModel;
  };
  remove: { input: { file: string }; event: never; output: null };
};
