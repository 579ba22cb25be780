import { takesSpace, takesText } from "../fields.ts";

/** What the keys of the Transcribe page do. */
export interface TranscribeActions {
  toggle(): void;
  /** Seconds, back or on. */
  jump(seconds: number): void;
  /** Segments, back or on. */
  step(segments: number): void;
  search(): void;
  record(): void;
  edit(): void;
  escape(): void;
}

const kPlain: Record<string, (actions: TranscribeActions) => void> = {
  " ": (actions) => actions.toggle(),
  k: (actions) => actions.toggle(),
  ArrowLeft: (actions) => actions.jump(-5),
  ArrowRight: (actions) => actions.jump(5),
  ArrowUp: (actions) => actions.step(-1),
  ArrowDown: (actions) => actions.step(1),
  r: (actions) => actions.record(),
  e: (actions) => actions.edit(),
  "/": (actions) => actions.search(),
};

/** Listens for as long as the page shows; returns what ends it. */
export function transcribeKeys(actions: TranscribeActions): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    const act = actionOf(event);
    if (!act) return;
    event.preventDefault();
    act(actions);
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}

function actionOf(
  event: KeyboardEvent,
): ((actions: TranscribeActions) => void) | null {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey)
    return key.toLowerCase() === "f" ? (actions) => actions.search() : null;
  if (key === "Escape") return (actions) => actions.escape();
  if (takesKeys(target, key)) return null;
  return kPlain[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

/** Fields take all keys, buttons the space bar; sliders and lists their arrows. */
function takesKeys(target: EventTarget | null, key: string): boolean {
  if (takesText(target)) return true;
  if (key === " ") return takesSpace(target);
  return (
    key.startsWith("Arrow") &&
    target instanceof Element &&
    target.closest("input, .pop, [role=slider]") !== null
  );
}
