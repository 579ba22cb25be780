import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SegmentRoom } from "../pages/engine_room.ts";
import type { Observable } from "../pages/observable.ts";
import { shownThings } from "../pages/segment/scene.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import { createSpeedMeter } from "../engine/speed.ts";
import { duration } from "../pages/format.ts";
import { selectsThings, type Tool } from "../pages/segment/tool.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { progressRow } from "./load_progress.ts";

/** On the stage: what must be done before the picture answers, or what one can do then. */
@customElement("segment-progress")
export class SegmentProgress extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;
  @property({ attribute: false }) room!: SegmentRoom;

  @property({ attribute: false }) tool!: Observable<Tool>;
  #meter = createSpeedMeter();

  protected override watched() {
    return [this.session.state, this.room.state, this.tool];
  }

  protected override render() {
    const { problem, reading, finding, found, ready } =
      this.session.state.value;
    const { phase, title, progress } = this.room.state.value;
    const failed = problem || this.room.state.value.problem;
    if (failed) return this.#failed(failed);
    if (phase === "fetching" || phase === "loading") {
      const words = phase === "fetching" ? "Fetching" : "Loading";
      const cancel = html`<button
        class="btn quiet small"
        @click=${() => this.room.cancelLoad()}
      >
        Cancel
      </button>`;
      return html`<div class="on-stage pop">
        <b>${words} ${title}</b
        >${progressRow(`${words} ${title}`, progress, cancel)}
      </div>`;
    }
    if (reading !== null)
      return this.#work(
        "Reading the picture",
        reading,
        html`<span>Once. Then every click is answered at once.</span>`,
      );
    const left = this.#timeLeft(finding);
    if (finding !== null)
      return this.#work(
        "Finding everything",
        finding,
        html`<div class="facts">
          <span>${left > 0 ? `${duration(left)} left` : "Starting"}</span
          ><span
            >${found.length > 0 ? `${found.length} found, kept when stopped` : "What is found is kept"}</span
          ><button
            class="btn quiet small"
            @click=${() => this.session.stopEverything()}
          >
            Stop
          </button>
        </div>`,
      );
    if (!ready)
      return html`<div class="on-stage pop">
        <div class="row">
          <span class="grow muted">The model is not loaded.</span
          ><button
            class="btn small"
            @click=${() => void this.session.prepare()}
          >
            Load it
          </button>
        </div>
      </div>`;
    return this.#hint();
  }

  /** What the pointer does now. */
  #hint() {
    const tool = this.tool.value;
    const { scene } = this.session.state.value;
    const space = html`<span class="wide-only"
      ><kbd>Space</kbd> drag moves</span
    >`;
    if (tool === "brush")
      return html`<div class="hint">
        <span>Drag paints</span
        ><span class="wide-only"><kbd>Alt</kbd> drag erases</span
        ><span class="wide-only"><kbd>[</kbd> <kbd>]</kbd> size</span>${space}
      </div>`;
    if (tool === "move")
      return html`<div class="hint">
        <span>Drag moves the picture</span
        ><span class="wide-only"><kbd>0</kbd> shows all of it</span>
      </div>`;
    if (selectsThings(tool, scene) && shownThings(scene).length > 0)
      return html`<div class="hint">
        <span>Click an object to work on it</span
        ><span class="wide-only"><kbd>,</kbd> <kbd>.</kbd> go through them</span
        >${tool === "point" ? html`<span>Elsewhere a click begins another</span>` : nothing}
      </div>`;
    return html`<div class="hint">
      <span>Click adds</span
      ><span class="wide-only"><kbd>Alt</kbd> click leaves out</span
      ><span>Drag draws a box</span>${space}
    </div>`;
  }

  /** Seconds; 0 until it can be told. */
  #timeLeft(share: number | null): number {
    if (share === null || share === 0) this.#meter = createSpeedMeter();
    return this.#meter.measure(share ?? 0, 1, performance.now()).left;
  }

  #work(words: string, share: number, more: TemplateResult) {
    const percent = Math.round(share * 100);
    return html`<div class="on-stage pop">
      <div class="progress">
        <div class="row">
          <b class="grow">${words}</b><span class="num">${percent} %</span>
        </div>
        <div
          class="track"
          role="progressbar"
          aria-label=${words}
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${percent}
        >
          <i style="width:${percent}%"></i>
        </div>
        ${more}
      </div>
    </div>`;
  }

  #failed(words: string) {
    const { ready } = this.session.state.value;
    return html`<div class="on-stage note bad" role="alert">
      ${icon("alert", true)}<span class="grow">${words}</span>
      ${
        ready
          ? nothing
          : html`<button
              class="btn small"
              @click=${() => void this.session.prepare()}
            >
              Try again
            </button>`
      }
    </div>`;
  }
}
