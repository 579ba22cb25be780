import { takesText } from "../fields.ts";

/** N starts a conversation, Esc closes or stops; returns what takes the keys away. */
export function chatKeys(actions: {
  fresh: () => void;
  escape: () => void;
}): () => void {
  const listen = (event: KeyboardEvent) => {
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    if (event.key === "Escape") actions.escape();
    if (event.key.toLowerCase() === "n" && !takesText(event.target)) {
      event.preventDefault();
      actions.fresh();
    }
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
