import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { createHighlight } from "../pages/chat/highlight.ts";
import { paint, rangeOfToken } from "../pages/chat/inspect.ts";
import { createMarkdown, type Markdown } from "../pages/chat/markdown.ts";
import type { ChatSession } from "../pages/chat/session.ts";
import { followEnd } from "../pages/chat/thread_scroll.ts";
import { pathOf, versionsOf, type Turn } from "../pages/chat/tree.ts";
import type { EngineRoom } from "../pages/engine_room.ts";
import type { TokenChoice } from "../engine/types.ts";
import { ChatTurn } from "./chat_turn.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { progressRow } from "./load_progress.ts";
import "./token_inspector.ts";
import type { TokenInspector } from "./token_inspector.ts";

interface Inspected {
  turn: string;
  index: number;
}

/** The turns of a conversation, with the inspector over one of its tokens. */
@customElement("chat-thread")
export class ChatThread extends LightElement {
  @property({ attribute: false }) session!: ChatSession;
  @property({ attribute: false }) room!: EngineRoom;
  @state() private inspected: Inspected | null = null;
  @state() private atEnd = true;
  @state() private languages = 0;
  #markdown = new Map<string, Markdown>();
  #highlight = createHighlight(() => {
    this.#markdown.clear();
    this.languages += 1;
  });
  #scroll: ReturnType<typeof followEnd> | null = null;
  #shownId = "";

  protected override watched() {
    return [this.session.state, this.room.state];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.closeInspector();
    this.#scroll?.stop();
  }

  /** Starts editing the last message of the user. */
  editLast(): void {
    const turns = [...this.querySelectorAll<ChatTurn>("chat-turn")];
    turns.findLast(({ turn }) => turn.role === "user")?.edit();
  }

  /** Closes the inspector; true if it was open. */
  closeInspector(): boolean {
    if (!this.inspected) return false;
    const turn = this.#turnElement(this.inspected.turn);
    this.inspected = null;
    paint("token", null);
    turn
      ?.querySelector<HTMLElement>("[aria-label=Alternatives]")
      ?.focus({ preventScroll: true });
    return true;
  }

  protected override render() {
    const { conversation, writing } = this.session.state.value;
    const turns = pathOf(conversation);
    return html`<div
        class="thread"
        tabindex="0"
        role="log"
        aria-live="polite"
        aria-label="Conversation"
      >
        <div class="col">
          ${repeat(
            turns,
            ({ id }) => id,
            (turn, index) => {
              const mine = writing?.turn === turn.id ? writing : null;
              return html`<chat-turn
                .session=${this.session}
                .turn=${turn}
                .number=${Math.floor(index / 2) + 1}
                .markdown=${this.#markdownOf(turn.id)}
                .languages=${this.languages}
                .versions=${versionsOf(conversation, turn.id)}
                .last=${index === turns.length - 1}
                .writing=${mine}
                .waiting=${mine ? this.#waiting() : nothing}
                .onInspect=${this.#inspect}
              ></chat-turn>`;
            },
          )}
          ${this.#inspector()}
        </div>
      </div>
      ${
        this.atEnd
          ? nothing
          : html`<button
              class="btn icon to-end"
              aria-label="Go to the end"
              @click=${() => this.#scroll?.toEnd()}
            >
              ${icon("down")}
            </button>`
      }`;
  }

  #markdownOf(id: string): Markdown {
    let markdown = this.#markdown.get(id);
    if (!markdown)
      this.#markdown.set(id, (markdown = createMarkdown(this.#highlight)));
    return markdown;
  }

  #waiting() {
    const { phase, title, progress } = this.room.state.value;
    const { writing } = this.session.state.value;
    if (phase === "fetching" || phase === "loading") {
      const words = `${phase === "fetching" ? "Fetching" : "Loading"} ${title}`;
      const cancel = html`<button
        class="btn quiet small"
        @click=${() => this.session.stop()}
      >
        Cancel
      </button>`;
      return html`<div class="waiting">
        <p>${words}</p>
        ${progressRow(words, progress, cancel)}
      </div>`;
    }
    const { done, total } = writing?.prompt ?? { done: 0, total: 0 };
    return html`<p class="waiting small muted">
      <i class="caret" aria-hidden="true"></i>
      ${total > 0 ? `Reading ${done} of ${total} tokens` : "Starting"}
    </p>`;
  }

  #inspector() {
    const { conversation, writing } = this.session.state.value;
    const turn = this.inspected
      ? conversation.turns[this.inspected.turn]
      : undefined;
    const token = turn?.tokens?.[this.inspected?.index ?? -1];
    if (!turn || !token || !this.inspected) return nothing;
    const { index } = this.inspected;
    return html`<token-inspector
      .token=${token}
      .index=${index}
      .vocabulary=${this.room.state.value.model?.info.vocab_size ?? 0}
      .busy=${writing !== null}
      .onClose=${() => this.closeInspector()}
      .onMove=${(step: number) => this.#inspect(turn, index + step)}
      .onChoose=${(choice: TokenChoice) => {
        this.closeInspector();
        void this.session.branch(turn.id, index, choice);
      }}
    ></token-inspector>`;
  }

  readonly #inspect = (turn: Turn, index: number): void => {
    if (!turn.tokens?.[index]) return;
    this.inspected = { turn: turn.id, index };
  };

  #turnElement(id: string): ChatTurn | undefined {
    return [...this.querySelectorAll<ChatTurn>("chat-turn")].find(
      ({ turn }) => turn.id === id,
    );
  }

  /** Puts the inspector under its token, within the column, and lights the token. */
  #place(focus: boolean): void {
    if (!this.inspected) return;
    const element = this.#turnElement(this.inspected.turn);
    const column = this.querySelector(".col")?.getBoundingClientRect();
    const host = this.querySelector<TokenInspector>("token-inspector");
    const pop = host?.querySelector<HTMLElement>(".inspect");
    if (!element?.prose || !column || !pop) return;
    const range = rangeOfToken(
      element.prose,
      element.turn,
      this.inspected.index,
    );
    paint("token", range);
    const box = (range ?? element.prose).getBoundingClientRect();
    const below = box.bottom - column.top + 8;
    const limit =
      (this.querySelector(".thread")?.getBoundingClientRect().bottom ??
        innerHeight) - 8;
    const above = box.top - column.top - pop.offsetHeight - 8;
    pop.style.top = `${box.bottom + 8 + pop.offsetHeight > limit && above > 0 ? above : below}px`;
    pop.style.left = `${Math.max(0, Math.min(box.left - column.left - 56, column.width - pop.offsetWidth))}px`;
    if (focus) host?.focus();
  }

  #follow(): void {
    const thread = this.querySelector<HTMLElement>(".thread");
    if (thread)
      this.#scroll = followEnd(thread, (atEnd) => (this.atEnd = atEnd));
  }

  protected override firstUpdated(): void {
    this.#follow();
  }

  protected override updated(changed: PropertyValues): void {
    const { conversation, writing } = this.session.state.value;
    if (conversation.id !== this.#shownId) {
      this.#shownId = conversation.id;
      this.closeInspector();
      this.#scroll?.toEnd();
    }
    if (
      writing?.phase === "waiting" &&
      writing.conversation === conversation.id
    )
      this.#scroll?.toEnd();
    if (changed.has("inspected")) void this.#placeWhenDrawn();
  }

  async #placeWhenDrawn(): Promise<void> {
    await this.querySelector<TokenInspector>("token-inspector")?.updateComplete;
    this.#place(true);
  }
}
