import { html } from "lit";
import { icon } from "./icon.ts";

export interface Zoomable {
  zoom(by: number): void;
  fit(): void;
}

/** Buttons that enlarge and reduce a picture, or fit it in; `all` where all of it shows already. */
export function zoomBar(stage: Zoomable, scale: number, all: boolean) {
  const stop = (event: Event) => event.stopPropagation(); // the stage takes what happens on it for its own
  const button = (name: string, words: string, act: () => void) =>
    html`<button class="btn quiet icon small" aria-label=${words} @click=${act}>
      ${icon(name, true)}
    </button>`;
  return html`<div class="pop zoom ${all ? "all" : ""}" @pointerdown=${stop}>
    ${button("minus", "Zoom out", () => stage.zoom(0.8))}
    <span class="num">${Math.round(scale * 100)} %</span>
    ${button("plus", "Zoom in", () => stage.zoom(1.25))}
    ${button("fit", "Fit", () => stage.fit())}
  </div>`;
}
