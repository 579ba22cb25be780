"""The rows of the report's tables and what must hold of each."""
from collections.abc import Callable
from dataclasses import dataclass

from figures import number, percent


@dataclass(frozen=True)
class Compared:
    """A quantity of a subject (a model, or `flash`), Wick's against the peer's."""
    subject: str
    metric: str
    what: str
    least: float | None = None  # times the peer
    lower_is_better: bool = False


def model_rows(subject, prompt=None, generate=None, deep=None):
    return [
        Compared(subject, 'prompt', 'prompt of 512, tokens/s', prompt),
        Compared(subject, 'generate@1', 'generate 128 after 1 token, tokens/s', generate),
        Compared(subject, 'generate@512', 'generate 128 after 512, tokens/s'),
        Compared(subject, 'generate@2048', 'generate 128 after 2,048, tokens/s', deep),
        Compared(subject, 'load_ms', 'load, ms', lower_is_better=True),
    ]


QWEN3 = 'Qwen3-0.6B shape, Q4_0'

LLAMA = [
    *model_rows('Q4_1', 3.5, 1.6, 2),
    *model_rows('Q4_0', 1.7, 1.2, 1.8),
    *model_rows('Q8_0'),
    *model_rows(QWEN3, 2, 1.2, 2.5),
]

CANDLE = [
    Compared('flash', 'prefill/f32/hd64', 'prefill f32, head 64, 2,048 tokens, GFLOP/s', 18),
    Compared('flash', 'prefill/f16/hd64', 'the same with Wick\'s f16 cache'),
    Compared('flash', 'prefill/f32/hd128', 'prefill f32, head 128, 2,048 tokens, GFLOP/s', 12),
    Compared('flash', 'prefill/f16/hd128', 'the same with Wick\'s f16 cache'),
    Compared('flash', 'decode/f32/hd64', 'decode f32, head 64, 8,192 keys, ms', 8, lower_is_better=True),
    Compared('flash', 'decode/f16/hd64', 'the same with Wick\'s f16 cache', 8, lower_is_better=True),
    Compared('flash', 'decode/f32/hd128', 'decode f32, head 128, 8,192 keys, ms', 8, lower_is_better=True),
    Compared('flash', 'decode/f16/hd128', 'the same with Wick\'s f16 cache', 8, lower_is_better=True),
    *(row for subject, prompt, generate in (('Q4_1', 12, 3), ('Q8_0', 5, 1.8)) for row in (
        Compared(subject, 'prompt', 'prompt of 512, tokens/s', prompt),
        Compared(subject, 'generate@1', 'generate 128 after 1 token, tokens/s', generate),
        Compared(subject, 'load_ms', 'load, ms', lower_is_better=True))),
]

WLLAMA = [
    row for subject, prompt, generate in (('Q4_1', 12, 5), ('Q8_0', 9, 3)) for row in (
        Compared(subject, 'prompt', 'prompt of about 500, tokens/s', prompt),
        Compared(subject, 'generate', 'generate 64, tokens/s', generate),
        Compared(subject, 'load_ms', 'load from a file, ms', lower_is_better=True))
]


def speech_rows(subject, encoder, decoder, others=()):
    """Of a Whisper, against one peer."""
    return [Compared(subject, 'encoder', 'encoder of a window, ms', encoder, True),
            Compared(subject, 'token', 'a greedy token, ms', decoder, True), *others]


SPEECH_MODELS = ('whisper-tiny.en', 'whisper-base')

FASTER_WHISPER = [row for subject in SPEECH_MODELS for row in (
    Compared(subject, 'log_mel', 'log-mel of 30 s, ms', 1, True),
    Compared(subject, 'encoder_f32', 'encoder of a window in f32, ms', 1.25, True),
    *speech_rows(subject, 1.8, 2.5, (
        Compared(subject, 'beam1', 'jfk.wav, greedy, ms', 2, True),
        Compared(subject, 'beam5', 'jfk.wav, 5 beams, ms', 2, True),
        Compared(subject, 'long1', 'five minutes, greedy, ms', 2, True),
        Compared(subject, 'long5', 'five minutes, 5 beams, ms', 2, True))))]

WHISPER_CPP = [row for subject in SPEECH_MODELS for row in speech_rows(
    subject, 2.5, 2, (Compared(subject, 'beam1', 'jfk.wav, greedy, ms', lower_is_better=True),))]

CANDLE_WHISPER = speech_rows('whisper-tiny.en', 3, 10, (
    Compared('whisper-tiny.en', 'log_mel', 'log-mel of 30 s, ms', lower_is_better=True),))

WHISPER_WEB = [Compared('whisper-tiny.en', 'total', 'jfk.wav, ms', 4, True)]


SAM = 'mobile-sam'

ONNXRUNTIME = [
    Compared(SAM, 'encoder', 'encoder in f32, ms', 1.2, True),
    Compared(SAM, 'encoder_q8_0', 'encoder in q8_0, ms', 1.7, True),
    Compared(SAM, 'mask', "a point's mask of 1,024 x 1,024, ms", 3, True),
    Compared(SAM, 'memory', 'peak memory, MB', lower_is_better=True),
]

CANDLE_SAM = [
    Compared(SAM, 'encoder', 'encoder in f32, ms', 8, True),
    Compared(SAM, 'logits', "a point's logits of 256 x 256, ms", 8, True),
    Compared(SAM, 'memory', 'peak memory, MB', lower_is_better=True),
]

ONNXRUNTIME_WEB = [
    Compared(SAM, 'encoder', 'encoder, ms', 2, True),
    Compared(SAM, 'mask', "a point's mask of the longer side 1,024, ms", 4, True),
]

SPEECH = SPEECH_MODELS[-1]

# The window's own page, against the terminal: within 5 %.
APP = [
    Compared('engine', 'prompt', 'SmolLM2, prompt of 512, tokens/s', 0.95),
    Compared('engine', 'generate', 'SmolLM2, generate 128 after 512, tokens/s', 0.95),
    Compared('engine', 'speech_encoder', f'{SPEECH}, windows encoded a second', 0.95),
    Compared('engine', 'speech_token', f'{SPEECH}, greedy tokens/s', 0.95),
    Compared('engine', 'encoder', f'{SAM}, encoder in f32, ms', 0.95, True),
    Compared('engine', 'logits', f"{SAM}, a point's logits of 256 x 256, ms", 0.95, True),
]


@dataclass(frozen=True)
class Alone:
    """A quantity of Wick's that is compared with nobody's, and the least or the most that must hold."""
    subject: str
    metric: str
    what: str  # with {fields} of the result
    least: float | None = None
    most: float | None = None
    show: Callable = number


LOAD = [Alone('load', 'load_s', 'load {megabytes} MB, warm cache, s', most=1)]

SEGMENT = [
    Alone(SAM, 'encoder_of_peak', 'encoder in f32: of the peak of multiply-adds', least=0.68, show=percent),
    Alone(SAM, 'mask', "a point's mask, ms", most=12),
    Alone(SAM, 'memory', 'peak memory, MB', most=400),
]

SEGMENT_WEB = [Alone(SAM, 'memory', "peak memory of the tab's process, MB", most=600)]

WINDOW = [
    Alone('window', 'first_frame_ms', 'start to first frame, without a model, ms', most=300),
    Alone('window', 'grown_mb', 'memory grown by in 1,000 frames, MB', most=0.5),
]


@dataclass(frozen=True)
class Kernel:
    """A row of `wick bench`, without its /tN: what must hold of one thread, of all, and of all against one."""
    row: str
    what: str
    one: float | None = None      # of the peak
    all: float | None = None      # of the peak
    scaling: float | None = None  # times one thread, on two


QUANTIZED = ('q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0', 'q2_k', 'q3_k', 'q4_k', 'q5_k', 'q6_k')
TYPES = ('f32', 'f16', 'bf16', *QUANTIZED)
GEMM_LEAST = {'q4_0': 0.65, 'q8_0': 0.65, 'q4_1': 0.5, 'q4_k': 0.5, 'q6_k': 0.5}

ATTENTION = [
    Kernel(f'attention/prefill/{cache}/hd{head_dim}/s2048', f'prefill {cache}, head {head_dim}, GFLOP/s',
           least if cache == 'f32' else None, scaling=1.85 if cache == 'f32' else None)
    for cache in ('f32', 'f16') for head_dim, least in ((64, 0.8), (128, 0.85))
] + [
    Kernel(f'attention/decode/{cache}/hd{head_dim}/kv65536', f'decode {cache}, head {head_dim}, 65,536 keys, GB/s',
           all=0.65 if cache == 'f16' else None)
    for cache in ('f16', 'q8_0') for head_dim in (64, 128)
]
GEMM = [Kernel(f'matmul/{kind}/gemm', f'GEMM {kind}, {"GOP/s" if kind in QUANTIZED else "GFLOP/s"}',
               GEMM_LEAST.get(kind)) for kind in TYPES]
GEMV = [Kernel(f'matmul/{kind}/gemv', f'GEMV {kind}, GB/s', all=0.8) for kind in TYPES]
KERNELS = ATTENTION + GEMM + GEMV


@dataclass(frozen=True)
class WasmKernel:
    """A row of the kernels in Chromium on one thread: the least rate with relaxed SIMD and without."""
    row: str
    what: str
    relaxed: float | None = None
    strict: float | None = None


WASM = [
    WasmKernel('attention/prefill/f32/hd64/s2048/t1', 'prefill f32, head 64, 2,048 tokens, GFLOP/s', 45),
    WasmKernel('attention/prefill/f32/hd128/s2048/t1', 'prefill f32, head 128, 2,048 tokens, GFLOP/s', 45),
    WasmKernel('attention/decode/f16/hd64/kv8192/t1', 'decode f16, head 64, 8,192 keys, GB/s'),
    *(WasmKernel(f'matmul/{kind}/gemm/t1', f'GEMM {kind}, {"GFLOP/s" if kind == "f32" else "GOP/s"}',
                 *((65, 50) if kind == 'q4_0' else ()))
      for kind in ('f32', 'q4_0', 'q4_1', 'q8_0', 'q4_k', 'q6_k')),
]

# The tables of Wick beside a peer, by part.
COMPARED = {'llama': LLAMA, 'candle': CANDLE, 'wllama': WLLAMA, 'faster_whisper': FASTER_WHISPER,
            'whisper_cpp': WHISPER_CPP, 'candle_whisper': CANDLE_WHISPER, 'whisper_web': WHISPER_WEB,
            'onnxruntime': ONNXRUNTIME, 'candle_sam': CANDLE_SAM, 'onnxruntime_web': ONNXRUNTIME_WEB, 'app': APP}
# And of what it is measured by itself.
ALONE = {'load': LOAD, 'onnxruntime': SEGMENT, 'onnxruntime_web': SEGMENT_WEB, 'app': WINDOW}
