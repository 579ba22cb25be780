import { html, nothing, type TemplateResult } from "lit";
import { bytes, bytesOf, duration } from "../pages/format.ts";
import type { Transfer } from "../pages/shelf.ts";

/** A bar, then one line of bytes, speed and time left, with its button at the far right. */
export function progressRow(
  label: string,
  transfer: Transfer | null,
  action: TemplateResult | typeof nothing,
  paused = "",
): TemplateResult {
  const share =
    transfer && transfer.total > 0 ? transfer.done / transfer.total : 0;
  return html`<div class="progress">
    <div
      class="track ${paused ? "paused" : ""}"
      role="progressbar"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(share * 100)}
    >
      <i style="width:${(share * 100).toFixed(1)}%"></i>
    </div>
    <div class="facts">
      ${transfer ? facts(transfer, paused) : html`<span>Starting</span>`}
      ${action}
    </div>
  </div>`;
}

function facts(
  { phase, done, total, speed, left }: Transfer,
  paused: string,
): TemplateResult {
  if (paused)
    return html`<span>Paused at ${bytesOf(done, total)}</span
      ><span>${paused}</span>`;
  if (phase === "checking")
    return html`<span>Checking ${bytesOf(done, total)}</span>`;
  return html`<span>${bytesOf(done, total)}</span>
    ${speed > 0 ? html`<span>${bytes(speed)}/s</span>` : nothing}
    ${left > 0 ? html`<span>${duration(left)} left</span>` : nothing}`;
}
