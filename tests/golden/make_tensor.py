"""Writes tensor.json: how PyTorch prints tensors, what its operations give, and random numbers by Python itself.

Made with Python 3.11, torch 2.6.0. In printed texts the dtypes carry Wick's names; no text breaks its line there.
"""

import json
import math
import pathlib
import statistics

import torch

NAMES = {
    torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.int8: "i8", torch.uint8: "u8",
    torch.int32: "i32", torch.int64: "i64", torch.bool: "bool",
}
MASK = (1 << 64) - 1


def plain(value):
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def stored(x):
    values = x.reshape(-1).tolist()
    return {"shape": list(x.shape), "dtype": NAMES[x.dtype], "values": [plain(v) for v in values]}


def printed(x):
    text = str(x)
    for dtype, name in NAMES.items():
        text = text.replace(f"dtype={dtype}", f"dtype={name}")
    return {"tensor": stored(x), "text": text}


def printed_range(shape, begin, step, dtype):
    count = math.prod(shape)
    x = (torch.arange(count, dtype=torch.float64) * step + begin).to(dtype).reshape(shape)
    case = printed(x)
    case["tensor"] = {"shape": shape, "dtype": NAMES[dtype], "begin": begin, "step": step}
    return case


def print_cases():
    t, inf, nan = torch.tensor, math.inf, math.nan
    tensors = [
        t(3.5), t(2.0), t(7), t(True), t([1.0, 2.0, 3.0]), t([1.5, -2.25, 1000.125]), t([[1, -20], [300, 4]]),
        t([0.0, 0.0]), t([1e-5, 1.0]), t([1e-3, 0.5]), t([0.5, 501.0]), t([1.0, 1e9]), t([1.0, 2000.0]), t([1e8, 1.0]),
        t([2e8, 3e8]), t([123456.0, 1234.0]), t([1.0, inf, -inf, nan]), t([0.5, inf, -inf, nan]), t([inf, nan]),
        t([1e-6, inf, 0.0]), t([-0.0, 0.0, -1.5]), t([[True, False], [False, False]]), t([1, 2], dtype=torch.int32),
        t([1, 200], dtype=torch.uint8), t([-1, 127], dtype=torch.int8), t([1.5, 2.5], dtype=torch.float16),
        t([1.5, 1e30], dtype=torch.bfloat16), t([]), t([], dtype=torch.int32), torch.zeros(0, 3),
        torch.zeros(2, 0, dtype=torch.int64), torch.zeros(1, 1, 1), torch.arange(24.0).reshape(2, 3, 4),
        torch.arange(16).reshape(2, 2, 2, 2), t([0.1234567, 99.99999]), t([0.00009999]), t([0.0001]), t([3.0, 1e-10]),
        t([2**62, -1]), t([0.33333334] * 13), t([-12345.678] * 9), t([[0.25] * 12] * 2),
    ]
    ranges = [
        printed_range([1000], 0, 1, torch.float32), printed_range([1001], 0, 1, torch.float32),
        printed_range([1001], 0, 1, torch.int64), printed_range([40, 40], 0, 0.25, torch.float32),
        printed_range([2, 600], -3, 0.01, torch.float32), printed_range([600, 2], -300, 1, torch.float32),
        printed_range([7, 2, 100], 0, 1, torch.int32), printed_range([3, 400], 1, 1e-7, torch.float32),
        printed_range([10, 11, 12], 0.5, 1, torch.float32), printed_range([2000], 0, 1, torch.bfloat16),
    ]
    return [printed(x) for x in tensors] + ranges


def result(name, value):
    return {"name": name, "result": stored(value)}


def operation_cases():
    """Each name is one that the test knows; x = arange(24).reshape(2, 3, 4) * 0.5 - 3, n = arange(24) % 7 as i32."""
    x = (torch.arange(24.0) * 0.5 - 3).reshape(2, 3, 4)
    n = (torch.arange(24) % 7).to(torch.int32).reshape(2, 3, 4)
    ids = torch.tensor([[[2, 0, 1, 1]], [[0, 0, 2, 1]]])
    cases = [
        result("range", x[1, :, 1:4:2]), result("negative", x[-1, -2, -3:-1]), result("permute", x.permute(2, 0, 1)),
        result("transpose_reshape", x.transpose(0, 2).reshape(4, -1)), result("expand", x[:, :1, :].expand(2, 3, 4)),
        result("add_row", x + x[0, 0]), result("mul_column", x * x[:, :, :1]), result("sub_strided", x.transpose(1, 2) - 1),
        result("div", x / (x * x + 1)), result("int_mul", n * n - 3), result("int_max", torch.maximum(n, 6 - n)),
        result("sum", x.sum()), result("sum0", x.sum(0)), result("sum1_keep", x.sum(1, keepdim=True)),
        result("mean2", x.mean(2)), result("max1", x.max(1).values), result("min0", x.min(0).values),
        result("int_sum", n.sum()), result("int_sum1", n.sum(1)), result("int_min2", n.min(2).values),
        result("argmax1", n.argmax(1)), result("softmax1", x.softmax(1)), result("softmax2", x.softmax(2)),
        result("greater", x > 1.5), result("int_less_equal", n <= 3), result("where", torch.where(x > 0, x, torch.tensor(-1.0))),
        result("cat1", torch.cat([x, x[:, :1]], 1)), result("stack2", torch.stack([x[0], x[1]], 2)),
        result("stack_last", torch.stack([x[0], x[1]], -1)),
        result("index_select", x.index_select(1, torch.tensor([2, 2, 0]))), result("gather", x.gather(1, ids)),
        result("gather2", n.gather(2, ids)),
        result("matmul_batch", x @ x.transpose(1, 2)), result("matmul_one", x @ x[0].T),
        result("matmul_spread", x[:, None] @ x.transpose(1, 2)), result("matmul_vector", x @ x[0, 0]),
        result("vector_matmul", x[0, :, 0] @ x), result("dot", x[0, 0] @ x[1, 0]),
        result("to_int", (x * 1.7).to(torch.int64)), result("to_bool", x.to(torch.bool)),
        result("f16", (x / 3).to(torch.float16).to(torch.float32)), result("gelu", torch.nn.functional.gelu(x)),
        result("silu", torch.nn.functional.silu(x)), result("pow", (x * x).pow(1.5)),
    ]
    return cases


def random_cases(seed, count):
    state = []
    splitmix = seed
    for _ in range(4):
        splitmix = (splitmix + 0x9E3779B97F4A7C15) & MASK
        z = splitmix
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        state.append(z ^ (z >> 31))
    uniform, normal = [], []
    rotate = lambda v, k: ((v << k) | (v >> (64 - k))) & MASK
    for _ in range(count):
        bits = (rotate((state[1] * 5) & MASK, 7) * 9) & MASK
        shifted = (state[1] << 17) & MASK
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = rotate(state[3], 45)
        uniform.append((bits >> 40) / 2**24)
        normal.append(statistics.NormalDist().inv_cdf(((bits >> 12) + 0.5) / 2**52))
    return {"seed": seed, "uniform": uniform, "normal": normal}


probabilities = [1e-300, 1e-20, 1e-10, 1e-5, 0.001, 0.05, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.9, 0.95, 0.999999, 1 - 2**-53]
golden = {
    "print": print_cases(),
    "operations": operation_cases(),
    "random": random_cases(42, 100),
    "quantiles": [[p, statistics.NormalDist().inv_cdf(p)] for p in probabilities],
}
text = json.dumps(golden, separators=(",", ":")).replace('},{"', '},\n{"')
(pathlib.Path(__file__).parent / "tensor.json").write_text(text + "\n")
