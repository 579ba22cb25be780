import { html, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { MaskCandidate } from "../engine/types.ts";
import { percent } from "../pages/format.ts";
import type { Picture } from "../pages/segment/picture.ts";
import { currentOf, shareOf, type Thing } from "../pages/segment/scene.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import { blobUrl } from "./blob_url.ts";
import { LightElement } from "./light_element.ts";

const kAround = 0.35; // of a mask's box, shown around it

/** The masks that may be meant, to choose from. */
@customElement("mask-candidates")
export class MaskCandidates extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;

  protected override watched() {
    return [this.session.state];
  }

  protected override render() {
    const { picture, scene } = this.session.state.value;
    const thing = currentOf(scene);
    if (!picture || !thing || thing.candidates.length < 2) return nothing;
    return html`<section>
      <h2 id="which">Which did you mean?</h2>
      <div
        class="cands"
        role="radiogroup"
        aria-labelledby="which"
        @keydown=${this.#arrows}
      >
        ${thing.candidates.map((mask, index) => this.#candidate(picture, thing, mask, index))}
      </div>
    </section>`;
  }

  #candidate(
    picture: Picture,
    thing: Thing,
    mask: MaskCandidate,
    index: number,
  ) {
    const chosen = index === thing.chosen;
    const share = percent(shareOf(mask, picture));
    return html`<button
      class="cand"
      role="radio"
      aria-checked=${chosen}
      tabindex=${chosen ? 0 : -1}
      aria-label="Score ${mask.iou.toFixed(3)}, ${share} of the picture"
      @click=${() => this.session.choose(index)}
    >
      <svg
        viewBox=${frameOf(mask, picture)}
        preserveAspectRatio="xMidYMid slice"
        aria-hidden="true"
      >
        ${svg`<image href=${blobUrl(picture.thumbnail)} width=${picture.width} height=${picture.height} preserveAspectRatio="none" />
          <path class="halo" d=${mask.path} />
          <path style="--c:var(--obj-${thing.colour})" d=${mask.path} />`}
      </svg>
      <span><b>${mask.iou.toFixed(3)}</b>${share}</span>
    </button>`;
  }

  readonly #arrows = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const thing = currentOf(this.session.state.value.scene);
    if (!by || !thing) return;
    event.preventDefault();
    const { length } = thing.candidates;
    this.session.choose((thing.chosen + by + length) % length);
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>(".cand[aria-checked=true]")?.focus(),
    );
  };
}

/** What of the picture to show around a mask, as a viewBox. */
function frameOf(
  { box: [x0, y0, x1, y1] }: MaskCandidate,
  { width, height }: Picture,
): string {
  const least = Math.min(width, height) / 8;
  const w = Math.min(width, Math.max(least, (x1 - x0) * (1 + 2 * kAround)));
  const h = Math.min(height, Math.max(least, (y1 - y0) * (1 + 2 * kAround)));
  const within = (middle: number, size: number, most: number) =>
    Math.min(Math.max(0, middle - size / 2), most - size);
  const x = within((x0 + x1) / 2, w, width);
  const y = within((y0 + y1) / 2, h, height);
  return `${x} ${y} ${w} ${h}`;
}
