import { html, nothing, svg, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { clock, clockTenths, spokenTime } from "../pages/transcribe/clock.ts";
import { bars, pathOfBars } from "../pages/transcribe/peaks.ts";
import { kSpeeds, type Player } from "../pages/transcribe/player.ts";
import { windowOf, zoomed, type Window } from "../pages/transcribe/window.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

const kPitch = 4;
const kHeight = 76;

/** The waveform with its playhead, and what plays it. */
@customElement("wave-view")
export class WaveView extends LightElement {
  @property({ attribute: false }) player!: Player;
  @property({ attribute: false }) peaks!: Uint8Array;
  @property({ type: Number }) seconds = 0;
  /** Whether it is being recorded: there is nothing to play, and the end is now. */
  @property({ type: Boolean }) growing = false;
  /** Why nothing can be played, or nothing. */
  @property() silent = "";
  @state() private count = 200;
  @state() private zoom = 1;
  #window: Window = { from: 0, to: 0 };
  #path = "";
  #pathOf = "";
  #dragging = false;
  readonly #size = new ResizeObserver(() => this.#measure());

  protected override watched() {
    return [this.player.state];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override firstUpdated(): void {
    const picture = this.querySelector(".pic");
    if (picture) this.#size.observe(picture);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { time } = this.player.state.value;
    if (changed.has("seconds") && this.seconds < 30) this.zoom = 1;
    if (!this.#dragging)
      this.#window = windowOf(this.seconds, this.zoom, time, this.#window);
    const { from, to } = this.#window;
    const known = `${this.count} ${from} ${to} ${this.peaks.length}`;
    if (known === this.#pathOf) return;
    this.#pathOf = known;
    const heights = bars(this.peaks, from, to, this.count);
    this.#path = pathOfBars(heights, kPitch, kHeight);
  }

  protected override render() {
    const { ready, playing, speed } = this.player.state.value;
    const time = this.growing ? this.seconds : this.player.state.value.time;
    const { from, to } = this.#window;
    const share = Math.min(1, Math.max(0, (time - from) / (to - from || 1)));
    const width = this.count * kPitch;
    return html`<div class="card wave">
      <div
        class="pic"
        role="slider"
        tabindex="0"
        aria-label="Position"
        aria-valuemin="0"
        aria-valuemax=${Math.round(this.seconds)}
        aria-valuenow=${Math.round(time)}
        aria-valuetext=${spokenTime(time)}
        @keydown=${this.#key}
        @pointerdown=${this.#down}
        @pointermove=${this.#move}
        @pointerup=${this.#up}
        @pointercancel=${this.#up}
      >
        <svg
          class="w"
          viewBox="0 0 ${width} ${kHeight}"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          ${svg`<path stroke="var(--line-field)" d=${this.#path} />`}
          ${svg`<path stroke="var(--text)" d=${this.#path} style="clip-path:inset(0 ${((1 - share) * 100).toFixed(2)}% 0 0)" />`}
        </svg>
        <i class="head" style="left:${(share * 100).toFixed(3)}%"></i>
      </div>
      <div class="transport">
        ${this.#jump("back5", "Back 5 s", -5)}
        <button
          class="btn primary icon"
          aria-label=${playing ? "Pause" : "Play"}
          ?disabled=${!ready}
          @click=${() => this.player.toggle()}
        >
          ${icon(playing ? "pause" : "play")}
        </button>
        ${this.#jump("on5", "On 5 s", 5)}
        <button
          class="btn quiet small speed"
          aria-label="Playback speed, ${speed} times"
          data-tip="Speed"
          @click=${this.#nextSpeed}
        >
          ${speed.toFixed(speed === 1 || speed === 2 || speed === 1.5 ? 1 : 2)}
          ×
        </button>
        <span class="time"
          ><b>${clockTenths(time)}</b> / ${clock(this.seconds)}</span
        >
        ${this.silent ? html`<span class="silent">${this.silent}</span>` : nothing}
        ${this.#zooming()}
      </div>
    </div>`;
  }

  #jump(name: string, words: string, seconds: number) {
    return html`<button
      class="btn quiet icon ${name}"
      aria-label=${words}
      data-tip="${words}  ${seconds < 0 ? "←" : "→"}"
      ?disabled=${!this.player.state.value.ready}
      @click=${() => this.player.seek(this.player.state.value.time + seconds)}
    >
      ${icon(name)}
    </button>`;
  }

  #zooming() {
    const { from, to } = this.#window;
    const closer = zoomed(this.seconds, this.zoom, 1);
    return html`<span class="row end zooming">
      ${
        this.zoom > 1
          ? html`<span class="wide-only"
              >showing ${clock(from)} to ${clock(to)}</span
            >`
          : nothing
      }
      <button
        class="btn quiet icon small"
        aria-label="Zoom out"
        ?disabled=${this.zoom <= 1}
        @click=${() => (this.zoom = zoomed(this.seconds, this.zoom, -1))}
      >
        ${icon("minus")}
      </button>
      <button
        class="btn quiet icon small"
        aria-label="Zoom in"
        ?disabled=${closer === this.zoom}
        @click=${() => (this.zoom = closer)}
      >
        ${icon("plus")}
      </button>
    </span>`;
  }

  #measure(): void {
    const width = this.querySelector(".pic")?.clientWidth ?? 0;
    if (width > 0) this.count = Math.max(20, Math.floor(width / kPitch));
  }

  readonly #nextSpeed = (): void => {
    const { speed } = this.player.state.value;
    const at = kSpeeds.findIndex((one) => one === speed);
    this.player.setSpeed(kSpeeds[(at + 1) % kSpeeds.length] ?? 1);
  };

  #seek(event: PointerEvent): void {
    const { left, width } = (
      event.currentTarget as HTMLElement
    ).getBoundingClientRect();
    const { from, to } = this.#window;
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    this.player.seek(from + share * (to - from));
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#dragging = true;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#seek(event);
  }

  #move(event: PointerEvent): void {
    if (this.#dragging) this.#seek(event);
  }

  #up(): void {
    this.#dragging = false;
  }

  #key(event: KeyboardEvent): void {
    const { time } = this.player.state.value;
    const places: Record<string, number> = {
      ArrowLeft: time - 5,
      ArrowDown: time - 5,
      ArrowRight: time + 5,
      ArrowUp: time + 5,
      PageDown: time - 30,
      PageUp: time + 30,
      Home: 0,
      End: this.seconds,
    };
    const place = places[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.player.seek(place);
  }
}
