import { LitElement } from "lit";
import { watch, type Watched } from "../pages/observable.ts";

/** An element without a shadow: the site's one stylesheet reaches in, ids and labels work across. */
export class LightElement extends LitElement {
  /** What it shows: it is drawn anew when one of these changes. Asked for once its properties are set. */
  protected watched(): Watched[] {
    return [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.hasUpdated) watch(this, ...this.watched());
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
