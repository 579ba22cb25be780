import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Token, TokenChoice } from "../engine/types.ts";
import { count, percent } from "../pages/format.ts";
import { LightElement } from "./light_element.ts";

/** The likely tokens at one place of an answer; choosing another one branches there. */
@customElement("token-inspector")
export class TokenInspector extends LightElement {
  @property({ attribute: false }) token!: Token;
  @property({ type: Number }) index = 0;
  @property({ type: Number }) vocabulary = 0;
  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) onChoose!: (choice: TokenChoice) => void;
  @property({ attribute: false }) onMove!: (step: number) => void;
  @property({ attribute: false }) onClose!: () => void;

  protected override render() {
    const { top, probability, id } = this.token;
    const listed = top.some((choice) => choice.id === id)
      ? top
      : [...top, this.token];
    const widest = Math.max(
      ...listed.map((choice) => choice.probability),
      1e-9,
    );
    const rest = Math.max(
      0,
      1 - listed.reduce((sum, choice) => sum + choice.probability, 0),
    );
    const others = this.vocabulary - listed.length;
    return html`<div
      class="pop inspect"
      role="dialog"
      aria-label="Alternatives for the token ${shown(this.token.text)}"
      @keydown=${this.#key}
    >
      <header>
        <span>Alternatives at token ${this.index + 1}</span>
        <span class="end"
          >${this.busy ? "still writing" : "choose to branch"}</span
        >
      </header>
      ${listed.map((choice) => {
        const current = choice.id === id;
        return html`<button
          class="alt"
          aria-current=${current ? "true" : nothing}
          ?disabled=${this.busy && !current}
          @click=${() => (current ? this.onClose() : this.onChoose(choice))}
        >
          <code class="clip">${shown(choice.text)}</code
          ><i style="width:${(choice.probability / widest) * 100}%"></i
          ><span class="num">${percent(choice.probability)}</span>
        </button>`;
      })}
      <footer>
        <span
          >surprise
          ${Math.max(0, -Math.log2(Math.max(probability, 1e-12))).toFixed(2)}
          bit</span
        >
        ${others > 0 ? html`<span>${percent(rest)} in ${count(others)} others</span>` : nothing}
      </footer>
    </div>`;
  }

  #key(event: KeyboardEvent): void {
    const choices = [...this.querySelectorAll<HTMLButtonElement>(".alt")];
    const at = choices.indexOf(document.activeElement as HTMLButtonElement);
    const steps: Record<string, () => void> = {
      ArrowLeft: () => this.onMove(-1),
      ArrowRight: () => this.onMove(1),
      ArrowDown: () => choices[Math.min(choices.length - 1, at + 1)]?.focus(),
      ArrowUp: () => choices[Math.max(0, at - 1)]?.focus(),
      Escape: () => this.onClose(),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }

  /** Moves the keyboard into the list. */
  override focus(): void {
    this.querySelector<HTMLButtonElement>(".alt[aria-current]")?.focus({
      preventScroll: true,
    });
  }
}

/** A token as words: white space that would not show is named. */
function shown(text: string): string {
  if (text === "") return "(nothing yet)";
  if (/^\n+$/.test(text)) return "⏎".repeat(text.length);
  if (/^\s+$/.test(text)) return "␣".repeat(text.length);
  return text.trim();
}
