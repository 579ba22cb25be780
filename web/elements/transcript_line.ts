import { html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { TranscriptSegment, TranscriptWord } from "../engine/types.ts";
import { clockTenths, spokenTime } from "../pages/transcribe/clock.ts";
import { isUnsure } from "../pages/transcribe/recording.ts";
import { wordsOfHit, type Hit } from "../pages/transcribe/search.ts";
import { LightElement } from "./light_element.ts";

/** A segment: its time, and its words, which play when clicked; or a field with its text. */
@customElement("transcript-line")
export class TranscriptLine extends LightElement {
  @property({ attribute: false }) segment!: TranscriptSegment;
  /** The word that is heard now; -1 for none of them, null where another segment is heard. */
  @property({ attribute: false }) word: number | null = null;
  @property({ attribute: false }) hits: Hit[] | undefined;
  /** The hit that one is at, if it is of this line. */
  @property({ attribute: false }) hit: Hit | undefined;
  @property({ type: Boolean }) said = false;
  @property({ type: Boolean }) tint = false;
  @property({ type: Boolean }) editing = false;
  /** Whether Tab stops here: one line of all, the arrow keys reach the others. */
  @property({ type: Boolean }) reached = false;
  @property({ attribute: false }) onPlay!: (time: number) => void;
  @property({ attribute: false }) onEdit!: () => void;
  @property({ attribute: false }) onText!: (text: string | null) => void;

  protected override render() {
    const { start } = this.segment;
    const now = this.word !== null;
    return html`<div
      class="seg-line ${now ? "now" : ""}"
      aria-current=${now ? "true" : nothing}
    >
      <button
        class="at"
        tabindex=${this.reached ? 0 : -1}
        aria-label="Play from ${spokenTime(start)}"
        @click=${() => this.onPlay(start)}
      >
        ${clockTenths(start)}
      </button>
      ${this.editing ? this.#editor() : this.#words()}
    </div>`;
  }

  #words() {
    const { text, words } = this.segment;
    const found = new Set(
      this.hits?.flatMap((hit) => wordsOfHit(this.segment, hit)),
    );
    const at = new Set(this.hit ? wordsOfHit(this.segment, this.hit) : []);
    return html`<p
      class=${this.said && this.word === null ? "said" : ""}
      @click=${this.#click}
      @dblclick=${this.#edit}
    >
      ${
        words.length > 0
          ? words.map((word, index) => {
              const names = [
                "w",
                ...(index === this.word ? ["on"] : []),
                ...(found.has(index) ? ["hit"] : []),
                ...(at.has(index) ? ["at-hit"] : []),
              ];
              return this.#word(word, index, names);
            })
          : this.#plain(text)
      }
    </p>`;
  }

  #word(word: TranscriptWord, index: number, names: string[]) {
    const text = word.text.trimStart();
    const blank = word.text.length > text.length && index > 0 ? " " : "";
    const current = index === this.word ? "true" : nothing;
    if (!this.tint || !isUnsure(word))
      return html`${blank}<span
          class=${names.join(" ")}
          data-word=${index}
          aria-current=${current}
          >${text}</span
        >`;
    const sure = Math.round(word.probability * 100);
    return html`${blank}<span
        class="lo ${names.join(" ")}"
        data-word=${index}
        data-tip="${sure} % sure"
        aria-current=${current}
        >${text}<span class="sr">, ${sure} percent sure,</span></span
      >`;
  }

  /** A text without words has its hits marked by their characters. */
  #plain(text: string) {
    const parts: unknown[] = [];
    let at = 0;
    for (const hit of this.hits ?? []) {
      const name = hit === this.hit ? "w hit at-hit" : "w hit";
      parts.push(text.slice(at, hit.from));
      parts.push(
        html`<span class=${name}>${text.slice(hit.from, hit.to)}</span>`,
      );
      at = hit.to;
    }
    return [...parts, text.slice(at)];
  }

  #editor() {
    return html`<textarea
      class="input"
      rows="1"
      aria-label="Text at ${spokenTime(this.segment.start)}"
      .value=${this.segment.text.trim()}
      @keydown=${this.#key}
      @blur=${(event: Event) => this.#give((event.target as HTMLTextAreaElement).value)}
    ></textarea>`;
  }

  #click(event: MouseEvent): void {
    const word = (event.target as Element).closest<HTMLElement>("[data-word]");
    const index = Number(word?.dataset.word ?? -1);
    this.onPlay(this.segment.words[index]?.start ?? this.segment.start);
  }

  #edit(): void {
    this.onEdit();
  }

  #key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Escape") this.#give(null);
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.#give((event.target as HTMLTextAreaElement).value);
  }

  #give(text: string | null): void {
    if (this.editing) this.onText(text);
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("editing") || !this.editing) return;
    const field = this.querySelector("textarea");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }
}
