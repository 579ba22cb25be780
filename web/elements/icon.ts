import { html, type TemplateResult } from "lit";

/** An icon of the sprite that the shell carries. */
export function icon(name: string, small = false): TemplateResult {
  return html`<svg class=${small ? "i s" : "i"} aria-hidden="true">
    <use href="#i-${name}"></use>
  </svg>`;
}
