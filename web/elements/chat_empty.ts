import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { chooseVariant, detectFeatures } from "../engine/features.ts";
import { examples } from "../pages/chat/examples.ts";
import type { ChatSession } from "../pages/chat/session.ts";
import type { EngineRoom } from "../pages/engine_room.ts";
import { bytes } from "../pages/format.ts";
import type { Shelf, ShelfItem } from "../pages/shelf.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { progressRow } from "./load_progress.ts";

/** The chat page before the first message: what it is, one sentence, examples to click, and the model. */
@customElement("chat-empty")
export class ChatEmpty extends LightElement {
  @property({ attribute: false }) session!: ChatSession;
  @property({ attribute: false }) room!: EngineRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) onPick!: () => void;

  protected override watched() {
    return [this.room.state, this.shelf.state];
  }

  protected override render() {
    const { limits } = chooseVariant(detectFeatures());
    const { problem } = this.room.state.value;
    return html`<div
      class="thread"
      tabindex="0"
      role="region"
      aria-label="Start"
    >
      <div class="empty start">
        <h2>Ask it something</h2>
        <p>
          A language model runs in this tab, on your own processor. What you
          write stays on this computer.
        </p>
        <div class="examples">
          ${examples.map(
            ({ title, prompt }) =>
              html`<button
                class="card example"
                @click=${() => void this.session.send(prompt)}
              >
                <b>${title}</b><span>${prompt}</span>
              </button>`,
          )}
        </div>
        ${
          problem
            ? html`<div class="note bad" role="alert">
                ${icon("alert", true)}<span>${problem}</span>
              </div>`
            : nothing
        }
        ${this.#model()}
        ${limits.map((words) => html`<p class="small limit">${icon("cpu", true)}<span>${words}</span></p>`)}
      </div>
    </div>`;
  }

  #model() {
    const { phase, title, progress, model } = this.room.state.value;
    if (phase === "fetching" || phase === "loading") {
      const words = `${phase === "fetching" ? "Fetching" : "Loading"} ${title}`;
      const cancel = html`<button
        class="btn quiet small"
        @click=${() => this.room.cancelLoad()}
      >
        Cancel
      </button>`;
      return html`<div class="load">
        <p>${words}</p>
        ${progressRow(words, progress, cancel)}
      </div>`;
    }
    const pick = html`<button class="btn small" @click=${this.onPick}>
      ${icon("file", true)}Choose a GGUF file
    </button>`;
    if (model)
      return html`<p class="small model-line">
        ${icon("check", true)}<span>${title} is loaded</span> ${pick}
      </p>`;
    const choice = this.room.preferred();
    const item = this.shelf.state.value.items.find(
      ({ entry }) => choice?.kind === "catalog" && entry.name === choice.name,
    );
    return html`<p class="small model-line">
      ${item ? this.#offer(item) : nothing} ${pick}
    </p>`;
  }

  #offer({ entry, size, stored }: ShelfItem) {
    const words =
      stored?.state === "ready"
        ? "on this device"
        : `${bytes(size)}, fetched once and kept`;
    return html`<span>${entry.title}, ${words}</span>
      <button
        class="btn small"
        @click=${() => void this.room.use({ kind: "catalog", name: entry.name }).catch(() => undefined)}
      >
        ${stored?.state === "ready" ? "Load" : html`${icon("download", true)}Get`}
      </button>`;
  }
}
