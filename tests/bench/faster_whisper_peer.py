#!/usr/bin/env python3
"""faster-whisper on a recording, as JSON: milliseconds of each repetition after the first.

    faster_whisper_peer.py MODEL_DIR AUDIO.wav TYPE THREADS REPEATS

TYPE is int8 or float32. A recording longer than a window is only transcribed as a whole; of a shorter one the stages are
measured too: log-mel of 30 s, the encoder, and a greedy token (its prompt included).
"""
import json
import os
import sys
import time

os.environ['HF_HUB_OFFLINE'] = '1'

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio
from faster_whisper.tokenizer import Tokenizer

WINDOW = 30 * 16000


def milliseconds(repeats, call):
    call()
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        call()
        taken.append(1e3 * (time.perf_counter() - begun))
    return taken


def stages(model, samples, repeats):
    window = np.concatenate([samples, np.zeros(WINDOW - len(samples), np.float32)])
    features = model.feature_extractor(window)[:, :3000]
    encoded = model.encode(features)
    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task='transcribe', language='en')
    prompt = model.get_prompt(tokenizer, [], without_timestamps=True)

    def decode():
        return model.model.generate(encoded, [prompt], beam_size=1, max_length=448)[0].sequences_ids[0]

    tokens = len(decode())
    return {'log_mel': milliseconds(repeats, lambda: model.feature_extractor(window)),
            'encoder': milliseconds(repeats, lambda: model.encode(features)),
            'token': [taken / tokens for taken in milliseconds(repeats, decode)]}


def main(folder, audio, kind, threads, repeats):
    model = WhisperModel(folder, device='cpu', compute_type=kind, cpu_threads=int(threads), num_workers=1)
    samples = decode_audio(audio)
    texts = {}

    def transcribe(beam, timestamps):
        segments, _ = model.transcribe(samples, language='en', beam_size=beam, without_timestamps=not timestamps)
        texts[beam] = ''.join(segment.text for segment in segments)

    short = len(samples) <= WINDOW
    found = {f'beam{beam}': milliseconds(int(repeats), lambda: transcribe(beam, not short)) for beam in (1, 5)}
    if short:
        found |= stages(model, samples, int(repeats))
    print(json.dumps({'ms': found, 'text': texts}))


if __name__ == '__main__':
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
