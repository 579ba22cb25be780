import type { ChatOptions } from "../../engine/types.ts";

/** The settings of the chat page; kept for the next visit. */
export interface Settings {
  temperature: number;
  top_p: number;
  top_k: number;
  min_p: number;
  repeat_penalty: number;
  max_tokens: number;
  /** -1: a new one for each answer. */
  seed: number;
  /** Report the likely tokens at each place. */
  probabilities: boolean;
}

export type Sampling = Pick<
  Settings,
  "temperature" | "top_p" | "top_k" | "min_p" | "repeat_penalty"
>;
export type PresetName = "Exact" | "Even" | "Loose";

export const presets: Record<PresetName, Sampling> = {
  Exact: { temperature: 0, top_p: 1, top_k: 0, min_p: 0, repeat_penalty: 1 },
  Even: {
    temperature: 0.7,
    top_p: 0.9,
    top_k: 40,
    min_p: 0.05,
    repeat_penalty: 1.1,
  },
  Loose: {
    temperature: 1.1,
    top_p: 0.98,
    top_k: 0,
    min_p: 0.02,
    repeat_penalty: 1.05,
  },
};

export const kDefaultSettings: Settings = {
  ...presets.Even,
  max_tokens: 1024,
  seed: -1,
  probabilities: true,
};

/** The preset that the settings agree with, if any. */
export function presetOf(settings: Settings): PresetName | null {
  const names = Object.keys(presets) as PresetName[];
  const same = (preset: Sampling) =>
    (Object.keys(preset) as (keyof Sampling)[]).every(
      (key) => settings[key] === preset[key],
    );
  return names.find((name) => same(presets[name])) ?? null;
}

export interface SliderSpec {
  key: keyof Sampling;
  title: string;
  min: number;
  max: number;
  step: number;
  /** What the value at one end means, in place of the number. */
  off?: { at: number; words: string };
}

export const sliders: readonly SliderSpec[] = [
  {
    key: "temperature",
    title: "Temperature",
    min: 0,
    max: 2,
    step: 0.05,
    off: { at: 0, words: "greedy" },
  },
  {
    key: "top_p",
    title: "Top-p",
    min: 0.05,
    max: 1,
    step: 0.01,
    off: { at: 1, words: "off" },
  },
  {
    key: "top_k",
    title: "Top-k",
    min: 0,
    max: 100,
    step: 1,
    off: { at: 0, words: "off" },
  },
  {
    key: "min_p",
    title: "Min-p",
    min: 0,
    max: 0.5,
    step: 0.01,
    off: { at: 0, words: "off" },
  },
  {
    key: "repeat_penalty",
    title: "Repeat penalty",
    min: 1,
    max: 1.5,
    step: 0.01,
    off: { at: 1, words: "off" },
  },
];

export function showValue(spec: SliderSpec, value: number): string {
  if (spec.off?.at === value) return spec.off.words;
  return spec.step >= 1 ? String(value) : value.toFixed(2);
}

export function optionsOf(
  settings: Settings,
  freshSeed: () => number,
): ChatOptions {
  const { probabilities, seed, ...rest } = settings;
  return {
    ...rest,
    seed: seed < 0 ? freshSeed() : seed,
    repeat_last_n: 64,
    top: probabilities ? 6 : 0,
  };
}

/** Settings from storage: numbers that are missing, of the wrong type or out of range take the default. */
export function parseSettings(text: string | null): Settings {
  const settings = { ...kDefaultSettings };
  let stored: Partial<Record<keyof Settings, unknown>> = {};
  try {
    stored = (JSON.parse(text ?? "{}") ?? {}) as typeof stored;
  } catch {
    return settings;
  }
  for (const { key, min, max } of sliders) {
    const value = stored[key];
    if (typeof value === "number" && value >= min && value <= max)
      settings[key] = value;
  }
  const { seed, max_tokens, probabilities } = stored;
  if (typeof seed === "number" && Number.isInteger(seed)) settings.seed = seed;
  if (typeof max_tokens === "number" && max_tokens > 0)
    settings.max_tokens = Math.trunc(max_tokens);
  if (typeof probabilities === "boolean")
    settings.probabilities = probabilities;
  return settings;
}
