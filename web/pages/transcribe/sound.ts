import { kSampleRate } from "../../engine/samples.ts";
import { WickError } from "../../engine/errors.ts";
import { soundPieces, type Block } from "./sound_pieces.ts";

/** A file's sound, as Whisper wants it. */
export interface Sound {
  /** Seconds as the file says; 0 where it does not. */
  seconds: number;
  channels: number;
  rate: number;
  /** 16 kHz, mono, in pieces of about half a second. A file that breaks off ends early and tells why. */
  pieces(onProblem: (words: string) => void): AsyncIterable<Float32Array>;
}

/** decodeAudioData wants the whole file in memory, and gives the whole sound. */
const kMostBytesAtOnce = 400e6;

/**
 * Opens what the browser can decode: by streaming where WebCodecs and the container allow, at once where not. Throws
 * WickError `bad_file` with what is wrong and what to do.
 */
export async function openSound(file: File): Promise<Sound> {
  if (file.size === 0)
    throw new WickError("bad_file", `${file.name} is empty: it has no bytes.`);
  const { openStreaming } = await import("./sound_stream.ts");
  return (await openStreaming(file)) ?? openAtOnce(file);
}

/** By the browser's own decoder for whole files, which knows what WebCodecs lacks; it also changes the rate. */
async function openAtOnce(file: File): Promise<Sound> {
  if (file.size > kMostBytesAtOnce)
    throw new WickError(
      "bad_file",
      `${file.name} is of a kind that this browser only decodes whole, and too large for that. Convert it to mp3, m4a, ogg, flac or wav.`,
    );
  const context = new OfflineAudioContext(1, 1, kSampleRate);
  const buffer = await context
    .decodeAudioData(await file.arrayBuffer())
    .catch(() => {
      throw new WickError(
        "bad_file",
        `${file.name} is no sound or video that this browser can decode. mp3, m4a, ogg, flac, wav, mp4 and webm work.`,
      );
    });
  if (buffer.length === 0)
    throw new WickError(
      "bad_file",
      `${file.name} has no sound in it: it lasts 0 seconds.`,
    );
  return {
    seconds: buffer.duration,
    channels: buffer.numberOfChannels,
    rate: buffer.sampleRate,
    pieces: (onProblem) =>
      soundPieces(
        blocksOf(buffer),
        { name: file.name, seconds: buffer.duration, missing: 0 },
        onProblem,
      ),
  };
}

async function* blocksOf(
  buffer: AudioBuffer,
): AsyncGenerator<Block, void, void> {
  const { length, sampleRate: rate, numberOfChannels } = buffer;
  for (let at = 0; at < length; at += rate) {
    const channels = Array.from({ length: numberOfChannels }, (_, channel) =>
      buffer.getChannelData(channel).subarray(at, at + rate),
    );
    yield await Promise.resolve({ rate, channels });
  }
}
