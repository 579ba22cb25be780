import { toWickError } from "../../engine/errors.ts";
import type { TranscribeEvent } from "../../engine/types.ts";
import type { SpeechRoom } from "../engine_room.ts";
import { observable, type Observable } from "../observable.ts";
import { ahead, skip } from "./ahead.ts";
import { createKeeper, type Kept } from "./keeper.ts";
import { kSilent, type Level } from "./level.ts";
import {
  startListening,
  type Listening,
  type OpenMicrophone,
} from "./listening.ts";
import { measured } from "./measured.ts";
import { createMeter, rateWords, type Progress } from "./progress.ts";
import { withText } from "./realign.ts";
import {
  createRecording,
  shifted,
  soundOf,
  titleOfFile,
  type Origin,
  type Recording,
} from "./recording.ts";
import type { Recordings } from "./recordings.ts";
import { kSampleRate } from "../../engine/samples.ts";
import { optionsOf, type Settings } from "./settings.ts";
import type { Sound } from "./sound.ts";
import { createWavWriter } from "./wav.ts";

/** A transcription in work. */
export interface Job extends Progress {
  recording: string;
  /** `waiting` is for the model. */
  phase: "waiting" | "transcribing";
  /** The microphone is on. */
  hearing: boolean;
  /** What is heard but not settled. */
  preview: string;
}

export interface SessionState extends Kept {
  recording: Recording | null;
  /** What plays; null where only the text was kept. */
  sound: Blob | null;
  job: Job | null;
  /** A file that is being looked into. */
  opening: string;
  /** Why what was asked last could not begin; what was there stays. */
  problem: string;
}

/** What the Transcribe page does, apart from how it looks. */
export interface TranscribeSession {
  readonly state: Observable<SessionState>;
  readonly level: Observable<Level>;
  /** Transcribes a file; the one that is shown stays among the earlier ones. */
  openFile(file: File, sample?: { title: string }): Promise<void>;
  /** Records and transcribes as it hears. */
  record(device: string): Promise<void>;
  /** Ends the microphone, or else the work; what is done is kept. */
  stop(): Promise<void>;
  /** Transcribes the rest of what was stopped. */
  goOn(): Promise<void>;
  /** Transcribes anew, with the settings and model of now; what it returns brings the text back. */
  again(): Promise<() => void>;
  open(id: string): Promise<boolean>;
  fresh(): void;
  /** Another text for a segment; an empty one removes it. What it returns brings the old one back. */
  edit(segment: number, text: string): () => void;
  rename(title: string): void;
  /** Deletes; what it returns brings it back. */
  remove(id: string): Promise<() => Promise<void>>;
}

export interface SessionOptions {
  room: SpeechRoom;
  kept: Recordings;
  settings: () => Settings;
  openSound: (file: File) => Promise<Sound>;
  /** Whether the browser can play a file; what it cannot is played from its decoded sound. */
  canPlay: (file: Blob) => Promise<boolean>;
  openMicrophone: OpenMicrophone;
  now?: () => number;
  newId?: () => string;
}

const kSaveMs = 2000;
const kDrawMs = 60;
/** Sound that is decoded before the model has come: its waveform shows meanwhile. */
const kAheadSeconds = 15 * 60;

/** Where a transcription gets its sound. */
interface Source {
  pieces: AsyncIterable<Float32Array>;
  /** As the file says; 0 where it does not. */
  seconds: number;
  /** Seconds that are left out, being transcribed already. */
  from: number;
  live: boolean;
  /** Why the sound ended early, or nothing. */
  problem: () => string;
}

export function createSession(options: SessionOptions): TranscribeSession {
  const { room, settings, openSound, canPlay, openMicrophone } = options;
  const now = options.now ?? Date.now;
  const newId = options.newId ?? (() => crypto.randomUUID());
  const keeper = createKeeper(options.kept);
  const state = observable<SessionState>({
    ...{ recording: null, sound: null, job: null },
    ...{ opening: "", problem: "", ...keeper.state.value },
  });
  const level = observable<Level>(kSilent);
  /** What is worked on, which may not be what shows. */
  let running: Recording | null = null;
  let work: { controller: AbortController; ended: Promise<void> } | null = null;
  let hearing: Listening | null = null;

  const set = (part: Partial<SessionState>) =>
    state.set({ ...state.value, ...part });
  const setJob = (part: Partial<Job>) => {
    const { job } = state.value;
    if (job) set({ job: { ...job, ...part } });
  };

  function get(id: string): Recording | null {
    const { recording } = state.value;
    if (recording?.id === id) return recording;
    return running?.id === id ? running : null;
  }

  function update(id: string, change: (before: Recording) => Recording): void {
    const before = get(id);
    if (!before) return;
    const after = { ...change(before), updated: now() };
    if (running?.id === id) running = after;
    if (state.value.recording?.id === id) set({ recording: after });
  }

  async function save(id: string): Promise<void> {
    const recording = get(id);
    if (recording) await keeper.save(recording);
  }

  async function keepSound(id: string, sound: Blob): Promise<void> {
    if (state.value.recording?.id === id) set({ sound });
    await keeper.keepSound(id, sound);
  }

  async function stopWork(): Promise<void> {
    await hearing?.end();
    work?.controller.abort();
    await work?.ended;
  }

  /** Shows a recording and transcribes it; resolves when that has ended, however it did. */
  async function run(recording: Recording, source: Source): Promise<void> {
    running = recording;
    const { id, done } = recording;
    const controller = new AbortController();
    const total = Math.max(source.seconds, recording.seconds);
    set({
      job: {
        ...{ recording: id, phase: "waiting", preview: "" },
        ...{ hearing: source.live, done, total, rate: 0, left: 0 },
      },
    });
    const ended = transcribe(id, source, total, controller.signal).finally(
      () => {
        controller.abort(); // lets go of sound that nobody will read
        running = null;
        work = null;
        set({ job: null });
      },
    );
    work = { controller, ended };
    await ended;
  }

  async function transcribe(
    id: string,
    source: Source,
    total: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { from, live } = source;
    const pieces = ahead(
      measured(source.pieces, ({ seconds, peaks }, over) =>
        update(id, (before) => ({
          ...before,
          seconds: over ? seconds : Math.max(before.seconds, seconds),
          // What is known already of the rest stays while a part is read again.
          ...((over || from === 0) && { peaks }),
        })),
      ),
      kAheadSeconds,
      signal,
    );
    void save(id);
    let end: Partial<Recording> = {};
    try {
      const model = await room.ensure(signal);
      update(id, (before) => ({ ...before, model: room.state.value.title }));
      setJob({ phase: "transcribing" });
      const cut = skip(pieces, Math.round(from * kSampleRate));
      const wish = optionsOf(settings(), model.info.languages, live);
      const stream = model.transcribe(cut, wish, signal);
      await follow(id, stream, from, total);
      const complete = (await stream.stats).stop_reason === "end";
      end = { complete, done: doneAt(id, complete), problem: source.problem() };
      room.report("ready");
    } catch (reason) {
      const error = toWickError(reason);
      if (error.code === "killed" || error.code === "crashed") room.forget();
      else room.report("ready");
      end = { problem: error.code === "cancelled" ? "" : error.message };
    } finally {
      update(id, (before) => ({ ...before, ...end }));
      await hearing?.sound; // what is being said is kept, with or without a model
      await save(id);
    }
  }

  /** Seconds that need not be heard again: all, or up to what was heard but not settled. */
  function doneAt(id: string, complete: boolean): number {
    const recording = get(id);
    if (!recording) return 0;
    if (complete) return recording.seconds;
    const settled = recording.segments.at(-1)?.end ?? 0;
    return state.value.job?.preview ? settled : recording.done;
  }

  /** Shows a transcript as it comes, and saves it now and then. */
  async function follow(
    id: string,
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
      const { segments, preview, language } = event;
      if (segments.length === 0 && at - drawn < kDrawMs) continue;
      drawn = at;
      setJob({ ...progress, preview });
      const live = state.value.job?.hearing ?? false;
      room.report("writing", live ? "" : rateWords(progress.rate));
      update(id, (before) => ({
        ...before,
        ...{ done: progress.done, language: language ?? before.language },
        segments:
          segments.length > 0
            ? [...before.segments, ...segments.map((one) => shifted(one, from))]
            : before.segments,
      }));
      if (at - saved < kSaveMs) continue;
      saved = at;
      await save(id);
    }
  }

  /** Transcribes a file's sound from a second on. */
  async function runFile(
    recording: Recording,
    file: File,
    sound: Sound,
    from = 0,
  ): Promise<void> {
    let problem = "";
    const pieces = sound.pieces((words) => (problem = words));
    const wav = (await canPlay(file)) ? null : createWavWriter();
    await stopWork();
    const known = await keeper.sound(recording.id);
    set({ recording, sound: known ?? (wav ? null : file), problem: "" });
    if (!wav && !known) void keepSound(recording.id, file);
    await run(recording, {
      pieces: wav ? wav.copying(pieces) : pieces,
      ...{ seconds: sound.seconds, from, live: false },
      problem: () => problem,
    });
    if (wav && !known && wav.seconds > 0)
      await keepSound(recording.id, wav.file());
  }

  /** Looks into a file; says why where it is none. */
  async function tryOpen(file: File): Promise<Sound | null> {
    set({ opening: file.name, problem: "" });
    try {
      return await openSound(file);
    } catch (reason) {
      set({ problem: toWickError(reason).message });
      return null;
    } finally {
      set({ opening: "" });
    }
  }

  async function openFile(
    file: File,
    sample?: { title: string },
  ): Promise<void> {
    const shown = state.value.recording;
    const same =
      shown?.file.name === file.name && shown.file.size === file.size;
    if (shown && same && !state.value.sound) {
      await keepSound(shown.id, file); // only its text had been kept
      return;
    }
    const sound = await tryOpen(file);
    if (!sound) return;
    const { name, size } = file;
    const title = sample?.title ?? titleOfFile(name);
    const origin: Origin = sample ? "sample" : "file";
    await runFile(
      {
        ...createRecording(newId(), origin, { name, size }, title, now()),
        ...{
          seconds: sound.seconds,
          sound: soundOf(sound.channels, sound.rate),
        },
      },
      file,
      sound,
    );
  }

  async function record(device: string): Promise<void> {
    set({ problem: "" });
    const lost = (problem: string) => {
      set({ problem });
      void hearing?.end();
    };
    let listening: Listening;
    try {
      listening = await startListening(openMicrophone, device, level, lost);
    } catch (reason) {
      set({ problem: toWickError(reason).message });
      return;
    }
    await stopWork();
    const id = newId();
    const title = `Recording, ${kDay.format(now())}`;
    const file = { name: `${title}.wav`, size: 0 };
    const recording = {
      ...createRecording(id, "microphone", file, title, now()),
      sound: soundOf(1, kSampleRate),
    };
    set({ recording, sound: null });
    hearing = listening;
    void listening.sound.then((sound) => {
      hearing = null;
      setJob({ hearing: false });
      if (sound) void keepSound(id, sound);
    });
    await run(recording, {
      ...{ pieces: listening.pieces, seconds: 0, from: 0, live: true },
      problem: () => "",
    });
  }

  /** The sound of what shows, as a file to be read anew. */
  function shownFile(): { recording: Recording; file: File } | null {
    const { recording, sound } = state.value;
    if (!recording || !sound) return null;
    const file =
      sound instanceof File ? sound : new File([sound], recording.file.name);
    return { recording, file };
  }

  keeper.state.subscribe(set);

  return {
    state,
    level,
    openFile,
    record,
    async stop() {
      if (hearing) {
        await hearing.end();
        return;
      }
      if (state.value.job?.phase === "waiting") room.cancelLoad();
      await stopWork();
    },
    async goOn() {
      const shown = shownFile();
      const sound = shown && (await tryOpen(shown.file));
      if (!shown || !sound) return;
      const { recording, file } = shown;
      await runFile({ ...recording, problem: "" }, file, sound, recording.done);
    },
    async again() {
      const shown = shownFile();
      const sound = shown && (await tryOpen(shown.file));
      if (!shown || !sound) return () => undefined;
      const { recording, file } = shown;
      const { id } = recording;
      const bare = { done: 0, complete: false, segments: [], language: null };
      void runFile({ ...recording, ...bare, problem: "" }, file, sound);
      return () =>
        void stopWork().then(() => {
          update(id, () => recording);
          void save(id);
        });
    },
    async open(id) {
      if (state.value.recording?.id === id) return true;
      const recording = get(id) ?? (await keeper.read(id));
      if (!recording) return false;
      const sound = await keeper.sound(id);
      set({ recording: get(id) ?? recording, sound, problem: "" });
      return true;
    },
    fresh: () => set({ recording: null, sound: null, problem: "" }),
    edit(segment, text) {
      const recording = state.value.recording;
      const before = recording?.segments[segment];
      if (!recording || !before || before.text.trim() === text.trim())
        return () => undefined;
      const { id } = recording;
      const change = (segments: Recording["segments"]) => {
        update(id, (old) => ({ ...old, segments }));
        void save(id);
      };
      const blank = before.text.startsWith(" ") ? " " : "";
      change(
        recording.segments.flatMap((one, index) => {
          if (index !== segment) return [one];
          return text.trim() ? [withText(one, blank + text.trim())] : [];
        }),
      );
      return () => {
        const segments = (get(id)?.segments ?? []).filter(
          ({ start }) => start !== before.start,
        );
        segments.splice(segment, 0, before);
        change(segments);
      };
    },
    rename(title) {
      const id = state.value.recording?.id;
      if (!id || !title.trim()) return;
      update(id, (before) => ({ ...before, title: title.trim() }));
      void save(id);
    },
    async remove(id) {
      if (running?.id === id) await stopWork();
      const recording = get(id) ?? (await keeper.read(id));
      const sound = await keeper.sound(id);
      await keeper.remove(id);
      if (state.value.recording?.id === id)
        set({ recording: null, sound: null });
      return async () => {
        if (!recording) return;
        set({ recording, sound });
        if (sound) await keepSound(id, sound);
        await save(id);
      };
    },
  };
}

const kDay = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" },
});
