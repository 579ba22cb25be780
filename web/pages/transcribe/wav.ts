import { kSampleRate } from "../../engine/samples.ts";

/** Collects 16 kHz samples as 16-bit sound, for playing what has no file: a microphone's recording. */
export interface WavWriter {
  add(samples: Float32Array): void;
  /** Passes sound on and collects it. */
  copying(pieces: AsyncIterable<Float32Array>): AsyncIterable<Float32Array>;
  readonly seconds: number;
  file(): Blob;
}

const kHeaderBytes = 44;
/** Parts are handed to a Blob at this size: the browser may keep blobs on disk, arrays it may not. */
const kPartSamples = kSampleRate * 60;

export function createWavWriter(): WavWriter {
  const parts: Blob[] = [];
  let part = new Int16Array(kPartSamples);
  let used = 0;
  let count = 0;

  function add(samples: Float32Array): void {
    for (const sample of samples) {
      part[used] = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
      used += 1;
      if (used < kPartSamples) continue;
      parts.push(new Blob([part]));
      part = new Int16Array(kPartSamples);
      used = 0;
    }
    count += samples.length;
  }

  return {
    add,
    async *copying(pieces) {
      for await (const piece of pieces) {
        add(piece);
        yield piece;
      }
    },
    get seconds() {
      return count / kSampleRate;
    },
    file: () =>
      new Blob([wavHeader(count), ...parts, part.slice(0, used)], {
        type: "audio/wav",
      }),
  };
}

/** RIFF, one channel of 16-bit integers at 16 kHz. */
export function wavHeader(samples: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(kHeaderBytes));
  const text = (at: number, word: string) => {
    for (let i = 0; i < word.length; i += 1)
      view.setUint8(at + i, word.charCodeAt(i));
  };
  const bytes = samples * 2;
  text(0, "RIFF");
  view.setUint32(4, kHeaderBytes - 8 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // integers
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, kSampleRate, true);
  view.setUint32(28, kSampleRate * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a sample
  view.setUint16(34, 16, true); // bits a sample
  text(36, "data");
  view.setUint32(40, bytes, true);
  return view.buffer;
}
