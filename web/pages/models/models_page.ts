import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../../elements/icon.ts";
import { LightElement } from "../../elements/light_element.ts";
import "../../elements/model_row.ts";
import "../../style/models.css";
import type { App } from "../app.ts";
import type { AnyRoom, ModelChoice } from "../engine_room.ts";
import { onFileDrop, pickFiles } from "../files.ts";
import { bytes } from "../format.ts";
import { taskOf } from "../model_files.ts";
import { go } from "../router.ts";
import type { ShelfItem, ShelfState } from "../shelf.ts";

type Filter = "all" | "here";

const kTasks: Record<string, { title: string; sub: string }> = {
  chat: { title: "Chat", sub: "language models, GGUF" },
  transcribe: { title: "Transcribe", sub: "speech to text, Whisper" },
  segment: { title: "Segment", sub: "pictures to masks, Segment Anything" },
};

/** What can be fetched, what is here, and how much room there is. */
@customElement("models-page")
export class ModelsPage extends LightElement {
  @property({ attribute: false }) app!: App;
  @state() private filter: Filter = "all";
  @state() private query = "";
  #endDrop: () => void = () => undefined;

  protected override watched() {
    return [this.app.shelf.state];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endDrop = onFileDrop(
      () => undefined,
      (files) => void this.#use(files),
    );
    void this.app.shelf.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endDrop();
  }

  protected override render() {
    const shelf = this.app.shelf.state.value;
    const items = shelf.items.filter(
      (item) => kTasks[item.entry.task] && this.#matches(item),
    );
    const choose = () => void pickFiles("").then((files) => this.#use(files));
    return html`<main class="page models" id="main">
      <div class="titles">
        <h1 class="grow">Models</h1>
        <button class="btn" @click=${choose}>
          ${icon("file", true)}Use a file
        </button>
      </div>
      ${this.#storage(shelf)} ${this.#filters()}
      ${Object.keys(kTasks).map((task) =>
        this.#group(
          task,
          items.filter(({ entry }) => entry.task === task),
        ),
      )}
      ${shelf.known && items.length === 0 ? this.#none() : nothing}
      <div class="zone">
        ${icon("file")}<span class="grow"
          >Drop a <code>.gguf</code> file, or the files of a Whisper or Segment
          Anything model, anywhere on this page to use them in place, without a
          copy.</span
        >
        <button class="btn small" @click=${choose}>Choose</button>
      </div>
    </main>`;
  }

  #storage({ known, items, quota, usage, persistent }: ShelfState) {
    const sum = (wanted: (item: ShelfItem) => number) =>
      items.reduce((total, item) => total + wanted(item), 0);
    const ready = sum(({ stored }) =>
      stored?.state === "ready" ? stored.received : 0,
    );
    const arriving = sum(({ transfer }) => transfer?.done ?? 0);
    const paused = sum(({ stored, transfer }) =>
      stored?.state === "partial" && !transfer ? stored.received : 0,
    );
    const used = Math.max(usage, ready + arriving + paused);
    const share = (count: number) =>
      quota > 0 ? Math.max(count > 0 ? 0.6 : 0, (count / quota) * 100) : 0;
    const bar = (name: string, count: number) =>
      html`<i class=${name} style="width:${share(count)}%"></i>`;
    const legend = (name: string, words: string, count: number) =>
      count > 0
        ? html`<li class="row">
            <i class="sw ${name}"></i>${words} ${bytes(count)}
          </li>`
        : nothing;
    return html`<section
      class="card store"
      aria-label="Storage"
      aria-busy=${!known}
    >
      <div class="sum">
        <span><b>${bytes(used)}</b> used of ${bytes(quota)}</span>
        ${persistent ? html`<span class="end verdict ok">${icon("check", true)}Kept until you remove them</span>` : nothing}
      </div>
      <div
        class="track"
        role="img"
        aria-label="${bytes(used)} of ${bytes(quota)} used"
      >
        ${bar("ready", ready)}${bar("part", paused)}${bar("arriving", arriving)}
      </div>
      <ul class="row wrap small muted">
        ${legend("ready", "Ready", ready)}${legend("part", "Paused", paused)}${legend("arriving", "Arriving", arriving)}
      </ul>
      <p class="small muted">
        The browser gives this site ${bytes(quota)} of the disk. Files of yours
        may also be used in place, without a copy.
      </p>
    </section>`;
  }

  #filters() {
    const chip = (filter: Filter, words: string) =>
      html`<button
        class="chip"
        aria-pressed=${this.filter === filter}
        @click=${() => (this.filter = filter)}
      >
        ${words}
      </button>`;
    return html`<div class="filters" role="toolbar" aria-label="Filter">
      ${chip("all", "All")}${chip("here", "On this device")}
      <div class="search">
        ${icon("search", true)}
        <input
          class="input"
          type="search"
          placeholder="Search"
          aria-label="Search models"
          @input=${(event: InputEvent) => (this.query = (event.target as HTMLInputElement).value.trim().toLowerCase())}
        />
      </div>
    </div>`;
  }

  #group(task: string, items: ShelfItem[]) {
    if (items.length === 0) return nothing;
    const { shelf } = this.app;
    const room = roomOf(this.app, task);
    return html`<section class="group">
      <h2>${kTasks[task]?.title} <span>${kTasks[task]?.sub}</span></h2>
      <div class="card">
        ${repeat(
          items,
          ({ entry }) => entry.name,
          (item) =>
            html`<model-row
              .item=${item}
              .room=${room}
              .shelf=${shelf}
            ></model-row>`,
        )}
      </div>
    </section>`;
  }

  #none() {
    const words = this.query
      ? `No model is called “${this.query}”.`
      : this.filter === "here"
        ? "No model is on this device yet."
        : "This site offers no models. Choose a model file of your own.";
    return html`<p class="muted">${words}</p>`;
  }

  #matches({ entry, stored }: ShelfItem): boolean {
    if (this.filter === "here" && stored?.state !== "ready") return false;
    return `${entry.title} ${entry.name} ${entry.quantisation ?? ""}`
      .toLowerCase()
      .includes(this.query);
  }

  async #use(files: File[]): Promise<void> {
    if (files.length === 0) return;
    const task = await taskOf(files);
    const room = roomOf(this.app, (task && kPages[task]) ?? "chat");
    room.use({ kind: "file", files }).catch(() => undefined); // the page that it opens shows why
    go(room.task);
  }
}

/** The page of what a file's model is for. */
const kPages = {
  chat: "chat",
  speech: "transcribe",
  segment: "segment",
} as const;

function roomOf(
  { room, speech, seeing }: App,
  task: string,
): AnyRoom & { use(choice: ModelChoice): Promise<unknown> } {
  return [speech, seeing].find((one) => one.task === task) ?? room;
}
