import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { toWickError } from "../../engine/errors.ts";
import "../../elements/chat_composer.ts";
import type { ChatComposer } from "../../elements/chat_composer.ts";
import "../../elements/chat_empty.ts";
import "../../elements/chat_settings.ts";
import "../../elements/chat_thread.ts";
import type { ChatThread } from "../../elements/chat_thread.ts";
import "../../elements/conversation_list.ts";
import { icon } from "../../elements/icon.ts";
import { LightElement } from "../../elements/light_element.ts";
import { toast } from "../../elements/toast.ts";
import "../../style/chat.css";
import type { App } from "../app.ts";
import { onFileDrop, pickFile, saveFile } from "../files.ts";
import { watch } from "../observable.ts";
import { go, route } from "../router.ts";
import { fileNameOf, toJson, toMarkdown } from "./export.ts";
import { fromJson } from "./import.ts";
import { chatKeys } from "./keys.ts";
import { removeWithUndo } from "./remove.ts";
import type { ChatSession } from "./session.ts";
import { pathOf } from "./tree.ts";

/** The chat page: conversations, thread, settings. */
@customElement("chat-page")
export class ChatPage extends LightElement {
  @property({ attribute: false }) app!: App;
  @state() private session: ChatSession | null = null;
  @state() private panel: "" | "show-side" | "show-set" = "";
  @state() private renaming = false;
  @state() private dropping = false;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      route.subscribe(() => void this.#followRoute()),
      onFileDrop(
        (over) => (this.dropping = over),
        ([file]) => file && this.#useFile(file),
      ),
      chatKeys({ fresh: () => this.#fresh(), escape: () => this.#escape() }),
    ];
    if (!this.session) void this.#start();
    else void this.#followRoute();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  async #start(): Promise<void> {
    const session = await this.app.session();
    watch(this, session.state);
    this.session = session;
    session.state.subscribe(() => this.#showInAddress());
    await this.#followRoute();
  }

  async #followRoute(): Promise<void> {
    const { page, argument } = route.value;
    if (page !== "chat" || !this.session) return;
    if (!argument) {
      if (pathOf(this.session.state.value.conversation).length > 0)
        this.session.fresh();
      return;
    }
    if (this.session.state.value.conversation.id === argument) return;
    this.panel = this.panel === "show-side" ? "" : this.panel;
    if (!(await this.session.open(argument))) go("chat", "", true);
  }

  /** A conversation gets its address with its first message. */
  #showInAddress(): void {
    if (route.value.page !== "chat" || !this.session) return;
    const { conversation } = this.session.state.value;
    const has = pathOf(conversation).length > 0;
    if (has && !route.value.argument) go("chat", conversation.id, true);
    if (
      !has &&
      route.value.argument &&
      !this.session.state.value.heads.some(
        ({ id }) => id === route.value.argument,
      )
    ) {
      go("chat", "", true);
    }
  }

  protected override render() {
    const { session } = this;
    if (!session)
      return html`<div class="app"><main class="talk" id="main"></main></div>`;
    const { room, shelf, settings } = this.app;
    const { conversation } = session.state.value;
    const empty = pathOf(conversation).length === 0;
    const close = () => (this.panel = "");
    const pick = () =>
      void pickFile(".gguf").then((file) => file && this.#useFile(file));
    return html`<div
      class="app ${this.panel} ${this.dropping ? "dropping" : ""}"
    >
      <aside class="side" aria-label="Conversations">
        <conversation-list
          .session=${session}
          .onFresh=${() => this.#fresh()}
          .onImport=${() => void pickFile(".json").then((file) => file && this.#useFile(file))}
          .onClose=${close}
        ></conversation-list>
      </aside>
      <main class="talk" id="main">
        <header>${this.#header(session, empty)}</header>
        <div class="middle">
          ${
            empty
              ? html`<chat-empty
                  .session=${session}
                  .room=${room}
                  .shelf=${shelf}
                  .onPick=${pick}
                ></chat-empty>`
              : html`<chat-thread
                  .session=${session}
                  .room=${room}
                ></chat-thread>`
          }
        </div>
        <chat-composer
          .session=${session}
          .room=${room}
          .shelf=${shelf}
          .onPick=${pick}
          .onEditLast=${() => this.querySelector<ChatThread>("chat-thread")?.editLast()}
        ></chat-composer>
      </main>
      <aside class="set" aria-label="Settings">
        <chat-settings
          .session=${session}
          .settings=${settings}
          .onClose=${close}
        ></chat-settings>
      </aside>
      ${this.dropping ? html`<p class="drop-here">Drop the GGUF file to use it in place</p>` : nothing}
    </div>`;
  }

  #header(session: ChatSession, empty: boolean) {
    const { conversation } = session.state.value;
    const toggle = (panel: "show-side" | "show-set") =>
      (this.panel = this.panel === panel ? "" : panel);
    return html`
      <button
        class="btn quiet icon phone-only"
        aria-label="Conversations"
        @click=${() => toggle("show-side")}
      >
        ${icon("panel")}
      </button>
      ${
        this.renaming
          ? html`<input
              class="input grow title-input"
              aria-label="Title"
              .value=${conversation.title}
              @keydown=${this.#titleKey}
              @blur=${(event: Event) => this.#rename(event.target as HTMLInputElement)}
            />`
          : html`<h1
              class="clip grow"
              @dblclick=${() => (this.renaming = !empty)}
            >
              ${conversation.title}
            </h1>`
      }
      ${empty ? nothing : this.#menu(session)}
      <button
        class="btn quiet icon"
        aria-label="Settings"
        @click=${() => toggle("show-set")}
      >
        ${icon("sliders")}
      </button>
    `;
  }

  #menu(session: ChatSession) {
    const { conversation } = session.state.value;
    const save = (extension: string, text: string) =>
      saveFile(fileNameOf(conversation, extension), text);
    const item = (name: string, words: string, act: () => void) =>
      html`<button class="item" @click=${() => this.#fromMenu(act)}>
        ${icon(name, true)}${words}
      </button>`;
    return html`<details class="menu more">
      <summary class="btn quiet icon" aria-label="More for this conversation">
        ${icon("more")}
      </summary>
      <div class="pop">
        ${item("edit", "Rename", () => (this.renaming = true))}
        ${item("download", "Save as Markdown", () => save("md", toMarkdown(conversation)))}
        ${item("download", "Save as JSON", () => save("json", toJson(conversation)))}
        <hr />
        ${item("trash", "Delete", () => void this.#remove(session))}
      </div>
    </details>`;
  }

  #fromMenu(act: () => void): void {
    this.querySelector(".more")?.removeAttribute("open");
    act();
  }

  async #remove(session: ChatSession): Promise<void> {
    const { conversation } = session.state.value;
    await removeWithUndo(session, conversation, () =>
      go("chat", conversation.id),
    );
  }

  #titleKey(event: KeyboardEvent): void {
    const field = event.target as HTMLInputElement;
    event.stopPropagation();
    if (event.key === "Escape") field.value = "";
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  }

  #rename(field: HTMLInputElement): void {
    this.renaming = false;
    if (this.session)
      void this.session.rename(
        this.session.state.value.conversation.id,
        field.value,
      );
  }

  #fresh(): void {
    this.panel = "";
    this.session?.fresh();
    go("chat");
    this.querySelector<ChatComposer>("chat-composer")?.field?.focus();
  }

  #escape(): void {
    if (this.querySelector<ChatThread>("chat-thread")?.closeInspector()) return;
    if (this.panel) this.panel = "";
    else this.session?.stop();
  }

  async #import(file: File): Promise<void> {
    try {
      const conversation = fromJson(await file.text(), () =>
        crypto.randomUUID(),
      );
      await this.session?.add(conversation);
      go("chat", conversation.id);
    } catch (reason) {
      toast(`${file.name}: ${toWickError(reason).message}`);
    }
  }

  #useFile(file: File): void {
    if (/\.json$/i.test(file.name)) {
      void this.#import(file);
      return;
    }
    void this.app.room
      .use({ kind: "file", files: [file] })
      .catch((reason: unknown) => {
        const message =
          reason instanceof Error ? reason.message : String(reason);
        const shown = this.session?.state.value.conversation;
        if (shown && pathOf(shown).length > 0) toast(message); // an empty page says it in place
      });
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("renaming") && this.renaming)
      this.querySelector<HTMLInputElement>(".title-input")?.select();
    if (
      changed.has("session") &&
      this.session &&
      matchMedia("(pointer: fine)").matches
    ) {
      void this.updateComplete.then(() =>
        this.querySelector<ChatComposer>("chat-composer")?.field?.focus(),
      );
    }
  }
}
