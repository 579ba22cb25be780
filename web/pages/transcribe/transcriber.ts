import { toWickError } from "../../engine/errors.ts";
import { kSampleRate } from "../../engine/samples.ts";
import type { TranscribeEvent } from "../../engine/types.ts";
import type { SpeechRoom } from "../engine_room.ts";
import { observable, type Observable } from "../observable.ts";
import { ahead, skip } from "./ahead.ts";
import type { Listening } from "./listening.ts";
import { measured } from "./measured.ts";
import { createMeter, rateWords, type Progress } from "./progress.ts";
import { shifted, type Recording } from "./recording.ts";
import { optionsOf, type Settings } from "./settings.ts";

/** A transcription in work. */
export interface Job extends Progress {
  recording: string;
  /** `waiting` is for the model; a file is read to its end before its first words come. */
  phase: "waiting" | "reading" | "transcribing";
  /** The microphone is on. */
  hearing: boolean;
  /** What is heard but not settled. */
  preview: string;
  /** It was told to end, and does when the engine's step has ended, which may take a large model minutes. */
  stopping: boolean;
}

/** A job, and its recording with all that it has found. */
export interface Work {
  job: Job;
  recording: Recording;
}

/** Where a transcription gets its sound. */
export interface Source {
  pieces: AsyncIterable<Float32Array>;
  /** As the file says; 0 where it does not. */
  seconds: number;
  /** Seconds that are left out, being transcribed already. */
  from: number;
  /** The microphone that the pieces come from. */
  listening?: Listening;
  /** Why the sound ended early, or nothing. */
  problem: () => string;
}

/** Transcribes one recording at a time; while it does, the recording changes here. */
export interface Transcriber {
  readonly state: Observable<Work | null>;
  /** Ends what is in work, then transcribes; resolves when that has ended, however it did. */
  run(recording: Recording, source: Source): Promise<void>;
  /** Changes the recording in work. */
  change(change: (before: Recording) => Recording): void;
  /** Ends the microphone, whose sound is transcribed to its end, or else the work; what is done is kept. */
  stop(): Promise<void>;
  /** Ends both. */
  end(): Promise<void>;
}

export interface TranscriberOptions {
  room: SpeechRoom;
  settings: () => Settings;
  save: (recording: Recording) => Promise<void>;
  now: () => number;
}

const kSaveMs = 2000;
const kDrawMs = 60;
/** Sound that is decoded before the model has come: its waveform shows meanwhile. */
const kAheadSeconds = 15 * 60;

export function createTranscriber(options: TranscriberOptions): Transcriber {
  const { room, settings, save, now } = options;
  const state = observable<Work | null>(null);
  let running: {
    source: Source;
    controller: AbortController;
    ended: Promise<void>;
  } | null = null;

  function change(part: (before: Recording) => Recording): void {
    const work = state.value;
    if (!work) return;
    const recording = { ...part(work.recording), updated: now() };
    state.set({ ...work, recording });
  }

  function setJob(part: Partial<Job>): void {
    const work = state.value;
    if (work) state.set({ ...work, job: { ...work.job, ...part } });
  }

  async function saveNow(): Promise<void> {
    if (state.value) await save(state.value.recording);
  }

  async function run(recording: Recording, source: Source): Promise<void> {
    while (running) await end();
    const controller = new AbortController();
    const total = Math.max(source.seconds, recording.seconds);
    state.set({ recording, job: newJob(recording, source, total) });
    void source.listening?.sound.then(() => setJob({ hearing: false }));
    const ended = transcribe(source, total, controller.signal).finally(() => {
      controller.abort(); // lets go of sound that nobody will read
      running = null;
      state.set(null);
    });
    running = { source, controller, ended };
    await ended;
  }

  async function transcribe(
    source: Source,
    total: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { from, listening } = source;
    const pieces = ahead(measuring(source), kAheadSeconds, signal);
    void saveNow();
    let end: Partial<Recording> = {};
    try {
      const model = await room.ensure(signal);
      change((before) => ({ ...before, model: room.state.value.title }));
      const live = listening !== undefined;
      setJob({ phase: live ? "transcribing" : "reading" });
      const cut = skip(pieces, Math.round(from * kSampleRate));
      const wish = optionsOf(settings(), model.info.languages, live);
      const stream = model.transcribe(cut, wish, signal);
      await follow(stream, from, total);
      const complete = (await stream.stats).stop_reason === "end";
      const done = doneAt(complete);
      end = { complete, done, problem: source.problem() };
      room.report("ready");
    } catch (reason) {
      const error = toWickError(reason);
      if (error.code === "killed" || error.code === "crashed") room.forget();
      else room.report("ready");
      end = { problem: error.code === "cancelled" ? "" : error.message };
    } finally {
      change((before) => ({ ...before, ...end }));
      await listening?.sound; // what is being said is kept, with or without a model
      await saveNow();
    }
  }

  /** The sound, whose length and waveform show as it is read. */
  function measuring({ pieces, from }: Source): AsyncIterable<Float32Array> {
    return measured(pieces, ({ seconds, peaks }, over) =>
      change((before) => ({
        ...before,
        seconds: over ? seconds : Math.max(before.seconds, seconds),
        // What is known already of the rest stays while a part is read again.
        ...((over || from === 0) && { peaks }),
      })),
    );
  }

  /** Seconds that need not be heard again: all, or up to what was heard but not settled. */
  function doneAt(complete: boolean): number {
    const work = state.value;
    if (!work) return 0;
    const { job, recording } = work;
    if (complete) return recording.seconds;
    return job.preview ? (recording.segments.at(-1)?.end ?? 0) : recording.done;
  }

  /** Shows a transcript as it comes, and saves it now and then. */
  async function follow(
    stream: AsyncIterable<TranscribeEvent>,
    from: number,
    total: number,
  ): Promise<void> {
    const meter = createMeter(total, from, performance.now());
    let saved = performance.now();
    let drawn = 0;
    for await (const event of stream) {
      const at = performance.now();
      const progress = meter.take(event, at);
      if (event.segments.length === 0 && at - drawn < kDrawMs) continue;
      drawn = at;
      show(event, progress, from);
      if (at - saved < kSaveMs) continue;
      saved = at;
      await saveNow();
    }
  }

  /** Shows what an event tells of the sound from a second on. */
  function show(
    { segments, preview, language }: TranscribeEvent,
    progress: Progress,
    from: number,
  ): void {
    const writes = segments.length > 0 || preview !== "";
    setJob({ ...progress, preview, ...(writes && { phase: "transcribing" }) });
    const live = state.value?.job.hearing ?? false;
    room.report("writing", live ? "" : rateWords(progress.rate));
    change((before) => ({
      ...before,
      done: progress.done,
      language: language ?? before.language,
      segments:
        segments.length > 0
          ? [...before.segments, ...segments.map((one) => shifted(one, from))]
          : before.segments,
    }));
  }

  async function stop(): Promise<void> {
    const job = state.value?.job;
    if (job?.hearing) {
      await running?.source.listening?.end();
      return;
    }
    if (job?.phase === "waiting") room.cancelLoad();
    await end();
  }

  async function end(): Promise<void> {
    if (!running) return;
    const { source, controller, ended } = running;
    setJob({ stopping: true });
    await source.listening?.end();
    controller.abort();
    await ended;
  }

  return { state, run, change, stop, end };
}

function newJob(
  { id, done }: Recording,
  { from, listening }: Source,
  total: number,
): Job {
  return {
    recording: id,
    phase: "waiting",
    hearing: listening !== undefined,
    preview: "",
    stopping: false,
    done,
    read: from,
    total,
    rate: 0,
    left: 0,
  };
}
