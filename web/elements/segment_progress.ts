import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SegmentRoom } from "../pages/engine_room.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { progressRow } from "./load_progress.ts";

/** On the stage: what must be done before the picture answers, or what one can do then. */
@customElement("segment-progress")
export class SegmentProgress extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;
  @property({ attribute: false }) room!: SegmentRoom;

  protected override watched() {
    return [this.session.state, this.room.state];
  }

  protected override render() {
    const { problem, reading, ready } = this.session.state.value;
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
    if (reading !== null) return this.#reading(reading);
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
    return html`<div class="hint">
      <span>Click adds</span
      ><span class="wide-only"><kbd>Alt</kbd> click leaves out</span
      ><span>Drag draws a box</span>
    </div>`;
  }

  #reading(share: number) {
    const words = "Reading the picture";
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
        <span>Once. Then every click is answered at once.</span>
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
