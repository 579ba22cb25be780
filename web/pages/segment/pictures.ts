import { memoryKept, openKept, type Kept, type Kind } from "../kept.ts";
import type { Head, Picture } from "./picture.ts";
import { maskOf } from "./scene.ts";

/** What a model has made of a picture. */
export interface Embedding {
  /** By which model; another one cannot use it. */
  model: string;
  values: Float32Array;
}

/** The pictures kept in this browser, each with its file and embedding. */
export interface Pictures extends Kept<Picture, Head> {
  file(id: string): Promise<Blob | undefined>;
  writeFile(id: string, file: Blob): Promise<void>;
  embedding(id: string): Promise<Embedding | undefined>;
  writeEmbedding(id: string, embedding: Embedding): Promise<void>;
}

export const kPictures: Kind<Picture, Head> = {
  items: "pictures",
  headOf: ({ id, title, updated, thumbnail, scene }) => ({
    ...{ id, title, updated, thumbnail },
    things: scene.things.filter(maskOf).length,
  }),
  refusal:
    "This browser keeps no data for the page: masks end with it. Export what you need.",
};

export async function openPictures(name = "wick.pictures"): Promise<Pictures> {
  const stores = ["files", "embeddings"] as const;
  const { kept, db } = await openKept(name, kPictures, stores);
  return {
    ...kept,
    file: (id) => db.get("files", id) as Promise<Blob | undefined>,
    async writeFile(id, file) {
      await db.put("files", file, id);
    },
    embedding: (id) =>
      db.get("embeddings", id) as Promise<Embedding | undefined>,
    async writeEmbedding(id, embedding) {
      await db.put("embeddings", embedding, id);
    },
  };
}

export function memoryPictures(): Pictures {
  const kept = memoryKept(kPictures);
  const files = new Map<string, Blob>();
  const embeddings = new Map<string, Embedding>();
  return {
    ...kept,
    file: (id) => Promise.resolve(files.get(id)),
    writeFile: (id, file) => {
      files.set(id, file);
      return Promise.resolve();
    },
    embedding: (id) => Promise.resolve(embeddings.get(id)),
    writeEmbedding: (id, embedding) => {
      embeddings.set(id, embedding);
      return Promise.resolve();
    },
    remove: (id) => {
      files.delete(id);
      embeddings.delete(id);
      return kept.remove(id);
    },
  };
}
