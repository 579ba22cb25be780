import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { kAccept } from "../pages/transcribe/accept.ts";
import { kQuiet, litBars } from "../pages/transcribe/level.ts";
import {
  listMicrophones,
  type MicrophoneDevice,
} from "../pages/transcribe/microphone.ts";
import type { TranscribeSession } from "../pages/transcribe/session.ts";
import { recall, remember } from "../pages/remember.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

const kBars = 16;
const kDeviceKey = "wick.microphone";

/** The microphone chosen last. */
export function chosenMicrophone(): string {
  return recall(kDeviceKey) ?? "";
}

/** Where another recording comes from: a file, or the microphone with its level. */
@customElement("source-bar")
export class SourceBar extends LightElement {
  @property({ attribute: false }) session!: TranscribeSession;
  @property({ attribute: false }) onFiles!: (files: File[]) => void;
  @state() private devices: MicrophoneDevice[] = [];
  #list = () => void listMicrophones().then((found) => (this.devices = found));

  protected override watched() {
    return [this.session.state, this.session.level];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#list();
    navigator.mediaDevices?.addEventListener("devicechange", this.#list);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    navigator.mediaDevices?.removeEventListener("devicechange", this.#list);
  }

  protected override render() {
    const hearing = this.session.state.value.job?.hearing ?? false;
    return html`<div class="source">
      <label class="drop"
        >${icon("import")}<span class="clip"
          >Drop, paste or <u>choose</u> another recording</span
        ><input
          type="file"
          class="sr"
          multiple
          accept=${kAccept}
          @change=${this.#chosen}
      /></label>
      <div class="rec ${hearing ? "on" : ""}">
        <button
          class="btn icon"
          aria-label=${hearing ? "Stop recording" : "Record"}
          data-tip=${hearing ? "Stop  Esc" : "Record  R"}
          @click=${() => this.#record(hearing)}
        >
          ${icon(hearing ? "stop" : "mic")}
        </button>
        ${hearing ? this.#level() : html`<span class="small muted">Record</span>`}
        ${this.#choice(hearing)}
      </div>
    </div>`;
  }

  #level() {
    const { now, peak } = this.session.level.value;
    const lit = litBars(now, kBars);
    const top = litBars(peak, kBars) - 1;
    return html`<div
        class="level"
        role="meter"
        aria-label="Microphone level"
        aria-valuemin=${kQuiet}
        aria-valuemax="0"
        aria-valuenow=${Math.round(now)}
      >
        ${Array.from({ length: kBars }, (_, bar) => html`<i class=${bar === top && bar >= lit ? "p" : bar < lit ? "a" : ""}></i>`)}
      </div>
      <span class="num small muted wide-only db"
        >${now > kQuiet ? `−${Math.round(-now)} dB` : "silent"}</span
      >`;
  }

  #choice(hearing: boolean) {
    if (this.devices.length === 0) return nothing;
    const chosen = chosenMicrophone();
    return html`<select
      class="select end"
      aria-label="Microphone"
      ?disabled=${hearing}
      @change=${(event: Event) => remember(kDeviceKey, (event.target as HTMLSelectElement).value)}
    >
      ${this.devices.map(
        ({ id, name }) =>
          html`<option value=${id} ?selected=${id === chosen}>${name}</option>`,
      )}
    </select>`;
  }

  #record(hearing: boolean): void {
    if (hearing) void this.session.stop();
    else void this.session.record(chosenMicrophone());
    setTimeout(this.#list, 500); // browsers name the microphones once one is allowed
  }

  #chosen(event: Event): void {
    const field = event.target as HTMLInputElement;
    const files = [...(field.files ?? [])];
    field.value = "";
    this.onFiles(files);
  }
}
