import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { toWickError } from "../engine/errors.ts";
import type { Head } from "../pages/segment/picture.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import { blobUrl } from "./blob_url.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import { toast } from "./toast.ts";

/** The pictures kept in this browser, but for the one that shows. */
@customElement("picture-list")
export class PictureList extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;

  protected override watched() {
    return [this.session.state];
  }

  protected override render() {
    const { heads, picture } = this.session.state.value;
    const others = heads.filter(({ id }) => id !== picture?.id);
    if (others.length === 0) return html``;
    return html`<section class="pictures" aria-label="Earlier pictures">
      <h2>Earlier</h2>
      <ul>
        ${repeat(
          others,
          ({ id }) => id,
          (head) => this.#item(head),
        )}
      </ul>
    </section>`;
  }

  #item(head: Head) {
    const { title, things } = head;
    const words = things === 1 ? "1 object" : `${things} objects`;
    return html`<li>
      <a href="#/segment/${head.id}" title=${title}>
        <img src=${blobUrl(head.thumbnail)} alt="" />
        <span class="clip">${title}</span><small>${words}</small>
      </a>
      <button
        class="btn icon small"
        aria-label="Delete ${title}"
        @click=${() => void this.#remove(head)}
      >
        ${icon("trash", true)}
      </button>
    </li>`;
  }

  async #remove({ id, title }: Head): Promise<void> {
    try {
      const undo = await this.session.remove(id);
      toast(`Deleted “${title}”`, () => void undo());
    } catch (reason) {
      toast(`“${title}” was not deleted: ${toWickError(reason).message}`);
    }
  }
}
