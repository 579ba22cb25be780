import type { SpeechCore, SpeechStep } from "./core.ts";
import { WickError } from "./errors.ts";
import type {
  SpeechLanguage,
  SpeechModelInfo,
  TranscriptSegment,
} from "./types.ts";
import { checked, engineFacts, failure, toJson } from "./wasm_calls.ts";
import type { Module } from "./wasm_module.ts";

/** Where struct wick_transcribe_step of wasm/wick.h has its members; all little-endian. */
const kStep = { text_bytes: 4, seconds_done: 8, seconds: 16, bytes: 24 };
const kStates = ["working", "waiting", "done"] as const;

/** What wick_speech_info tells, as far as it is used here. */
interface NativeInfo {
  name: string;
  architecture: string;
  weight_type: string;
  loaded_type: string;
  languages: SpeechLanguage[];
}

/** What a step tells. */
interface NativeStep {
  segments: (Omit<TranscriptSegment, "words"> &
    Partial<Pick<TranscriptSegment, "words">>)[];
  preview: string;
  language: string | null;
}

export interface WasmSpeech {
  core: SpeechCore;
  info(): SpeechModelInfo;
  /** Takes over a loader that is done. */
  take(loader: number, bytes: number): void;
  free(): void;
}

/** Speech to text by the module; `step` is memory for a step's figures. */
export function createWasmSpeech(
  module: Module,
  engine: number,
  step: number,
): WasmSpeech {
  let loader = 0;
  let transcriber = 0;
  let model: SpeechModelInfo | null = null;

  function info(): SpeechModelInfo {
    if (!model)
      throw new WickError("bad_argument", "No speech model is loaded.");
    return model;
  }

  function recording(): number {
    if (transcriber === 0)
      throw new WickError("bad_argument", "No recording has been begun.");
    return transcriber;
  }

  function freeRecording(): void {
    module._wick_transcriber_free(transcriber);
    transcriber = 0;
  }

  return {
    info,
    take(ready, file_bytes) {
      loader = ready;
      const length = checked(module, module._wick_speech_info(loader));
      const told = JSON.parse(module.lastText(length)) as NativeInfo;
      model = {
        name: told.name,
        architecture: told.architecture,
        quantisation: told.loaded_type,
        file_quantisation: told.weight_type,
        languages: told.languages,
        file_bytes,
        memory_bytes: engineFacts(module, engine).memory_bytes,
      };
    },
    free() {
      freeRecording();
      module._wick_load_free(loader);
      loader = 0;
      model = null;
    },
    core: {
      speechBegin(options) {
        info();
        freeRecording();
        transcriber = module.withTexts([toJson(options)], (at) =>
          module._wick_transcriber_new(loader, at),
        );
        if (transcriber === 0) throw failure(module, "bad_argument");
        checked(module, module._wick_transcriber_start(transcriber));
      },
      speechPush(samples) {
        const handle = recording();
        module.withSamples(samples, (at) =>
          checked(
            module,
            module._wick_transcriber_push(handle, at, samples.length),
          ),
        );
      },
      speechFinish() {
        checked(module, module._wick_transcriber_finish(recording()));
      },
      speechStep(): SpeechStep {
        const state = checked(
          module,
          module._wick_transcriber_step(recording(), step),
        );
        const view = module.view(step, kStep.bytes);
        const seconds_done = view.getFloat64(kStep.seconds_done, true);
        const seconds = view.getFloat64(kStep.seconds, true);
        const text = module.lastText(view.getInt32(kStep.text_bytes, true));
        const { segments, preview, language } = JSON.parse(text) as NativeStep;
        return {
          state: kStates[state] ?? "done",
          segments: segments.map((segment) => ({ words: [], ...segment })),
          ...{ preview, language, seconds_done, seconds },
        };
      },
      transcriptText(segments, format, language) {
        const texts = [toJson({ segments, language }), format];
        const length = module.withTexts(texts, (first, second) =>
          module._wick_transcript_text(first ?? 0, second ?? 0),
        );
        return module.lastText(checked(module, length));
      },
    },
  };
}
