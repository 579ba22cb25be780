#!/usr/bin/env python3
"""A tiny random Whisper as Hugging Face publishes models, in shards of f16, with what PyTorch transformers makes of it.

    python -m venv venv && venv/bin/pip install torch==2.6.0 transformers==4.57.1 safetensors==0.8.0
    venv/bin/python tests/golden/make_whisper_formats.py

Writes tests/golden/whisper/huggingface/{config.json, model.safetensors.index.json, model-*.safetensors} as transformers
saves them, and tests/golden/whisper/huggingface.json: a log-mel, tokens, the encoder's output and every logit, computed
in float64 so that they are the model's and not a library's rounding.
"""
import json
import os
import shutil

import numpy as np
import torch
from transformers import WhisperConfig, WhisperForConditionalGeneration

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'whisper')
FRAMES, BANDS, TOKENS = 16, 80, 6


def randomise(model):
    """Weights large enough that every part of the model matters; norms away from one, biases away from zero."""
    for name, parameter in model.named_parameters():
        scale = 0.3 if 'norm' in name or 'embed' in name or name.endswith('bias') else 1.6 / np.sqrt(parameter[0].numel())
        parameter.data.normal_(0, scale)
        if 'norm' in name and name.endswith('weight'):
            parameter.data += 1


def rounded(tensor):
    return [[round(x, 7) for x in row] for row in tensor.tolist()]


def main():
    torch.manual_seed(1)
    config = WhisperConfig(
        vocab_size=96, num_mel_bins=BANDS, d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=1,
        decoder_attention_heads=1, encoder_ffn_dim=256, decoder_ffn_dim=256, max_source_positions=FRAMES // 2,
        max_target_positions=12, pad_token_id=0, bos_token_id=0, eos_token_id=0, decoder_start_token_id=1,
        suppress_tokens=None, begin_suppress_tokens=None)
    config._attn_implementation = 'eager'
    model = WhisperForConditionalGeneration(config).eval()
    randomise(model)
    model = model.half()
    folder = os.path.join(HERE, 'huggingface')
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, max_shard_size='200KB')
    os.remove(os.path.join(folder, 'generation_config.json'))
    mel = torch.randn(BANDS, FRAMES).mul(1e3).round().div(1e3)
    tokens = torch.randint(0, config.vocab_size, (TOKENS,))
    with torch.no_grad():
        output = model.double()(input_features=mel[None].double(), decoder_input_ids=tokens[None])
        single = model.float()(input_features=mel[None], decoder_input_ids=tokens[None])
    error = (single.logits - output.logits).abs().max() / output.logits.abs().max()
    print('f32 against f64:', error.item())
    with open(os.path.join(HERE, 'huggingface.json'), 'w') as file:
        json.dump({'mel': rounded(mel.T), 'tokens': tokens.tolist(),
                   'encoded': rounded(output.encoder_last_hidden_state[0]), 'logits': rounded(output.logits[0])}, file)


if __name__ == '__main__':
    main()
