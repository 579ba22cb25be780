import { kSampleRate } from "../../engine/samples.ts";

/** From any rate to 16 kHz, piece by piece. */
export interface Resampler {
  /** The output that the input so far settles; the last few milliseconds wait for what follows. */
  push(samples: Float32Array): Float32Array;
  /** The rest. In all, as many samples as the input lasts at 16 kHz, rounded. */
  end(): Float32Array;
}

// A windowed sinc: 16 zero crossings on each side under a Kaiser window (beta 9) leave no more than -90 dB of what
// lies above the new Nyquist frequency; the transition takes the top 8 % of the band, where speech has nothing.
const kZeros = 16;
const kBeta = 9;
const kPass = 0.92;
/** Rates without a small common factor with 16000 take the nearest of this many positions between two samples. */
const kMostPhases = 1024;

export function createResampler(rate: number): Resampler {
  if (rate === kSampleRate)
    return { push: (samples) => samples, end: () => new Float32Array(0) };
  const common = gcd(rate, kSampleRate);
  const up = kSampleRate / common;
  const down = rate / common;
  const cutoff = Math.min(1, kSampleRate / rate) * kPass;
  const half = Math.ceil(kZeros / cutoff); // input samples on each side
  const phases = Math.min(up, kMostPhases);
  const taps = filterBank(phases, half, cutoff);
  const width = 2 * half;

  let kept = new Float32Array(half); // input from `first` on; silence before the beginning
  let first = -half;
  let read = 0;
  let written = 0;

  /** Output sample n stands at input position n * down / up. */
  function produce(limit: number): Float32Array {
    const out = new Float32Array(Math.max(0, limit - written));
    for (let at = 0; at < out.length; at += 1, written += 1) {
      const place = written * down;
      const before = Math.floor(place / up);
      const phase = Math.round(((place % up) / up) * phases);
      // Rounded up to the next sample: the row of phase 0, one further.
      const carry = phase === phases ? 1 : 0;
      const row = (carry ? 0 : phase) * width;
      const from = before + carry - half + 1 - first;
      let sum = 0;
      for (let tap = 0; tap < width; tap += 1)
        sum += (taps[row + tap] ?? 0) * (kept[from + tap] ?? 0);
      out[at] = sum;
    }
    const unused = Math.min(
      kept.length,
      Math.max(0, Math.floor((written * down) / up) - half + 1 - first),
    );
    kept = kept.slice(unused);
    first += unused;
    return out;
  }

  function append(samples: Float32Array): void {
    const joined = new Float32Array(kept.length + samples.length);
    joined.set(kept);
    joined.set(samples, kept.length);
    kept = joined;
  }

  return {
    push(samples) {
      append(samples);
      read += samples.length;
      // The last output whose taps all lie in what has been read.
      const settled = Math.floor(((read - half - 1) * up) / down);
      return produce(Math.max(written, settled));
    },
    end() {
      append(new Float32Array(width + 2));
      return produce(Math.round((read * up) / down));
    },
  };
}

/** [phases, 2 * half]: the filter at each position between two input samples; each row sums to 1. */
function filterBank(
  phases: number,
  half: number,
  cutoff: number,
): Float32Array {
  const width = 2 * half;
  const taps = new Float32Array(phases * width);
  for (let phase = 0; phase < phases; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < width; tap += 1) {
      const distance = tap - half + 1 - phase / phases;
      const value =
        sinc(distance * cutoff) * bessel(kBeta * bell(distance / half));
      taps[phase * width + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < width; tap += 1) {
      const at = phase * width + tap;
      taps[at] = (taps[at] ?? 0) / sum;
    }
  }
  return taps;
}

const bell = (x: number) => Math.sqrt(Math.max(0, 1 - x * x));

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The modified Bessel function of order zero, of which Kaiser's window is made. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Where the mean has less of the channels' energy than this, they cancel each other out. */
const kLeastShare = 0.01;

/** The mean of the channels; the first where they cancel each other out, as a voice in opposite phases does. */
export function toMono(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...others] = channels;
  if (others.length === 0) return first;
  const mean = Float32Array.from(first);
  for (const channel of others)
    for (let at = 0; at < mean.length; at += 1)
      mean[at] = (mean[at] ?? 0) + (channel[at] ?? 0);
  for (let at = 0; at < mean.length; at += 1)
    mean[at] = (mean[at] ?? 0) / channels.length;
  const energy =
    channels.reduce((sum, channel) => sum + energyOf(channel), 0) /
    channels.length;
  return energyOf(mean) < kLeastShare * energy ? first : mean;
}

function energyOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum;
}
