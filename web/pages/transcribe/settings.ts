import type { SpeechLanguage, TranscribeOptions } from "../../engine/types.ts";

/** The settings of the Transcribe page; kept for the next visit. */
export interface Settings {
  /** A code, or `auto`. */
  language: string;
  translate: boolean;
  /** Of a file; a microphone's words are followed by one. */
  beam: number;
  /** Times and probabilities of every word. */
  words: boolean;
  /** Names and terms to expect. */
  hotwords: string;
  /** Tint what the model is unsure of. */
  tint: boolean;
  /** Scroll along while it plays. */
  follow: boolean;
}

export const kMostBeams = 10;

export const kDefaultSettings: Settings = {
  ...{ language: "auto", translate: false, beam: 5, words: true },
  ...{ hotwords: "", tint: true, follow: true },
};

/** Settings from storage: what is missing, of the wrong type or out of range takes the default. */
export function parseSettings(text: string | null): Settings {
  let stored: Partial<Record<keyof Settings, unknown>> = {};
  try {
    stored = (JSON.parse(text ?? "{}") ?? {}) as typeof stored;
  } catch {
    return { ...kDefaultSettings };
  }
  const pick = <T extends string | boolean>(key: keyof Settings, other: T) =>
    typeof stored[key] === typeof other ? (stored[key] as T) : other;
  const { beam } = stored;
  const fits =
    typeof beam === "number" &&
    Number.isInteger(beam) &&
    beam >= 1 &&
    beam <= kMostBeams;
  return {
    language: pick("language", kDefaultSettings.language),
    translate: pick("translate", kDefaultSettings.translate),
    beam: fits ? beam : kDefaultSettings.beam,
    words: pick("words", kDefaultSettings.words),
    hotwords: pick("hotwords", kDefaultSettings.hotwords),
    tint: pick("tint", kDefaultSettings.tint),
    follow: pick("follow", kDefaultSettings.follow),
  };
}

/** What to ask of a model, which may not know the language that was chosen for another one. */
export function optionsOf(
  { language, translate, beam, words, hotwords }: Settings,
  known: readonly SpeechLanguage[],
  live: boolean,
): TranscribeOptions {
  const several = known.length > 1;
  const has = known.some(({ code }) => code === language);
  return {
    language:
      several && has ? language : several ? "auto" : (known[0]?.code ?? "auto"),
    task: several && translate ? "translate" : "transcribe",
    ...{ beam: live ? 1 : beam, words, live },
    ...(hotwords.trim() && { hotwords: hotwords.trim() }),
  };
}
