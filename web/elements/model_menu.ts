import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { bytes } from "../pages/format.ts";
import type { AnyRoom, ModelChoice } from "../pages/engine_room.ts";
import type { Shelf, ShelfItem } from "../pages/shelf.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

/** What to choose for a task. */
const kChoose: Record<string, string> = {
  chat: "Choose a GGUF file…",
  transcribe: "Choose a Whisper model’s files…",
};

/** The model in use, and a menu of the others. */
@customElement("model-menu")
export class ModelMenu extends LightElement {
  @property({ attribute: false }) room!: AnyRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) onPick!: () => void;

  protected override watched() {
    return [this.room.state, this.shelf.state];
  }

  protected override render() {
    const items = this.shelf.state.value.items.filter(
      ({ entry }) => entry.task === this.room.task,
    );
    const { title, sub } = this.#shown(items);
    return html`<details class="menu model-menu">
      <summary
        class="chip"
        aria-label="Model: ${title || "none"}. Choose another"
      >
        <span class="clip">${title || "Choose a model"}</span>
        ${sub ? html`<span class="faint wide-only">${sub}</span>` : nothing}${icon("down", true)}
      </summary>
      <div class="pop">
        ${items.map((item) => this.#item(item))}
        ${items.length > 0 ? html`<hr />` : nothing}
        <button class="item" @click=${this.#pick}>
          ${icon("file", true)}${kChoose[this.room.task] ?? "Choose a model’s files…"}
        </button>
        <a class="item" href="#/models">${icon("box", true)}All models</a>
      </div>
    </details>`;
  }

  #shown(items: ShelfItem[]): { title: string; sub: string } {
    const { title, model } = this.room.state.value;
    const choice = this.room.preferred();
    const item =
      choice?.kind === "catalog"
        ? items.find(({ entry }) => entry.name === choice.name)
        : undefined;
    const name = item?.entry.title ?? title;
    // What runs, once that is known; the catalogue knows the file.
    const sub = model?.info.quantisation ?? item?.entry.quantisation ?? "";
    return { title: name, sub: name.endsWith(sub) ? "" : sub };
  }

  #item({ entry, size, stored, fit, reachable }: ShelfItem) {
    const { choice, model } = this.room.state.value;
    const current =
      model !== null &&
      choice?.kind === "catalog" &&
      choice.name === entry.name;
    const here = stored?.state === "ready";
    const state = here
      ? "on this device"
      : reachable
        ? bytes(size)
        : "by wick serve";
    return html`<button
      class="item"
      ?disabled=${!reachable || fit.verdict === "too_large"}
      @click=${() => this.#use({ kind: "catalog", name: entry.name })}
    >
      ${icon(current ? "check" : here ? "disk" : "download", true)}${entry.title}<span
        >${state}</span
      >
    </button>`;
  }

  #use(choice: ModelChoice): void {
    this.#close();
    void this.room.use(choice).catch(() => undefined); // the reason stands in the room's state
  }

  #pick(): void {
    this.#close();
    this.onPick();
  }

  #close(): void {
    this.querySelector("details")?.removeAttribute("open");
  }
}
