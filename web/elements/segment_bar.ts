import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { SegmentRoom } from "../pages/engine_room.ts";
import { count } from "../pages/format.ts";
import { formats, type ExportFormat } from "../pages/segment/export.ts";
import type { Picture } from "../pages/segment/picture.ts";
import { saveMasks } from "../pages/segment/save.ts";
import { maskOf, shownThings } from "../pages/segment/scene.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

/** The picture's name and size, undo and redo, export. */
@customElement("segment-bar")
export class SegmentBar extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;
  @property({ attribute: false }) room!: SegmentRoom;
  @property({ attribute: false }) onChoose!: () => void;
  @state() private saving = false;

  protected override watched() {
    return [this.session.state];
  }

  protected override render() {
    const { picture, undoable, redoable, finding } = this.session.state.value;
    if (!picture) return nothing;
    const step = (
      name: string,
      words: string,
      key: string,
      able: boolean,
      act: () => void,
    ) =>
      html`<button
        class="btn quiet icon"
        aria-label=${words}
        data-tip="${words}  ${key}"
        data-at="below"
        ?disabled=${!able}
        @click=${act}
      >
        ${icon(name)}
      </button>`;
    return html`<div class="top">
      <button
        class="btn quiet icon"
        aria-label="Open another picture"
        data-tip="Open another"
        data-at="below"
        @click=${this.onChoose}
      >
        ${icon("import")}
      </button>
      <h1 class="clip">${picture.title}</h1>
      <span class="muted small num wide-only clip">${factsOf(picture)}</span>
      <span class="end"></span>
      ${step("undo", "Undo", "Ctrl Z", undoable, () => this.session.undo())}
      ${step("redo", "Redo", "Ctrl Y", redoable, () => this.session.redo())}
      <button
        class="btn small everything"
        aria-label="Find everything"
        data-tip="Find everything  E"
        data-at="below"
        ?disabled=${finding !== null}
        @click=${() => void this.session.everything()}
      >
        ${icon("grid", true)}<span class="wide-only">Everything</span>
      </button>
      ${this.#export()}
    </div>`;
  }

  #export() {
    const { scene } = this.session.state.value;
    const visible = shownThings(scene).length;
    const what =
      visible === 0
        ? scene.things.some(maskOf)
          ? "All objects are hidden"
          : "Nothing is masked yet"
        : visible === 1
          ? "Of the one visible object"
          : `Of the ${visible} visible objects`;
    return html`<details class="menu export">
      <summary class="btn primary small" aria-busy=${this.saving}>
        ${this.saving ? "Exporting…" : "Export"}${icon("down", true)}
      </summary>
      <div class="pop">
        <p class="small muted">${what}</p>
        ${formats.map(
          ({ id, title, sub }, at) =>
            html`${at === 3 ? html`<hr />` : nothing}<button
                class="item"
                ?disabled=${visible === 0 || this.saving}
                @click=${() => void this.#save(id)}
              >
                <span>${title}</span><span>${sub}</span>
              </button>`,
        )}
      </div>
    </details>`;
  }

  /** A large picture takes seconds. */
  async #save(format: ExportFormat): Promise<void> {
    this.querySelector("details")?.removeAttribute("open");
    this.saving = true;
    await saveMasks(this.session.state.value, format, this.room);
    this.saving = false;
  }
}

function factsOf({ width, height, readMs }: Picture): string {
  const size = `${count(width)} × ${count(height)}`;
  const read = readMs > 0 ? ` · read once in ${seconds(readMs)}, kept` : "";
  return size + read;
}

const seconds = (ms: number) =>
  ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
