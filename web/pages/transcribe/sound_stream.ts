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
  type InputAudioTrack,
} from "mediabunny";
import { WickError } from "../../engine/errors.ts";
import type { Sound } from "./sound.ts";
import { soundPieces, type Block } from "./sound_pieces.ts";

const kFormats = [
  ...[MP4, QTFF, MATROSKA, WEBM, WAVE],
  ...[OGG, MP3, FLAC, ADTS, MPEG_TS],
];
const kRiff = 0x52_49_46_46;
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
        soundPieces(
          blocksOf(track, base),
          { name: file.name, missing, seconds: facts.seconds },
          onProblem,
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

/** At the file's rate, with silence where a track begins late or leaves a gap; closes its input when it ends. */
async function* blocksOf(
  track: InputAudioTrack,
  base: number,
): AsyncGenerator<Block, void, void> {
  let end = 0; // seconds so far
  try {
    for await (const sample of new AudioSampleSink(track).samples()) {
      const { sampleRate: rate, numberOfFrames } = sample;
      const start = sample.timestamp - base;
      const channels = planesOf(sample);
      sample.close();
      const early = Math.max(0, Math.round(-start * rate)); // an encoder's lead-in
      if (early >= numberOfFrames) continue;
      const gap = start - end;
      if (gap > kGapSeconds) {
        const silence = new Float32Array(Math.round(gap * rate));
        yield { rate, channels: channels.map(() => silence) };
      }
      end = start + numberOfFrames / rate;
      yield { rate, channels: channels.map((plane) => plane.subarray(early)) };
    }
  } finally {
    track.input.dispose();
  }
}

function planesOf(sample: AudioSample): Float32Array[] {
  return Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(sample.numberOfFrames);
    sample.copyTo(plane, { planeIndex, format: "f32-planar" });
    return plane;
  });
}
