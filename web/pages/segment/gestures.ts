import type { Place } from "./view.ts";

/** What a pointer did on the stage; places are in the stage's CSS pixels. */
export interface GestureActions {
  /** The pointer rests or moves without a button. */
  hover(at: Place, alt: boolean): void;
  leave(): void;
  tap(at: Place, alt: boolean): void;
  /** A box that is being drawn; null when it is not drawn after all. */
  drawing(box: { from: Place; to: Place } | null): void;
  draw(from: Place, to: Place): void;
  pan(by: Place): void;
  zoom(by: number, at: Place): void;
  /** A stroke of the brush that is being drawn; null when it is not drawn after all. */
  stroking(places: readonly Place[] | null, alt: boolean): void;
  stroke(places: readonly Place[], alt: boolean): void;
  /** What a drag does. */
  drags(): Drag;
}

export type Drag = "box" | "pan" | "stroke";

const kTapRadius = 5; // CSS pixels within which a press is no drag
const kTouchRadius = 12;
const kDoubleMs = 500; // within which a second press at the same place makes a double click

/**
 * Mouse, pen and fingers: one taps, draws or moves, two move and zoom. A double click is one tap; `repeats` tells whether
 * the press just now was its second, for parts of the element that take a press for themselves.
 */
export function gestures(
  element: HTMLElement,
  actions: GestureActions,
): { repeats(): boolean } {
  const pointers = new Map<number, Place>();
  let from: Place | null = null;
  let wanted: Drag = "box"; // what a drag does, once the pointer has gone some way
  let dragging: Drag | null = null;
  let stroke: Place[] = [];
  let pinched = false;
  let last = { x: NaN, y: NaN, alt: false, time: -Infinity };
  let repeated = false;

  const placeOf = (event: PointerEvent | WheelEvent): Place => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const radiusOf = ({ pointerType }: PointerEvent) =>
    pointerType === "touch" ? kTouchRadius : kTapRadius;

  function press(event: PointerEvent): void {
    const at = placeOf(event);
    const near = Math.hypot(at.x - last.x, at.y - last.y) <= radiusOf(event);
    const { altKey: alt, timeStamp: time } = event;
    repeated = near && alt === last.alt && time - last.time < kDoubleMs;
    last = { ...at, alt, time };
  }

  function down(event: PointerEvent): void {
    if (event.button === 2) return;
    element.setPointerCapture(event.pointerId);
    const at = placeOf(event);
    pointers.set(event.pointerId, at);
    if (pointers.size > 1) {
      giveUp();
      pinched = true;
      from = dragging = null;
      return;
    }
    pinched = false;
    from = at;
    wanted = event.button === 1 ? "pan" : actions.drags();
    dragging = event.button === 1 || wanted === "stroke" ? wanted : null;
    actions.leave();
    if (dragging !== "stroke") return;
    stroke = [at];
    actions.stroking(stroke, event.altKey);
  }

  /** What was being drawn is shown no more. */
  function giveUp(): void {
    if (dragging === "box") actions.drawing(null);
    if (dragging === "stroke") actions.stroking(null, false);
  }

  function pinch(id: number, at: Place): void {
    const before = pointers.get(id);
    const [other] = [...pointers].filter(([one]) => one !== id);
    if (!before || !other) return;
    const [, fixed] = other;
    const span = (place: Place) =>
      Math.hypot(place.x - fixed.x, place.y - fixed.y) || 1;
    const middle = { x: (at.x + fixed.x) / 2, y: (at.y + fixed.y) / 2 };
    actions.pan({ x: (at.x - before.x) / 2, y: (at.y - before.y) / 2 });
    actions.zoom(span(at) / span(before), middle);
  }

  function move(event: PointerEvent): void {
    const at = placeOf(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") actions.hover(at, event.altKey);
      return;
    }
    if (pointers.size > 1) pinch(event.pointerId, at);
    else if (dragging === "stroke") {
      stroke = [...stroke, at];
      actions.stroking(stroke, event.altKey);
    } else if (from) {
      const far = Math.hypot(at.x - from.x, at.y - from.y) > radiusOf(event);
      const begun = dragging ? before : from; // the way to where it became a drag is part of it
      if (far) dragging ??= wanted;
      if (dragging === "box") actions.drawing({ from, to: at });
      if (dragging === "pan")
        actions.pan({ x: at.x - begun.x, y: at.y - begun.y });
    }
    pointers.set(event.pointerId, at);
  }

  function up(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return;
    const at = placeOf(event);
    giveUp();
    if (event.type === "pointerup" && from && !pinched) {
      if (dragging === "box") actions.draw(from, at);
      else if (dragging === "stroke") actions.stroke(stroke, event.altKey);
      else if (!dragging && !repeated) actions.tap(from, event.altKey);
    }
    if (pointers.size === 0) from = dragging = null;
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const by = Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400));
    actions.zoom(by, placeOf(event));
  }

  element.addEventListener("pointerdown", press, { capture: true });
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("pointerleave", () => actions.leave());
  element.addEventListener("wheel", wheel, { passive: false });
  return { repeats: () => repeated };
}
