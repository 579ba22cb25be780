import { toWickError } from "../../engine/errors.ts";
import type { SpeechRoom } from "../engine_room.ts";
import { observable, type Observable } from "../observable.ts";
import { kSilent, type Level } from "./level.ts";
import {
  startListening,
  type Listening,
  type OpenMicrophone,
} from "./listening.ts";
import { withSegmentText } from "./realign.ts";
import {
  createRecording,
  soundOf,
  titleOfFile,
  type Origin,
  type Recording,
} from "./recording.ts";
import { createRecordingKeeper, type Kept } from "./recording_keeper.ts";
import type { Recordings } from "./recordings.ts";
import { kSampleRate } from "../../engine/samples.ts";
import type { Settings } from "./settings.ts";
import type { Sound } from "./sound.ts";
import { createTranscriber, type Job } from "./transcriber.ts";
import { createTurns, type TurnsState } from "./turns.ts";
import { createWavWriter } from "./wav.ts";

export interface SessionState extends Kept, TurnsState {
  recording: Recording | null;
  /** What plays; null where only the text was kept. */
  sound: Blob | null;
  job: Job | null;
  /** A file that is being looked into. */
  opening: string;
  /** Why what was asked last could not begin, a line for each file; what was there stays. */
  problem: string;
}

/** What the Transcribe page does, apart from how it looks. */
export interface TranscribeSession {
  readonly state: Observable<SessionState>;
  readonly level: Observable<Level>;
  /** Transcribes a file; the one that is shown stays among the earlier ones. */
  openFile(file: File, sample?: { title: string }): Promise<void>;
  /**
   * Transcribes files one after another, behind those that wait already. The first is shown; the others leave what is
   * shown alone.
   */
  openFiles(files: readonly File[]): Promise<void>;
  /** Leaves out the files that wait. */
  clearWaiting(): void;
  /** Records and transcribes as it hears. */
  record(device: string): Promise<void>;
  /** Ends the microphone, or else the work; what is done is kept, and files that wait go on waiting. */
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

/** A recording, its file, and what was found in that. */
interface Shown {
  recording: Recording;
  file: File;
  sound: Sound;
}

export function createSession(options: SessionOptions): TranscribeSession {
  const { room, settings, openSound, canPlay, openMicrophone } = options;
  const now = options.now ?? Date.now;
  const newId = options.newId ?? (() => crypto.randomUUID());
  const keeper = createRecordingKeeper(options.kept);
  const save = (recording: Recording) => keeper.save(recording);
  const transcriber = createTranscriber({ room, settings, save, now });
  const turns = createTurns((file, first) => beginFile(file, first));
  const state = observable<SessionState>({
    ...{ recording: null, sound: null, job: null },
    ...{ opening: "", problem: "" },
    ...keeper.state.value,
    ...turns.state.value,
  });
  const level = observable<Level>(kSilent);
  const set = (part: Partial<SessionState>) =>
    state.set({ ...state.value, ...part });

  /** A recording that shows or is worked on, which may be two. */
  function get(id: string): Recording | null {
    const work = transcriber.state.value;
    if (work?.recording.id === id) return work.recording;
    const { recording } = state.value;
    return recording?.id === id ? recording : null;
  }

  /** Changes and saves a recording, wherever it is. */
  async function update(
    id: string,
    change: (before: Recording) => Recording,
  ): Promise<void> {
    if (transcriber.state.value?.recording.id === id) {
      transcriber.change(change);
      return save(transcriber.state.value.recording);
    }
    const before = get(id) ?? (await keeper.read(id));
    if (!before) return;
    const recording = { ...change(before), updated: now() };
    if (state.value.recording?.id === id) set({ recording });
    await save(recording);
  }

  async function keepSound(id: string, sound: Blob): Promise<void> {
    if (state.value.recording?.id === id) set({ sound });
    await keeper.keepSound(id, sound);
  }

  /** Transcribes a file's sound from a second on, and shows it, or leaves what is shown alone. */
  async function runFile(
    recording: Recording,
    file: File,
    sound: Sound,
    { from = 0, show = true } = {},
  ): Promise<void> {
    let problem = "";
    const pieces = sound.pieces((words) => (problem = words));
    const wav = (await canPlay(file)) ? null : createWavWriter();
    await transcriber.end();
    const known = await keeper.sound(recording.id);
    if (show) set({ recording, sound: known ?? (wav ? null : file) });
    if (!wav && !known) void keepSound(recording.id, file);
    await transcriber.run(recording, {
      pieces: wav ? wav.copying(pieces) : pieces,
      ...{ seconds: sound.seconds, from },
      problem: () => problem,
    });
    if (wav && !known && wav.seconds > 0)
      await keepSound(recording.id, wav.file());
  }

  /** Looks into a file; says why where it is none. */
  async function tryOpen(file: File): Promise<Sound | null> {
    set({ opening: file.name });
    try {
      return await openSound(file);
    } catch (reason) {
      const before = state.value.problem;
      const { message } = toWickError(reason);
      set({ problem: before ? `${before}\n${message}` : message });
      return null;
    } finally {
      set({ opening: "" });
    }
  }

  /** Transcribes a file to its end; whether it could begin. */
  async function beginFile(
    file: File,
    show: boolean,
    sample?: { title: string },
  ): Promise<boolean> {
    const shown = state.value.recording;
    const same =
      shown?.file.name === file.name && shown.file.size === file.size;
    if (shown && same && !state.value.sound) {
      await keepSound(shown.id, file); // only its text had been kept
      return true;
    }
    const sound = await tryOpen(file);
    if (!sound) return false;
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
      { show },
    );
    if (!room.state.value.model) turns.halt(); // what waits would fail as this did
    return true;
  }

  async function record(device: string): Promise<void> {
    set({ problem: "" });
    let listening = null as Listening | null;
    const lost = (problem: string) => {
      set({ problem });
      void listening?.end();
    };
    try {
      listening = await startListening(openMicrophone, device, level, lost);
    } catch (reason) {
      set({ problem: toWickError(reason).message });
      return;
    }
    turns.halt();
    await transcriber.end();
    const id = newId();
    const title = `Recording, ${kDay.format(now())}`;
    const file = { name: `${title}.wav`, size: 0 };
    const recording = {
      ...createRecording(id, "microphone", file, title, now()),
      sound: soundOf(1, kSampleRate),
    };
    set({ recording, sound: null });
    void listening.sound.then((sound) => sound && keepSound(id, sound));
    const { pieces } = listening;
    await transcriber.run(recording, {
      ...{ pieces, seconds: 0, from: 0, listening },
      problem: () => "",
    });
  }

  /** What shows, to be read anew before the files that wait; null where its sound is not there. */
  async function openShown(): Promise<Shown | null> {
    const { recording, sound: kept } = state.value;
    if (!recording || !kept) return null;
    set({ problem: "" });
    const file =
      kept instanceof File ? kept : new File([kept], recording.file.name);
    const sound = await tryOpen(file);
    if (!sound) return null;
    turns.halt();
    return { recording, file, sound };
  }

  keeper.state.subscribe(set);
  turns.state.subscribe(set);
  transcriber.state.subscribe((work) => {
    const shows = work && work.recording.id === state.value.recording?.id;
    set({
      job: work?.job ?? null,
      ...(shows && { recording: work.recording }),
    });
  });

  return {
    state,
    level,
    async openFile(file, sample) {
      set({ problem: "" });
      await beginFile(file, true, sample);
    },
    async openFiles(files) {
      set({ problem: "" });
      await turns.add(files);
    },
    clearWaiting: turns.clear,
    record,
    async stop() {
      turns.halt();
      await transcriber.stop();
    },
    async goOn() {
      const shown = await openShown();
      if (!shown) return;
      const { recording, file, sound } = shown;
      await runFile({ ...recording, problem: "" }, file, sound, {
        from: recording.done,
      });
    },
    async again() {
      const shown = await openShown();
      if (!shown) return () => undefined;
      const { recording, file, sound } = shown;
      const { id } = recording;
      const bare = { done: 0, complete: false, segments: [], language: null };
      void runFile({ ...recording, ...bare, problem: "" }, file, sound);
      return () =>
        void transcriber.end().then(() => update(id, () => recording));
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
      void update(id, (old) => ({
        ...old,
        segments: withSegmentText(old.segments, segment, text),
      }));
      return () =>
        void update(id, ({ segments, ...old }) => {
          const others = segments.filter(({ start }) => start !== before.start);
          return { ...old, segments: others.toSpliced(segment, 0, before) };
        });
    },
    rename(title) {
      const id = state.value.recording?.id;
      if (!id || !title.trim()) return;
      void update(id, (before) => ({ ...before, title: title.trim() }));
    },
    async remove(id) {
      if (transcriber.state.value?.recording.id === id) await transcriber.end();
      const recording = get(id) ?? (await keeper.read(id));
      const sound = await keeper.sound(id);
      await keeper.remove(id);
      if (state.value.recording?.id === id)
        set({ recording: null, sound: null });
      return async () => {
        if (!recording) return;
        set({ recording, sound });
        if (sound) await keepSound(id, sound);
        await save(recording);
      };
    },
  };
}

const kDay = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" },
});
