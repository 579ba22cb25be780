import { observable, type Observable } from "../observable.ts";

export interface PlayerState {
  /** Whether there is something that can be played. */
  ready: boolean;
  playing: boolean;
  /** Seconds. */
  time: number;
  speed: number;
}

/** Plays the sound of a recording. */
export interface Player {
  readonly state: Observable<PlayerState>;
  load(sound: Blob | null): void;
  toggle(): void;
  pause(): void;
  /** Goes to a time, and plays from there if `play` is set. */
  seek(time: number, play?: boolean): void;
  setSpeed(speed: number): void;
}

export const kSpeeds = [0.75, 1, 1.25, 1.5, 2] as const;

export function createPlayer(audio = new Audio()): Player {
  const state = observable<PlayerState>({
    ...{ ready: false, playing: false, time: 0, speed: 1 },
  });
  const set = (part: Partial<PlayerState>) =>
    state.set({ ...state.value, ...part });
  let address = "";
  let loaded: Blob | null = null;
  let frame = 0;

  audio.preload = "auto";
  const tick = () => {
    if (loaded) set({ time: audio.currentTime });
    frame = audio.paused ? 0 : requestAnimationFrame(tick);
  };
  audio.addEventListener("play", () => {
    set({ playing: true });
    cancelAnimationFrame(frame);
    tick();
  });
  audio.addEventListener("pause", () => set({ playing: false }));
  audio.addEventListener("ended", () => set({ playing: false }));
  audio.addEventListener(
    "seeked",
    () => loaded && set({ time: audio.currentTime }),
  );
  audio.addEventListener("loadedmetadata", () => set({ ready: true }));
  audio.addEventListener("error", () => set({ ready: false, playing: false }));

  const play = () => void audio.play().catch(() => undefined); // a load of another sound interrupts it
  return {
    state,
    load(sound) {
      if (sound === loaded) return;
      loaded = sound;
      audio.pause();
      cancelAnimationFrame(frame);
      if (address) URL.revokeObjectURL(address);
      address = sound ? URL.createObjectURL(sound) : "";
      set({ ready: false, playing: false, time: 0 });
      if (address) audio.src = address;
      else {
        audio.removeAttribute("src");
        audio.load();
      }
      audio.playbackRate = state.value.speed;
    },
    toggle() {
      if (!state.value.ready) return;
      if (audio.paused) play();
      else audio.pause();
    },
    pause: () => audio.pause(),
    seek(time, thenPlay = false) {
      const end = Number.isFinite(audio.duration) ? audio.duration : Infinity;
      const at = Math.min(Math.max(0, time), end);
      set({ time: at });
      if (!loaded) return;
      audio.currentTime = at;
      if (thenPlay) play();
    },
    setSpeed(speed) {
      audio.playbackRate = audio.defaultPlaybackRate = speed;
      set({ speed });
    },
  };
}

/** Whether the browser can play a file, whatever it is called. */
export function canPlay(file: Blob): Promise<boolean> {
  const audio = new Audio();
  const address = URL.createObjectURL(file);
  return new Promise<boolean>((resolve) => {
    audio.addEventListener("loadedmetadata", () => resolve(true));
    audio.addEventListener("error", () => resolve(false));
    setTimeout(() => resolve(true), 4000); // slow is not broken
    audio.preload = "metadata";
    audio.src = address;
  }).finally(() => {
    audio.removeAttribute("src");
    URL.revokeObjectURL(address);
  });
}
