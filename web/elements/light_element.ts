import { LitElement } from "lit";

/** An element without a shadow: the site's one stylesheet reaches in, ids and labels work across. */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
