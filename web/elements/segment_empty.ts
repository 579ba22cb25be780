import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SegmentRoom } from "../pages/engine_room.ts";
import { sample } from "../pages/segment/sample.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import type { Shelf } from "../pages/shelf.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { modelNote } from "./model_note.ts";
import "./picture_list.ts";

/** The Segment page before the first picture: where to drop one, a sample, and the model. */
@customElement("segment-empty")
export class SegmentEmpty extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;
  @property({ attribute: false }) room!: SegmentRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) onChoose!: () => void;
  @property({ attribute: false }) onCamera!: () => void;
  @property({ attribute: false }) onSample!: () => void;
  /** What went wrong, said here. */
  @property({ attribute: false }) problem: unknown = nothing;

  protected override watched() {
    return [this.session.state, this.room.state, this.shelf.state];
  }

  protected override render() {
    const { opening } = this.session.state.value;
    const kind = {
      none: "model for pictures",
      files: "a Segment Anything model’s files",
    };
    return html`<section class="fresh stack" aria-label="Start">
      <div class="drop-zone empty">
        <span class="mark-thing" aria-hidden="true">${icon("segment")}</span>
        <h1>Drop a picture here</h1>
        <p>
          Then click a thing in it and get its outline. The picture is read in
          this tab and never sent anywhere.
        </p>
        <div class="row wrap center">
          <button class="btn primary large" @click=${this.onChoose}>
            Choose a picture
          </button>
          <button class="btn large" @click=${this.onCamera}>
            ${icon("camera")}Camera
          </button>
        </div>
        <p class="small" role="status">
          ${opening ? `Looking into ${opening}` : "Paste works too"}
        </p>
      </div>
      ${this.problem}
      <button class="card sample" @click=${this.onSample}>
        <img src=${sample.address} alt="" /><span class="grow"
          ><b>Try a sample</b
          ><span class="muted">A truck with windows and wheels</span></span
        >${icon("arrow")}
      </button>
      ${modelNote(this.room, this.shelf, kind)}
      <picture-list .session=${this.session}></picture-list>
    </section>`;
  }
}
