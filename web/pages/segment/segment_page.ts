import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../../elements/camera_view.ts";
import { icon } from "../../elements/icon.ts";
import { LightElement } from "../../elements/light_element.ts";
import "../../elements/segment_bar.ts";
import "../../elements/segment_empty.ts";
import "../../elements/segment_panel.ts";
import "../../elements/segment_progress.ts";
import "../../elements/segment_stage.ts";
import type { SegmentStage } from "../../elements/segment_stage.ts";
import { toast } from "../../elements/toast.ts";
import { toWickError } from "../../engine/errors.ts";
import "../../style/segment.css";
import type { App } from "../app.ts";
import { onFileDrop, pickFile, pickFiles } from "../files.ts";
import { taskOf } from "../model_files.ts";
import { observable, watch } from "../observable.ts";
import { recall, remember } from "../remember.ts";
import { go, route } from "../router.ts";
import { onFilePaste } from "../paste.ts";
import { segmentKeys } from "./keys.ts";
import { fetchSample, sample } from "./sample.ts";
import { besides, currentOf } from "./scene.ts";
import type { SegmentSession } from "./session.ts";
import { kBrush, kMostBrush, tools, type Tool } from "./tool.ts";

const kHoverKey = "wick.hover";

/** The Segment page: a picture, and what one points at in it. */
@customElement("segment-page")
export class SegmentPage extends LightElement {
  @property({ attribute: false }) app!: App;
  @state() private session: SegmentSession | null = null;
  @state() private dropping = false;
  @state() private camera = false;
  @state() private hovering = recall(kHoverKey) !== "off";
  readonly #tool = observable<Tool>("point");
  /** What the pointer does: as the tool, or it moves the picture meanwhile. */
  readonly #pointer = observable<Tool>("point");
  readonly #brush = observable(kBrush);
  #stops: (() => void)[] = [];

  protected override watched() {
    return [this.#tool];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      this.#tool.subscribe((tool) => this.#pointer.set(tool)),
      route.subscribe(() => void this.#followRoute()),
      onFileDrop((over) => (this.dropping = over), this.#take),
      onFilePaste(this.#take),
      segmentKeys({
        tool: (tool) => this.#tool.set(tool),
        hold: (on) => this.#pointer.set(on ? "move" : this.#tool.value),
        choose: (candidate) => this.session?.choose(candidate),
        brush: (by) => this.#resizeBrush(by),
        fresh: () => this.session?.newThing(),
        remove: () => this.#removeThing(),
        step: (by) => this.#step(by),
        everything: () => void this.session?.everything(),
        undo: () => this.session?.undo(),
        redo: () => this.session?.redo(),
        zoom: (by) => this.#stage?.zoom(by),
        fit: () => this.#stage?.fit(),
        escape: () => this.#escape(),
      }),
    ];
    if (!this.session) void this.#start();
    else void this.#followRoute();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  async #start(): Promise<void> {
    const session = await this.app.pictures();
    watch(this, session.state, this.app.seeing.state);
    session.state.subscribe(() => this.#showInAddress());
    this.session = session;
    await this.#followRoute();
  }

  async #followRoute(): Promise<void> {
    const { page, argument } = route.value;
    const { session } = this;
    if (page !== "segment" || !session) return;
    if (!argument) {
      const last = session.state.value.picture?.id;
      if (last) go("segment", last, true);
      return;
    }
    if (!(await session.open(argument))) go("segment", "", true);
  }

  /** A picture gets its address once there is one. */
  #showInAddress(): void {
    if (route.value.page !== "segment" || !this.session) return;
    const id = this.session.state.value.picture?.id ?? "";
    if (id !== route.value.argument) go("segment", id, true);
  }

  protected override render() {
    const { session } = this;
    const picture = session?.state.value.picture;
    return html`<main
        class="seg-page ${picture ? "" : "fresh-page"} ${this.dropping ? "dropping" : ""}"
        id="main"
      >
        ${session ? (picture ? this.#work(session) : this.#empty(session)) : nothing}
      </main>
      ${this.dropping ? html`<p class="drop-file">Drop a picture to segment it, or a model’s files to use them</p>` : nothing}
      ${
        this.camera
          ? html`<camera-view
              .onPicture=${(file: File) => {
                this.camera = false;
                void this.session?.openFile(file);
              }}
              .onClose=${() => (this.camera = false)}
            ></camera-view>`
          : nothing
      }`;
  }

  #empty(session: SegmentSession) {
    const { problem } = session.state.value;
    const failed = problem || this.app.seeing.state.value.problem;
    return html`<segment-empty
      .session=${session}
      .room=${this.app.seeing}
      .shelf=${this.app.shelf}
      .problem=${failed ? this.#note(failed, "bad") : nothing}
      .onChoose=${this.#choose}
      .onCamera=${() => (this.camera = true)}
      .onSample=${() => void this.#sample()}
    ></segment-empty>`;
  }

  #work(session: SegmentSession) {
    const { unkept, picture } = session.state.value;
    const ratio = picture ? picture.height / picture.width : 1;
    return html`<segment-bar
        .session=${session}
        .room=${this.app.seeing}
        .onChoose=${this.#choose}
      ></segment-bar>
      ${this.#tools()}
      <div class="stage-place" style="--ratio:${ratio}">
        <segment-stage
          .session=${session}
          .tool=${this.#pointer}
          .brush=${this.#brush}
          .hovering=${this.hovering}
        ></segment-stage>
        <segment-progress
          .session=${session}
          .room=${this.app.seeing}
          .tool=${this.#pointer}
        ></segment-progress>
      </div>
      <aside class="set" aria-label="Result">
        ${unkept ? this.#note(unkept, "") : nothing}
        <segment-panel
          .session=${session}
          .room=${this.app.seeing}
          .shelf=${this.app.shelf}
          .tool=${this.#tool}
          .brush=${this.#brush}
          .hovering=${this.hovering}
          .onHovering=${(on: boolean) => this.#setHovering(on)}
          .onPick=${() => void this.#pickModel()}
        ></segment-panel>
      </aside>`;
  }

  #tools() {
    return html`<div
      class="tools"
      role="toolbar"
      aria-label="Tools"
      aria-orientation="vertical"
    >
      ${tools.map(
        ({ id, title, icon: name, key }) =>
          html`<button
            class="btn quiet"
            aria-label=${title}
            aria-pressed=${this.#tool.value === id}
            data-tip="${title}  ${key}"
            data-at="right"
            @click=${() => this.#tool.set(id)}
          >
            ${icon(name)}
          </button>`,
      )}
      <hr />
      <button
        class="btn quiet"
        aria-label="Take a picture"
        data-tip="Camera"
        data-at="right"
        @click=${() => (this.camera = true)}
      >
        ${icon("camera")}
      </button>
    </div>`;
  }

  #note(words: string, kind: "" | "bad") {
    return html`<div class="note ${kind}" role=${kind ? "alert" : "status"}>
      ${icon("alert", true)}<span>${words}</span>
    </div>`;
  }

  get #stage(): SegmentStage | null {
    return this.querySelector<SegmentStage>("segment-stage");
  }

  #setHovering(on: boolean): void {
    this.hovering = on;
    remember(kHoverKey, on ? "on" : "off");
  }

  readonly #choose = async (): Promise<void> => {
    const file = await pickFile("image/*");
    if (file) await this.session?.openFile(file);
  };

  async #sample(): Promise<void> {
    try {
      await this.session?.openFile(await fetchSample(), sample.title);
    } catch (reason) {
      toast(toWickError(reason).message);
    }
  }

  async #pickModel(): Promise<void> {
    const files = await pickFiles("");
    if (files.length > 0) this.#useModel(files);
  }

  #useModel(files: File[]): void {
    this.app.seeing.use({ kind: "file", files }).catch(() => undefined); // the reason stands in the room's state
  }

  /** A picture, or a model’s files, or both; of several pictures the first. */
  readonly #take = async (files: File[]): Promise<void> => {
    const isPicture = ({ type }: File) => type.startsWith("image/");
    const others = files.filter((file) => !isPicture(file));
    const model = (await taskOf(others)) !== null;
    if (model) this.#useModel(others);
    const [picture] = model ? files.filter(isPicture) : files;
    if (picture) await this.session?.openFile(picture);
  };

  #resizeBrush(by: number): void {
    const { size } = this.#brush.value;
    const next = Math.min(kMostBrush, Math.max(2, Math.round(size * by)));
    this.#brush.set({ ...this.#brush.value, size: next });
  }

  #removeThing(): void {
    const { session } = this;
    const thing = session && currentOf(session.state.value.scene);
    if (thing) session.removeThing(thing.id);
  }

  #step(by: 1 | -1): void {
    const { session } = this;
    const next = session && besides(session.state.value.scene, by);
    if (next) session.select(next.id);
  }

  /** From the tool back to points, and from the thing to none, so that the next click selects. */
  #escape(): void {
    if (this.camera) this.camera = false;
    else if (this.#tool.value !== "point") this.#tool.set("point");
    else this.session?.select(null);
  }
}
