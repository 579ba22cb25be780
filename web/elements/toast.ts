import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { observable, watch } from "../pages/observable.ts";
import { LightElement } from "./light_element.ts";

interface Toast {
  words: string;
  undo: (() => void) | null;
}

const current = observable<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says what happened elsewhere, for eight seconds, with a way back. */
export function toast(words: string, undo: (() => void) | null = null): void {
  clearTimeout(timer);
  current.set({ words, undo });
  timer = setTimeout(() => current.set(null), 8000);
}

@customElement("toast-host")
export class ToastHost extends LightElement {
  constructor() {
    super();
    watch(this, current);
  }

  protected override render() {
    const shown = current.value;
    return html`<div role="status" aria-live="polite">
      ${
        shown
          ? html`<div class="toast">
              <span>${shown.words}</span>
              ${
                shown.undo
                  ? html`<button
                      class="btn small"
                      @click=${() => this.#undo(shown.undo)}
                    >
                      Undo
                    </button>`
                  : nothing
              }
            </div>`
          : nothing
      }
    </div>`;
  }

  #undo(action: (() => void) | null): void {
    current.set(null);
    action?.();
  }
}
