import type { SpeechLanguage } from "../../engine/types.ts";
import type { SpeechRoom } from "../engine_room.ts";
import type { Shelf } from "../shelf.ts";

const kEnglish: SpeechLanguage[] = [{ code: "en", name: "english" }];
const names = new Intl.DisplayNames("en", { type: "language" });

/** What the model that is used next can hear; null where that is not known before it is loaded. */
export function languagesOf(
  room: SpeechRoom,
  shelf: Shelf,
): SpeechLanguage[] | null {
  const loaded = room.state.value.model?.info.languages;
  if (loaded) return loaded;
  const choice = room.preferred();
  const known = shelf.state.value.items.some(
    ({ entry }) => choice?.kind === "catalog" && entry.name === choice.name,
  );
  // Whisper's English-only models all end so.
  return known && choice?.kind === "catalog" && choice.name.endsWith(".en")
    ? kEnglish
    : null;
}

/** 'German' for de. */
export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
