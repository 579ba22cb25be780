import type { Core } from "./core.ts";
import { toWickError, WickError } from "./errors.ts";
import type { EngineCalls, LoadInput } from "./protocol.ts";
import { openInlet } from "./samples.ts";
import type { Handlers } from "./server.ts";
import type { Task } from "./task.ts";
import type { LoadProgress } from "./types.ts";

/** What is answered at once, beside a call that runs. */
export const kPromptCalls: (keyof EngineCalls)[] = [
  "exportTranscript",
  "segment",
  "previewMask",
  "maskText",
  "maskPixels",
  "maskUnion",
  "maskPaint",
];

/** How much further a search is each time that it tells what it has found. */
const kFoundShare = 0.02;

/** What the engine's worker does on each call, with the core that its start makes. */
export function createHandlers(
  createCore: (input: EngineCalls["start"]["input"]) => Promise<Core>,
): Handlers<EngineCalls> {
  let core: Core | null = null;

  function started(): Core {
    if (!core)
      throw new WickError("bad_argument", "The engine has not been started.");
    return core;
  }

  function* load(
    { files, options }: LoadInput,
    task: Task,
    signal: AbortSignal,
  ): Generator<LoadProgress, void, void> {
    const current = started();
    const name = files[0]?.name ?? "";
    const stopIfAborted = () => {
      if (signal.aborted)
        throw new WickError("cancelled", `${name}: loading was cancelled.`);
    };
    current.loadBegin(files, task, options); // or throws, and the model that was loaded stays
    try {
      yield {
        done: 0,
        total: files.reduce((sum, { file }) => sum + file.size, 0),
      };
      stopIfAborted();
      for (;;) {
        const progress = current.loadStep();
        if (progress.done >= progress.total) return;
        yield progress;
        stopIfAborted();
      }
    } catch (reason) {
      const error = toWickError(reason);
      if (error.code !== "crashed") current.unload();
      throw error;
    }
  }

  return {
    async start(input) {
      core = await createCore(input);
      return { threads: core.threads };
    },
    *loadChat(input, job) {
      yield* load(input, "chat", job.signal);
      return started().info();
    },
    *loadSpeech(input, job) {
      yield* load(input, "speech", job.signal);
      return started().speechInfo();
    },
    *loadSegment(input, job) {
      yield* load(input, "segment", job.signal);
      return started().segmentInfo();
    },
    unload() {
      started().unload();
      return null;
    },
    count({ text }) {
      return started().countTokens(text);
    },
    *send(request, job) {
      const current = started();
      current.chatBegin(request);
      for (;;) {
        const { state, ...piece } = current.chatStep();
        yield piece;
        if (state === "done") return current.chatStats();
        if (job.signal.aborted) {
          current.chatStop();
          return current.chatStats();
        }
      }
    },
    async *transcribe({ options, samples }, job) {
      const current = started();
      const inlet = openInlet(samples, job.signal);
      let transcribe_ms = 0;
      let finished = false;
      let hungry = true;
      const feed = () => {
        for (let part = inlet.take(); part; part = inlet.take())
          current.speechPush(part);
        if (inlet.ended && !finished) current.speechFinish();
        finished = inlet.ended;
      };
      const work = () => {
        const begun = performance.now();
        // Sound is not heaped up here: it is taken once what came before has been read. Of a live recording the newest counts.
        if (hungry || options.live) feed();
        const step = current.speechStep();
        hungry = step.state === "waiting";
        transcribe_ms += performance.now() - begun;
        return step;
      };
      try {
        current.speechBegin(options);
        for (;;) {
          const { state, ...event } = work();
          yield event;
          const { seconds_done: seconds } = event;
          if (state === "done")
            return { seconds, transcribe_ms, stop_reason: "end" };
          if (job.signal.aborted)
            return { seconds, transcribe_ms, stop_reason: "cancelled" };
          if (state === "waiting") await inlet.more();
        }
      } finally {
        inlet.close();
      }
    },
    exportTranscript: ({ segments, format, language }) =>
      started().transcriptText(segments, format, language),
    *embed(picture, job) {
      const current = started();
      current.pictureBegin(picture);
      for (;;) {
        const done = current.pictureStep();
        if (done === 1) return current.pictureEmbedding();
        yield done;
        if (job.signal.aborted)
          throw new WickError(
            "cancelled",
            "Reading the picture was cancelled.",
          );
      }
    },
    resumePicture(picture) {
      started().pictureResume(picture);
      return null;
    },
    segment: (prompt) => started().segment(prompt),
    previewMask: (prompt) => started().maskPreview(prompt),
    *everything({ width, height, embedding, options }, job) {
      const current = started();
      current.everythingBegin({ width, height, embedding }, options);
      let told = 0;
      for (;;) {
        const share = current.everythingStep();
        if (share === 1 || job.signal.aborted) return current.everythingEnd();
        const tells = share - told >= kFoundShare;
        if (tells) told = share;
        yield { share, found: tells ? current.everythingFound() : null };
      }
    },
    maskText: ({ rle, format, tolerance }) =>
      started().maskText(rle, format, tolerance),
    maskPixels: ({ rle, first, rows }) =>
      started().maskPixels(rle, first, rows),
    maskUnion: ({ rles }) => started().maskUnion(rles),
    maskPaint: ({ rle, size, stroke }) =>
      started().maskPaint(rle, size, stroke),
    *bench(options, job) {
      const current = started();
      try {
        yield { kind: "info", info: current.benchBegin(options) };
        while (!job.signal.aborted) {
          const row = current.benchStep();
          if (!row) return null;
          yield { kind: "row", row };
        }
        throw new WickError("cancelled", "Measuring was cancelled.");
      } finally {
        current.benchEnd();
      }
    },
  };
}
