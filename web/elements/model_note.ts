import { html, nothing } from "lit";
import type { AnyRoom } from "../pages/engine_room.ts";
import { bytes } from "../pages/format.ts";
import type { Shelf } from "../pages/shelf.ts";
import { icon } from "./icon.ts";

/** Which model a page would use, and where that is; `kind` names what is missing where there is none. */
export function modelNote(
  room: AnyRoom,
  shelf: Shelf,
  kind: { none: string; files: string },
  more = "",
) {
  const choice = room.preferred();
  const { known, items } = shelf.state.value;
  if (!known) return nothing;
  const item = items.find(
    ({ entry }) => choice?.kind === "catalog" && entry.name === choice.name,
  );
  const title = item?.entry.title ?? room.state.value.title;
  if (!title)
    return html`<p class="note">
      ${icon("info")}<span
        >This site offers no ${kind.none}. Choose ${kind.files} on the page
        <a href="#/models">Models</a>.</span
      >
    </p>`;
  const where = !item
    ? "a file of yours"
    : item.stored?.state === "ready"
      ? "already on this device"
      : item.reachable
        ? `${bytes(item.size)}, fetched once and kept`
        : "which only the page of wick serve can fetch";
  return html`<p class="note">
    ${icon("info")}<span
      >Uses <b>${title}</b>, ${where}${more}.
      <a href="#/models">Other models</a></span
    >
  </p>`;
}
