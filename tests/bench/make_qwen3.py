#!/usr/bin/env python3
"""A GGUF file with the shape of Qwen3-0.6B and random weights, to measure speed where no real file is at hand.

    make_qwen3.py OUT.gguf [--type Q4_0|Q8_0] [--embedding Q4_0|Q8_0]      (needs gguf==0.19.0 and numpy)

Every matrix has the one type, the embedding too unless said otherwise (it is tied: it is the output matrix as well).
With Q4_0 the file has 340 MB, with --embedding Q8_0 418 MB. The vocabulary is a byte-level BPE of the right size whose
merges are made up, so text goes in and nonsense comes out. The same arguments give the same bytes; one tensor at a time
is in memory.
"""
import argparse
import itertools
import string

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, TokenType

# Qwen3-0.6B's config.json.
LAYERS, DIM, HIDDEN, HEADS, KV_HEADS, HEAD_DIM = 28, 1024, 3072, 16, 8, 128
VOCAB, CONTEXT, ROPE_BASE, NORM_EPS = 151936, 40960, 1e6, 1e-6
MERGES = 151387  # of its tokenizer; then 26 tokens with a meaning, then padding

SPECIAL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] + [f'<|special_{index}|>' for index in range(23)]
TEMPLATE = ("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")

BLOCK = 32  # elements with one scale
# Bytes of a block's numbers after its f16 scale, and their standard deviation when every byte is as likely.
QUANTS = {'Q4_0': (16, 4.61), 'Q8_0': (32, 73.9)}


def byte_letters():
    """GPT-2's letters for the 256 bytes: printable ones stand for themselves, the others for letters from U+0100."""
    plain = {*range(ord('!'), ord('~') + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    extra = itertools.count(0x100)
    return [chr(byte) if byte in plain else chr(next(extra)) for byte in range(256)]


def vocabulary():
    """Tokens and merges: each word so far, shortest first, with each letter appended."""
    tokens, merges = byte_letters(), []
    words = ['\u0120', *string.ascii_lowercase]  # a space, then the alphabet
    for word in words:  # grows as it is read
        for letter in string.ascii_lowercase:
            if len(merges) == MERGES:
                return tokens, merges
            words.append(word + letter)
            tokens.append(word + letter)
            merges.append(f'{word} {letter}')


def random_matrix(draw, kind, rows, columns):
    """[rows, columns] of a type: mean 0, since a scale's sign is random, and deviation about 1 / sqrt(columns)."""
    quant_bytes, deviation = QUANTS[kind]
    blocks = np.empty((rows * columns // BLOCK, 2 + quant_bytes), np.uint8)
    blocks[:, 2:] = draw.integers(0, 256, (len(blocks), quant_bytes), np.uint8)
    scales = draw.choice([-1.0, 1.0], len(blocks)) * draw.uniform(0.8, 1.2, len(blocks))
    blocks[:, :2] = (scales / deviation / columns ** 0.5).astype(np.float16).reshape(-1, 1).view(np.uint8)
    return blocks.reshape(rows, -1)


def shapes():
    """Name and [rows, columns], or [size], of each tensor."""
    yield 'token_embd.weight', [VOCAB, DIM]
    for layer in range(LAYERS):
        for name, *shape in [
                ('attn_norm', DIM), ('attn_q', HEADS * HEAD_DIM, DIM), ('attn_k', KV_HEADS * HEAD_DIM, DIM),
                ('attn_v', KV_HEADS * HEAD_DIM, DIM), ('attn_q_norm', HEAD_DIM), ('attn_k_norm', HEAD_DIM),
                ('attn_output', DIM, HEADS * HEAD_DIM), ('ffn_norm', DIM), ('ffn_gate', HIDDEN, DIM),
                ('ffn_up', HIDDEN, DIM), ('ffn_down', DIM, HIDDEN)]:
            yield f'blk.{layer}.{name}.weight', shape
    yield 'output_norm.weight', [DIM]


def add_metadata(writer):
    writer.add_name('Qwen3 0.6B shape, random weights')
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(DIM)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_DIM)
    writer.add_value_length(HEAD_DIM)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(NORM_EPS)
    tokens, merges = vocabulary()
    kinds = [TokenType.NORMAL] * len(tokens) + [TokenType.CONTROL] * len(SPECIAL)
    end, start_turn, end_turn = range(len(tokens), len(tokens) + 3)
    tokens += SPECIAL
    tokens += [f'[PAD{index}]' for index in range(len(tokens), VOCAB)]
    kinds += [TokenType.UNUSED] * (VOCAB - len(kinds))
    writer.add_tokenizer_model('gpt2')
    writer.add_tokenizer_pre('qwen2')
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(end)
    writer.add_eos_token_id(end_turn)
    writer.add_pad_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def write(path, kind, embedding):
    writer = GGUFWriter(path, 'qwen3')
    add_metadata(writer)
    kinds = {}
    for name, shape in shapes():
        if len(shape) == 1:
            writer.add_tensor_info(name, shape, np.dtype(np.float32), 4 * shape[0])
            continue
        kinds[name] = embedding if name == 'token_embd.weight' else kind
        row_bytes = shape[1] // BLOCK * (2 + QUANTS[kinds[name]][0])
        writer.add_tensor_info(name, [shape[0], row_bytes], np.dtype(np.uint8), shape[0] * row_bytes,
                               raw_dtype=GGMLQuantizationType[kinds[name]])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    draw = np.random.default_rng(6)
    for name, shape in shapes():
        if len(shape) == 1:
            writer.write_tensor_data(draw.normal(1, 0.1, shape).astype(np.float32))
        else:
            writer.write_tensor_data(random_matrix(draw, kinds[name], *shape))
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out')
    parser.add_argument('--type', choices=QUANTS, default='Q4_0')
    parser.add_argument('--embedding', choices=QUANTS, help='another type for the embedding')
    options = parser.parse_args()
    write(options.out, options.type, options.embedding or options.type)


if __name__ == '__main__':
    main()
