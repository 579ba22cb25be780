import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { AnyRoom } from "../pages/engine_room.ts";
import { bytes } from "../pages/format.ts";
import { go } from "../pages/router.ts";
import type { Shelf, ShelfItem } from "../pages/shelf.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { progressRow } from "./load_progress.ts";
import { toast } from "./toast.ts";

/** A model of the catalogue: facts, verdict, and what one can do with it. */
@customElement("model-row")
export class ModelRow extends LightElement {
  @property({ attribute: false }) item!: ShelfItem;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) room!: AnyRoom;

  protected override render() {
    const { entry, size, stored, transfer, problem } = this.item;
    const paused =
      !transfer && stored?.state === "partial" && stored.received > 0;
    return html`<article class="model" aria-label=${entry.title}>
      <div class="name">
        ${entry.title} <span class="sub">${entry.quantisation ?? ""}</span>
      </div>
      <div class="facts">
        <span>${bytes(size)}</span
        ><span>${entry.licence}</span>${this.#verdict()}
      </div>
      <div class="act">${this.#actions(paused)}</div>
      ${
        transfer
          ? progressRow(
              `Fetching ${entry.title}`,
              transfer,
              this.#button("Cancel", () => this.#remove(false)),
            )
          : paused
            ? progressRow(
                `${entry.title}, paused`,
                this.#kept(),
                this.#button("Remove", () => this.#remove(false)),
                "nothing to fetch again",
              )
            : nothing
      }
      ${problem ? html`<div class="note bad" role="alert">${icon("alert", true)}<span>${problem}</span></div>` : nothing}
    </article>`;
  }

  #kept() {
    const done = this.item.stored?.received ?? 0;
    return {
      phase: "fetching" as const,
      done,
      total: this.item.size,
      speed: 0,
      left: 0,
    };
  }

  #verdict() {
    const { entry, stored, fit, reachable } = this.item;
    if (stored?.state === "ready") {
      const words = stored.verified
        ? "On this device, verified"
        : "On this device, no checksum known";
      return html`<span class="verdict ok"
        >${icon("check", true)}${words}</span
      >`;
    }
    if (!reachable && fit.verdict !== "too_large")
      return html`<span class="verdict no"
        >${icon("x", true)}Not on the web: run
        <code>wick models fetch ${entry.name}</code>, then open the page of
        <code>wick serve</code></span
      >`;
    const speed =
      fit.speed > 0 ? `, about ${fit.speed.toFixed(0)} tokens/s here` : "";
    switch (fit.verdict) {
      case "too_large":
        return html`<span class="verdict no"
          >${icon("x", true)}Too large for a tab, needs ${bytes(fit.memory)} of
          memory</span
        >`;
      case "no_space":
        return html`<span class="verdict no"
          >${icon("x", true)}No room, the browser leaves this site too
          little</span
        >`;
      case "slow":
        return html`<span class="verdict"
          >${icon("alert", true)}Slow here${speed}</span
        >`;
      default:
        return html`<span class="verdict">Fits${speed}</span>`;
    }
  }

  #actions(paused: boolean) {
    const { entry, stored, transfer, fit, problem, reachable } = this.item;
    if (transfer) {
      return html`<button
        class="btn quiet small"
        @click=${() => this.shelf.pause(entry.name)}
      >
        ${icon("pause", true)}Pause
      </button>`;
    }
    if (stored?.state === "ready") {
      return html`<button class="btn small" @click=${this.#open}>Open</button>
        <button
          class="btn quiet icon small"
          aria-label="Remove ${entry.title}"
          data-tip="Remove"
          @click=${() => this.#remove(true)}
        >
          ${icon("trash", true)}
        </button>`;
    }
    const blocked =
      !reachable || fit.verdict === "too_large" || fit.verdict === "no_space";
    const words = paused ? "Resume" : problem ? "Fetch again" : "Get";
    return html`<button
      class="btn small"
      ?disabled=${blocked}
      @click=${this.#get}
    >
      ${paused ? nothing : icon("download", true)}${words}
    </button>`;
  }

  #button(words: string, act: () => void) {
    return html`<button class="btn quiet small" @click=${act}>
      ${words}
    </button>`;
  }

  #get(): void {
    void this.shelf.get(this.item.entry.name).catch(() => undefined); // the reason stands in the item
  }

  #open(): void {
    void this.room
      .use({ kind: "catalog", name: this.item.entry.name })
      .catch(() => undefined);
    go(this.room.task);
  }

  #remove(say: boolean): void {
    const { entry, size } = this.item;
    void this.shelf.remove(entry.name).then(() => {
      if (say)
        toast(
          `Removed ${entry.title}, ${bytes(size)}`,
          () => void this.shelf.get(entry.name).catch(() => undefined),
        );
    });
  }
}
