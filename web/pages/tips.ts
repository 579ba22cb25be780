const kGap = 6; // CSS pixels between a tip and what it is of
const kEdge = 4; // and the window's edges

/**
 * Shows what a control does where the pointer rests on it or the keyboard's focus comes to it: the words of its
 * data-tip, and after two spaces its key. It stands above the control, or to the right or below it as data-at says.
 */
export function startTips(): void {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.ariaHidden = "true"; // the control's own label says it
  document.body.append(tip);
  let owner: HTMLElement | null = null;

  function show(target: EventTarget | null): void {
    const next =
      target instanceof Element
        ? target.closest<HTMLElement>("[data-tip]")
        : null;
    if (next === owner) return;
    owner = next;
    const [words = "", key] = next?.dataset["tip"]?.split("  ") ?? [];
    tip.hidden = !words;
    if (!next || !words) return;
    tip.replaceChildren(words, ...(key ? [keyMark(key)] : []));
    place(tip, next);
  }
  const hide = () => (tip.hidden = true);

  addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") show(event.target);
  });
  addEventListener("focusin", ({ target }) => {
    if (target instanceof Element && target.matches(":focus-visible"))
      show(target);
  });
  addEventListener("focusout", () => show(null));
  for (const type of ["pointerdown", "keydown", "scroll"])
    addEventListener(type, hide, { capture: true });
  document.documentElement.addEventListener("pointerleave", () => show(null));
  addEventListener("hashchange", () => show(null));
}

function keyMark(key: string): HTMLElement {
  const mark = document.createElement("kbd");
  mark.textContent = key;
  return mark;
}

/** Beside a control, within the window. */
function place(tip: HTMLElement, owner: HTMLElement): void {
  const { left, top, right, bottom, width, height } =
    owner.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = tip;
  const at = owner.dataset["at"];
  const middle = left + (width - offsetWidth) / 2;
  const above = top - kGap - offsetHeight;
  const below = at === "below" || above < kEdge;
  const [x, y] =
    at === "right"
      ? [right + kGap, top + (height - offsetHeight) / 2]
      : [middle, below ? bottom + kGap : above];
  const within = (value: number, most: number) =>
    Math.round(Math.max(kEdge, Math.min(value, most - kEdge)));
  tip.style.translate = `${within(x, innerWidth - offsetWidth)}px ${within(y, innerHeight - offsetHeight)}px`;
}
