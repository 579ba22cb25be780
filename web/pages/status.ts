import type { Bench, BenchState } from "./bench/run.ts";
import type { EngineRoom, RoomState } from "./engine_room.ts";
import type { Shelf, ShelfState } from "./shelf.ts";

/** What the bar says: the one lit dot of the site, and words. */
export interface Status {
  lit: boolean;
  words: string;
}

export function statusOf(
  room: RoomState,
  shelf: ShelfState,
  bench: BenchState,
): Status {
  if (bench.measuring) return { lit: true, words: "Measuring" };
  const fetching = shelf.items.filter(({ transfer }) => transfer).length;
  switch (room.phase) {
    case "loading":
      return { lit: true, words: `Loading ${room.title}` };
    case "reading":
      return {
        lit: true,
        words: room.rate ? `Reading ${room.rate}` : "Reading",
      };
    case "writing":
      return {
        lit: true,
        words: room.rate ? `Writing · ${room.rate}` : "Writing",
      };
    default:
      if (fetching > 0)
        return {
          lit: true,
          words: `Fetching ${fetching} ${fetching === 1 ? "model" : "models"}`,
        };
      return {
        lit: false,
        words: room.phase === "ready" ? `Ready · ${room.title}` : "Ready",
      };
  }
}

/** Keeps the bar's status true. */
export function startStatus(
  room: EngineRoom,
  shelf: Shelf,
  bench: Bench,
): void {
  const place = document.getElementById("status");
  const dot = place?.querySelector("i");
  const text = place?.querySelector("span");
  if (!place || !dot || !text) return;
  const show = () => {
    const { lit, words } = statusOf(
      room.state.value,
      shelf.state.value,
      bench.state.value,
    );
    place.dataset.phase = room.state.value.phase;
    dot.className = lit ? "lit on" : "lit idle";
    if (text.textContent !== words) text.textContent = words;
  };
  room.state.subscribe(show);
  shelf.state.subscribe(show);
  bench.state.subscribe(show);
  show();
}
