import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { copyFrom } from "../../elements/copy.ts";
import { icon } from "../../elements/icon.ts";
import { LightElement } from "../../elements/light_element.ts";
import type { BenchRow } from "../../engine/api.ts";
import "../../style/bench.css";
import type { App } from "../app.ts";
import { bigNumber, duration } from "../format.ts";
import {
  findingsOf,
  kPeakWords,
  percentOf,
  placeOf,
  toJson,
  toMarkdown,
} from "./report.ts";
import { groups, wordsOf, type Group, type Scope } from "./rows.ts";
import { busyWith, type BenchResult } from "./run.ts";

const kScopes: Record<Scope, { title: string; words: string }> = {
  quick: { title: "Quick", words: "Ten figures, some 15 seconds" },
  all: {
    title: "Everything",
    words: "All kernels and kinds of weights, a minute or two",
  },
};

const day = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" },
});

/** How fast the engine's kernels are in this browser. Leaving the page ends the measuring. */
@customElement("bench-page")
export class BenchPage extends LightElement {
  @property({ attribute: false }) app!: App;
  @state() private scope: Scope = "quick";

  protected override watched() {
    return [this.app.bench.state, this.app.room.state];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.bench.stop();
  }

  protected override render() {
    const { result, measuring } = this.app.bench.state.value;
    return html`<main class="page bench" id="main" aria-busy=${measuring}>
      <div class="intro">
        <h1>Speed of this browser</h1>
        <p>
          Nearly all of a model’s work happens in a few inner loops. This
          measures them here in this tab, each beside the most that this machine
          can do, as <code>wick bench</code> does at the terminal.
        </p>
        <span class="verdict ok"
          >${icon("lock", true)}Nothing is uploaded: the figures stay in this
          browser</span
        >
      </div>
      ${this.#controls()} ${result ? this.#machine(result) : nothing}
      ${groups.map((group) => this.#group(group, result))}
    </main>`;
  }

  #controls() {
    const { bench, room } = this.app;
    const { measuring, problem } = bench.state.value;
    const busy = measuring ? "" : busyWith(room.state.value);
    return html`<section class="card measure" aria-label="Measure">
      <div class="ask">
        <div class="seg" role="radiogroup" aria-label="How much to measure">
          ${(["quick", "all"] as const).map((scope) => this.#choice(scope))}
        </div>
        <span class="muted grow">${kScopes[this.scope].words}</span>
        <button
          class="btn large ${measuring ? "" : "primary"}"
          ?disabled=${busy !== ""}
          @click=${this.#toggle}
        >
          ${measuring ? html`${icon("stop", true)}Stop` : "Measure"}
        </button>
      </div>
      ${measuring ? this.#progress() : nothing}
      ${
        problem
          ? html`<div class="note bad" role="alert">
              ${icon("alert", true)}<span>${problem} ${this.#kept()}</span>
            </div>`
          : nothing
      }
      ${busy ? html`<p class="note">${busy}</p>` : nothing}
      <p class="small muted">${this.#memory()}</p>
    </section>`;
  }

  #choice(scope: Scope) {
    return html`<label
      ><input
        type="radio"
        name="scope"
        .checked=${this.scope === scope}
        ?disabled=${this.app.bench.state.value.measuring}
        @change=${() => (this.scope = scope)}
      />${kScopes[scope].title}</label
    >`;
  }

  #kept() {
    const rows = this.app.bench.state.value.result?.rows.length ?? 0;
    return rows > 0 ? "What was measured before stays below." : "";
  }

  #memory(): string {
    const { model, title } = this.app.room.state.value;
    const memory =
      "It takes all threads and some 600 MB of memory while it runs, and gives both back.";
    return model
      ? `${memory} ${title} stays loaded, for measuring has a worker of its own.`
      : memory;
  }

  #progress() {
    const { result, left } = this.app.bench.state.value;
    const done = result?.rows.length ?? 0;
    const total = result?.info.rows.length ?? 0;
    const share = total > 0 ? (done / total) * 100 : 0;
    const next = result?.info.rows[done];
    return html`<div class="progress">
      <div
        class="track"
        role="progressbar"
        aria-label="Measuring"
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(share)}
      >
        <i style="width:${share.toFixed(1)}%"></i>
      </div>
      <div class="facts">
        <span
          >${next ? wordsOf(next).full : "The most this machine can do"}</span
        >
        <span>
          ${total > 0 ? `${done} of ${total}` : "Starting"}${left > 0 ? `, ${duration(left)} left` : ""}
        </span>
      </div>
    </div>`;
  }

  #machine(result: BenchResult) {
    const { measuring } = this.app.bench.state.value;
    const { info, rows, date } = result;
    const some =
      rows.length < info.rows.length
        ? `${rows.length} of ${info.rows.length} figures`
        : `${rows.length} figures`;
    const findings = measuring ? [] : findingsOf(result);
    const sentences = [...placeOf(result), ...findings];
    return html`<section class="card machine" aria-labelledby="machine">
      <h2 id="machine">The most this machine can do</h2>
      <dl class="peaks">
        ${kPeakWords.map(
          ({ key, unit, what }) =>
            html`<div>
              <dt>${what}</dt>
              <dd><b>${bigNumber(info.peaks[key])}</b> ${unit}</dd>
            </div>`,
        )}
      </dl>
      <ul class="says">
        ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
        <li>
          A bar below is the part of this peak that a loop reaches. GFLOP/s and
          GOP/s are billions of calculations a second, GB/s billions of bytes.
        </li>
      </ul>
      ${
        measuring
          ? nothing
          : html`<div class="ends">
              <span class="small muted grow">${some}, ${day.format(date)}</span>
              ${this.#copy("Markdown", toMarkdown(result))}
              ${this.#copy("JSON", toJson(result))}
            </div>`
      }
    </section>`;
  }

  #copy(what: string, text: string) {
    return html`<button
      class="btn small"
      @click=${(event: Event) => void copyFrom(event.currentTarget as HTMLElement, text)}
    >
      ${icon("copy", true)}${`Copy as ${what}`}
    </button>`;
  }

  #group({ id, title, about }: Group, result: BenchResult | null) {
    const { measuring } = this.app.bench.state.value;
    const done = result?.rows.length ?? 0;
    // While measuring, those to come have their place; afterwards only what was measured is shown.
    const all = result?.info.rows.slice(0, measuring ? undefined : done) ?? [];
    const names = all.filter((name) => wordsOf(name).group === id);
    if (id === "other" && names.length === 0) return nothing;
    const running = measuring ? result?.info.rows[done] : undefined;
    return html`<section class="group" aria-label=${title}>
      <h2>${title}</h2>
      <p class="about">${about}</p>
      ${
        names.length > 0
          ? html`<ul class="card rates">
              ${repeat(
                names,
                (name) => name,
                (name) => {
                  const row = result?.rows.find((one) => one.name === name);
                  return this.#row(name, row, name === running);
                },
              )}
            </ul>`
          : nothing
      }
    </section>`;
  }

  #row(name: string, row: BenchRow | undefined, running: boolean) {
    const { title, detail } = wordsOf(name);
    const share = row?.peak_fraction;
    return html`<li class="rate ${running ? "running" : row ? "" : "waiting"}">
      <div class="what">
        <span>${title}</span>
        <span class="sub"
          >${detail ? `${detail} · ` : nothing}<code
            >${breakable(name)}</code
          ></span
        >
      </div>
      <div class="track" aria-hidden="true">
        <i style="width:${Math.min(100, (share ?? 0) * 100).toFixed(1)}%"></i>
      </div>
      <div class="share num">
        ${
          share === undefined
            ? nothing
            : html`${percentOf(share)}<span class="sr"> of the peak</span>`
        }
      </div>
      <div class="value num">
        ${row ? rateOf(row) : running ? html`<i class="lit on"></i>Measuring` : "Waiting"}
      </div>
    </li>`;
  }

  #toggle(): void {
    const { bench } = this.app;
    if (bench.state.value.measuring) bench.stop();
    else void bench.start(this.scope);
  }
}

/** A name that may be broken after its slashes. */
function breakable(name: string) {
  return name
    .split(/(?<=\/)/)
    .map((part, index) => (index > 0 ? html`<wbr />${part}` : part));
}

function rateOf({ min, median, max, unit }: BenchRow) {
  return html`<span><b>${bigNumber(median)}</b> ${unit}</span
    ><span class="sub">${bigNumber(min)} to ${bigNumber(max)}</span>`;
}
