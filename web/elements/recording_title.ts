import { html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { clock } from "../pages/transcribe/clock.ts";
import type { Recording } from "../pages/transcribe/recording.ts";
import { LightElement } from "./light_element.ts";

/** What a recording is called, which can be changed in place, and what is known of its sound. */
@customElement("recording-title")
export class RecordingTitle extends LightElement {
  @property({ attribute: false }) recording!: Recording;
  @property({ attribute: false }) onRename!: (title: string) => void;
  @state() private renaming = false;

  protected override render() {
    const { title, file, seconds, sound, origin } = this.recording;
    const facts = [
      origin === "microphone" ? "" : file.name,
      seconds > 0 ? clock(seconds) : "",
      sound,
    ];
    return html`<div class="title">
      ${
        this.renaming
          ? html`<input
              class="input title-field"
              aria-label="Title"
              .value=${title}
              @keydown=${this.#key}
              @blur=${(event: Event) => this.#rename((event.target as HTMLInputElement).value)}
            />`
          : html`<h1>
              <button
                class="rename"
                title="Rename"
                @click=${() => (this.renaming = true)}
              >
                ${title}
              </button>
            </h1>`
      }
      <span class="muted small num">${facts.filter(Boolean).join(" · ")}</span>
    </div>`;
  }

  #key(event: KeyboardEvent): void {
    const field = event.target as HTMLInputElement;
    event.stopPropagation();
    if (event.key === "Escape") field.value = "";
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  }

  #rename(title: string): void {
    this.renaming = false;
    this.onRename(title);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("recording") as Recording | undefined;
    if (before && before.id !== this.recording.id) this.renaming = false;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("renaming") && this.renaming)
      this.querySelector("input")?.select();
  }
}
