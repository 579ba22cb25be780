import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { SpeechRoom } from "../pages/engine_room.ts";
import type { Observable } from "../pages/observable.ts";
import type { TranscriptFormat } from "../engine/types.ts";
import { formats } from "../pages/transcribe/export.ts";
import { figuresOf, textOf } from "../pages/transcribe/recording.ts";
import { saveTranscript } from "../pages/transcribe/save.ts";
import { findHits, nextHit } from "../pages/transcribe/search.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import type { Settings } from "../pages/transcribe/settings.ts";
import type { View } from "../pages/transcribe/view.ts";
import { copyFrom } from "./copy.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

/** Search, unsure words, editing, copying, exporting. */
@customElement("transcript-tools")
export class TranscriptTools extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @property({ attribute: false }) room!: SpeechRoom;
  @property({ attribute: false }) settings!: Observable<Settings>;
  @property({ attribute: false }) view!: Observable<View>;
  @property({ attribute: false }) onShow!: (segment: number) => void;

  protected override watched() {
    return [this.session.state, this.settings, this.view];
  }

  protected override render() {
    const { recording } = this.session.state.value;
    const segments = recording?.segments ?? [];
    const { query, editMode } = this.view.value;
    const { tint } = this.settings.value;
    const { unsure } = figuresOf(segments);
    return html`<div class="bar2">
      <div class="search" role="search">
        ${icon("search", true)}<input
          class="input"
          type="search"
          placeholder="Search"
          aria-label="Search the transcript"
          .value=${live(query)}
          @input=${(event: InputEvent) => this.#search((event.target as HTMLInputElement).value)}
          @keydown=${this.#key}
        />
      </div>
      ${query.trim() ? this.#found() : nothing}
      ${
        unsure > 0
          ? html`<button
              class="chip"
              aria-pressed=${tint}
              data-tip=${tint ? "Hide the tint" : "Show the tint"}
              @click=${() => this.settings.set({ ...this.settings.value, tint: !tint })}
            >
              <i class="w lo swm">unsure</i>${unsure}
              ${unsure === 1 ? "word" : "words"}
            </button>`
          : nothing
      }
      <button
        class="btn quiet small end"
        aria-pressed=${editMode}
        @click=${() => this.#edit()}
      >
        ${icon("edit", true)}Edit
      </button>
      <button
        class="btn quiet small wide-only"
        @click=${(event: Event) => void copyFrom(event.currentTarget as HTMLElement, textOf(segments))}
      >
        ${icon("copy", true)}Copy
      </button>
      ${this.#export()}
    </div>`;
  }

  #found() {
    const { hits, hit } = this.view.value;
    const step = (words: string, name: string, by: number) =>
      html`<button
        class="btn quiet icon small"
        aria-label=${words}
        ?disabled=${hits.length === 0}
        @click=${() => this.#step(by)}
      >
        ${icon(name, true)}
      </button>`;
    const words =
      hits.length === 0 ? "none found" : `${hit + 1} of ${hits.length}`;
    return html`<span class="row found"
      ><span class="small muted num" role="status">${words}</span
      >${step("Previous hit", "left", -1)}${step("Next hit", "right", 1)}</span
    >`;
  }

  #export() {
    return html`<details class="menu">
      <summary class="btn small">
        ${icon("download", true)}Export${icon("down", true)}
      </summary>
      <div class="pop">
        <button class="item phone-only" @click=${this.#copy}>
          <span>Copy the text</span>
        </button>
        ${formats.map(
          ({ id, title }) =>
            html`<button class="item" @click=${() => this.#save(id)}>
              <span>${title}</span><span>.${id}</span>
            </button>`,
        )}
      </div>
    </details>`;
  }

  #copy(event: Event): void {
    const { recording } = this.session.state.value;
    void copyFrom(
      event.currentTarget as HTMLElement,
      textOf(recording?.segments ?? []),
    );
  }

  #save(format: TranscriptFormat): void {
    this.querySelector("details")?.removeAttribute("open");
    const { recording } = this.session.state.value;
    if (recording) void saveTranscript(recording, format, this.room);
  }

  #edit(): void {
    const { editMode, segment, editing } = this.view.value;
    this.view.set({
      ...this.view.value,
      editMode: !editMode,
      editing: editMode ? -1 : editing < 0 ? segment : editing,
    });
  }

  #search(query: string): void {
    const segments = this.session.state.value.recording?.segments ?? [];
    const hits = findHits(segments, query);
    const { segment } = this.view.value;
    const ahead = hits.findIndex((one) => one.segment >= segment);
    const hit = hits.length === 0 ? -1 : Math.max(0, ahead);
    this.view.set({ ...this.view.value, query, hits, hit });
    this.#show();
  }

  #step(by: number): void {
    const { hits, hit } = this.view.value;
    const at = nextHit(hits.length, hit, by);
    this.view.set({ ...this.view.value, hit: at });
    this.#show();
  }

  #show(): void {
    const { hits, hit } = this.view.value;
    const found = hits[hit];
    if (found) this.onShow(found.segment);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    }
    if (event.key !== "Escape" || !this.view.value.query) return;
    event.preventDefault();
    event.stopPropagation();
    this.#search("");
  }

  /** Puts the keyboard into the search field. */
  override focus(): void {
    const field = this.querySelector<HTMLInputElement>(".search input");
    field?.focus();
    field?.select();
  }
}
