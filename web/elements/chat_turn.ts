import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { Markdown } from "../pages/chat/markdown.ts";
import type { ChatSession, Writing } from "../pages/chat/session.ts";
import { paint, rangeOfToken, tokenUnder } from "../pages/chat/inspect.ts";
import type { Turn } from "../pages/chat/tree.ts";
import { copyFrom } from "./copy.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

const kCaret = '<i class="caret" aria-hidden="true"></i>';

/** One message of the thread with its actions. */
@customElement("chat-turn")
export class ChatTurn extends LightElement {
  @property({ attribute: false }) session!: ChatSession;
  @property({ attribute: false }) turn!: Turn;
  @property({ attribute: false }) markdown!: Markdown;
  /** Grows when a language for code blocks has come, so that they are drawn again. */
  @property({ type: Number }) languages = 0;
  @property({ type: Number }) number = 1;
  @property({ attribute: false }) versions: string[] = [];
  @property({ type: Boolean }) last = false;
  @property({ attribute: false }) writing: Writing | null = null;
  @property({ attribute: false }) waiting: TemplateResult | typeof nothing =
    nothing;
  @property({ attribute: false }) onInspect!: (
    turn: Turn,
    index: number,
  ) => void;
  @state() private editing = false;

  get prose(): Element | null {
    return this.querySelector(".prose");
  }

  protected override render() {
    return this.turn.role === "user" ? this.#user() : this.#answer();
  }

  #user() {
    if (this.editing) return this.#editor();
    return html`<article
      class="turn mine"
      aria-label="You, message ${this.number}"
    >
      <p class="you">${this.turn.text}</p>
      <div
        class="tools right"
        role="toolbar"
        aria-label="Message ${this.number} actions"
      >
        ${this.#tool("Edit", "edit", () => (this.editing = true))}
        ${this.#tool("Copy", "copy", (button) => void copyFrom(button, this.turn.text))}
        ${this.#versions()}
      </div>
    </article>`;
  }

  #editor() {
    const send = () => {
      const text = this.querySelector("textarea")?.value.trim() ?? "";
      this.editing = false;
      if (text && text !== this.turn.text)
        void this.session.edit(this.turn.id, text);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.editing = false;
      } else if (
        event.key === "Enter" &&
        !event.shiftKey &&
        !event.isComposing
      ) {
        event.preventDefault();
        send();
      }
    };
    return html`<article class="turn" aria-label="You, message ${this.number}">
      <div class="you edit">
        <textarea
          class="input"
          rows="2"
          aria-label="Edit message ${this.number}"
          .value=${this.turn.text}
          @keydown=${key}
        ></textarea>
        <div class="row">
          <span class="small muted grow">The earlier version is kept</span>
          <button
            class="btn quiet small"
            @click=${() => (this.editing = false)}
          >
            Cancel
          </button>
          <button class="btn primary small" @click=${send}>Send</button>
        </div>
      </div>
    </article>`;
  }

  #answer() {
    const busy = this.writing !== null;
    const { text, problem, tokens } = this.turn;
    return html`<article
      class="turn ${this.last && !busy ? "show" : ""}"
      aria-label=${busy ? "Answer, writing" : "Answer"}
      aria-busy=${busy}
    >
      ${text || !busy ? html`<div class="prose ${tokens?.length ? "tokens" : ""}" @click=${this.#click} @mousemove=${this.#hover} @mouseleave=${() => paint("token-hover", null)}>${this.#blocks(text, busy)}</div>` : this.waiting}
      ${problem ? html`<div class="note bad">${icon("alert", true)}<span class="grow">${problem}</span></div>` : nothing}
      ${busy ? nothing : this.#answerTools()}
    </article>`;
  }

  #blocks(text: string, busy: boolean) {
    const blocks = this.markdown.blocks(text);
    return blocks.map((block, index) => {
      const lit =
        busy && index === blocks.length - 1 ? withCaret(block) : block;
      return html`<div class="block">${unsafeHTML(lit)}</div>`;
    });
  }

  #answerTools() {
    const { id, text, tokens, stats } = this.turn;
    const cut =
      stats && stats.stop_reason !== "end" && stats.stop_reason !== "stop";
    return html`<div class="tools" role="toolbar" aria-label="Answer actions">
      ${this.#versions()}
      ${this.#tool("Regenerate", "again", () => void this.session.regenerate(id))}
      ${text ? this.#tool("Copy", "copy", (button) => void copyFrom(button, text)) : nothing}
      ${
        tokens?.some(({ top }) => top.length > 0)
          ? this.#tool("Alternatives", "branch", () =>
              this.onInspect(this.turn, 0),
            )
          : nothing
      }
      ${
        text && cut && this.last
          ? html`<button
              class="btn quiet small keep"
              @click=${() => void this.session.extend(id)}
            >
              ${icon("on", true)}Continue
            </button>`
          : nothing
      }
      ${cut && text ? html`<span class="cut">${kCutWords[stats.stop_reason]}</span>` : nothing}
    </div>`;
  }

  #versions() {
    const at = this.versions.indexOf(this.turn.id);
    const total = this.versions.length;
    if (total < 2) return nothing;
    const step = (by: number, label: string, name: string, off: boolean) =>
      html`<button
        class="btn quiet small"
        aria-label=${label}
        ?disabled=${off}
        @click=${() => this.session.showVersion(this.turn.id, by)}
      >
        ${icon(name, true)}
      </button>`;
    return html`<span class="branch">
      ${step(-1, "Previous version", "left", at === 0)}
      <span aria-label="Version ${at + 1} of ${total}" role="img"
        >${at + 1}/${total}</span
      >
      ${step(1, "Next version", "right", at === total - 1)}
    </span>`;
  }

  #tool(label: string, name: string, act: (button: HTMLElement) => void) {
    return html`<button
      class="btn quiet icon small"
      aria-label=${label}
      data-tip=${label}
      @click=${(event: Event) => act(event.currentTarget as HTMLElement)}
    >
      ${icon(name, true)}
    </button>`;
  }

  #click(event: MouseEvent): void {
    const target = event.target as Element;
    const copy = target.closest<HTMLElement>("[data-copy]");
    if (copy) {
      const code =
        copy.closest("figure")?.querySelector("pre")?.textContent ?? "";
      void copyFrom(copy, code);
      return;
    }
    if (
      target.closest("a, button, input") ||
      getSelection()?.isCollapsed === false ||
      !this.prose
    )
      return;
    const index = tokenUnder(
      this.prose,
      this.turn,
      event.clientX,
      event.clientY,
    );
    if (index >= 0 && this.turn.tokens?.[index]?.top.length)
      this.onInspect(this.turn, index);
  }

  #hover(event: MouseEvent): void {
    if (!this.prose || !this.turn.tokens?.length || event.buttons !== 0) return;
    const index = tokenUnder(
      this.prose,
      this.turn,
      event.clientX,
      event.clientY,
    );
    paint(
      "token-hover",
      index < 0 ? null : rangeOfToken(this.prose, this.turn, index),
    );
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("editing") || !this.editing) return;
    const field = this.querySelector("textarea");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }

  /** Opens the editor of a message of the user. */
  edit(): void {
    this.editing = true;
  }
}

const kCutWords = {
  length: "cut at the longest answer allowed",
  context: "the context is full",
  cancelled: "stopped",
  end: "",
  stop: "",
} as const;

/** Puts the caret after the last letter: inside the closing tags that the block ends with. */
function withCaret(block: string): string {
  const end =
    /(?:\s*<\/(?:p|li|ul|ol|td|th|tr|tbody|table|blockquote|h[1-6]|code|pre|figure|strong|em)>)*\s*$/.exec(
      block,
    );
  const at = end ? end.index : block.length;
  return block.slice(0, at) + kCaret + block.slice(at);
}
