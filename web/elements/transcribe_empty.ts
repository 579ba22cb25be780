import { html, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SpeechRoom } from "../pages/engine_room.ts";
import type { Shelf } from "../pages/shelf.ts";
import { envelope } from "../pages/transcribe/envelope.ts";
import { languagesOf } from "../pages/transcribe/languages.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { modelNote } from "./model_note.ts";
import "./recording_list.ts";

/** The Transcribe page before the first recording: where to drop one, a sample, and the model. */
@customElement("transcribe-empty")
export class TranscribeEmpty extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @property({ attribute: false }) room!: SpeechRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) onChoose!: () => void;
  @property({ attribute: false }) onRecord!: () => void;
  @property({ attribute: false }) onSample!: () => void;
  /** What went wrong, said here. */
  @property({ attribute: false }) problem: unknown = nothing;

  protected override watched() {
    return [this.session.state, this.room.state, this.shelf.state];
  }

  protected override render() {
    const { opening } = this.session.state.value;
    return html`<section class="fresh stack" aria-label="Start">
      <div class="drop-zone empty">
        <svg
          width="132"
          height="36"
          viewBox="0 0 240 60"
          fill="none"
          stroke="var(--line-field)"
          stroke-width="2.5"
          stroke-linecap="round"
          aria-hidden="true"
        >
          ${svg`<path d=${envelope} />`}
        </svg>
        <h1>Drop a recording here</h1>
        <p>
          Sound or video, any length. It is read in place and never sent
          anywhere.
        </p>
        <div class="row wrap center">
          <button class="btn primary large" @click=${this.onChoose}>
            Choose a file
          </button>
          <button class="btn large" @click=${this.onRecord}>
            ${icon("mic")}Record
          </button>
        </div>
        <p class="small" role="status">
          ${opening ? `Looking into ${opening}` : "Paste works too, and several at once"}
        </p>
      </div>
      ${this.problem}
      <button class="card sample" @click=${this.onSample}>
        ${icon("play", true)}<span class="grow"
          ><b>Try a sample</b
          ><span class="muted"
            >Kennedy, 1961, eleven seconds of English</span
          ></span
        >${icon("arrow")}
      </button>
      ${this.#model()}
      <recording-list .session=${this.session}></recording-list>
    </section>`;
  }

  #model() {
    const count = languagesOf(this.room, this.shelf)?.length ?? 0;
    const hears =
      count === 1
        ? ". It knows English only"
        : count > 1
          ? `: ${count} languages, found by itself`
          : "";
    const kind = { none: "speech model", files: "a Whisper model’s files" };
    return modelNote(this.room, this.shelf, kind, hears);
  }
}
