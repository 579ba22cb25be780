import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { clock } from "../pages/transcribe/clock.ts";
import type { Head } from "../pages/transcribe/recordings.ts";
import { removeWithUndo } from "../pages/transcribe/remove.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

const kFew = 6;

/** The recordings kept in this browser, but for the one that shows. */
@customElement("recording-list")
export class RecordingList extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @state() private all = false;

  protected override watched() {
    return [this.session.state];
  }

  protected override render() {
    const { heads, recording } = this.session.state.value;
    const others = heads.filter(({ id }) => id !== recording?.id);
    if (others.length === 0) return html``;
    const shown = this.all ? others : others.slice(0, kFew);
    return html`<section class="earlier" aria-label="Earlier recordings">
      <h2>Earlier</h2>
      <ul>
        ${repeat(
          shown,
          ({ id }) => id,
          (head) => this.#item(head),
        )}
      </ul>
      ${
        others.length > shown.length
          ? html`<button
              class="btn quiet small"
              @click=${() => (this.all = true)}
            >
              Show all ${others.length}
            </button>`
          : ""
      }
    </section>`;
  }

  #item(head: Head) {
    const { job } = this.session.state.value;
    return html`<li>
      <a href="#/transcribe/${head.id}" title=${head.words || head.title}
        ><span class="clip">${head.title}</span
        ><span class="num"
          >${job?.recording === head.id ? html`<i class="lit on"></i>` : ""}${head.seconds > 0 ? clock(head.seconds) : ""}</span
        ></a
      ><button
        class="btn quiet icon small"
        aria-label="Delete ${head.title}"
        @click=${() => void removeWithUndo(this.session, head)}
      >
        ${icon("trash", true)}
      </button>
    </li>`;
  }
}
