import type { Observable } from "../observable.ts";
import { createQueue } from "./ahead.ts";
import { kSilent, nextLevel, type Level } from "./level.ts";
import type { Microphone } from "./microphone.ts";
import { kSampleRate } from "../../engine/samples.ts";
import { createWavWriter } from "./wav.ts";

export type OpenMicrophone = (
  device: string,
  onPiece: (samples: Float32Array) => void,
  onLost: (words: string) => void,
) => Promise<Microphone>;

/** A microphone that is on. */
export interface Listening {
  /** What it hears, until it ends. */
  readonly pieces: AsyncIterable<Float32Array>;
  /** Turns it off; once, however often it is called. */
  end(): Promise<void>;
  /** All that was heard, as a file; null if that is nothing. Resolves once it is off. */
  readonly sound: Promise<Blob | null>;
}

/** Turns a microphone on; `level` follows how loud it is. */
export async function startListening(
  open: OpenMicrophone,
  device: string,
  level: Observable<Level>,
  onLost: (words: string) => void,
): Promise<Listening> {
  const pieces = createQueue();
  const wav = createWavWriter();
  const microphone = await open(
    device,
    (piece) => {
      wav.add(piece);
      pieces.push(piece);
      level.set(nextLevel(level.value, piece, piece.length / kSampleRate));
    },
    onLost,
  );
  let ended: Promise<void> | null = null;
  let give: (sound: Blob | null) => void = () => undefined;
  const sound = new Promise<Blob | null>((resolve) => (give = resolve));
  async function end(): Promise<void> {
    await microphone.close();
    pieces.end();
    level.set(kSilent);
    give(wav.seconds > 0 ? wav.file() : null);
  }
  return { pieces, sound, end: () => (ended ??= end()) };
}
