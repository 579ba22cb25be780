import type { ChatRequest, ChatStep, Core, ReadSlice } from "./core.ts";
import { WickError, type WickErrorCode } from "./errors.ts";
import type {
  BenchInfo,
  BenchRow,
  ChatOptions,
  ChatStats,
  LoadProgress,
  ModelInfo,
  StopReason,
  Token,
  Variant,
} from "./types.ts";
import { startModule, type Module } from "./wasm_module.ts";

/** Where struct wick_step of wasm/wick.h has its members; all little-endian. */
const kStep = {
  ...{ state: 0, text_bytes: 4, token: 8, probability: 12 },
  ...{ prompt_tokens: 16, prompt_left: 20, reused_tokens: 24 },
  ...{ generated_tokens: 28, context_used: 32, context_size: 36 },
  ...{ prompt_ms: 40, generate_ms: 48, bytes: 56 },
};
const kStates = ["prompt", "writing", "done"] as const;
const kDone = 2;
const kFile = 1;

interface Loading {
  loader: number;
  name: string;
  file: Blob;
  context: number;
}

/** What wick_bench_info tells. */
type NativeBench = Omit<BenchInfo, "variant">;

/** What wick_chat_info tells, as far as it is used here. */
interface NativeInfo {
  name: string;
  architecture: string;
  weight_type: string;
  vocab_size: number;
  context: number;
  context_length: number;
}

const kLessModel =
  "The tab can get no more: choose a smaller model or a smaller context.";
const kLessElse = "The tab can get no more: close other tabs and try again.";

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

  let loading: Loading | null = null;
  let chat = 0;
  let info: ModelInfo | null = null;
  let top = 0;
  let stats: ChatStats | null = null;
  let bench = 0;

  function model(): ModelInfo {
    if (!info) throw new WickError("bad_argument", "No model is loaded.");
    return info;
  }

  function freeModel(): void {
    if (loading) module._wick_load_free(loading.loader);
    if (chat !== 0) module._wick_chat_free(chat);
    module._wick_engine_trim(engine);
    loading = info = stats = null;
    chat = 0;
  }

  function finishLoad({ loader, name, file, context }: Loading): void {
    chat = module._wick_chat_new(loader, context);
    if (chat === 0) throw failure(module, "bad_file", name);
    module._wick_load_free(loader);
    module.files.clear();
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
      file_bytes: file.size,
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

  function endBench(): void {
    module._wick_bench_free(bench);
    module._wick_engine_trim(engine);
    bench = 0;
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

    loadBegin([model], task, options) {
      if (!model || task === "speech")
        throw new WickError("unsupported", "This engine cannot hear yet.");
      const { file, name } = model;
      module.files.set(kFile, file);
      const loader = module.withTexts([name], (at) =>
        module._wick_load_begin_file(
          engine,
          kFile,
          at,
          file.size,
          options.precise ? 1 : 0,
        ),
      );
      if (loader === 0) {
        module.files.clear();
        throw failure(module, "bad_file");
      }
      freeModel();
      loading = { loader, name, file, context: options.context_size ?? 0 };
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
    speechInfo: deaf,
    speechBegin: deaf,
    speechPush: deaf,
    speechFinish: deaf,
    speechStep: deaf,
    transcriptText: deaf,
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

    benchBegin(options) {
      endBench();
      bench = module.withTexts([toJson(options)], (at) =>
        module._wick_bench_new(engine, 0, at),
      );
      if (bench === 0)
        throw failure(module, "bad_argument", "Measuring", kLessElse);
      const length = checked(module, module._wick_bench_info(bench));
      const told = JSON.parse(module.lastText(length)) as NativeBench;
      return { ...told, variant };
    },
    benchStep() {
      if (bench === 0)
        throw new WickError("bad_argument", "No measuring has been begun.");
      const length = module._wick_bench_step(bench);
      if (length < 0) throw failure(module, "internal", "Measuring", kLessElse);
      return length > 0
        ? (JSON.parse(module.lastText(length)) as BenchRow)
        : null;
    },
    benchEnd: endBench,
  };
}

function deaf(): never {
  throw new WickError("unsupported", "This engine cannot hear yet.");
}

function engineFacts(
  module: Module,
  engine: number,
): { threads: number; memory_bytes: number } {
  const length = checked(module, module._wick_engine_info(engine));
  return JSON.parse(module.lastText(length)) as ReturnType<typeof engineFacts>;
}

/** The options as wick_chat_reply names them. */
function native({ top, ...rest }: ChatOptions): object {
  return { ...rest, alternatives: top ?? 0 };
}

/** JSON without halves of surrogate pairs, which JSON.stringify would write as escapes that are no Unicode. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" ? part.replace(/\p{Surrogate}/gu, "\ufffd") : part,
  );
}

function checked(module: Module, result: number): number {
  if (result < 0) throw failure(module, "bad_argument");
  return result;
}

/** Why the last call failed, with the file it is about; `ofInput` is the code where what was given is to blame. */
function failure(
  module: Module,
  ofInput: WickErrorCode,
  file = "",
  advice = kLessModel,
): WickError {
  const codes: WickErrorCode[] = [
    ofInput,
    "no_memory",
    "bad_file",
    "cancelled",
  ];
  const code = codes[module._wick_error_kind()] ?? "internal";
  const words = module.text(module._wick_error_message()).replace(/\.$/, "");
  const end = code === "no_memory" ? ` ${advice}` : "";
  const where = words.startsWith(file) ? "" : `${file}: `;
  return new WickError(code, `${where}${words}.${end}`);
}
