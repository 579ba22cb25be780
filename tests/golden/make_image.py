"""Writes image/*.json: pictures resized by Pillow.

Made with Python 3.11, Pillow 11.3.0, pycocotools 2.0.11 and numpy 2.4.6.
"""

import json
import pathlib

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).parent / "image"


def noise(count):
    """The bytes that the tests make as well."""
    state, values = 1, bytearray()
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    return bytes(values)


def fnv1a(data):
    """A fingerprint of 64 bits, for what is too long to be kept."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def described(data):
    return {"hash": fnv1a(data)} | ({"hex": data.hex()} if len(data) <= 120 else {})


RESIZED = [
    ((1, 1), (1024, 1024)), ((1, 1), (1, 1)), ((7, 5), (7, 5)), ((7, 5), (3, 2)), ((7, 5), (8, 4)), ((5, 7), (1, 1)),
    ((3, 200), (2, 128)), ((200, 3), (128, 2)), ((200, 3), (200, 1)), ((64, 48), (1024, 768)), ((640, 480), (97, 73)),
    ((480, 640), (768, 1024)), ((999, 2), (1024, 2)), ((2000, 41), (1024, 21)),
]  # fmt: skip


def resized():
    cases = []
    for before, after in RESIZED:
        picture = Image.frombytes("RGB", before, noise(before[0] * before[1] * 3))
        pixels = picture.resize(after, Image.BILINEAR).tobytes()
        cases.append({"from": before, "to": after} | described(pixels))
    return cases


def resized_with_alpha():
    size, after = (31, 17), (12, 9)
    pixels = np.frombuffer(noise(size[0] * size[1] * 4), np.uint8).reshape(-1, 4).astype(np.int64)
    alpha = pixels[:, 3:]
    blended = (pixels[:, :3] * alpha + 255 * (255 - alpha) + 127) // 255
    picture = Image.frombytes("RGB", size, blended.astype(np.uint8).tobytes())
    return {"from": size, "to": after} | described(picture.resize(after, Image.BILINEAR).tobytes())


def main():
    FOLDER.mkdir(exist_ok=True)
    resize = {"rgb": resized(), "rgba": resized_with_alpha()}
    (FOLDER / "resize.json").write_text(json.dumps(resize) + "\n")


if __name__ == "__main__":
    main()
