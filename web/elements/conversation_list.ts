import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  groupByDay,
  searchHeads,
  type Head,
} from "../pages/chat/conversations.ts";
import { removeWithUndo } from "../pages/chat/remove.ts";
import type { ChatSession } from "../pages/chat/session.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";

/** The conversations kept in this browser: search, choose, delete. */
@customElement("conversation-list")
export class ConversationList extends LightElement {
  @property({ attribute: false }) session!: ChatSession;
  @property({ attribute: false }) onFresh!: () => void;
  @property({ attribute: false }) onImport!: () => void;
  @property({ attribute: false }) onClose!: () => void;
  @state() private query = "";

  protected override watched() {
    return [this.session.state];
  }

  protected override render() {
    const heads = searchHeads(this.session.state.value.heads, this.query);
    return html`
      <div class="row sheet-head">
        <b class="grow">Conversations</b>
        <button
          class="btn quiet icon"
          aria-label="Close conversations"
          @click=${this.onClose}
        >
          ${icon("x")}
        </button>
      </div>
      <button class="btn" @click=${this.onFresh}>
        ${icon("plus", true)}New conversation<kbd class="end wide-only">N</kbd>
      </button>
      <div class="search">
        ${icon("search", true)}
        <input
          class="input"
          type="search"
          placeholder="Search"
          aria-label="Search conversations"
          @input=${(event: InputEvent) => (this.query = (event.target as HTMLInputElement).value)}
        />
      </div>
      <nav class="convs" aria-label="Conversations">
        ${heads.length === 0 ? this.#empty() : nothing}
        ${groupByDay(heads, new Date()).map(
          (group) =>
            html`<h2>${group.title}</h2>
              ${repeat(
                group.heads,
                (head) => head.id,
                (head) => this.#item(head),
              )}`,
        )}
      </nav>
      <footer>
        ${icon("lock", true)}<span class="grow">Kept in this browser only</span>
        <button
          class="btn quiet icon small"
          aria-label="Open a saved conversation"
          data-tip="Open a saved one"
          @click=${this.onImport}
        >
          ${icon("file", true)}
        </button>
      </footer>
    `;
  }

  #empty() {
    const words = this.query
      ? `Nothing has “${this.query}”.`
      : "What you talk about will stand here.";
    return html`<p class="none">${words}</p>`;
  }

  #item(head: Head) {
    const { conversation } = this.session.state.value;
    const current = head.id === conversation.id;
    return html`<div class="conv">
      <a
        href="#/chat/${head.id}"
        class="clip"
        aria-current=${current ? "page" : nothing}
        title=${head.title}
        >${head.title}</a
      >
      <button
        class="btn quiet icon small"
        aria-label="Delete ${head.title}"
        @click=${() => void removeWithUndo(this.session, head)}
      >
        ${icon("trash", true)}
      </button>
    </div>`;
  }
}
