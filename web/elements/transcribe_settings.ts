import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { SpeechRoom } from "../pages/engine_room.ts";
import { count, percent } from "../pages/format.ts";
import type { Observable } from "../pages/observable.ts";
import type { Shelf } from "../pages/shelf.ts";
import {
  languageName,
  languagesOf,
  sorted,
} from "../pages/transcribe/languages.ts";
import { figuresOf } from "../pages/transcribe/recording.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import { kMostBeams, type Settings } from "../pages/transcribe/settings.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import "./model_menu.ts";
import "./recording_list.ts";
import { toast } from "./toast.ts";

/** Model, language, task, care; the figures of the transcript; earlier recordings. */
@customElement("transcribe-settings")
export class TranscribeSettings extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @property({ attribute: false }) room!: SpeechRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) settings!: Observable<Settings>;
  @property({ attribute: false }) onPick!: () => void;

  protected override watched() {
    return [
      this.session.state,
      this.settings,
      this.room.state,
      this.shelf.state,
    ];
  }

  protected override render() {
    return html`<section>
        <div class="field">
          <span>Model</span
          ><model-menu
            .room=${this.room}
            .shelf=${this.shelf}
            .onPick=${this.onPick}
          ></model-menu>
          ${this.#weights()}
        </div>
        ${this.#language()} ${this.#task()}
      </section>
      <section>
        <h2>Care</h2>
        ${this.#beams()} ${this.#switch("Time every word", "words")}
        ${this.#switch("Tint unsure words", "tint")}
        ${this.#switch("Scroll along", "follow")}
        <label class="field"
          ><span>Names and terms to expect</span
          ><input
            class="input"
            placeholder="Kennedy, Eisenhower"
            .value=${live(this.settings.value.hotwords)}
            @change=${(event: Event) => this.#change({ hotwords: (event.target as HTMLInputElement).value })}
        /></label>
        ${this.#again()}
      </section>
      ${this.#figures()}
      <recording-list .session=${this.session}></recording-list>`;
  }

  #change(part: Partial<Settings>): void {
    this.settings.set({ ...this.settings.value, ...part });
  }

  #weights() {
    const info = this.room.state.value.model?.info;
    if (!info || info.quantisation === info.file_quantisation) return nothing;
    return html`<span class="small"
      >Its ${info.file_quantisation} weights run as ${info.quantisation}.</span
    >`;
  }

  #language() {
    const { language } = this.settings.value;
    const { recording } = this.session.state.value;
    const languages = languagesOf(this.room, this.shelf);
    const one = languages?.length === 1 ? languages[0] : undefined;
    const heard = recording?.language;
    const auto = heard ? `Found: ${languageName(heard)}` : "Found by itself";
    const has = languages?.includes(language);
    return html`<label class="field"
      ><span>Language</span
      ><select
        class="select"
        ?disabled=${one !== undefined}
        .value=${live(one ?? (has ? language : "auto"))}
        @change=${(event: Event) => this.#change({ language: (event.target as HTMLSelectElement).value })}
      >
        ${
          one
            ? html`<option value=${one}>${languageName(one)}</option>`
            : html`<option value="auto">${auto}</option>
                ${sorted(languages ?? []).map((code) => html`<option value=${code} ?selected=${code === language}>${languageName(code)}</option>`)}`
        }
      </select></label
    >`;
  }

  #task() {
    const { translate } = this.settings.value;
    const english = languagesOf(this.room, this.shelf)?.length === 1;
    const choice = (to: boolean, words: string) =>
      html`<label class=${english && to ? "off" : ""}
        ><input
          type="radio"
          name="task"
          ?disabled=${english && to}
          .checked=${live((translate && !english) === to)}
          @change=${() => this.#change({ translate: to })}
        />${words}</label
      >`;
    return html`<div class="field">
      <span id="task">Task</span>
      <div class="seg" role="radiogroup" aria-labelledby="task">
        ${choice(false, "Transcribe")}${choice(true, "To English")}
      </div>
      ${english ? html`<span class="small">This model knows English only.</span>` : nothing}
    </div>`;
  }

  #beams() {
    const { beam } = this.settings.value;
    const words = beam === 1 ? "off" : String(beam);
    const share = ((beam - 1) / (kMostBeams - 1)) * 100;
    return html`<div class="row-slider">
      <label for="beams">Beams, slower and better</label
      ><output for="beams">${words}</output>
      <input
        id="beams"
        type="range"
        min="1"
        max=${kMostBeams}
        style="--v:${share.toFixed(1)}%"
        aria-valuetext=${words}
        .value=${live(String(beam))}
        @input=${(event: InputEvent) => this.#change({ beam: Number((event.target as HTMLInputElement).value) })}
      />
      <span class="small">While the microphone is on: one.</span>
    </div>`;
  }

  #switch(words: string, key: "words" | "tint" | "follow") {
    return html`<label class="switch"
      >${words}<input
        type="checkbox"
        role="switch"
        .checked=${live(this.settings.value[key])}
        @change=${(event: Event) => this.#change({ [key]: (event.target as HTMLInputElement).checked })}
    /></label>`;
  }

  #again() {
    const { recording, sound, job } = this.session.state.value;
    if (!recording || !sound || job) return nothing;
    return html`<button
      class="btn small"
      @click=${() =>
        void this.session
          .again()
          .then((undo) => toast("Transcribing anew; edits are replaced", undo))}
    >
      ${icon("again", true)}Transcribe again
    </button>`;
  }

  #figures() {
    const { recording } = this.session.state.value;
    if (!recording || recording.segments.length === 0) return nothing;
    const { words, confidence, unsure } = figuresOf(recording.segments);
    const row = (name: string, value: string) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`;
    return html`<section>
      <h2>${recording.complete ? "In all" : "So far"}</h2>
      <dl class="kv">
        ${row("Words", count(words))}
        ${confidence > 0 ? row("Mean confidence", percent(confidence)) : nothing}
        ${confidence > 0 ? row("Unsure words", count(unsure)) : nothing}
        ${recording.model ? row("Model", recording.model) : nothing}
      </dl>
    </section>`;
  }
}
