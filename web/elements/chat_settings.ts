import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import {
  kDefaultSettings,
  presetOf,
  presets,
  showValue,
  sliders,
  type PresetName,
  type Settings,
  type SliderSpec,
} from "../pages/chat/sampling.ts";
import type { ChatSession } from "../pages/chat/session.ts";
import type { Observable } from "../pages/observable.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

/** System prompt, sampling and output. */
@customElement("chat-settings")
export class ChatSettings extends LightElement {
  @property({ attribute: false }) session!: ChatSession;
  @property({ attribute: false }) settings!: Observable<Settings>;
  @property({ attribute: false }) onClose!: () => void;

  protected override watched() {
    return [this.session.state, this.settings];
  }

  protected override render() {
    const settings = this.settings.value;
    return html`
      <div class="row sheet-head">
        <b class="grow">Settings</b>
        <button
          class="btn quiet icon"
          aria-label="Close settings"
          @click=${this.onClose}
        >
          ${icon("x")}
        </button>
      </div>
      <section>
        <h2>System prompt</h2>
        <textarea
          class="input"
          rows="3"
          aria-label="System prompt"
          placeholder="How the model should answer"
          .value=${live(this.session.state.value.conversation.system)}
          @change=${(event: Event) => this.session.setSystem((event.target as HTMLTextAreaElement).value)}
        ></textarea>
      </section>
      <section>
        <h2 class="row">
          Sampling<button
            class="btn quiet small end"
            @click=${() => this.#change(kDefaultSettings)}
          >
            Reset
          </button>
        </h2>
        ${this.#presets(settings)}
        ${sliders.map((spec) => this.#slider(spec, settings[spec.key]))}
        ${this.#number("Seed", "seed", settings.seed < 0 ? "" : String(settings.seed), "any", -1)}
        ${this.#number("Longest answer", "max_tokens", String(settings.max_tokens), "tokens", kDefaultSettings.max_tokens)}
      </section>
      <section>
        <h2>Output</h2>
        <label class="switch"
          >Token probabilities<input
            type="checkbox"
            role="switch"
            .checked=${live(settings.probabilities)}
            @change=${(event: Event) => this.#change({ probabilities: (event.target as HTMLInputElement).checked })}
        /></label>
      </section>
    `;
  }

  #change(part: Partial<Settings>): void {
    this.settings.set({ ...this.settings.value, ...part });
  }

  #presets(settings: Settings) {
    const chosen = presetOf(settings);
    return html`<div class="seg" role="radiogroup" aria-label="Preset">
      ${(Object.keys(presets) as PresetName[]).map(
        (name) =>
          html`<label
            ><input
              type="radio"
              name="preset"
              .checked=${live(chosen === name)}
              @change=${() => this.#change(presets[name])}
            />${name}</label
          >`,
      )}
    </div>`;
  }

  #slider(spec: SliderSpec, value: number) {
    const id = `set-${spec.key}`;
    const share = ((value - spec.min) / (spec.max - spec.min)) * 100;
    return html`<div class="row-slider">
      <label for=${id}>${spec.title}</label
      ><output for=${id}>${showValue(spec, value)}</output>
      <input
        id=${id}
        type="range"
        min=${spec.min}
        max=${spec.max}
        step=${spec.step}
        style="--v:${share.toFixed(1)}%"
        aria-valuetext=${showValue(spec, value)}
        .value=${live(String(value))}
        @input=${(event: InputEvent) => this.#change({ [spec.key]: Number((event.target as HTMLInputElement).value) })}
      />
    </div>`;
  }

  #number(
    title: string,
    key: "seed" | "max_tokens",
    value: string,
    placeholder: string,
    fallback: number,
  ) {
    const read = (event: Event) => {
      const entered = Number.parseInt(
        (event.target as HTMLInputElement).value,
        10,
      );
      const least = key === "seed" ? 0 : 1;
      this.#change({
        [key]:
          Number.isFinite(entered) && entered >= least ? entered : fallback,
      });
      this.requestUpdate();
    };
    return html`<label class="row number"
      ><span class="label grow">${title}</span
      ><input
        class="input num"
        inputmode="numeric"
        placeholder=${placeholder}
        .value=${live(value)}
        @change=${read}
    /></label>`;
  }
}
