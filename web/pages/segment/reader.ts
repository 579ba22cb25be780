import type { SegmentModel } from "../../engine/api.ts";
import { WickError } from "../../engine/errors.ts";
import type { SegmentRoom } from "../engine_room.ts";
import { workSize, type ReadPixels } from "./open_picture.ts";
import type { Picture } from "./picture.ts";
import type { Embedding, Pictures } from "./pictures.ts";

export interface ReaderOptions {
  room: SegmentRoom;
  kept: Pictures;
  readPixels: ReadPixels;
  /** Milliseconds. */
  clock: () => number;
  onProgress(share: number | null): void;
  onRead(readMs: number): void;
}

/** Has the model read pictures, one at a time, and keeps what it has made of them. */
export interface Reader {
  /** The model that has read this picture, if it answers at once. */
  modelFor(id: string): SegmentModel | null;
  readonly busy: boolean;
  /** Loads the model if need be, and has it read the picture unless its embedding is kept. */
  read(picture: Picture, shown: Blob): Promise<SegmentModel>;
  /** Of a picture that was read. */
  embeddingOf(id: string): Promise<Float32Array>;
  /** Gives up what is being read. */
  stop(): void;
}

export function createReader(options: ReaderOptions): Reader {
  const { room, kept, readPixels, clock, onProgress, onRead } = options;
  let running: { id: string; ended: Promise<SegmentModel> } | null = null;
  let stopping = new AbortController();
  let last: { id: string; model: SegmentModel } | null = null;
  /** Of one picture only: it is some megabytes, which the store may have refused. */
  let newest: { id: string; embedding: Embedding } | null = null;

  function modelFor(id: string): SegmentModel | null {
    const answers = last?.id === id && last.model === room.state.value.model;
    return answers && last ? last.model : null;
  }

  async function readNow(
    picture: Picture,
    shown: Blob,
    signal: AbortSignal,
  ): Promise<SegmentModel> {
    const model = await room.ensure(signal);
    last = null;
    const embedding = await kept.embedding(picture.id).catch(() => undefined);
    if (embedding?.model === model.info.name)
      await model.resume(picture, embedding.values);
    else await embed(model, picture, shown, signal);
    if (signal.aborted)
      throw new WickError("cancelled", "Another picture came.");
    last = { id: picture.id, model };
    return model;
  }

  async function embed(
    model: SegmentModel,
    picture: Picture,
    shown: Blob,
    signal: AbortSignal,
  ): Promise<void> {
    const begun = clock();
    onProgress(0);
    room.report("reading");
    try {
      const pixels = await readPixels(shown, workSize(picture));
      const { width, height } = picture;
      const values = await model.embed(
        { ...pixels, of: { width, height } },
        {
          signal,
          onProgress: (share) => {
            if (!signal.aborted) onProgress(share);
          },
        },
      );
      const embedding = { model: model.info.name, values };
      newest = { id: picture.id, embedding };
      await kept.writeEmbedding(picture.id, embedding).catch(() => undefined); // it is read again then
      if (!signal.aborted) onRead(clock() - begun);
    } finally {
      room.report("ready");
      if (!signal.aborted) onProgress(null);
    }
  }

  return {
    modelFor,
    get busy() {
      return running !== null;
    },
    read(picture, shown) {
      const model = modelFor(picture.id);
      if (model) return Promise.resolve(model);
      if (running?.id === picture.id) return running.ended;
      const { signal } = stopping;
      // Begun once it is noted down: the room tells of a model that it has before anything else happens.
      const ended = Promise.resolve()
        .then(() => readNow(picture, shown, signal))
        .finally(() => {
          if (running?.ended === ended) running = null;
        });
      running = { id: picture.id, ended };
      return ended;
    },
    async embeddingOf(id) {
      const found =
        newest?.id === id ? newest.embedding : await kept.embedding(id);
      if (!found)
        throw new WickError(
          "not_found",
          "Open the picture again to search it.",
        );
      return found.values;
    },
    stop() {
      stopping.abort();
      stopping = new AbortController();
      running = null;
    },
  };
}
