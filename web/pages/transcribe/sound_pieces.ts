import { WickError } from "../../engine/errors.ts";
import { kSampleRate } from "../../engine/samples.ts";
import { bytes } from "../format.ts";
import { clock } from "./clock.ts";
import { createResampler, toMono, type Resampler } from "./resample.ts";

/** What a decoder gives: samples of every channel, all of one length. */
export interface Block {
  rate: number;
  channels: Float32Array[];
}

/** What is known of a file. */
export interface Facts {
  name: string;
  /** As the file says; 0 where it does not. */
  seconds: number;
  /** Bytes that its header promises and that are not there. */
  missing: number;
}

const kPieceSamples = kSampleRate / 2;

/**
 * Decoded blocks at 16 kHz, mono, in pieces of half a second. What breaks after the first sample ends them early, and
 * is told: where and why. Throws WickError `bad_file` where there is no first sample.
 */
export function soundPieces(
  blocks: AsyncIterable<Block>,
  facts: Facts,
  onProblem: (words: string) => void,
): AsyncGenerator<Float32Array, void, void> {
  return gathered(at16kHz(inSeconds(blocks), facts, onProblem));
}

/** In blocks of a second at least, but for the last, and those before another rate or number of channels. */
async function* inSeconds(
  blocks: AsyncIterable<Block>,
): AsyncGenerator<Block, void, void> {
  let parts: Block[] = [];
  let frames = 0;
  const take = () => {
    const whole = joined(parts);
    parts = [];
    frames = 0;
    return whole;
  };
  try {
    for await (const block of blocks) {
      const [first] = parts;
      if (first && !areAlike(first, block)) yield take();
      parts.push(block);
      frames += block.channels[0]?.length ?? 0;
      if (frames >= block.rate) yield take();
    }
  } catch (reason) {
    if (parts.length > 0) yield take();
    throw reason;
  }
  if (parts.length > 0) yield take();
}

function areAlike(one: Block, other: Block): boolean {
  return (
    one.rate === other.rate && one.channels.length === other.channels.length
  );
}

function joined(blocks: readonly Block[]): Block {
  const [first] = blocks;
  if (!first || blocks.length === 1)
    return first ?? { rate: kSampleRate, channels: [] };
  const frames = blocks.reduce(
    (sum, { channels }) => sum + (channels[0]?.length ?? 0),
    0,
  );
  const channels = first.channels.map((_, channel) => {
    const whole = new Float32Array(frames);
    let at = 0;
    for (const block of blocks) {
      const part = block.channels[channel] ?? new Float32Array(0);
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  });
  return { rate: first.rate, channels };
}

async function* at16kHz(
  blocks: AsyncIterable<Block>,
  { name, seconds, missing }: Facts,
  onProblem: (words: string) => void,
): AsyncGenerator<Float32Array, void, void> {
  let now = null as { rate: number; resampler: Resampler } | null;
  let heard = 0; // seconds
  let why = "";
  try {
    for await (const { rate, channels } of blocks) {
      if (now?.rate !== rate) {
        if (now) yield now.resampler.end();
        now = { rate, resampler: createResampler(rate) };
      }
      const mono = toMono(channels);
      const sound = mono.subarray(0, countSound(mono));
      heard += sound.length / rate;
      yield now.resampler.push(sound);
      if (sound.length < mono.length)
        throw new Error("samples that are no numbers follow");
    }
  } catch (reason) {
    const words = reason instanceof Error ? reason.message : String(reason);
    why = `${words || "the file is damaged"}.`;
    if (heard === 0)
      throw new WickError("bad_file", `${name} cannot be decoded: ${why}`);
  }
  if (now) yield now.resampler.end();
  if (heard === 0)
    throw new WickError(
      "bad_file",
      `${name} has no sound in it: it lasts 0 seconds.`,
    );
  if (!why && missing > 0)
    why = `the last ${bytes(missing)} of the file are missing.`;
  else if (!why && seconds - heard > Math.max(1, seconds * 0.02))
    why = "the rest of the file is missing.";
  if (!why) return;
  const all = seconds - heard >= 1 ? ` of ${clock(seconds)}` : "";
  onProblem(`${name} breaks off at ${clock(heard)}${all}: ${why}`);
}

/** How many samples there are before the first that is no number, or beyond any sound, as is_sound of the engine has it. */
function countSound(samples: Float32Array): number {
  const end = samples.findIndex((sample) => !(Math.abs(sample) <= 1e10));
  return end < 0 ? samples.length : end;
}

/** Pieces of half a second, and a breath for the page between them. */
async function* gathered(
  pieces: AsyncIterable<Float32Array>,
): AsyncGenerator<Float32Array, void, void> {
  let whole = new Float32Array(kPieceSamples);
  let used = 0;
  let breath = performance.now();
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + kPieceSamples - used);
      whole.set(part, used);
      used += part.length;
      at += part.length;
      if (used < kPieceSamples) continue;
      yield whole;
      whole = new Float32Array(kPieceSamples);
      used = 0;
    }
    if (performance.now() - breath < 12) continue;
    await new Promise((resolve) => setTimeout(resolve));
    breath = performance.now();
  }
  if (used > 0) yield whole.subarray(0, used);
}
