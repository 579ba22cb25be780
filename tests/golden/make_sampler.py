"""Writes sampler.json: token sequences drawn by an independent numpy implementation of the sampling pipeline.

Made with Python 3.11, numpy 2.4.6. The logits come from a hash of (step, token) that the test repeats, on a grid of
1/64 so that ties are common.
"""

import json
import pathlib

import numpy as np

MASK = (1 << 64) - 1


def splitmix(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = state
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return state, z ^ (z >> 31)


class Xoshiro256StarStar:
    def __init__(self, seed):
        self.s = []
        for _ in range(4):
            seed, word = splitmix(seed)
            self.s.append(word)

    def uniform(self):
        s = self.s
        rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
        result = (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        return (result >> 11) * 2.0**-53


def logits_of(step, vocab):
    values = [splitmix(step * 1_000_003 + token)[1] >> 54 for token in range(vocab)]
    return np.array(values, dtype=np.float32) / np.float32(64) - np.float32(8)


def probabilities(logits, temperature=1.0):
    logits = logits.astype(np.float64)
    weights = np.exp((logits - logits.max()) / temperature)
    return weights / weights.sum()


def f32(x):
    return float(np.float32(x))


def sample(options, logits, history, random):
    logits = logits.copy()
    for token, bias in options.get("logit_bias", []):
        logits[token] = np.float32(logits[token] + np.float32(-np.inf if bias is None else bias))
    last = options.get("repeat_last_n", 64)
    recent = history if last < 0 else history[max(0, len(history) - last) :]
    for token in set(recent):
        logit, repeat = logits[token], np.float32(options.get("repeat_penalty", 1.0))
        logit = logit * repeat if logit <= 0 else logit / repeat
        logit = logit - np.float32(recent.count(token)) * np.float32(options.get("frequency_penalty", 0.0))
        logits[token] = logit - np.float32(options.get("presence_penalty", 0.0))
    temperature = options.get("temperature", 0.8)
    if temperature <= 0:
        return int(np.argmax(logits))

    ids = np.lexsort((np.arange(len(logits)), -logits))  # most likely first, ties by id
    ids = ids[np.isfinite(logits[ids])]
    if options.get("top_k", 40) > 0:
        ids = ids[: options.get("top_k", 40)]
    if options.get("typical_p", 1.0) < 1:
        p = probabilities(logits[ids])
        distance = np.abs(-np.log(p) + np.sum(p * np.log(p)))
        # Equal logits have equal distances; rounding keeps them so whatever order they are summed in.
        order = np.lexsort((ids, np.round(distance, 11)))
        ids, p = ids[order], p[order]
        reached = np.cumsum(p) > f32(options["typical_p"])
        ids = ids[: int(np.argmax(reached)) + 1] if reached.any() else ids
        ids = ids[np.lexsort((ids, -logits[ids]))]
    if options.get("top_p", 0.95) < 1:
        reached = np.cumsum(probabilities(logits[ids])) >= f32(options.get("top_p", 0.95))
        ids = ids[: int(np.argmax(reached)) + 1] if reached.any() else ids
    if options.get("min_p", 0.05) > 0:
        p = probabilities(logits[ids])
        ids = ids[p >= f32(options.get("min_p", 0.05)) * p.max()]
    cumulative = np.cumsum(probabilities(logits[ids], f32(temperature)))
    return int(ids[min(int(np.searchsorted(cumulative, random.uniform(), side="right")), len(ids) - 1)])


CASES = [
    {},
    {"temperature": 0.0},
    {"temperature": 0.0, "repeat_penalty": 1.5, "repeat_last_n": 8},
    {"seed": 1, "temperature": 1.5, "top_k": 0, "top_p": 1.0, "min_p": 0.0},
    {"seed": 2, "temperature": 1.0, "top_k": 5, "top_p": 1.0, "min_p": 0.0},
    {"seed": 3, "temperature": 1.0, "top_k": 0, "top_p": 0.9, "min_p": 0.0},
    {"seed": 4, "temperature": 2.0, "top_k": 0, "top_p": 1.0, "min_p": 0.1},
    {"seed": 5, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "typical_p": 0.6},
    {"seed": 6, "temperature": 0.7, "top_k": 100, "top_p": 0.8, "min_p": 0.02, "typical_p": 0.9},
    {"seed": 7, "repeat_penalty": 1.3, "repeat_last_n": -1},
    {"seed": 8, "presence_penalty": 1.0, "frequency_penalty": 0.5, "repeat_last_n": 16},
    {"seed": 18446744073709551615, "logit_bias": [[3, 20.0], [5, 19.0], [3, -1.0], [7, None]], "top_k": 0},
]

results = []
for options in CASES:
    for vocab in (40, 1000):
        random, history = Xoshiro256StarStar(options.get("seed", 0)), []
        for step in range(48):
            history.append(sample(options, logits_of(step, vocab), history, random))
        results.append({"options": options, "vocab": vocab, "ids": history})

path = pathlib.Path(__file__).with_name("sampler.json")
path.write_text("[\n" + ",\n".join(json.dumps(result) for result in results) + "\n]\n")
