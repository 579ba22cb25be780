#!/usr/bin/env python3
"""Tiny random models of each LLaMA-family architecture, with the logits that PyTorch transformers computes for them.

    python -m venv venv && venv/bin/pip install torch==2.6.0 transformers==4.57.1 gguf==0.19.0 safetensors==0.8.0
    venv/bin/python tests/golden/make_llama.py

Writes tests/golden/llama/NAME/{config.json, model.safetensors} as transformers saves them, NAME.gguf with the same
weights under GGUF's names and conventions, and NAME.json: token ids and the f32 logits of every position, computed in
float64 so that they are the model's and not a library's rounding.
"""
import json
import os
import shutil

import numpy as np
import torch
from gguf import GGUFWriter, RopeScalingType
from transformers import (LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Phi3Config, Phi3ForCausalLM,
                          Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'llama')
COMMON = dict(vocab_size=96, hidden_size=32, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=512, pad_token_id=0, bos_token_id=1, eos_token_id=2)
LENGTH = 40

MODELS = {
    'llama-gqa': (LlamaConfig, LlamaForCausalLM, dict(COMMON, rope_theta=10000.0)),
    'llama-tied': (LlamaConfig, LlamaForCausalLM, dict(COMMON, tie_word_embeddings=True, rope_theta=100000.0)),
    'llama3-rope': (LlamaConfig, LlamaForCausalLM, dict(
        COMMON, rope_theta=500.0,
        rope_scaling=dict(rope_type='llama3', factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                          original_max_position_embeddings=64))),
    'llama-linear': (LlamaConfig, LlamaForCausalLM, dict(COMMON, rope_scaling=dict(rope_type='linear', factor=4.0))),
    'llama-yarn': (LlamaConfig, LlamaForCausalLM, dict(
        COMMON, rope_scaling=dict(rope_type='yarn', factor=4.0, original_max_position_embeddings=128))),
    'mistral-window': (MistralConfig, MistralForCausalLM, dict(COMMON, sliding_window=8)),
    'qwen2-bias': (Qwen2Config, Qwen2ForCausalLM, dict(COMMON, rope_theta=1000000.0)),
    'qwen3': (Qwen3Config, Qwen3ForCausalLM, dict(COMMON, head_dim=16, rope_theta=1000000.0)),
    'smollm3-nope': (SmolLM3Config, SmolLM3ForCausalLM, dict(COMMON, num_hidden_layers=5, no_rope_layer_interval=4)),
    'phi3': (Phi3Config, Phi3ForCausalLM, dict(COMMON, sliding_window=12)),
    'phi3-longrope': (Phi3Config, Phi3ForCausalLM, dict(
        COMMON, max_position_embeddings=256, original_max_position_embeddings=64,
        rope_scaling=dict(type='longrope', short_factor=[1.0, 1.25, 1.5, 2.0], long_factor=[1.0, 2.0, 4.0, 8.0]))),
}


def randomise(model):
    """Weights large enough that every part of the model matters; norms away from one, biases away from zero."""
    for name, parameter in model.named_parameters():
        scale = 0.3 if 'norm' in name or name.endswith('bias') else 1.6 / np.sqrt(parameter.shape[-1])
        parameter.data.normal_(0, scale)
        if 'norm' in name:
            parameter.data += 1


def permuted(weight, heads):
    """Rows of q or k reordered so that the two elements of a rotary pair are neighbours, as GGUF stores `llama`."""
    rows = weight.shape[0]
    return weight.reshape(heads, 2, rows // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(path, name, config, state):
    arch = {'mistral': 'llama'}.get(config.model_type, config.model_type)
    writer = GGUFWriter(path, arch)
    heads, kv_heads = config.num_attention_heads, config.num_key_value_heads
    head_dim = getattr(config, 'head_dim', None) or config.hidden_size // heads
    writer.add_name(name)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    if config.model_type == 'phi3':
        writer.add_sliding_window(config.sliding_window or config.max_position_embeddings)
    scaling = getattr(config, 'rope_scaling', None) or {}
    kind = scaling.get('rope_type', scaling.get('type'))
    if kind == 'linear':
        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(scaling['factor'])
    elif kind == 'yarn':
        writer.add_rope_scaling_type(RopeScalingType.YARN)
        writer.add_rope_scaling_factor(scaling['factor'])
        writer.add_rope_scaling_orig_ctx_len(scaling['original_max_position_embeddings'])
    elif kind == 'llama3':
        base = config.rope_theta
        frequencies = 1.0 / base ** (np.arange(0, head_dim, 2) / head_dim)
        wavelengths = 2 * np.pi / frequencies
        low = scaling['original_max_position_embeddings'] / scaling['low_freq_factor']
        high = scaling['original_max_position_embeddings'] / scaling['high_freq_factor']
        smooth = np.clip((scaling['original_max_position_embeddings'] / wavelengths - scaling['low_freq_factor'])
                         / (scaling['high_freq_factor'] - scaling['low_freq_factor']), 0, 1)
        factors = np.where(wavelengths < high, 1.0, np.where(
            wavelengths > low, scaling['factor'], 1 / ((1 - smooth) / scaling['factor'] + smooth)))
        writer.add_tensor('rope_freqs.weight', factors.astype(np.float32))
    elif kind == 'longrope':
        writer.add_rope_scaling_orig_ctx_len(config.original_max_position_embeddings)
        writer.add_tensor('rope_factors_long.weight', np.array(scaling['long_factor'], np.float32))
        writer.add_tensor('rope_factors_short.weight', np.array(scaling['short_factor'], np.float32))
    parts = {'self_attn.q_proj': 'attn_q', 'self_attn.k_proj': 'attn_k', 'self_attn.v_proj': 'attn_v',
             'self_attn.qkv_proj': 'attn_qkv', 'self_attn.o_proj': 'attn_output', 'self_attn.q_norm': 'attn_q_norm',
             'self_attn.k_norm': 'attn_k_norm', 'mlp.gate_proj': 'ffn_gate', 'mlp.up_proj': 'ffn_up',
             'mlp.gate_up_proj': 'ffn_up', 'mlp.down_proj': 'ffn_down', 'input_layernorm': 'attn_norm',
             'post_attention_layernorm': 'ffn_norm'}
    for key, tensor in state.items():
        data = tensor.to(torch.float32).numpy()
        if key == 'model.embed_tokens.weight':
            gguf_name = 'token_embd.weight'
        elif key == 'model.norm.weight':
            gguf_name = 'output_norm.weight'
        elif key == 'lm_head.weight':
            if config.tie_word_embeddings:
                continue
            gguf_name = 'output.weight'
        else:
            _, _, layer, part = key.split('.', 3)
            part, leaf = part.rsplit('.', 1)
            gguf_name = f'blk.{layer}.{parts[part]}.{leaf}'
            if arch in ('llama', 'smollm3') and part.endswith(('q_proj', 'k_proj')):
                data = permuted(data, heads if part.endswith('q_proj') else kv_heads)
        writer.add_tensor(gguf_name, np.ascontiguousarray(data))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    shutil.rmtree(HERE, ignore_errors=True)
    os.makedirs(HERE)
    for seed, (name, (config_class, model_class, fields)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        config = config_class(**fields)
        config._attn_implementation = 'eager'
        model = model_class(config).eval()
        randomise(model)
        ids = torch.randint(3, config.vocab_size, (1, LENGTH))
        with torch.no_grad():
            single = model(ids).logits[0]
            model.save_pretrained(os.path.join(HERE, name), safe_serialization=True)
            write_gguf(os.path.join(HERE, name + '.gguf'), name, config, model.state_dict())
            logits = model.double()(ids).logits[0]
        os.remove(os.path.join(HERE, name, 'generation_config.json'))
        print(name, 'f32 against f64:', (single - logits).abs().max().item() / logits.abs().max().item())
        with open(os.path.join(HERE, name + '.json'), 'w') as file:
            rows = [0, 1, LENGTH // 2, LENGTH - 1]
            json.dump({'model': name, 'ids': ids[0].tolist(), 'rows': rows,
                       'logits': [[round(x, 7) for x in logits[row].tolist()] for row in rows]}, file)


if __name__ == '__main__':
    main()
