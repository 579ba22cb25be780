import type { ChatRequest, ChatStep, Core, ReadSlice } from "./core.ts";
import { WickError } from "./errors.ts";
import { wrongTask, type Task } from "./task.ts";
import type {
  ChatOptions,
  ChatStats,
  LoadProgress,
  ModelInfo,
  StopReason,
  Token,
  Variant,
} from "./types.ts";
import { createWasmBench } from "./wasm_bench.ts";
import { checked, engineFacts, failure, toJson } from "./wasm_calls.ts";
import { startModule } from "./wasm_module.ts";
import { createWasmSegment } from "./wasm_segment.ts";
import { createWasmSpeech } from "./wasm_speech.ts";

/** Where struct wick_step of wasm/wick.h has its members; all little-endian. */
const kStep = {
  ...{ state: 0, text_bytes: 4, token: 8, probability: 12 },
  ...{ prompt_tokens: 16, prompt_left: 20, reused_tokens: 24 },
  ...{ generated_tokens: 28, context_used: 32, context_size: 36 },
  ...{ prompt_ms: 40, generate_ms: 48, bytes: 56 },
};
const kStates = ["prompt", "writing", "done"] as const;
const kDone = 2;
/** As wick_load_task has them. */
const kTasks = ["chat", "speech", "segment"] as const;

interface Loading {
  loader: number;
  task: Task;
  name: string;
  bytes: number;
  context: number;
}

/** What wick_chat_info tells, as far as it is used here. */
interface NativeInfo {
  name: string;
  architecture: string;
  weight_type: string;
  vocab_size: number;
  context: number;
  context_length: number;
}

/**
 * Starts the module at `base`/core/`variant`/core.js and returns it as a Core.
 * Files stay Blobs: the module reads them by slices, synchronously, in the worker's own thread.
 */
export async function createWasmCore(
  variant: Variant,
  threads: number,
  base: string,
  read: ReadSlice,
): Promise<Core> {
  const module = await startModule(variant, threads, base, read);
  const engine = module._wick_engine_new(threads);
  if (engine === 0) throw failure(module, "unsupported");
  const step = module._malloc(kStep.bytes);
  const facts = engineFacts(module, engine);

  const speech = createWasmSpeech(module, engine, step);
  const segment = createWasmSegment(module, engine, step);
  let loading: Loading | null = null;
  let chat = 0;
  let info: ModelInfo | null = null;
  let top = 0;
  let stats: ChatStats | null = null;

  function model(): ModelInfo {
    if (!info) throw new WickError("bad_argument", "No model is loaded.");
    return info;
  }

  function freeModel(): void {
    if (loading) module._wick_load_free(loading.loader);
    if (chat !== 0) module._wick_chat_free(chat);
    speech.free();
    segment.free();
    module._wick_engine_trim(engine);
    loading = info = stats = null;
    chat = 0;
  }

  function finishLoad({ loader, task, name, bytes, context }: Loading): void {
    module.files.clear();
    if (task !== "chat") {
      loading = null;
      (task === "speech" ? speech : segment).take(loader, bytes);
      return;
    }
    chat = module._wick_chat_new(loader, context);
    if (chat === 0) throw failure(module, "bad_file", name);
    module._wick_load_free(loader);
    loading = null;
    const told = JSON.parse(
      module.lastText(checked(module, module._wick_chat_info(chat))),
    ) as NativeInfo;
    info = {
      name: told.name,
      architecture: told.architecture,
      quantisation: told.weight_type,
      vocab_size: told.vocab_size,
      context_size: told.context,
      train_context_size: told.context_length,
      file_bytes: bytes,
      memory_bytes: engineFacts(module, engine).memory_bytes,
    };
  }

  /** An answer was refused: the context is full, if the messages alone fill it. */
  function refusal(messages: string): WickError {
    const reason = failure(module, "bad_argument");
    const { context_size } = model();
    const count = module.withTexts([messages], (at) =>
      module._wick_chat_count(chat, at),
    );
    if (count < context_size) return reason;
    return new WickError(
      "context_full",
      `The conversation has ${count} tokens, the context holds ${context_size}. Remove or shorten a message.`,
    );
  }

  function tokenOf(text: string, id: number): Token {
    if (top === 0) return { id, text, probability: 0, top: [] };
    const told = JSON.parse(
      module.lastText(checked(module, module._wick_chat_token(chat))),
    ) as Token;
    return { ...told, text };
  }

  return {
    threads: facts.threads,
    ...speech.core,
    ...segment.core,
    ...createWasmBench(module, engine, variant),

    loadBegin(files, task, options) {
      files.forEach(({ file }, number) => module.files.set(number, file));
      const listed = files.map(({ name, file }) => ({ name, size: file.size }));
      const loader = module.withTexts([toJson(listed)], (at) =>
        module._wick_load_begin_files(engine, at, options.precise ? 1 : 0),
      );
      const name = files[0]?.name ?? "";
      try {
        if (loader === 0) throw failure(module, "bad_file");
        const found = kTasks[module._wick_load_task(loader)] ?? "chat";
        if (found !== task) throw wrongTask(name, found);
      } catch (reason) {
        module._wick_load_free(loader);
        module.files.clear();
        throw reason;
      }
      freeModel();
      const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
      const context = options.context_size ?? 0;
      loading = { loader, task, name, bytes, context };
    },
    loadStep(): LoadProgress {
      if (!loading)
        throw new WickError("bad_argument", "No load has been begun.");
      const more = module._wick_load_step(loading.loader, step);
      if (more < 0) throw failure(module, "bad_file", loading.name);
      const progress = module.view(step, 16);
      const done = progress.getFloat64(0, true);
      const total = progress.getFloat64(8, true);
      if (more > 0) return { done: Math.min(done, total - 1), total };
      finishLoad(loading);
      return { done: total, total };
    },
    unload() {
      module.files.clear();
      freeModel();
    },
    info: model,
    speechInfo: speech.info,
    segmentInfo: segment.info,
    countTokens(text) {
      model();
      return module.withTexts([text], (at) =>
        checked(module, module._wick_chat_count_text(chat, at)),
      );
    },

    chatBegin({ messages, options }: ChatRequest) {
      const { context_size } = model();
      const texts = [toJson(messages), toJson(native(options))];
      const begun = module.withTexts(texts, (first, second) =>
        module._wick_chat_reply(chat, first ?? 0, second ?? 0),
      );
      if (begun < 0) throw refusal(texts[0] ?? "");
      top = options.top ?? 0;
      stats = {
        ...{ prompt_tokens: 0, reused_tokens: 0, prompt_ms: 0 },
        ...{ generated_tokens: 0, generate_ms: 0, stop_reason: "cancelled" },
        ...{ context_used: 0, context_size },
      };
    },
    chatStep(): ChatStep {
      if (!stats)
        throw new WickError("bad_argument", "No answer has been begun.");
      const state = checked(module, module._wick_chat_step(chat, step));
      const view = module.view(step, kStep.bytes);
      const int = (place: number) => view.getInt32(place, true);
      const token = int(kStep.token);
      const total = int(kStep.prompt_tokens) - int(kStep.reused_tokens);
      const prompt = { done: total - int(kStep.prompt_left), total };
      stats = {
        prompt_tokens: int(kStep.prompt_tokens),
        reused_tokens: int(kStep.reused_tokens),
        prompt_ms: view.getFloat64(kStep.prompt_ms, true),
        generated_tokens: int(kStep.generated_tokens),
        generate_ms: view.getFloat64(kStep.generate_ms, true),
        stop_reason: stats.stop_reason,
        context_used: int(kStep.context_used),
        context_size: int(kStep.context_size),
      };
      const text = module.lastText(int(kStep.text_bytes));
      // The token that ends an answer has no text, and no one wants to see it.
      const shown = token >= 0 && (state !== kDone || text !== "");
      const tokens = shown ? [tokenOf(text, token)] : [];
      return {
        state: kStates[state] ?? "done",
        ...{ prompt, context_used: stats.context_used, text, tokens },
      };
    },
    chatStop() {
      if (chat !== 0) module._wick_chat_cancel(chat);
    },
    chatStats(): ChatStats {
      if (!stats)
        throw new WickError("bad_argument", "No answer has been begun.");
      const reason = module.lastText(module._wick_chat_stop_reason(chat));
      return { ...stats, stop_reason: reason as StopReason };
    },
  };
}

/** The options as wick_chat_reply names them. */
function native({ top, ...rest }: ChatOptions): object {
  return { ...rest, alternatives: top ?? 0 };
}
