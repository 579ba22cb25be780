import { kSampleRate } from "../../engine/samples.ts";
import {
  ADTS,
  AudioSampleSink,
  BlobSource,
  EncodedPacketSink,
  FLAC,
  Input,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
  type AudioSample,
} from "mediabunny";
import { WickError } from "../../engine/errors.ts";
import { bytes } from "../format.ts";
import { clock } from "./clock.ts";
import { createResampler, toMono, type Resampler } from "./resample.ts";
import type { Sound } from "./sound.ts";

const kFormats = [
  ...[MP4, QTFF, MATROSKA, WEBM, WAVE],
  ...[OGG, MP3, FLAC, ADTS, MPEG_TS],
];
const kRiff = 0x52_49_46_46;
const kPieceSamples = kSampleRate / 2;
/** Longer than this of nothing between two packets is silence, shorter is rounding. */
const kGapSeconds = 0.05;

/** Null where the file is of a format, or its sound of a codec, that cannot be streamed here. */
export async function openStreaming(file: File): Promise<Sound | null> {
  const input = new Input({
    source: new BlobSource(file),
    formats: kFormats,
  });
  const read = async () => {
    if (!(await input.canRead())) return null;
    const track = await input.getPrimaryAudioTrack();
    if (!track) {
      const video = await input.getPrimaryVideoTrack();
      throw new WickError(
        "bad_file",
        video
          ? `${file.name} is a video without a sound track.`
          : `${file.name} has no sound in it.`,
      );
    }
    if (!(await track.canDecode())) return null;
    if (!(await new EncodedPacketSink(track).getFirstPacket()))
      throw new WickError(
        "bad_file",
        `${file.name} has no sound in it: it lasts 0 seconds.`,
      );
    const [channels, rate, first, stated] = await Promise.all([
      track.getNumberOfChannels(),
      track.getSampleRate(),
      input.getFirstTimestamp(),
      input.getDurationFromMetadata(),
    ]);
    const base = Math.max(0, first);
    const missing = await missingBytes(file);
    const seconds =
      stated ?? (await track.computeDuration().catch(() => 0)) - base;
    return {
      track,
      channels,
      rate,
      base,
      missing,
      seconds: Math.max(0, seconds),
    };
  };
  try {
    const found = await read();
    if (!found) {
      input.dispose();
      return null;
    }
    const { track, base, missing, ...facts } = found;
    return {
      ...facts,
      pieces: (onProblem) =>
        gathered(
          decoded(
            samplesOf(new AudioSampleSink(track), base),
            { file, missing, seconds: facts.seconds },
            onProblem,
          ),
          () => input.dispose(),
        ),
    };
  } catch (reason) {
    input.dispose();
    if (reason instanceof WickError) throw reason;
    return null; // a header that makes no sense to one reader may to the other
  }
}

/** Of a wav file, whose readers take what there is: how much less that is than its header says. */
async function missingBytes(file: File): Promise<number> {
  const head = new DataView(await file.slice(0, 8).arrayBuffer());
  if (head.byteLength < 8 || head.getUint32(0) !== kRiff) return 0;
  const stated = head.getUint32(4, true) + 8;
  // Who writes as it records may leave all or no bits set.
  return stated >= 0xffff_0000 ? 0 : Math.max(0, stated - 1 - file.size);
}

interface Decoded {
  rate: number;
  samples: Float32Array;
}

/** Mono at the file's rate, with silence where a track begins late or leaves a gap. */
async function* samplesOf(
  sink: { samples(): AsyncIterable<AudioSample> },
  base: number,
): AsyncGenerator<Decoded, void, void> {
  let end = 0; // seconds so far
  for await (const sample of sink.samples()) {
    const { sampleRate: rate, numberOfFrames, numberOfChannels } = sample;
    const start = sample.timestamp - base;
    const channels = Array.from(
      { length: numberOfChannels },
      (_, planeIndex) => {
        const plane = new Float32Array(numberOfFrames);
        sample.copyTo(plane, { planeIndex, format: "f32-planar" });
        return plane;
      },
    );
    sample.close();
    const early = Math.max(0, Math.round(-start * rate)); // an encoder's lead-in
    if (early >= numberOfFrames) continue;
    if (start - end > kGapSeconds)
      yield {
        rate,
        samples: new Float32Array(Math.round((start - end) * rate)),
      };
    end = start + numberOfFrames / rate;
    yield { rate, samples: toMono(channels).subarray(early) };
  }
}

/** To 16 kHz; what breaks after the first sample ends it early, and is told. */
async function* decoded(
  samples: AsyncIterable<Decoded>,
  { file, missing, seconds }: { file: File; missing: number; seconds: number },
  onProblem: (words: string) => void,
): AsyncGenerator<Float32Array, void, void> {
  let now = null as { rate: number; to16: Resampler } | null;
  let heard = 0; // seconds
  const broken = (why: string) =>
    `${file.name} breaks off at ${clock(heard)}${seconds - heard >= 1 ? ` of ${clock(seconds)}` : ""}: ${why}`;
  try {
    for await (const { rate, samples: piece } of samples) {
      if (now?.rate !== rate) {
        if (now) yield now.to16.end();
        now = { rate, to16: createResampler(rate) };
      }
      heard += piece.length / rate;
      yield now.to16.push(piece);
    }
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    if (heard === 0)
      throw new WickError(
        "bad_file",
        `${file.name} cannot be decoded: ${why || "the file is damaged"}.`,
      );
    onProblem(broken(`${why || "the file is damaged"}.`));
  }
  if (now) yield now.to16.end();
  if (heard === 0)
    throw new WickError(
      "bad_file",
      `${file.name} has no sound in it: it lasts 0 seconds.`,
    );
  if (missing > 0)
    onProblem(broken(`the last ${bytes(missing)} of the file are missing.`));
  else if (seconds - heard > Math.max(1, seconds * 0.02))
    onProblem(broken("the rest of the file is missing."));
}

/** Pieces of half a second, and a breath for the page between them. */
async function* gathered(
  pieces: AsyncIterable<Float32Array>,
  close: () => void,
): AsyncGenerator<Float32Array, void, void> {
  let gathered = new Float32Array(kPieceSamples);
  let used = 0;
  let breath = performance.now();
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        const part = piece.subarray(at, at + kPieceSamples - used);
        gathered.set(part, used);
        used += part.length;
        at += part.length;
        if (used < kPieceSamples) continue;
        yield gathered;
        gathered = new Float32Array(kPieceSamples);
        used = 0;
      }
      if (performance.now() - breath < 12) continue;
      await new Promise((resolve) => setTimeout(resolve));
      breath = performance.now();
    }
    if (used > 0) yield gathered.subarray(0, used);
  } finally {
    close();
  }
}
