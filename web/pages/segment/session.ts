import type { SegmentModel } from "../../engine/api.ts";
import { toWickError, WickError } from "../../engine/errors.ts";
import type {
  MaskBox,
  MaskCandidate,
  MaskPoint,
  MaskPreview,
  MaskPrompt,
} from "../../engine/types.ts";
import type { SegmentRoom } from "../engine_room.ts";
import { createKeeper, type KeeperState } from "../keeper.ts";
import { observable, type Observable } from "../observable.ts";
import {
  advanced,
  historyOf,
  redone,
  undone,
  type History,
} from "./history.ts";
import { newestWins } from "./newest.ts";
import type { OpenPicture, ReadPixels, ShowPicture } from "./open_picture.ts";
import { withoutKnown } from "./overlap.ts";
import { titleOfFile, type Head, type Picture } from "./picture.ts";
import { kPictures, type Pictures } from "./pictures.ts";
import { createReader } from "./reader.ts";
import { recentLogits } from "./recent_logits.ts";
import {
  currentOf,
  isEmpty,
  kNoScene,
  maskOf,
  promptOf,
  withAnswer,
  withBox,
  withFound,
  withMask,
  withNewThing,
  withoutBox,
  withoutEmptied,
  withoutPoint,
  withoutThing,
  withPoint,
  withThing,
  type Scene,
  type Thing,
} from "./scene.ts";
import type { Place } from "./view.ts";

export interface SessionState extends KeeperState<Head> {
  picture: Picture | null;
  /** What is shown of it, and its file. */
  shown: Blob | null;
  original: Blob | null;
  scene: Scene;
  undoable: boolean;
  redoable: boolean;
  /** A file that is being looked into. */
  opening: string;
  /** How much of the picture the model has read; null while it does not read. */
  reading: number | null;
  /** Whether prompts are answered at once. */
  ready: boolean;
  /** How much is done of finding everything; null while that is not asked for. */
  finding: number | null;
  /** What is found meanwhile. */
  found: MaskCandidate[];
  /** What the thing under the pointer would be. */
  preview: MaskPreview | null;
  /** Why what was asked last did not work; what was there stays. */
  problem: string;
}

/** What the Segment page does, apart from how it looks. */
export interface SegmentSession {
  readonly state: Observable<SessionState>;
  openFile(file: File, title?: string): Promise<void>;
  /** One of the kept pictures; false if there is none of this id. */
  open(id: string): Promise<boolean>;
  /** Back to the empty page; what is on its way is given up. */
  close(): void;
  remove(id: string): Promise<() => Promise<void>>;
  /** Loads the model if need be, and has it read the picture. */
  prepare(): Promise<void>;
  addPoint(point: MaskPoint): void;
  removePoint(index: number): void;
  drawBox(box: MaskBox): void;
  removeBox(): void;
  /** Shows what a further point would give; null for none. */
  hover(point: MaskPoint | null): void;
  /** Adds a stroke to the mask that is worked on, or takes it out; places and radius in pixels of the picture. */
  paint(
    places: readonly Place[],
    radius: number,
    erase: boolean,
  ): Promise<void>;
  /** Finds everything in the picture; each thing found becomes one of the scene. */
  everything(): Promise<void>;
  /** Ends that with what is found. */
  stopEverything(): void;
  choose(candidate: number): void;
  /** The next prompt begins another thing. */
  newThing(): void;
  /** Works on a thing; null for none. */
  select(id: string | null): void;
  rename(id: string, name: string): void;
  toggleHidden(id: string): void;
  removeThing(id: string): void;
  undo(): void;
  redo(): void;
}

export interface SessionOptions {
  room: SegmentRoom;
  kept: Pictures;
  openPicture: OpenPicture;
  showPicture: ShowPicture;
  readPixels: ReadPixels;
  /** What names a file's bytes. */
  digest: (file: Blob) => Promise<string>;
  now?: () => number;
  clock?: () => number;
  newId?: () => string;
}

const kMakeRoom = "Delete a picture or a model, or export this one.";
/** A larger file is not kept, its masks are. */
const kMostFileBytes = 100e6;

export function createSession(options: SessionOptions): SegmentSession {
  const { room, kept, openPicture, showPicture, readPixels, digest } = options;
  const now = options.now ?? Date.now;
  const newId = options.newId ?? (() => crypto.randomUUID());
  const keeper = createKeeper(kept, kPictures, kMakeRoom);
  const files = new Map<string, Blob>(); // that the store may have refused
  const state = observable<SessionState>({
    ...{ picture: null, shown: null, original: null, scene: kNoScene },
    ...{ undoable: false, redoable: false, opening: "", reading: null },
    ...{ ready: false, finding: null, found: [], preview: null, problem: "" },
    ...keeper.state.value,
  });
  const set = (part: Partial<SessionState>) =>
    state.set({ ...state.value, ...part });
  keeper.state.subscribe((value) => set(value));

  let history: History<Scene> = historyOf(kNoScene);
  let answering = false;
  const logits = recentLogits();
  let search: AbortController | null = null;

  // ---- pictures ----------------------------------------------------------------------------------------------------

  function show(
    picture: Picture | null,
    shown: Blob | null,
    original: Blob | null,
  ): void {
    reader.stop();
    search?.abort();
    follow.forget();
    history = historyOf(picture?.scene ?? kNoScene);
    set({
      ...{ picture, shown, original, preview: null, problem: "" },
      ...{ reading: null, finding: null, found: [] },
      ready: picture !== null && reader.modelFor(picture.id) !== null,
    });
    showScene(false);
    if (picture) void prepare();
  }

  async function openFile(file: File, title?: string): Promise<void> {
    set({ opening: file.name, problem: "" });
    try {
      const id = await digest(file);
      if (await open(id)) return;
      const { shown, ...opened } = await openPicture(file);
      const picture: Picture = {
        ...{ id, title: title ?? titleOfFile(file.name), updated: now() },
        ...{ ...opened, scene: kNoScene, readMs: 0 },
      };
      files.set(id, file);
      show(picture, shown, file);
      await keeper.save(picture);
      if (file.size <= kMostFileBytes)
        await kept.writeFile(id, file).catch(() => undefined); // the masks matter more
    } catch (reason) {
      set({ problem: toWickError(reason).message });
    } finally {
      set({ opening: "" });
    }
  }

  async function open(id: string): Promise<boolean> {
    if (state.value.picture?.id === id) return true;
    const picture = await keeper.read(id);
    const file = await fileOf(id).catch(() => undefined);
    if (!picture || !file) return false;
    const shown = await showPicture(file, picture).catch(() => file);
    show(picture, shown, file);
    return true;
  }

  const fileOf = async (id: string) => files.get(id) ?? (await kept.file(id));

  async function remove(id: string): Promise<() => Promise<void>> {
    const picture = await keeper.read(id);
    const file = await fileOf(id);
    await keeper.remove(id);
    files.delete(id);
    if (state.value.picture?.id === id) show(null, null, null);
    return async () => {
      if (picture) await keeper.save(picture);
      if (file) await kept.writeFile(id, file);
    };
  }

  // ---- the model and what it reads ---------------------------------------------------------------------------------

  const reader = createReader({
    ...{ room, kept, readPixels },
    clock: options.clock ?? (() => performance.now()),
    onProgress: (reading) => set({ reading }),
    onRead: (readMs) => void changePicture({ readMs }),
  });

  /** The model, once it has read the picture that shows. */
  async function readyModel(): Promise<SegmentModel> {
    const { picture, shown } = state.value;
    if (!picture || !shown)
      throw new WickError("bad_argument", "No picture shows.");
    if (!reader.modelFor(picture.id)) set({ ready: false });
    const model = await reader.read(picture, shown);
    if (!state.value.ready) set({ ready: true, problem: "" });
    return model;
  }

  async function prepare(): Promise<void> {
    await readyModel().catch(tell);
    void answer();
  }

  function tell(reason: unknown): void {
    const { code, message } = toWickError(reason);
    if (code === "crashed" || code === "killed") room.forget();
    if (code !== "cancelled") set({ problem: message });
  }

  // Another model that is loaded in the place of this one has read nothing yet.
  room.state.subscribe(({ model, phase }) => {
    const { picture } = state.value;
    if (!picture || !model || phase !== "ready" || reader.busy) return;
    if (!reader.modelFor(picture.id)) void prepare();
  });

  // ---- the scene ---------------------------------------------------------------------------------------------------

  function showScene(saved = true): void {
    const { past, now: scene, future } = history;
    set({
      scene,
      undoable: past.length > 0,
      redoable: future.length > 0,
    });
    if (saved) void changePicture({ scene });
  }

  async function changePicture(part: Partial<Picture>): Promise<void> {
    const { picture } = state.value;
    if (!picture) return;
    const changed = { ...picture, ...part, updated: now() };
    set({ picture: changed });
    await keeper.save(changed);
  }

  function step(next: Scene): void {
    history = advanced(history, next);
    follow.forget();
    set({ preview: null, problem: "" });
    showScene();
    void answer();
  }

  /** Changes what shows without a step that could be undone. */
  function settle(next: Scene): void {
    history = { ...history, now: next };
    showScene();
  }

  /** Another prompt for the thing that is worked on, or for a first one. */
  function prompt(change: (thing: Thing) => Thing): void {
    const { now: scene } = history;
    const begun = currentOf(scene) ? scene : withNewThing(scene, newId);
    step(withThing(begun, begun.current, change));
  }

  /** Takes a prompt of the thing that is worked on back, and with its last one the thing. */
  function retract(change: (thing: Thing) => Thing): void {
    const { now: scene } = history;
    if (!currentOf(scene)) return;
    step(withoutEmptied(withThing(scene, scene.current, change)));
  }

  /** Asks for the masks of whatever was pointed at since; one question at a time. */
  async function answer(): Promise<void> {
    if (answering) return;
    answering = true;
    try {
      for (;;) {
        const thing = history.now.things.find(({ answered }) => !answered);
        if (!thing) return;
        const model = await readyModel();
        const mask = logits.of(thing.refines);
        const told = await model.segment({ ...promptOf(thing), mask });
        logits.keep(told);
        settle(
          withThing(history.now, thing.id, (present) =>
            isSamePrompt(present, thing) ? withAnswer(present, told) : present,
          ),
        );
      }
    } catch (reason) {
      giveUp();
      tell(reason);
    } finally {
      answering = false;
    }
  }

  /** Things that got no answer stay as they are, and are not asked about over and over. */
  function giveUp(): void {
    const things = history.now.things.map((thing) => ({
      ...thing,
      answered: true,
    }));
    settle({ ...history.now, things });
  }

  const follow = newestWins(
    async (asked: MaskPrompt) => {
      const { ready, picture } = state.value;
      const model = ready && picture && reader.modelFor(picture.id);
      return model ? model.preview(asked) : null;
    },
    (preview) => set({ preview }),
  );

  /** Whether there is nothing that a place could be left out of. */
  function nothingYet(): boolean {
    const thing = currentOf(history.now);
    return !thing || isEmpty(thing);
  }

  function hover(point: MaskPoint | null): void {
    if (!point || (!point.inside && nothingYet())) {
      follow.forget();
      if (state.value.preview) set({ preview: null });
      return;
    }
    const thing = currentOf(history.now);
    if (!thing) return follow.ask({ points: [point] });
    const next = withPoint(thing, point);
    follow.ask({ ...promptOf(next), mask: logits.of(next.refines) });
  }

  async function paint(
    places: readonly Place[],
    radius: number,
    erase: boolean,
  ): Promise<void> {
    const { picture } = state.value;
    const thing = currentOf(history.now);
    const mask = thing && maskOf(thing);
    if (!picture || (erase && !mask)) return;
    try {
      const { masks } = await room.engine();
      const { width, height } = picture;
      const stroke = { places, radius, erase };
      const size = { width, height };
      const painted = await masks.paint(mask?.rle ?? null, size, stroke);
      if (state.value.picture?.id !== picture.id) return;
      const begun = thing ? history.now : withNewThing(history.now, newId);
      const id = thing?.id ?? begun.current;
      step(withThing(begun, id, (present) => withMask(present, painted)));
    } catch (reason) {
      tell(reason);
    }
  }

  /** Strokes one after the other: each is painted on what the one before has made. */
  let painted: Promise<void> = Promise.resolve();

  async function everything(): Promise<void> {
    const { picture } = state.value;
    if (!picture || search) return;
    const mine = new AbortController();
    search = mine;
    const stays = () => state.value.picture?.id === picture.id;
    const show = (finding: number | null, found: MaskCandidate[]) =>
      stays() && set({ finding, found });
    show(0, []);
    try {
      const model = await readyModel();
      const embedding = await reader.embeddingOf(picture.id);
      room.report("writing");
      const all = await model.everything(picture, embedding, {
        signal: mine.signal,
        onProgress: ({ share, found }) =>
          show(share, found ?? state.value.found),
      });
      const { masks } = await room.engine();
      const known = history.now.things.flatMap((thing) => maskOf(thing) ?? []);
      const fresh = await withoutKnown(all, known, masks);
      if (stays() && fresh.length > 0)
        step(withFound(history.now, fresh, newId));
    } catch (reason) {
      if (stays()) tell(reason);
    } finally {
      room.report("ready");
      search = null;
      show(null, []);
    }
  }

  const change = (id: string, part: Partial<Thing>) =>
    step(withThing(history.now, id, (thing) => ({ ...thing, ...part })));

  return {
    state,
    openFile,
    open,
    close: () => show(null, null, null),
    remove,
    prepare,
    addPoint(point) {
      if (point.inside || !nothingYet())
        prompt((thing) => withPoint(thing, point));
      else
        set({
          problem: "There is nothing to leave out of yet: click a thing first.",
        });
    },
    removePoint: (index) => retract((thing) => withoutPoint(thing, index)),
    drawBox: (box) => prompt((thing) => withBox(thing, box)),
    removeBox: () => retract(withoutBox),
    hover,
    paint: (...stroke) => (painted = painted.then(() => paint(...stroke))),
    everything,
    stopEverything: () => search?.abort(),
    choose(chosen) {
      const thing = currentOf(history.now);
      if (thing && chosen < thing.candidates.length)
        change(thing.id, { chosen });
    },
    newThing() {
      const next = withNewThing(history.now, newId);
      if (next.current !== history.now.current) step(next);
    },
    select(id) {
      if (id !== history.now.current) settle({ ...history.now, current: id });
    },
    rename(id, name) {
      if (name.trim()) change(id, { name: name.trim() });
    },
    toggleHidden(id) {
      const thing = history.now.things.find((one) => one.id === id);
      if (thing) change(id, { hidden: !thing.hidden });
    },
    removeThing: (id) => step(withoutThing(history.now, id)),
    undo() {
      history = undone(history);
      set({ preview: null });
      showScene();
      void answer();
    },
    redo() {
      history = redone(history);
      set({ preview: null });
      showScene();
      void answer();
    },
  };
}

const isSamePrompt = (one: Thing, other: Thing) =>
  one.points === other.points && one.box === other.box;
