import { html, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Observable } from "../pages/observable.ts";
import { gestures, type Drag } from "../pages/segment/gestures.ts";
import type { Picture } from "../pages/segment/picture.ts";
import {
  currentOf,
  kColours,
  shownThings,
  thingAt,
  type Thing,
} from "../pages/segment/scene.ts";
import type { SegmentSession } from "../pages/segment/session.ts";
import { selectsThings, type Brush, type Tool } from "../pages/segment/tool.ts";
import {
  boxBetween,
  fitted,
  moved,
  pixelAt,
  toPicture,
  toStage,
  zoomed,
  type Place,
  type View,
} from "../pages/segment/view.ts";
import { blobUrl } from "./blob_url.ts";
import { LightElement } from "./light_element.ts";
import { covers } from "./covers.ts";
import { crossMark, frameMark, maskMark, strokeMark } from "./stage_marks.ts";
import { zoomBar } from "./zoom_bar.ts";

const kKeyStep = 12; // CSS pixels that an arrow key moves the pointer
const kDrags: Partial<Record<Tool, Drag>> = {
  ...{ select: "pan", move: "pan", brush: "stroke" },
};
const kPixelsSeen = 6; // scale from which single pixels are shown as such

/** The picture with its masks and prompts, to point at. */
@customElement("segment-stage")
export class SegmentStage extends LightElement {
  @property({ attribute: false }) session!: SegmentSession;
  @property({ attribute: false }) tool!: Observable<Tool>;
  @property({ attribute: false }) brush!: Observable<Brush>;
  @property({ attribute: false }) hovering = true;
  @query(".stage") private stage!: HTMLElement;
  @state() private view: View = { scale: 1, x: 0, y: 0 };
  @state() private box: { from: Place; to: Place } | null = null;
  @state() private stroke: readonly Place[] | null = null;
  @state() private erasing = false;
  /** Where the keyboard points, on the stage. */
  @state() private pointer: Place | null = null;
  /** The thing under the pointer that a click would select. */
  @state() private pointed: string | null = null;
  #fit = true; // until one zooms or moves
  #shown = "";
  #pressed = -1; // which of the points
  #gestures: ReturnType<typeof gestures> | null = null;
  readonly #resized = new ResizeObserver(() => this.#refit());

  protected override watched() {
    return [this.session.state, this.tool, this.brush];
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this.stage);
    this.#gestures = gestures(this.stage, {
      hover: (at, alt) => this.#hover(at, alt),
      leave: () => this.#leave(),
      tap: (at, alt) => this.#tap(at, alt),
      drawing: (box) => (this.box = box),
      draw: (from, to) => this.#draw(from, to),
      pan: (by) => this.#pan(by),
      zoom: (by, at) => this.zoom(by, at),
      stroking: (places, alt) => {
        this.stroke = places;
        this.erasing = alt || this.brush.value.erases;
      },
      stroke: (places, alt) => this.#paint(places, alt),
      drags: () => kDrags[this.tool.value] ?? "box",
    });
  }

  protected override willUpdate(): void {
    const id = this.session.state.value.picture?.id ?? "";
    if (id === this.#shown) return;
    this.#shown = id;
    this.pointer = null;
    this.fit();
  }

  /** The whole picture in sight. */
  fit(): void {
    this.#fit = true;
    this.#refit();
  }

  /** Larger or smaller, about a place or the middle. */
  zoom(by: number, at?: Place): void {
    const { width, height } = this.#room();
    const middle = at ?? { x: width / 2, y: height / 2 };
    const least = this.#fitted().scale / 2;
    this.#fit = false;
    this.view = zoomed(this.view, by, middle, least);
    this.#pan({ x: 0, y: 0 });
  }

  protected override render() {
    const { picture, shown, ready, scene, preview, found } =
      this.session.state.value;
    if (!picture || !shown) return html`<div class="stage"></div>`;
    const { scale, x, y } = this.view;
    const { width, height } = picture;
    const things = shownThings(scene);
    const count =
      things.length === 1 ? "one object" : `${things.length} objects`;
    return html`<div
      class="stage ${this.pointed ? "pointing" : `with-${this.tool.value}`} ${ready ? "" : "waiting"}"
      role="application"
      tabindex="0"
      aria-label="Picture with ${count}. Arrow keys move the pointer, Enter adds what is under it or selects the object there, Alt and Enter leave it out. Comma and full stop go through the objects."
      @keydown=${this.#key}
      @blur=${() => (this.pointer = null)}
    >
      <img
        class=${scale >= kPixelsSeen ? "pixels" : ""}
        src=${blobUrl(shown)}
        alt=${picture.title}
        draggable="false"
        style="width:${width}px;height:${height}px;transform:translate(${x}px,${y}px) scale(${scale})"
      />
      <svg class="masks" aria-hidden="true">
        <g transform="translate(${x} ${y}) scale(${scale})">
          ${things.map((thing) => maskMark(thing, thing.id === scene.current, thing.id === this.pointed))}
          ${found.map((mask, at) => svg`<path class="mask found" style="--c:var(--obj-${(at % kColours) + 1})" d=${mask.path} />`)}
          ${
            preview
              ? svg`<path class="mask hover" style="--c:${this.#colour()}"
                  transform="scale(${width / preview.size[1]} ${height / preview.size[0]})"
                  d=${preview.path} />`
              : nothing
          }
        </g>
        ${this.box ? frameMark(this.box.from, this.box.to) : nothing}
        ${this.stroke ? strokeMark(this.stroke, this.brush.value.size * this.view.scale, this.erasing ? "#fff" : this.#colour()) : nothing}
        ${this.#prompts(currentOf(scene))}
        ${this.pointer ? crossMark(this.pointer) : nothing}
      </svg>
      ${zoomBar(this, this.view.scale, this.#fit)}
    </div>`;
  }

  #prompts(thing: Thing | null) {
    if (!thing || thing.hidden) return nothing;
    const corner = (x: number, y: number) => toStage(this.view, { x, y });
    const [x0, y0, x1, y1] = thing.box ?? [0, 0, 0, 0];
    return svg`${thing.box ? frameMark(corner(x0, y0), corner(x1, y1)) : nothing}
      ${thing.points.map(({ x, y, inside }, index) => {
        const at = corner(x + 0.5, y + 0.5);
        return svg`<g class="pt ${inside ? "in" : "out"}" transform="translate(${at.x} ${at.y})"
          @pointerdown=${(event: Event) => this.#press(event, index)}
          @click=${() => this.#takeAway(index)}>
          <circle class="reach" r="14" /><circle r="7" />
          <path d=${inside ? "M-3.2 0H3.2M0 -3.2V3.2" : "M-3.2 0H3.2"} />
          <title>Click to take this point away</title></g>`;
      })}`;
  }

  #press(event: Event, index: number): void {
    event.stopPropagation();
    this.#pressed = this.#gestures?.repeats() ? -1 : index;
  }

  /** The click that ends a tap lands on the very point that the tap has added: only what was pressed as well is meant. */
  #takeAway(index: number): void {
    if (this.#pressed === index) this.session.removePoint(index);
    this.#pressed = -1;
  }

  #paint(places: readonly Place[], alt: boolean): void {
    const { size, erases } = this.brush.value;
    const line = places.map((place) => toPicture(this.view, place));
    void this.session.paint(line, size / 2, alt || erases);
  }

  #colour(): string {
    const { scene } = this.session.state.value;
    const colour = currentOf(scene)?.colour ?? (scene.things.length % 6) + 1;
    return `var(--obj-${colour})`;
  }

  #picture(): Picture | null {
    return this.session.state.value.picture;
  }

  #room(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.stage ?? {};
    return { width: clientWidth || 1, height: clientHeight || 1 };
  }

  #fitted(): View {
    return fitted(this.#picture() ?? { width: 1, height: 1 }, this.#room());
  }

  #refit(): void {
    if (this.#fit) this.view = this.#fitted();
    else this.#pan({ x: 0, y: 0 });
  }

  #pan(by: Place): void {
    const picture = this.#picture();
    if (!picture) return;
    if (by.x !== 0 || by.y !== 0) this.#fit = false;
    this.view = moved(this.view, by, picture, this.#room());
  }

  #pointAt(at: Place, alt: boolean) {
    const picture = this.#picture();
    const pixel = picture && pixelAt(this.view, at, picture);
    const inside = !alt && this.tool.value !== "exclude";
    return pixel && { ...pixel, inside };
  }

  /** The thing that a click there selects: always with that tool, and else where nothing is worked on. */
  #thingAt(at: Place): Thing | null {
    const picture = this.#picture();
    const { scene } = this.session.state.value;
    const selects = selectsThings(this.tool.value, scene);
    const pixel = selects && picture && pixelAt(this.view, at, picture);
    return pixel ? thingAt(scene, pixel, (mask) => covers(mask, pixel)) : null;
  }

  #hover(at: Place, alt: boolean): void {
    const thing = this.box || alt ? null : this.#thingAt(at);
    this.pointed = thing?.id ?? null;
    const points = this.tool.value === "point" || this.tool.value === "exclude";
    const asks = points && this.hovering && !this.box && !thing;
    this.session.hover(asks ? this.#pointAt(at, alt) : null);
  }

  #leave(): void {
    this.pointed = null;
    this.session.hover(null);
  }

  #tap(at: Place, alt: boolean): void {
    const tool = this.tool.value;
    const thing = alt ? null : this.#thingAt(at);
    if (thing || tool === "select") {
      this.session.select(thing?.id ?? null);
      return;
    }
    const point = this.#pointAt(at, alt);
    if (point && tool !== "box" && tool !== "move")
      this.session.addPoint(point);
  }

  #draw(from: Place, to: Place): void {
    const picture = this.#picture();
    const box = picture && boxBetween(this.view, from, to, picture);
    if (box) this.session.drawBox(box);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.target !== this.stage) return; // a button on it takes its own keys
    if (event.key === "Enter" && this.pointer) {
      event.preventDefault();
      this.#tap(this.pointer, event.altKey);
      return;
    }
    const by = {
      ArrowLeft: { x: -1, y: 0 },
      ArrowRight: { x: 1, y: 0 },
      ArrowUp: { x: 0, y: -1 },
      ArrowDown: { x: 0, y: 1 },
    }[event.key];
    if (!by) return;
    event.preventDefault();
    this.#movePointer(by, event.shiftKey ? 1 : kKeyStep, event.altKey);
  };

  #movePointer(by: Place, step: number, alt: boolean): void {
    const { width, height } = this.#room();
    const from = this.pointer ?? { x: width / 2, y: height / 2 };
    const to = { x: from.x + by.x * step, y: from.y + by.y * step };
    const place = toPicture(this.view, to);
    const picture = this.#picture();
    if (!picture) return;
    const clamp = (value: number, most: number) =>
      Math.min(Math.max(value, 0), most - 0.5);
    this.pointer = toStage(this.view, {
      x: clamp(place.x, picture.width),
      y: clamp(place.y, picture.height),
    });
    this.#hover(this.pointer, alt);
  }
}
