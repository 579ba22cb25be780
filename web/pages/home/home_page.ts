import { html, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../../elements/icon.ts";
import { LightElement } from "../../elements/light_element.ts";
import { chooseVariant, detectFeatures } from "../../engine/features.ts";
import type { App } from "../app.ts";
import { bytes } from "../format.ts";
import type { ShelfItem, ShelfState } from "../shelf.ts";
import { sample } from "../segment/sample.ts";
import { truckMasks } from "../segment/truck_masks.ts";
import { envelope } from "../transcribe/envelope.ts";

// What SmolLM2-135M-Instruct Q4_1 gives at this place.
const kBars = [
  { word: "Paris", share: 0.959 },
  { word: "London", share: 0.005 },
  { word: "L", share: 0.003 },
  { word: "New", share: 0.003 },
];

/** The first page: what Wick is, what it can do, what this browser gives it. */
@customElement("home-page")
export class HomePage extends LightElement {
  @property({ attribute: false }) app!: App;

  protected override watched() {
    return [this.app.shelf.state];
  }

  protected override render() {
    const shelf = this.app.shelf.state.value;
    return html`<main class="page home" id="main">
      <section class="lead">
        <h1>AI that stays on this computer.</h1>
        <p>
          Chat, transcribe and cut out pictures right in this tab, on your own
          processor. No account, no server, no upload. After the first visit it
          works with the network off.
        </p>
        ${this.#facts(shelf)}
      </section>
      <section class="demos" aria-label="Start">
        ${this.#chat(shelf)} ${this.#transcribe(shelf)} ${this.#segment(shelf)}
      </section>
      <section class="two">
        ${this.#stored(shelf)}
        <div class="card panel">
          <h2>What runs where</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Part</th>
                <th scope="col">Runs in</th>
                <th scope="col">Leaves this computer</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">Chat</th>
                <td>this tab, as WebAssembly</td>
                <td>never</td>
              </tr>
              <tr>
                <th scope="row">Transcribe</th>
                <td>this tab, as WebAssembly</td>
                <td>never</td>
              </tr>
              <tr>
                <th scope="row">Segment</th>
                <td>this tab, as WebAssembly</td>
                <td>never</td>
              </tr>
              <tr>
                <th scope="row">Models</th>
                <td>this browser’s storage, or a file of yours in place</td>
                <td>fetched once</td>
              </tr>
              <tr>
                <th scope="row">Conversations, recordings, pictures</th>
                <td>this browser’s storage, until you delete them</td>
                <td>never</td>
              </tr>
            </tbody>
          </table>
        </div>
      </section>
      <footer class="foot">
        <span>Open source, MIT</span><a href="#/bench">Speed of this browser</a
        ><span
          >At the terminal: <code>wick chat smollm2-135m-instruct</code></span
        >
      </footer>
    </main>`;
  }

  #facts({ known, quota, usage }: ShelfState) {
    const { variant, threads, limits } = chooseVariant(detectFeatures());
    const speed = variant === "relaxed" ? "relaxed SIMD" : "SIMD";
    const words = `${threads} ${threads === 1 ? "thread" : "threads"}, ${speed}`;
    const offline =
      "serviceWorker" in navigator &&
      navigator.serviceWorker.controller !== null;
    return html`<div
        class="facts-line"
        role="group"
        aria-label="What this browser can do"
      >
        <span class="verdict ok"
          >${icon("lock", true)}Nothing leaves this computer</span
        >
        <span class="verdict">${icon("cpu", true)}${words}</span>
        ${offline ? html`<span class="verdict">${icon("check", true)}Works offline</span>` : nothing}
        ${
          known && quota > 0
            ? html`<span class="verdict"
                >${icon("disk", true)}${bytes(quota - usage)} free for
                models</span
              >`
            : nothing
        }
        <a class="small" href="#/bench">How fast is that?</a>
      </div>
      ${limits.map((limit) => html`<p class="limit">${limit}</p>`)}`;
  }

  #chat({ items }: ShelfState) {
    const meta = metaOf(items, "chat") || "Any GGUF file";
    return html`<a class="card demo" href="#/chat">
      <div class="spec spec-chat" aria-hidden="true">
        <b>Tell me the capital of France.</b>
        <span>The capital of France is <mark>Paris</mark>.</span>
        <div class="spec-alts">
          ${kBars.map(
            ({ word, share }, index) =>
              html`<code>${word}</code
                ><i
                  class=${index === 0 ? "lit-bar" : ""}
                  style="width:${share * 100}%"
                ></i>
                <span class="num">${(share * 100).toFixed(1)} %</span>`,
          )}
        </div>
      </div>
      <div class="txt">
        <h2>Chat${icon("arrow")}</h2>
        <p>
          Talk to a small language model, see every choice it made, and branch
          where you disagree.
        </p>
        <span class="meta">${meta}</span>
      </div>
    </a>`;
  }

  #transcribe({ items }: ShelfState) {
    return html`<a class="card demo" href="#/transcribe">
      <div class="spec spec-wave" aria-hidden="true">
        <svg viewBox="0 0 240 60" preserveAspectRatio="none">
          ${svg`<path stroke="var(--line-field)" d=${envelope} />`}
          ${svg`<path stroke="var(--text)" d=${envelope} style="clip-path:inset(0 46% 0 0)" />`}
        </svg>
        <span>Ask not what your <mark>country</mark> can do for you</span>
      </div>
      <div class="txt">
        <h2>Transcribe${icon("arrow")}</h2>
        <p>
          Drop a recording or speak. Words arrive with their times; click one to
          hear it.
        </p>
        <span class="meta">${metaOf(items, "transcribe")}</span>
      </div>
    </a>`;
  }

  #segment({ items }: ShelfState) {
    const truck = sample.address;
    return html`<a class="card demo" href="#/segment">
      <div class="spec spec-seg" aria-hidden="true">
        <svg viewBox="70 110 1700 1085" preserveAspectRatio="xMidYMid slice">
          ${svg`<image href=${truck} width="1800" height="1200" />`}
          ${svg`<path fill="var(--obj-2)" fill-opacity=".5" d=${truckMasks.wheel} />`}
          ${svg`<path fill="var(--obj-1)" fill-opacity=".6" d=${truckMasks.window} />`}
        </svg>
      </div>
      <div class="txt">
        <h2>Segment${icon("arrow")}</h2>
        <p>
          Point at a thing in a picture and get its outline, cut-out or mask.
        </p>
        <span class="meta">${metaOf(items, "segment")}</span>
      </div>
    </a>`;
  }

  #stored({ known, items, quota, usage, persistent }: ShelfState) {
    const ready = items.filter(({ stored }) => stored?.state === "ready");
    const part = items.filter(
      ({ stored }) => stored?.state === "partial" && stored.received > 0,
    );
    const sum = (list: typeof items) =>
      list.reduce((total, { stored }) => total + (stored?.received ?? 0), 0);
    const share = (count: number) =>
      quota > 0 ? Math.max(count > 0 ? 1 : 0, (count / quota) * 100) : 0;
    const models = (count: number) =>
      `${count} ${count === 1 ? "model" : "models"}`;
    return html`<div class="card panel">
      <h2>
        Models on this device<a class="btn quiet small" href="#/models"
          >Manage</a
        >
      </h2>
      <div
        class="track stored"
        role="img"
        aria-label="${bytes(sum(ready))} of ${bytes(quota)} used by models"
      >
        <i class="ready" style="width:${share(sum(ready))}%"></i
        ><i class="part" style="width:${share(sum(part))}%"></i>
      </div>
      <ul class="legend">
        <li>
          <i class="sw ready"></i
          >${ready.length > 0 ? `${models(ready.length)}, ready` : "None yet"}<span
            class="num"
            >${bytes(sum(ready))}</span
          >
        </li>
        ${
          part.length > 0
            ? html`<li>
                <i class="sw part"></i>Unfinished<span class="num"
                  >${bytes(sum(part))}</span
                >
              </li>`
            : nothing
        }
        ${
          known && quota > 0
            ? html`<li class="muted">
                <i class="sw free"></i>Room for more<span class="num"
                  >${bytes(quota - usage)}</span
                >
              </li>`
            : nothing
        }
      </ul>
      <p class="small muted keep">
        ${
          persistent
            ? "The browser has agreed to keep these until you remove them."
            : "The browser may clear these when the disk runs full."
        }
      </p>
    </div>`;
  }
}

/** The model that a task begins with, and where it is. */
function metaOf(items: ShelfItem[], task: string): string {
  const ours = items.filter(({ entry }) => entry.task === task);
  const item = ours.find(({ entry }) => entry.default) ?? ours[0];
  if (!item) return "";
  const ready = item.stored?.state === "ready";
  return `${item.entry.title} · ${ready ? "on this device" : bytes(item.size)}`;
}
