import type { ChatRequest, ChatStep, Core, ReadSlice } from "./core.ts";
import { WickError } from "./errors.ts";
import { createMockBench } from "./mock_bench.ts";
import { createMockSegment, mockSegmentInfo } from "./mock_segment.ts";
import { createMockSpeech, mockSpeechInfo } from "./mock_speech.ts";
import { answerFor, rivalsOf, splitTokens } from "./mock_text.ts";
import { idOf, randomOf, wait } from "./mock_tools.ts";
import type { ModelFile } from "./protocol.ts";
import { wrongTask, type Task } from "./task.ts";
import type {
  ChatStats,
  LoadOptions,
  LoadProgress,
  ModelInfo,
  SegmentModelInfo,
  SpeechModelInfo,
  StopReason,
  Token,
} from "./types.ts";

/** How CTranslate2 begins a Whisper model: version 6, and the length of a name. */
const kSpeechMagic = "\x06\0\0\0\x0c\0WhisperSp";
/** How PyTorch begins an ONNX file: the version of the format, and its own name. */
const kSegmentMagic = "\x12\x07pytorch";
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
    model: ModelFile;
    files: ModelFile[];
    task: Task;
    options: LoadOptions;
    done: number;
  } | null = null;
  let info: ModelInfo | null = null;
  let speechInfo: SpeechModelInfo | null = null;
  let segmentInfo: SegmentModelInfo | null = null;
  let cache: string[] = [];
  let answer: Answer | null = null;

  function model(): ModelInfo {
    if (!info) throw new WickError("bad_argument", "No model is loaded.");
    return info;
  }

  function hearing(): SpeechModelInfo {
    if (!speechInfo)
      throw new WickError("bad_argument", "No speech model is loaded.");
    return speechInfo;
  }

  function seeing(): SegmentModelInfo {
    if (!segmentInfo)
      throw new WickError(
        "bad_argument",
        "No model that segments pictures is loaded.",
      );
    return segmentInfo;
  }

  function freeModel(): void {
    loading = info = speechInfo = segmentInfo = answer = null;
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
    ...createMockBench(stepMs),
    ...createMockSpeech(stepMs, hearing),
    ...createMockSegment(stepMs, seeing),
    loadBegin(files, task, options) {
      const [model] = files.toSorted((a, b) => b.file.size - a.file.size);
      if (!model)
        throw new WickError("bad_argument", "There is no file to load.");
      checkTask(model, task, read);
      freeModel();
      loading = { model, files, task, options, done: 0 };
    },
    loadStep(): LoadProgress {
      if (!loading)
        throw new WickError("bad_argument", "No load has been begun.");
      const { model, files, task, options, done } = loading;
      const total = files.reduce((sum, { file }) => sum + file.size, 0);
      const to = Math.min(model.file.size, done + kSliceBytes);
      read(model.file, done, to);
      loading.done = to;
      if (to < model.file.size) return { done: to, total };
      if (task === "chat") info = describe(model, options);
      else if (task === "speech")
        speechInfo = mockSpeechInfo(model.name, total);
      else segmentInfo = mockSegmentInfo(model.name, total);
      loading = null;
      return { done: total, total };
    },
    unload: freeModel,
    info: model,
    speechInfo: hearing,
    segmentInfo: seeing,
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
  };
}

/** What a test may ask for: a trap of the module, or a step that never returns. */
function misbehave(question: string): void {
  if (question === "trap") throw new WebAssembly.RuntimeError("unreachable");
  while (question === "hang");
}

/** GGUF is taken for a model that chats, CTranslate2's for one that hears, ONNX for one that sees. */
function checkTask({ name, file }: ModelFile, task: Task, read: ReadSlice) {
  const head = new TextDecoder("latin1").decode(
    read(file, 0, Math.min(16, file.size)),
  );
  const found = head.startsWith("GGUF")
    ? "chat"
    : head.startsWith(kSpeechMagic)
      ? "speech"
      : head.startsWith(kSegmentMagic, 2)
        ? "segment"
        : null;
  if (found === task) return;
  if (found) throw wrongTask(name, found);
  const wanted = {
    chat: "'GGUF'",
    speech: "a Whisper model",
    segment: "a Segment Anything model",
  }[task];
  throw new WickError(
    "bad_file",
    `${name}: starts with '${printable(head.slice(0, 4))}', expected ${wanted}.`,
  );
}

function describe({ file, name }: ModelFile, options: LoadOptions): ModelInfo {
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

function printable(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e]/g, ".");
}
