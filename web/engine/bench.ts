import { WickError } from "./errors.ts";
import type { BenchOptions, Variant } from "./types.ts";

/** Options in which nothing is left out but the threads, which are the worker's. */
export type CheckedBench = Required<Omit<BenchOptions, "threads">>;

const kMostThreads = 64;
const kMostRepetitions = 1000;
const kMostSeconds = 60;

/** Fills in what is left out; throws WickError at what cannot be measured. */
export function checkBench(options: BenchOptions): CheckedBench {
  const { rows = [], repetitions = 5, seconds = 0.3 } = options;
  if (!Array.isArray(rows) || !rows.every(isText))
    throw bad("rows", rows, "a list of texts, each a part of a row's name");
  if (!isWhole(repetitions, kMostRepetitions))
    throw bad(
      "repetitions",
      repetitions,
      `a whole number from 1 to ${kMostRepetitions}`,
    );
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= kMostSeconds))
    throw bad("seconds", seconds, `a number from 0 to ${kMostSeconds}`);
  return { rows: [...rows], repetitions, seconds };
}

/** How many threads measure: those asked for, or else the engine's. */
export function threadsOfBench(
  { threads }: BenchOptions,
  own: number,
  variant: Variant,
): number {
  if (threads === undefined) return own;
  if (!isWhole(threads, kMostThreads))
    throw bad("threads", threads, `a whole number from 1 to ${kMostThreads}`);
  if (threads > 1 && variant === "single")
    throw new WickError(
      "bad_argument",
      `threads: this build of the engine has 1, ${threads} were asked for.`,
    );
  return threads;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

function bad(name: string, value: unknown, expected: string): WickError {
  let found: string | undefined;
  try {
    found = JSON.stringify(value);
  } catch {
    // what has no JSON is told by its kind
  }
  return new WickError(
    "bad_argument",
    `${name}: ${found ?? typeof value} was given, expected ${expected}.`,
  );
}
