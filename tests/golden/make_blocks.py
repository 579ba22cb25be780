#!/usr/bin/env python3
"""Blocks of GGUF's quantised types and what they stand for, by the gguf package; 16-bit floats by numpy and torch.

    python -m venv venv && venv/bin/pip install gguf==0.19.0 numpy==2.4.6 torch==2.6.0
    venv/bin/python tests/golden/make_blocks.py

Writes tests/golden/blocks.txt, a case a line, numbers in hexadecimal (bytes in their order in the file, floats as the
bits of a binary32):
    dequantize TYPE BYTES FLOATS
    quantize TYPE FLOATS BYTES
    f16|bf16 FLOATS BYTES
"""

import pathlib

import gguf
import numpy as np
import torch
from gguf import quants

Q = gguf.GGMLQuantizationType
# Of each type: bytes of a block, elements of a block, offset and number of its f16 scales, blocks in a case.
DEQUANTIZED = {
    Q.Q4_0: (0, 1), Q.Q4_1: (0, 2), Q.Q5_0: (0, 1), Q.Q5_1: (0, 2), Q.Q8_0: (0, 1),
    Q.Q2_K: (80, 2), Q.Q3_K: (108, 1), Q.Q4_K: (0, 2), Q.Q5_K: (0, 2), Q.Q6_K: (208, 1),
}  # fmt: skip
QUANTIZED = (Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1)


def floats(values):
    return "".join(f"{bits:08x}" for bits in np.ascontiguousarray(values, np.float32).reshape(-1).view(np.uint32))


def octets(data):
    return np.ascontiguousarray(data).tobytes().hex()


def random_blocks(rng, kind, count):
    """Any bytes are quants; the scales are made moderate numbers of either sign, in one block zero."""
    size = gguf.GGML_QUANT_SIZES[kind][1]
    offset, halves = DEQUANTIZED[kind]
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    scales = rng.uniform(-0.1, 0.1, (count, halves)).astype(np.float16)
    scales[-1, 0] = 0
    blocks[:, offset : offset + 2 * halves] = scales.view(np.uint8)
    return blocks


def inputs(rng):
    """Rows of 32 for the quantisers: gaussians of several sizes, then the ends of what can happen."""
    rows = [rng.standard_normal(32) * scale for scale in (1, 1, 1, 1e-3, 100)]
    one_hot = np.zeros(32)
    one_hot[5] = -3
    rows += [np.zeros(32), one_hot, np.full(32, 0.7), np.linspace(-1, 1, 32), np.linspace(5, 6, 32)]
    return np.array(rows, np.float32)


def halves(rng):
    bits = rng.integers(0, 1 << 32, 200, dtype=np.uint64).astype(np.uint32)
    near = rng.uniform(-70000, 70000, 100).astype(np.float32).view(np.uint32)
    small = rng.uniform(-2e-4, 2e-4, 100).astype(np.float32).view(np.uint32)
    special = np.array(
        [0, -0.0, 1, 65504, 65519, 65520, 65536, 2.0**-14, 2.0**-24, 2.0**-25, 2.0**-25 * 1.0001, 2.0**-26, 1 + 2.0**-11,
         1 + 3 * 2.0**-11, 1 + 2.0**-8, 1 + 3 * 2.0**-8, 3.4e38, np.inf, -np.inf, 1e-40, 6.1e-5],
        np.float32,
    ).view(np.uint32)  # fmt: skip
    values = np.concatenate([bits, near, small, special]).view(np.float32)
    return values[~np.isnan(values)]


def main():
    rng = np.random.default_rng(1)
    lines = []
    for kind in DEQUANTIZED:
        blocks = random_blocks(rng, kind, 6 if gguf.GGML_QUANT_SIZES[kind][0] == 32 else 3)
        lines.append(f"dequantize {kind.name.lower()} {octets(blocks)} {floats(quants.dequantize(blocks, kind))}")
    rows = inputs(rng)
    for kind in QUANTIZED:
        lines.append(f"quantize {kind.name.lower()} {floats(rows)} {octets(quants.quantize(rows, kind))}")
    values = halves(rng)
    with np.errstate(over="ignore"):
        lines.append(f"f16 {floats(values)} {octets(values.astype(np.float16))}")
    lines.append(f"bf16 {floats(values)} {octets(torch.tensor(values).to(torch.bfloat16).view(torch.int16).numpy())}")
    (pathlib.Path(__file__).parent / "blocks.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
