import type { BenchPeaks, BenchRow, Variant } from "../../engine/api.ts";
import { bigNumber } from "../format.ts";
import type { BenchResult } from "./run.ts";
import { wordsOf } from "./rows.ts";

/** 'relaxed SIMD' */
export const kSimd: Record<Variant, string> = {
  relaxed: "relaxed SIMD",
  threads: "SIMD",
  single: "SIMD",
};

/** What this browser gives the engine, a sentence each. */
export function placeOf({ info, isolated, limits }: BenchResult): string[] {
  const { threads, variant } = info;
  const count = threads === 1 ? "1 thread" : `${threads} threads`;
  const best = variant === "relaxed" ? ", the fastest build of the engine" : "";
  const isolation =
    "The page is cross-origin isolated, which is why the browser lets it run threads that share memory.";
  return [
    `This tab used ${count} with ${kSimd[variant]}${best}.`,
    ...(isolated ? [isolation] : []),
    ...limits,
  ];
}

/** What the figures say, a sentence each. */
export function findingsOf({ rows }: BenchResult): string[] {
  const over = rows.some(({ peak_fraction }) => (peak_fraction ?? 0) > 1.05);
  const doubt =
    "Parts of more than 100 % mean that the machine was busy while its peak was measured. Measure again with nothing else running.";
  return [
    ...readingWords(rows),
    ...writingWords(rows),
    ...(over ? [doubt] : []),
  ];
}

function readingWords(rows: BenchRow[]): string[] {
  const shares = rows
    .filter(({ name }) => wordsOf(name).group === "reading")
    .flatMap(({ peak_fraction }) => peak_fraction ?? []);
  if (shares.length === 0) return [];
  const low = percentOf(Math.min(...shares));
  const high = percentOf(Math.max(...shares));
  const range = low === high ? low : `${low.replace(" %", "")} to ${high}`;
  return [
    `Reading a prompt, matrix products reach ${range} of this processor’s own peak.`,
  ];
}

function writingWords(rows: BenchRow[]): string[] {
  const rates = rows
    .filter(({ name }) => wordsOf(name).group === "writing")
    .map(({ median }) => median);
  if (rates.length === 0) return [];
  const best = Math.max(...rates);
  return [
    `Writing, weights are read at up to ${bigNumber(best)} GB/s: a model of 1 GB could write about ${bigNumber(best)} tokens a second here at most.`,
  ];
}

/** 0.618 -> '62 %' */
export function percentOf(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export const kPeakWords: readonly {
  key: keyof BenchPeaks;
  unit: string;
  what: string;
}[] = [
  { key: "fma_gflops", unit: "GFLOP/s", what: "Arithmetic, 32-bit floats" },
  { key: "int8_gops", unit: "GOP/s", what: "Arithmetic, 8-bit integers" },
  { key: "read_gbs", unit: "GB/s", what: "Reading memory" },
];

export function toMarkdown(result: BenchResult): string {
  const { info, rows } = result;
  const peaks = kPeakWords.map(
    ({ key, unit, what }) =>
      `- ${what}: ${bigNumber(info.peaks[key])} ${unit} at most`,
  );
  const table = rows.map((row) => {
    const rates = [row.min, row.median, row.max].map(bigNumber).join(" / ");
    const share = row.peak_fraction;
    const part = share === undefined ? "" : percentOf(share);
    return `| ${wordsOf(row.name).full} | \`${row.name}\` | ${rates} | ${row.unit} | ${part} |`;
  });
  return [
    `# Wick in this browser, ${new Date(result.date).toISOString().slice(0, 10)}`,
    "",
    ...placeOf(result),
    ...findingsOf(result),
    "",
    `${info.device}:`,
    "",
    ...peaks,
    "",
    "| What | Name | Min / median / max | Unit | Of the peak |",
    "|---|---|---|---|---|",
    ...table,
    "",
  ].join("\n");
}

/** As `wick bench --json` prints it. */
export function toJson({ info, rows }: BenchResult): string {
  const { device, variant, threads, peaks } = info;
  const report = { device, variant, peaks: { [threads]: peaks }, rows };
  return JSON.stringify(report, null, 2);
}

/** What was kept in the browser's storage; null if it is none. */
export function parseResult(text: string | null): BenchResult | null {
  try {
    const value = JSON.parse(text ?? "null") as BenchResult | null;
    return value && isResult(value) ? value : null;
  } catch {
    return null;
  }
}

function isResult({ date, isolated, limits, info, rows }: BenchResult) {
  return (
    Number.isFinite(date) &&
    Math.abs(date) < 8e15 && // what a Date can hold
    typeof isolated === "boolean" &&
    isTexts(limits) &&
    isTexts(info.rows) &&
    typeof info.device === "string" &&
    Object.hasOwn(kSimd, info.variant) &&
    Number.isInteger(info.threads) &&
    kPeakWords.every(({ key }) => Number.isFinite(info.peaks[key])) &&
    Array.isArray(rows) &&
    rows.length > 0 &&
    rows.every(isRow)
  );
}

function isRow({ name, unit, min, median, max, peak_fraction }: BenchRow) {
  return (
    typeof name === "string" &&
    typeof unit === "string" &&
    [min, median, max, peak_fraction ?? 0].every(Number.isFinite)
  );
}

function isTexts(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((part) => typeof part === "string")
  );
}
