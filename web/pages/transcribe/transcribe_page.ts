import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../../elements/icon.ts";
import { LightElement } from "../../elements/light_element.ts";
import "../../elements/recording_title.ts";
import { chosenMicrophone } from "../../elements/source_bar.ts";
import { toast } from "../../elements/toast.ts";
import "../../elements/transcribe_empty.ts";
import "../../elements/transcribe_job.ts";
import "../../elements/transcribe_queue.ts";
import "../../elements/transcribe_settings.ts";
import "../../elements/transcript_tools.ts";
import type { TranscriptTools } from "../../elements/transcript_tools.ts";
import "../../elements/transcript_view.ts";
import type { TranscriptView } from "../../elements/transcript_view.ts";
import "../../elements/wave_view.ts";
import { toWickError } from "../../engine/errors.ts";
import "../../style/transcribe.css";
import type { App } from "../app.ts";
import { onFileDrop, pickFiles } from "../files.ts";
import { taskOf } from "../model_files.ts";
import { observable, watch } from "../observable.ts";
import { go, route } from "../router.ts";
import { kAccept } from "./accept.ts";
import { transcribeKeys } from "./keys.ts";
import { onFilePaste } from "../paste.ts";
import { isQuiet } from "./peaks.ts";
import { createPlayer } from "./player.ts";
import type { Recording } from "./recording.ts";
import { fetchSample, sample } from "./sample.ts";
import type { TranscribeSession } from "./session.ts";
import { kPlainView, type View } from "./view.ts";

/** The Transcribe page: a recording, its waveform, its text. */
@customElement("transcribe-page")
export class TranscribePage extends LightElement {
  @property({ attribute: false }) app!: App;
  @state() private session: TranscribeSession | null = null;
  @state() private dropping = false;
  readonly #player = createPlayer();
  readonly #view = observable<View>(kPlainView);
  #shown = "";
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      route.subscribe(() => void this.#followRoute()),
      onFileDrop((over) => (this.dropping = over), this.#take),
      onFilePaste(this.#take),
      transcribeKeys({
        toggle: () => this.#player.toggle(),
        jump: (by) => this.#player.seek(this.#player.state.value.time + by),
        step: (by) => this.#step(by),
        search: () =>
          this.querySelector<TranscriptTools>("transcript-tools")?.focus(),
        record: () => this.#record(),
        edit: () => this.#edit(),
        escape: () => this.#escape(),
      }),
    ];
    if (!this.session) void this.#start();
    else void this.#followRoute();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#player.pause();
    for (const stop of this.#stops) stop();
  }

  async #start(): Promise<void> {
    const session = await this.app.transcripts();
    watch(this, session.state, this.app.speech.state);
    session.state.subscribe(() => this.#showInAddress());
    this.session = session;
    await this.#followRoute();
  }

  async #followRoute(): Promise<void> {
    const { page, argument } = route.value;
    const { session } = this;
    if (page !== "transcribe" || !session) return;
    if (!argument) {
      const { job, recording } = session.state.value;
      const last = job?.recording ?? recording?.id;
      if (last) go("transcribe", last, true);
      return;
    }
    if (!(await session.open(argument))) go("transcribe", "", true);
  }

  /** A recording gets its address once there is one. */
  #showInAddress(): void {
    if (route.value.page !== "transcribe" || !this.session) return;
    const id = this.session.state.value.recording?.id ?? "";
    if (id !== route.value.argument) go("transcribe", id, true);
  }

  protected override willUpdate(): void {
    const { recording, sound } = this.session?.state.value ?? {};
    this.#player.load(sound ?? null);
    const id = recording?.id ?? "";
    if (id === this.#shown) return;
    this.#shown = id;
    this.#view.set(kPlainView);
  }

  protected override render() {
    const { session } = this;
    const recording = session?.state.value.recording;
    return html`<div class="scribe ${this.dropping ? "dropping" : ""}">
      <main class="work" id="main">
        ${session ? (recording ? this.#loaded(session, recording) : this.#empty(session)) : nothing}
      </main>
      ${
        session && recording
          ? html`<aside class="care" aria-label="Settings">
              <transcribe-settings
                .session=${session}
                .room=${this.app.speech}
                .shelf=${this.app.shelf}
                .settings=${this.app.hearing}
                .onPick=${() => void this.#pickModel()}
              ></transcribe-settings>
            </aside>`
          : nothing
      }
      ${this.dropping ? html`<p class="drop-file">Drop recordings to transcribe them, or a model’s files to use them</p>` : nothing}
    </div>`;
  }

  #empty(session: TranscribeSession) {
    return html`<transcribe-empty
      .session=${session}
      .room=${this.app.speech}
      .shelf=${this.app.shelf}
      .problem=${html`${this.#problem(session)}<transcribe-queue
          .session=${session}
        ></transcribe-queue>`}
      .onChoose=${() => void pickFiles(kAccept).then(this.#take)}
      .onRecord=${() => this.#record()}
      .onSample=${() => void this.#sample()}
    ></transcribe-empty>`;
  }

  #loaded(session: TranscribeSession, recording: Recording) {
    const { sound, job, unkept } = session.state.value;
    const mine = job?.recording === recording.id;
    const empty = recording.segments.length === 0;
    const silent = sound || mine ? "" : "The sound was not kept";
    return html`<source-bar
        .session=${session}
        .onFiles=${(files: File[]) => void this.#take(files)}
      ></source-bar>
      ${this.#problem(session)}
      <transcribe-queue .session=${session}></transcribe-queue>
      <recording-title
        .recording=${recording}
        .onRename=${(title: string) => session.rename(title)}
      ></recording-title>
      <transcribe-job
        .session=${session}
        .room=${this.app.speech}
      ></transcribe-job>
      <wave-view
        .player=${this.#player}
        .peaks=${recording.peaks}
        .seconds=${recording.seconds}
        .growing=${mine && job.hearing}
        .silent=${silent}
      ></wave-view>
      ${unkept ? this.#note(unkept, "") : nothing}
      ${
        empty
          ? nothing
          : html`<transcript-tools
              .session=${session}
              .room=${this.app.speech}
              .settings=${this.app.hearing}
              .view=${this.#view}
              .onShow=${(segment: number) => this.#text?.show(segment)}
            ></transcript-tools>`
      }
      <transcript-view
        .session=${session}
        .player=${this.#player}
        .settings=${this.app.hearing}
        .view=${this.#view}
      ></transcript-view>
      ${
        empty && recording.complete
          ? html`<p class="muted nothing">
              No speech found in this recording.
              ${isQuiet(recording.peaks) ? "It is very quiet." : nothing}
            </p>`
          : nothing
      }`;
  }

  #problem(session: TranscribeSession) {
    const { problem: refused } = session.state.value;
    const problem = refused || this.app.speech.state.value.problem;
    return problem ? this.#note(problem, "bad") : nothing;
  }

  #note(words: string, kind: "" | "bad") {
    return html`<div class="note ${kind}" role=${kind ? "alert" : "status"}>
      ${icon("alert", true)}<span>${words}</span>
    </div>`;
  }

  get #text(): TranscriptView | null {
    return this.querySelector<TranscriptView>("transcript-view");
  }

  async #sample(): Promise<void> {
    try {
      await this.session?.openFile(await fetchSample(), sample);
    } catch (reason) {
      toast(toWickError(reason).message);
    }
  }

  async #pickModel(): Promise<void> {
    const files = await pickFiles("");
    if (files.length > 0) this.#useModel(files);
  }

  #useModel(files: File[]): void {
    this.app.speech.use({ kind: "file", files }).catch(() => undefined); // the reason stands in the room's state
  }

  /** Recordings, or a model’s files, or both. */
  readonly #take = async (files: File[]): Promise<void> => {
    const isSound = ({ type }: File) => /^(audio|video)\//.test(type);
    const others = files.filter((file) => !isSound(file));
    const model = (await taskOf(others)) !== null;
    if (model) this.#useModel(others);
    const recordings = model ? files.filter(isSound) : files;
    if (recordings.length > 0) await this.session?.openFiles(recordings);
  };

  #record(): void {
    const { session } = this;
    if (session?.state.value.job?.hearing) void session.stop();
    else void session?.record(chosenMicrophone());
  }

  #step(by: number): void {
    const segments = this.session?.state.value.recording?.segments ?? [];
    const last = segments.length - 1;
    const { segment } = this.#view.value;
    const next = Math.min(Math.max(0, segment + by), Math.max(0, last));
    const place = segments[next];
    if (!place) return;
    this.#view.set({ ...this.#view.value, segment: next });
    this.#player.seek(place.start);
    this.#text?.show(next);
  }

  #edit(): void {
    const { segment } = this.#view.value;
    this.#view.set({ ...this.#view.value, editing: segment });
  }

  #escape(): void {
    const { editMode } = this.#view.value;
    if (editMode) this.#view.set({ ...this.#view.value, editMode: false });
    else if (this.session?.state.value.job) void this.session.stop();
    else this.#player.pause();
  }
}
