import type { Client } from "./client.ts";
import type { EngineCalls } from "./protocol.ts";
import { sendSamples } from "./samples.ts";
import { createStream, untilAborted, type Stream } from "./stream.ts";
import type {
  SpeechModelInfo,
  TranscribeEvent,
  TranscribeOptions,
  TranscribeStats,
} from "./types.ts";

/** A transcript as it comes. */
export type TranscribeStream = Stream<TranscribeEvent, TranscribeStats>;

/** A loaded speech model. */
export interface SpeechModel {
  readonly info: SpeechModelInfo;
  /**
   * Writes down sound of 16,000 samples a second, mono, in pieces of any length, which are copied. Aborting ends it with
   * what was done and stop_reason `cancelled`; it is no error. What the sound throws, the stream throws.
   */
  transcribe(
    audio: AsyncIterable<Float32Array>,
    options?: TranscribeOptions,
    signal?: AbortSignal,
  ): TranscribeStream;
  unload(): Promise<void>;
}

/** `jobs` holds what ends each running call. */
export function speechModel(
  client: Client<EngineCalls>,
  info: SpeechModelInfo,
  jobs: Set<AbortController>,
): SpeechModel {
  async function transcribe(
    audio: AsyncIterable<Float32Array>,
    options: TranscribeOptions,
    push: (event: TranscribeEvent) => void,
    job: AbortController,
  ): Promise<TranscribeStats> {
    const { port1, port2 } = new MessageChannel();
    const over = new AbortController();
    job.signal.addEventListener("abort", () => over.abort(), { once: true });
    const call = client.call(
      "transcribe",
      { options, samples: port2 },
      {
        signal: job.signal,
        onEvent: push,
        transfer: [port2],
        // A step with the encoder's half minute of sound takes a large model minutes on a slow machine, and nothing
        // tells it from one that hangs.
        patience: Infinity,
      },
    );
    const sound = sendSamples(audio, port1, over.signal);
    sound.catch(() => job.abort());
    const [ended, sent] = await Promise.allSettled([
      call.finally(() => over.abort()),
      sound,
    ]);
    port1.close();
    if (sent.status === "rejected") throw sent.reason;
    if (ended.status === "rejected") throw ended.reason;
    return ended.value;
  }

  return {
    info,
    transcribe: (audio, options = {}, signal) =>
      createStream((push) =>
        untilAborted(jobs, signal, (job) =>
          transcribe(audio, options, push, job),
        ),
      ),
    async unload() {
      await client.call("unload", null);
    },
  };
}
