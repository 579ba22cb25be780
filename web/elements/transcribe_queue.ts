import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { clock } from "../pages/transcribe/clock.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import type { Job } from "../pages/transcribe/transcriber.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

const kFew = 3;

/** What is transcribed while something else shows, and the files whose turn comes after it. */
@customElement("transcribe-queue")
export class TranscribeQueue extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;

  protected override watched() {
    return [this.session.state];
  }

  protected override render() {
    const { job, recording, waiting, taking } = this.session.state.value;
    const elsewhere = job && job.recording !== recording?.id ? job : null;
    if (!elsewhere && waiting.length === 0) return nothing;
    const halted = !taking && !job;
    return html`<div class="note queue" aria-label="Queue" role="group">
      ${icon(halted ? "pause" : "wave", true)}<span class="grow"
        >${elsewhere ? this.#working(elsewhere) : nothing}
        ${waiting.length > 0 ? html`<span>${taking ? "Next" : "Waiting"}: <b>${namesOf(waiting)}</b></span>` : nothing}</span
      >
      <span class="row">
        ${halted ? this.#button(waiting.length === 1 ? "Transcribe it" : "Transcribe them", () => void this.session.openFiles([])) : nothing}
        ${waiting.length > 0 ? this.#button("Clear queue", () => this.session.clearWaiting()) : nothing}
        ${elsewhere ? this.#button("Stop", () => void this.session.stop(), elsewhere.stopping) : nothing}
      </span>
    </div>`;
  }

  #working({ recording: id, done, total }: Job) {
    const { heads } = this.session.state.value;
    const title = heads.find((head) => head.id === id)?.title ?? "a recording";
    const far = total > 0 ? `, ${clock(done)} of ${clock(total)}` : "";
    return html`<span
      >Transcribing <a href="#/transcribe/${id}">${title}</a
      ><span class="num">${far}</span></span
    >`;
  }

  #button(words: string, act: () => void, off = false) {
    return html`<button class="btn small" ?disabled=${off} @click=${act}>
      ${words}
    </button>`;
  }
}

/** 'a.mp3, b.mp3, c.mp3 and 4 more'. */
function namesOf(files: readonly File[]): string {
  const names = files.slice(0, kFew).map(({ name }) => name);
  const more = files.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
