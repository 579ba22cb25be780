import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChatSession } from "../pages/chat/session.ts";
import { pathOf } from "../pages/chat/tree.ts";
import type { EngineRoom } from "../pages/engine_room.ts";
import { count, rate } from "../pages/format.ts";
import type { Shelf } from "../pages/shelf.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import "./model_menu.ts";

/** Where one writes: the message, the model, the context meter, Send or Stop, and the figures of the last answer. */
@customElement("chat-composer")
export class ChatComposer extends LightElement {
  @property({ attribute: false }) session!: ChatSession;
  @property({ attribute: false }) room!: EngineRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) onPick!: () => void;
  @property({ attribute: false }) onEditLast!: () => void;
  @state() private draft = "";

  protected override watched() {
    return [this.session.state, this.room.state];
  }

  get field(): HTMLTextAreaElement | null {
    return this.querySelector("textarea");
  }

  protected override render() {
    const { writing, unkept } = this.session.state.value;
    return html`<div class="compose">
      ${
        unkept
          ? html`<p class="note unkept" role="status">
              ${icon("alert", true)}<span>${unkept}</span>
            </p>`
          : nothing
      }
      <form @submit=${this.#submit}>
        <textarea
          rows="1"
          placeholder="Write a message"
          aria-label="Message"
          .value=${this.draft}
          @input=${(event: InputEvent) => (this.draft = (event.target as HTMLTextAreaElement).value)}
          @keydown=${this.#key}
        ></textarea>
        <div class="row">
          <model-menu
            .room=${this.room}
            .shelf=${this.shelf}
            .onPick=${this.onPick}
          ></model-menu>
          ${this.#meter()}
          ${
            writing
              ? html`<button
                  type="button"
                  class="btn primary"
                  aria-label="Stop writing"
                  @click=${() => this.session.stop()}
                >
                  ${icon("stop", true)}<span class="wide-only">Stop</span
                  ><kbd class="wide-only on-ink">Esc</kbd>
                </button>`
              : html`<button
                  class="btn primary"
                  aria-label="Send"
                  ?disabled=${this.draft.trim() === ""}
                >
                  ${icon("up", true)}<span class="wide-only">Send</span>
                </button>`
          }
        </div>
      </form>
      ${this.#figures()}
    </div>`;
  }

  #lastStats() {
    return pathOf(this.session.state.value.conversation).findLast(
      ({ stats }) => stats !== undefined,
    );
  }

  #meter() {
    const stats = this.#lastStats()?.stats;
    const size =
      this.room.state.value.model?.info.context_size ??
      stats?.context_size ??
      0;
    if (size === 0) return html`<span class="end"></span>`;
    const { writing, conversation } = this.session.state.value;
    const live =
      writing?.conversation === conversation.id ? writing.contextUsed : 0;
    const used = live || (stats?.context_used ?? 0);
    const share = Math.min(100, (used / size) * 100);
    return html`<span
      class="ctx end"
      role="meter"
      aria-label="Context used"
      aria-valuemin="0"
      aria-valuemax=${size}
      aria-valuenow=${used}
      title="${count(used)} of ${count(size)} tokens of context used"
      ><span class="track"><i style="width:${share.toFixed(1)}%"></i></span
      >${count(used)}<span class="wide-only">of ${count(size)}</span></span
    >`;
  }

  #figures() {
    const last = this.#lastStats();
    const private_ = html`<span class="wide-only"
      >nothing leaves this computer</span
    >`;
    if (!last?.stats) return html`<p class="under">${private_}</p>`;
    const { generated_tokens, generate_ms, reused_tokens, prompt_tokens } =
      last.stats;
    return html`<p class="under">
      <span>${rate(generated_tokens, generate_ms)}</span>
      ${last.firstWordMs ? html`<span class="wide-only">first word ${(last.firstWordMs / 1000).toFixed(2)} s</span>` : nothing}
      ${prompt_tokens > 0 ? html`<span>${count(reused_tokens)} of ${count(prompt_tokens)} reused</span>` : nothing}
      ${private_}
    </p>`;
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit(event);
    } else if (event.key === "ArrowUp" && this.draft === "") {
      event.preventDefault();
      this.onEditLast();
    }
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.draft.trim();
    if (!text || this.session.state.value.writing) return;
    this.draft = "";
    void this.session.send(text);
  }
}
