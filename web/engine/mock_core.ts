import type { ChatRequest, ChatStep, Core, ReadSlice } from "./core.ts";
import { WickError } from "./errors.ts";
import { answerFor, rivalsOf, splitTokens } from "./mock_text.ts";
import type {
  BenchRow,
  ChatStats,
  LoadOptions,
  LoadProgress,
  ModelInfo,
  StopReason,
  Token,
} from "./types.ts";

const kSliceBytes = 4 << 20;
const kPromptTokensPerStep = 48;

interface Answer {
  prompt: string[];
  reused: number;
  read: number;
  words: string[];
  written: number;
  limit: number;
  top: number;
  random: () => number;
  promptMs: number;
  generateMs: number;
  stopReason: StopReason | null;
}

/**
 * A stand-in for the module, for building and testing pages: it reads the file, keeps the prefix rules and the timing
 * of a small model, and answers from a few fixed texts chosen by the last message and the seed.
 */
export function createMockCore(read: ReadSlice, stepMs = 24): Core {
  let loading: {
    file: Blob;
    name: string;
    options: LoadOptions;
    done: number;
  } | null = null;
  let info: ModelInfo | null = null;
  let cache: string[] = [];
  let answer: Answer | null = null;
  let bench: string[] = [];

  function model(): ModelInfo {
    if (!info) throw new WickError("bad_argument", "No model is loaded.");
    return info;
  }

  function freeModel(): void {
    loading = info = answer = null;
    cache = [];
  }

  function current(): Answer {
    if (!answer)
      throw new WickError("bad_argument", "No answer has been begun.");
    return answer;
  }

  function finish(reason: StopReason): void {
    const now = current();
    now.stopReason = reason;
    cache = [
      ...now.prompt.slice(0, now.reused + now.read),
      ...now.words.slice(0, now.written),
    ];
  }

  function stepPrompt(now: Answer): void {
    now.read = Math.min(
      now.prompt.length - now.reused,
      now.read + kPromptTokensPerStep,
    );
    now.promptMs += wait(stepMs);
  }

  function stepWord(now: Answer): Token[] {
    now.generateMs += wait(stepMs);
    const text = now.words[now.written] ?? "";
    now.written += 1;
    const probability = 0.35 + 0.64 * now.random();
    const token: Token = {
      id: idOf(text),
      text,
      probability,
      top: rivalsOf(text, probability, now.top, now.random, idOf),
    };
    if (now.written === now.words.length) finish("end");
    else if (now.written === now.limit) finish("length");
    return [token];
  }

  return {
    threads: 1,
    loadBegin(file, name, options) {
      const magic = new TextDecoder("latin1").decode(
        read(file, 0, Math.min(4, file.size)),
      );
      if (magic !== "GGUF") {
        throw new WickError(
          "bad_file",
          `${name}: starts with '${printable(magic)}', expected 'GGUF'.`,
        );
      }
      freeModel();
      loading = { file, name, options, done: 0 };
    },
    loadStep(): LoadProgress {
      if (!loading)
        throw new WickError("bad_argument", "No load has been begun.");
      const { file, name, options } = loading;
      loading.done += read(
        file,
        loading.done,
        Math.min(file.size, loading.done + kSliceBytes),
      ).byteLength;
      const progress = { done: loading.done, total: file.size };
      if (loading.done === file.size) {
        info = describe(file, name, options);
        loading = null;
      }
      return progress;
    },
    unload: freeModel,
    info: model,
    countTokens: (text) => splitTokens(text).length,
    chatBegin({ messages, options }: ChatRequest) {
      const { context_size } = model();
      const last = messages.at(-1);
      const written = last?.role === "assistant" ? last.content : "";
      const prompt = messages.flatMap((message) => [
        "<|" + message.role + "|>",
        ...splitTokens(message.content),
      ]);
      if (prompt.length >= context_size) {
        throw new WickError(
          "context_full",
          `The conversation has ${prompt.length} tokens, the context holds ${context_size}. Remove or shorten a message.`,
        );
      }
      let reused = 0;
      while (reused < prompt.length - 1 && prompt[reused] === cache[reused])
        reused += 1;
      const question =
        messages.findLast((message) => message.role === "user")?.content ?? "";
      misbehave(question);
      const words = splitTokens(
        answerFor(
          question,
          written,
          options.seed ?? 0,
          options.temperature ?? 0.7,
        ),
      );
      const random = randomOf(options.seed ?? 0);
      const limit = Math.min(
        options.max_tokens ?? Infinity,
        context_size - prompt.length,
      );
      answer = {
        prompt,
        reused,
        read: 0,
        words,
        written: 0,
        limit,
        top: options.top ?? 0,
        random,
        promptMs: 0,
        generateMs: 0,
        stopReason: null,
      };
    },
    chatStep(): ChatStep {
      const now = current();
      const reading = now.reused + now.read < now.prompt.length;
      const tokens = reading || now.stopReason ? [] : stepWord(now);
      if (reading) stepPrompt(now);
      return {
        state: now.stopReason ? "done" : reading ? "prompt" : "writing",
        prompt: { done: now.read, total: now.prompt.length - now.reused },
        context_used: now.prompt.length + now.written,
        text: tokens.map((token) => token.text).join(""),
        tokens,
      };
    },
    chatStop() {
      if (answer && !answer.stopReason) finish("cancelled");
    },
    chatStats(): ChatStats {
      const now = current();
      return {
        prompt_tokens: now.prompt.length,
        reused_tokens: now.reused,
        prompt_ms: now.promptMs,
        generated_tokens: now.written,
        generate_ms: now.generateMs,
        stop_reason: now.stopReason ?? "cancelled",
        context_used: now.prompt.length + now.written,
        context_size: model().context_size,
      };
    },

    benchBegin({ rows }) {
      wait(stepMs);
      bench = kBenchRows.filter(
        (name) =>
          rows.length === 0 || rows.some((wanted) => name.includes(wanted)),
      );
      return {
        ...{ device: "mock, 1 thread", variant: "single", threads: 1 },
        peaks: kPeaks,
        rows: [...bench],
      };
    },
    benchStep() {
      const name = bench.shift();
      if (!name) return null;
      wait(stepMs * 8);
      return measured(name);
    },
    benchEnd() {
      bench = [];
    },
  };
}

const kPeaks = {
  fma_gflops: 50,
  int8_gops: 100,
  bf16_gflops: 40,
  read_gbs: 12,
};
const kBenchRows = [
  ...["f32", "f16"].flatMap((type) => [
    `attention/prefill/${type}/hd64/s512/t1`,
    `attention/decode/${type}/hd64/kv8192/t1`,
  ]),
  ...["f16", "q4_0", "q4_1", "q4_k", "q8_0"].flatMap((type) => [
    `matmul/${type}/gemm/t1`,
    `matmul/${type}/gemv/t1`,
  ]),
];

function measured(name: string): BenchRow {
  const reads = /decode|gemv/.test(name);
  const whole = /q\d/.test(name);
  const peak = reads
    ? kPeaks.read_gbs
    : whole
      ? kPeaks.int8_gops
      : kPeaks.fma_gflops;
  const peak_fraction = 0.4 + 0.5 * randomOf(idOf(name))();
  const max = peak * peak_fraction;
  return {
    ...{ name, unit: reads ? "GB/s" : whole ? "GOP/s" : "GFLOP/s" },
    ...{ min: max * 0.9, median: max * 0.97, max, peak_fraction },
  };
}

/** What a test may ask for: a trap of the module, or a step that never returns. */
function misbehave(question: string): void {
  if (question === "trap") throw new WebAssembly.RuntimeError("unreachable");
  while (question === "hang");
}

function describe(file: Blob, name: string, options: LoadOptions): ModelInfo {
  return {
    name: name.replace(/\.gguf$/i, ""),
    architecture: "mock",
    quantisation: /[QF]\d\w*/i.exec(name)?.[0] ?? "",
    vocab_size: 49_152,
    context_size: options.context_size ?? 2048,
    train_context_size: 2048,
    file_bytes: file.size,
    memory_bytes: file.size,
  };
}

function wait(ms: number): number {
  const start = performance.now();
  while (performance.now() - start < ms);
  return performance.now() - start;
}

function printable(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e]/g, ".");
}

function idOf(text: string): number {
  let hash = 7;
  for (const char of text)
    hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 49_152;
  return hash;
}

/** Mulberry32: a small seeded generator, uniform in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
