import type { App } from "./app.ts";
import type { BenchState } from "./bench/run.ts";
import type { RoomState } from "./engine_room.ts";
import type { ShelfState } from "./shelf.ts";

/** What the bar says: the one lit dot of the site, and words. */
export interface Status {
  lit: boolean;
  words: string;
}

type Work = Pick<RoomState<unknown>, "phase" | "title" | "rate">;

export function statusOf(
  chat: Work,
  speech: Work,
  seeing: Work,
  shelf: ShelfState,
  bench: BenchState,
): Status {
  if (bench.measuring) return { lit: true, words: "Measuring" };
  const words =
    workOf(chat, "Writing") ||
    workOf(speech, "Transcribing") ||
    workOf(seeing, "Segmenting");
  if (words) return { lit: true, words };
  const fetching = shelf.items.filter(({ transfer }) => transfer).length;
  if (fetching > 0)
    return {
      lit: true,
      words: `Fetching ${fetching} ${fetching === 1 ? "model" : "models"}`,
    };
  const ready = [chat, speech, seeing].find(({ phase }) => phase === "ready");
  return { lit: false, words: ready ? `Ready · ${ready.title}` : "Ready" };
}

/** What a room does now, or nothing. */
function workOf({ phase, title, rate }: Work, writing: string): string {
  switch (phase) {
    case "loading":
      return `Loading ${title}`;
    case "reading":
      return rate ? `Reading ${rate}` : "Reading";
    case "writing":
      return rate ? `${writing} · ${rate}` : writing;
    default:
      return "";
  }
}

/** Keeps the bar's status true. */
export function startStatus({ room, speech, seeing, shelf, bench }: App): void {
  const place = document.getElementById("status");
  const dot = place?.querySelector("i");
  const text = place?.querySelector("span");
  if (!place || !dot || !text) return;
  const show = () => {
    const { lit, words } = statusOf(
      room.state.value,
      speech.state.value,
      seeing.state.value,
      shelf.state.value,
      bench.state.value,
    );
    place.dataset.phase = room.state.value.phase;
    dot.className = lit ? "lit on" : "lit idle";
    if (text.textContent !== words) text.textContent = words;
  };
  room.state.subscribe(show);
  speech.state.subscribe(show);
  seeing.state.subscribe(show);
  shelf.state.subscribe(show);
  bench.state.subscribe(show);
  show();
}
