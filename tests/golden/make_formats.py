#!/usr/bin/env python3
"""Small GGUF, safetensors, ONNX and PyTorch files by the formats' own Python packages, and what is in them.

    python -m venv venv && venv/bin/pip install gguf==0.19.0 safetensors==0.8.0 numpy==2.4.6 onnx==1.23.2 torch==2.6.0
    venv/bin/python tests/golden/make_formats.py

Writes tests/golden/formats/: small.gguf, small.safetensors, rewritten.safetensors, small.onnx, small.pt, and expected.json:
for each tensor its shape, its type and a digest of its bytes, taken from the arrays before they were written. Also copies the files to
tests/fuzz/seeds/, where a small llama2.c checkpoint joins them.
"""

import json
import pathlib
import shutil
import struct
import zipfile

import gguf
import numpy as np
import onnx
import torch
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent / "formats"
Q = gguf.GGMLQuantizationType


def digest(data):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return f"{value:016x}"


def described(shape, kind, data):
    return {"shape": list(shape), "type": kind, "bytes": len(data), "fnv1a": digest(data)}


def write_gguf():
    rng = np.random.default_rng(1)
    writer = gguf.GGUFWriter(FOLDER / "small.gguf", "llama")
    writer.add_block_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_token_list(["<s>", "\u2581na\u00efve", "\U0001f56f"])
    writer.add_token_scores([0.0, -1.5, 3.25])
    writer.add_token_types([3, 1, 1])
    writer.add_add_bos_token(True)
    writer.add_uint64("test.u64", 1 << 40)
    writer.add_int8("test.i8", -7)
    expected = {}

    def add(name, array, kind=None):
        writer.add_tensor(name, array, raw_dtype=kind)
        shape = array.shape if kind is None else gguf.quant_shape_from_byte_shape(array.shape, kind)
        expected[name] = described(shape, kind.name.lower() if kind else {"float32": "f32", "float16": "f16"}[str(array.dtype)],
                                   array.tobytes())

    add("token_embd.weight", rng.standard_normal((5, 64), dtype=np.float32))
    add("half", rng.standard_normal((2, 3, 4)).astype(np.float16))
    add("vector", rng.standard_normal(7, dtype=np.float32))
    for kind in (Q.Q4_0, Q.Q8_0):
        add(kind.name.lower(), gguf.quants.quantize(rng.standard_normal((3, 64), dtype=np.float32), kind), kind)
    # The package only dequantises Q4_K, so its blocks are random bytes: what they mean is not the file format's matter.
    add("q4_k", rng.integers(0, 256, (2, 2 * 144), dtype=np.uint8), Q.Q4_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return expected


def write_safetensors():
    rng = np.random.default_rng(2)
    arrays = {
        "f32": rng.standard_normal((3, 4), dtype=np.float32),
        "f16": rng.standard_normal((2, 5)).astype(np.float16),
        "i64": rng.integers(-(1 << 60), 1 << 60, (2,), dtype=np.int64),
        "i32": rng.integers(-(1 << 30), 1 << 30, (1, 3), dtype=np.int32),
        "u8": rng.integers(0, 256, (7,), dtype=np.uint8),
        "i8": rng.integers(-128, 128, (3, 1), dtype=np.int8),
        "bool": np.array([True, False, True]),
        "scalar": np.array(2.5, dtype=np.float32),
        "none": np.zeros((0, 4), dtype=np.float32),
    }
    save_file(arrays, FOLDER / "small.safetensors", metadata={"format": "np"})
    # One width each, where the package's order and ours must agree: a writer's golden.
    same = {name: arrays[name] for name in ("f32", "f16", "i64", "u8")}
    save_file(same, FOLDER / "rewritten.safetensors", metadata={"format": "np"})
    names = {"float32": "f32", "float16": "f16", "int64": "i64", "int32": "i32", "uint8": "u8", "int8": "i8", "bool": "bool"}
    return {name: described(a.shape, names[str(a.dtype)], a.tobytes()) for name, a in arrays.items()}


def write_onnx():
    """Weights that the package writes raw and typed, with names and, as PyTorch's exporter leaves them, without."""
    rng = np.random.default_rng(3)
    f32 = lambda *shape: rng.standard_normal(shape, dtype=np.float32)
    matrix, halves, typed, factor, table = f32(3, 5), f32(4).astype(np.float16), f32(2, 2), f32(4, 1, 1), f32(2, 3)
    raw = onnx.numpy_helper.from_array
    node = onnx.helper.make_node
    initialisers = [
        raw(matrix, "onnx::MatMul_1"),
        raw(halves, "fc.bias"),
        onnx.helper.make_tensor("typed", onnx.TensorProto.FLOAT, typed.shape, typed.flatten()),
        onnx.helper.make_tensor("shape", onnx.TensorProto.INT64, [2], [3, -1]),
        raw(factor, "onnx::Mul_2"),
    ]
    nodes = [
        node("MatMul", ["x", "onnx::MatMul_1"], ["a"], name="/seq/seq.0/MatMul"),
        node("Mul", ["onnx::Mul_2", "a"], ["b"], name="/norm/Mul"),
        node("Constant", [], ["c"], name="/attn/Constant", value=raw(table)),
        node("Constant", [], ["d"], name="/Constant", value=raw(np.array(0.5, np.float32))),
    ]
    graph = onnx.helper.make_graph(nodes, "small", [], [], initialisers)
    model = onnx.helper.make_model(graph, producer_name="wick", ir_version=8)
    (FOLDER / "small.onnx").write_bytes(model.SerializeToString())
    arrays = {"seq.0.weight": matrix.T, "fc.bias": halves, "typed": typed, "norm.weight": factor, "attn.Constant": table}
    names = {"float32": "f32", "float16": "f16"}
    return {name: described(a.shape, names[str(a.dtype)], a.tobytes()) for name, a in arrays.items()}


def write_pytorch():
    """A state dict among other things, and in it a parameter, and views of one storage."""
    torch.manual_seed(4)
    shared = torch.randn(3, 4)
    outer = {
        "f32": torch.nn.Parameter(torch.randn(2, 3)),
        "f16": torch.randn(5).half(),
        "scalar": torch.tensor(7),
    }
    inner = {"rows": shared[1:], "whole": shared, "flags": torch.tensor([True, False])}
    kept = {
        "epoch": 3,
        "model": {**outer, "inner": inner},
        "optimizer": {"state": {0: torch.randn(2)}, "lr": 0.5},
        "note": "na\u00efve",
    }
    torch.save(kept, FOLDER / "small.pt")
    names = {torch.float32: "f32", torch.float16: "f16", torch.int64: "i64", torch.bool: "bool"}
    flat = {**outer, **{f"inner.{name}": tensor for name, tensor in inner.items()}}
    return {name: described(t.shape, names[t.dtype], t.detach().numpy().tobytes()) for name, t in flat.items()}


def write_seeds():
    seeds = pathlib.Path(__file__).parent.parent / "fuzz" / "seeds"
    for name in ("gguf", "safetensors", "llama2c", "onnx", "pytorch"):
        (seeds / name).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(FOLDER / "small.gguf", seeds / "gguf" / "small.gguf")
    shutil.copyfile(FOLDER / "small.safetensors", seeds / "safetensors" / "small.safetensors")
    shutil.copyfile(FOLDER / "small.onnx", seeds / "onnx" / "small.onnx")
    shutil.copyfile(FOLDER / "small.pt", seeds / "pytorch" / "small.pt")
    with zipfile.ZipFile(FOLDER / "small.pt") as archive:
        (seeds / "pytorch" / "data.pkl").write_bytes(archive.read("small/data.pkl"))
    index = {"metadata": {"total_size": 48}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    (seeds / "safetensors" / "index.json").write_text(json.dumps(index))
    for vocab, name in ((5, "shared"), (-5, "unshared")):
        dim, hidden, layers, heads, kv_heads, context = 8, 12, 2, 2, 1, 3
        kv_dim = dim // heads * kv_heads
        block = 2 * dim + 2 * dim * dim + 2 * dim * kv_dim + 3 * dim * hidden
        floats = 5 * dim + layers * block + dim + context * dim // heads + (5 * dim if vocab < 0 else 0)
        header = struct.pack("7i", dim, hidden, layers, heads, kv_heads, vocab, context)
        (seeds / "llama2c" / f"{name}.bin").write_bytes(header + bytes(4 * floats))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    expected = {
        "small.gguf": write_gguf(),
        "small.safetensors": write_safetensors(),
        "small.onnx": write_onnx(),
        "small.pt": write_pytorch(),
    }
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    write_seeds()
