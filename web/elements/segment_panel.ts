import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { SegmentRoom } from "../pages/engine_room.ts";
import { count, percent } from "../pages/format.ts";
import type { Picture } from "../pages/segment/picture.ts";
import {
  currentOf,
  isEmpty,
  maskOf,
  shareOf,
  type Thing,
} from "../pages/segment/scene.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import type { Brush, Tool } from "../pages/segment/tool.ts";
import type { Observable } from "../pages/observable.ts";
import type { Shelf } from "../pages/shelf.ts";
import "./brush_settings.ts";
import { icon } from "./icon.ts";
import { LightElement } from "./light_element.ts";
import "./mask_candidates.ts";
import "./model_menu.ts";
import "./picture_list.ts";

/** The masks to choose from, the things, and what is known of the one that is worked on. */
@customElement("segment-panel")
export class SegmentPanel extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;
  @property({ attribute: false }) room!: SegmentRoom;
  @property({ attribute: false }) shelf!: Shelf;
  @property({ attribute: false }) tool!: Observable<Tool>;
  @property({ attribute: false }) brush!: Observable<Brush>;
  @property({ attribute: false }) hovering = true;
  @property({ attribute: false }) onHovering!: (on: boolean) => void;
  @property({ attribute: false }) onPick!: () => void;
  @state() private renaming = "";

  protected override watched() {
    return [
      ...[this.session.state, this.room.state, this.shelf.state],
      this.tool,
    ];
  }

  protected override render() {
    const { picture, scene } = this.session.state.value;
    if (!picture) return nothing;
    const current = currentOf(scene);
    return html`${this.tool.value === "brush" ? html`<brush-settings .brush=${this.brush}></brush-settings>` : nothing}
      <mask-candidates .session=${this.session}></mask-candidates>
      ${this.#things(picture, scene.things)}
      ${current && !isEmpty(current) ? this.#facts(current) : nothing}
      <section>
        <label class="switch hover-only"
          >Preview on hover<input
            type="checkbox"
            role="switch"
            .checked=${live(this.hovering)}
            @change=${(event: Event) => this.onHovering((event.target as HTMLInputElement).checked)}
        /></label>
        <div class="field">
          <span>Model</span
          ><model-menu
            .room=${this.room}
            .shelf=${this.shelf}
            .onPick=${this.onPick}
          ></model-menu>
        </div>
      </section>
      <picture-list .session=${this.session}></picture-list>`;
  }

  #things(picture: Picture, things: Thing[]) {
    const { current } = this.session.state.value.scene;
    return html`<section class="things" style="--rows:${things.length}">
      <h2>
        Objects<button
          class="btn quiet small end fresh-thing"
          title="The next click begins another (N)"
          @click=${() => this.session.newThing()}
        >
          ${icon("plus", true)}New
        </button>
      </h2>
      ${
        things.length > 0
          ? html`<ul class="objs">
              ${repeat(
                things,
                ({ id }) => id,
                (thing) => this.#thing(picture, thing),
              )}
            </ul>`
          : nothing
      }
      ${
        things.every((thing) => thing.id !== current || isEmpty(thing))
          ? html`<p class="small muted">
              ${
                current === null && things.length > 0
                  ? "Click an object to work on it, or elsewhere to begin another."
                  : "Click a thing in the picture, or draw a box around it."
              }
            </p>`
          : nothing
      }
    </section>`;
  }

  #thing(picture: Picture, thing: Thing) {
    const { current } = this.session.state.value.scene;
    const mine = thing.id === current;
    const mask = maskOf(thing);
    return html`<li class="obj ${mine ? "cur" : ""}" aria-current=${mine}>
      <i class="sw" style="background:var(--obj-${thing.colour})"></i>
      ${this.renaming === thing.id ? this.#nameField(thing) : this.#name(thing, mine)}
      <small>${mask ? percent(shareOf(mask, picture)) : ""}</small>
      <button
        class="btn quiet icon small"
        aria-label="${thing.hidden ? "Show" : "Hide"} ${thing.name}"
        aria-pressed=${thing.hidden}
        @click=${() => this.session.toggleHidden(thing.id)}
      >
        ${icon(thing.hidden ? "eye-off" : "eye", true)}
      </button>
    </li>`;
  }

  #name(thing: Thing, mine: boolean) {
    return html`<button
      class="clip name"
      title=${mine ? "Click to rename" : "Click to work on it"}
      @click=${() => (mine ? this.#beginRename(thing.id) : this.session.select(thing.id))}
    >
      ${thing.name}
    </button>`;
  }

  #beginRename(id: string): void {
    this.renaming = id;
    void this.updateComplete.then(() =>
      this.querySelector<HTMLInputElement>(".obj input")?.select(),
    );
  }

  #nameField(thing: Thing) {
    const end = (event: Event, keep: boolean) => {
      if (this.renaming !== thing.id) return;
      this.renaming = "";
      const { value } = event.target as HTMLInputElement;
      if (keep && value.trim() !== thing.name)
        this.session.rename(thing.id, value);
    };
    return html`<input
      class="input"
      aria-label="Name of ${thing.name}"
      .value=${thing.name}
      @blur=${(event: Event) => end(event, true)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Enter" || event.key === "Escape")
          end(event, event.key === "Enter");
      }}
    />`;
  }

  #facts(thing: Thing) {
    const mask = maskOf(thing);
    const inside = thing.points.filter((point) => point.inside).length;
    const outside = thing.points.length - inside;
    const row = (name: string, value: unknown) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`;
    return html`<section>
      <h2>
        <span class="clip">${thing.name}</span
        ><button
          class="btn quiet icon small end"
          aria-label="Delete ${thing.name}"
          data-tip="Delete"
          @click=${() => this.session.removeThing(thing.id)}
        >
          ${icon("trash", true)}
        </button>
      </h2>
      <dl class="kv">
        ${
          mask
            ? html`${row("Area", `${count(mask.area)} px`)}
              ${row("Box", `${mask.box.slice(0, 2).join(", ")} to ${mask.box.slice(2).join(", ")}`)}
              ${row("Stability", mask.stability.toFixed(3))}`
            : nothing
        }
        ${row("Points", outside > 0 ? `${inside} in, ${outside} out` : String(inside))}
      </dl>
      ${
        thing.box
          ? html`<button
              class="btn quiet small undraw"
              @click=${() => this.session.removeBox()}
            >
              ${icon("x", true)}Take the box away
            </button>`
          : nothing
      }
    </section>`;
  }
}
