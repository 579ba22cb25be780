import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { Observable } from "../pages/observable.ts";
import { kMostBrush, type Brush } from "../pages/segment/tool.ts";
import { LightElement } from "./light_element.ts";

/** How large the brush is, and whether it erases. */
@customElement("brush-settings")
export class BrushSettings extends LightElement {
  @property({ attribute: false }) brush!: Observable<Brush>;

  protected override watched() {
    return [this.brush];
  }

  protected override render() {
    const { size, erases } = this.brush.value;
    const change = (part: Partial<Brush>) =>
      this.brush.set({ ...this.brush.value, ...part });
    const choice = (erase: boolean, words: string) =>
      html`<label
        ><input
          type="radio"
          name="brush"
          .checked=${live(erases === erase)}
          @change=${() => change({ erases: erase })}
        />${words}</label
      >`;
    return html`<section>
      <h2 id="brush-does">Brush</h2>
      <div class="seg" role="radiogroup" aria-labelledby="brush-does">
        ${choice(false, "Paint")}${choice(true, "Erase")}
      </div>
      <div class="row-slider">
        <label for="brush-size">Size</label
        ><output for="brush-size">${size} px</output>
        <input
          id="brush-size"
          type="range"
          min="2"
          max=${kMostBrush}
          style="--v:${((size - 2) / (kMostBrush - 2)) * 100}%"
          .value=${live(String(size))}
          @input=${(event: Event) => change({ size: Number((event.target as HTMLInputElement).value) })}
        />
      </div>
    </section>`;
  }
}
