import type { SpeechRoom } from "../engine_room.ts";
import type { Shelf } from "../shelf.ts";

/** Whisper's languages in its own order, as models/whisper_tokens.cpp has them: what a model hears before it is loaded. */
export const kCodes = (
  "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms " +
  "cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn " +
  "et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be " +
  "tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha " +
  "ba jw su yue"
).split(" ");
/** Cantonese came last, with large-v3. */
const kBeforeLarge3 = kCodes.length - 1;
const names = new Intl.DisplayNames("en", { type: "language" });

/** The codes of what the model that is used next can hear; null where that is not known before it is loaded. */
export function languagesOf(
  room: SpeechRoom,
  shelf: Shelf,
): readonly string[] | null {
  const loaded = room.state.value.model?.info.languages;
  if (loaded) return loaded.map(({ code }) => code);
  const choice = room.preferred();
  const known = shelf.state.value.items.some(
    ({ entry }) => choice?.kind === "catalog" && entry.name === choice.name,
  );
  if (!known || choice?.kind !== "catalog") return null;
  if (choice.name.endsWith(".en")) return ["en"]; // Whisper's English-only models all end so
  return /large-v3|turbo/.test(choice.name)
    ? kCodes
    : kCodes.slice(0, kBeforeLarge3);
}

/** By their names. */
export function sorted(codes: readonly string[]): string[] {
  const compare = new Intl.Collator("en").compare;
  return codes.toSorted((a, b) => compare(languageName(a), languageName(b)));
}

/** 'German' for de. */
export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
