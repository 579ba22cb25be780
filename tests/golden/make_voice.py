"""Writes whisper/voice.json: how likely each 32 ms of recordings, of noise and of a tone are speech, by Silero VAD.

Made with Python 3.11, onnxruntime 1.32.0, numpy 2.4.6 and silero_vad.onnx of the package silero-vad 6.2.0:
make_voice.py silero_vad.onnx SPEECH_FOLDER
"""

import json
import pathlib
import sys
import wave

import numpy as np
import onnxruntime

WINDOW, CONTEXT = 512, 64


def read(path):
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768


def noise(samples, gain):
    state, values = 1, []
    for _ in range(samples):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(((state >> 16) - 32768) / 32768 * gain)
    return np.array(values, np.float32)


def probabilities(session, samples):
    state, context, result = np.zeros((2, 1, 128), np.float32), np.zeros(CONTEXT, np.float32), []
    for at in range(0, len(samples), WINDOW):
        window = np.zeros(WINDOW, np.float32)
        part = samples[at : at + WINDOW]
        window[: len(part)] = part
        inputs = {"input": np.concatenate([context, window])[None], "state": state, "sr": np.array(16000, np.int64)}
        output, state = session.run(None, inputs)
        context = window[-CONTEXT:]
        result.append(round(float(output[0, 0]), 4))
    return result


def main(model, speech):
    session = onnxruntime.InferenceSession(model)
    speech = pathlib.Path(speech)
    cases = {name: probabilities(session, read(speech / name)) for name in ["jfk.wav", "spk1_snt3.wav"]}
    cases["noise"] = probabilities(session, noise(3 * 16000, 0.1))
    tone = np.sin(2 * np.pi * 440 / 16000 * np.arange(3 * 16000)).astype(np.float32) * np.float32(0.3)
    cases["tone"] = probabilities(session, tone)
    out = pathlib.Path(__file__).parent / "whisper" / "voice.json"
    out.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
