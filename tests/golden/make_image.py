"""Writes image/*.json: pictures resized by Pillow, masks of logits by numpy, run lengths by pycocotools, small regions
removed by OpenCV; and ../fuzz/seeds/image, files that Pillow writes, with the pixels that it reads from them in
files.json.

Made with Python 3.11, Pillow 11.3.0, numpy 2.4.6, pycocotools 2.0.11 and opencv-python-headless 5.0.0.93.
"""

import io
import json
import pathlib
import struct
import zlib

import cv2
import numpy as np
import pycocotools.mask
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).parent / "image"
FILES = pathlib.Path(__file__).parent.parent / "fuzz" / "seeds" / "image"


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


def bilinear(values, height, width):
    """torch.nn.functional.interpolate(mode="bilinear", align_corners=False), in its order of 32-bit sums."""
    one, half = np.float32(1), np.float32(0.5)

    def axis(count_in, count_out):
        scale = np.float32(count_in) / np.float32(count_out)
        at = np.maximum(scale * (np.arange(count_out, dtype=np.float32) + half) - half, np.float32(0))
        low = np.minimum(at.astype(np.int64), count_in - 1)
        high_weight = np.minimum(at - low.astype(np.float32), one)
        return low, np.minimum(low + 1, count_in - 1), one - high_weight, high_weight

    y0, y1, v0, v1 = axis(values.shape[0], height)
    x0, x1, h0, h1 = axis(values.shape[1], width)
    across = h0 * values[:, x0] + h1 * values[:, x1]
    return v0[:, None] * across[y0] + v1[:, None] * across[y1]


def upsampled_masks():
    logits = ((np.frombuffer(noise(256 * 256), np.uint8).astype(np.float32) - 140) / 32).reshape(256, 256)
    cases = []
    for width, height in [(1, 1), (3, 2), (300, 200), (1024, 768), (1500, 1100), (7, 1900)]:
        scale = 1024 / max(width, height)
        frame = bilinear(logits, 1024, 1024)[: int(height * scale + 0.5), : int(width * scale + 0.5)]
        full = bilinear(frame, height, width)
        stability = (full > 1).sum() / max((full > -1).sum(), 1)
        case = {"size": [width, height], "area": int((full > 0).sum()), "stability": float(stability)}
        cases.append(case | {"hash": fnv1a((full > 0).astype(np.uint8).tobytes())})
    return cases


def masks():
    """Size, side of the squares of noise, and how many bytes of 256 are in the mask."""
    kinds = [
        (1, 1, 1, 0), (1, 1, 1, 256), (5, 4, 1, 256), (5, 4, 1, 0), (9, 7, 1, 128), (40, 30, 1, 20), (40, 30, 1, 236),
        (64, 100, 8, 120), (301, 200, 7, 60), (301, 200, 7, 200), (100, 1, 3, 128), (1, 100, 3, 128),
    ]  # fmt: skip
    for width, height, square, density in kinds:
        across, down = -(-width // square), -(-height // square)
        squares = np.frombuffer(noise(across * down), np.uint8).reshape(down, across) < density
        mask = np.kron(squares, np.ones((square, square), bool))[:height, :width].astype(np.uint8)
        yield {"size": [width, height], "square": square, "density": density}, mask


def remove_small_regions(mask, area, mode):
    """As in segment_anything/utils/amg.py."""
    working = ((mode == "holes") ^ mask.astype(bool)).astype(np.uint8)
    _, regions, stats, _ = cv2.connectedComponentsWithStats(working, 8)
    sizes = stats[1:, -1]
    small = [i + 1 for i, size in enumerate(sizes) if size < area]
    if not small:
        return mask, False
    fill = [0] + small
    if mode == "islands":
        fill = [i for i in range(len(sizes) + 1) if i not in fill] or [int(np.argmax(sizes)) + 1]
    return np.isin(regions, fill).astype(np.uint8), True


def described_masks():
    cases = []
    for kind, mask in masks():
        packed = pycocotools.mask.encode(np.asfortranarray(mask))["counts"].decode()
        ys, xs = np.nonzero(mask)
        box = [int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())] if len(xs) else [0, 0, 0, 0]
        case = kind | {"area": int(mask.sum()), "box": box, "hash": fnv1a(mask.tobytes())}
        case |= {"packed": packed} if len(packed) < 200 else {"packed_hash": fnv1a(packed.encode())}
        for mode in ["holes", "islands"]:
            for area in [2, 60, 100000]:
                removed, changed = remove_small_regions(mask, area, mode)
                case[f"{mode}{area}"] = [fnv1a(removed.tobytes()), changed]
        cases.append(case)
    return cases


def scene(width, height):
    """Smooth colours with some noise."""
    y, x = np.mgrid[0:height, 0:width]
    grain = np.frombuffer(noise(width * height), np.uint8).reshape(height, width) / 16
    red, green = 250 * x / width, 250 * y / height
    return Image.fromarray(np.stack([red, green, 230 - red / 2 - green / 3 + grain], -1).astype(np.uint8))


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def ycck(cmyk_jpeg):
    """The same file, said to hold YCCK by the last byte of its Adobe marker."""
    at = cmyk_jpeg.index(b"Adobe") + 11
    return cmyk_jpeg[:at] + b"\x02" + cmyk_jpeg[at + 1 :]


def interlaced_png(image):
    """Adam7, which Pillow reads and does not write."""
    pixels, rows = np.asarray(image), b""
    for x, y, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        part = pixels[y::dy, x::dx]
        rows += b"".join(b"\0" + row.tobytes() for row in part if row.size)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def files():
    rgb = scene(37, 23)
    rgba = rgb.copy()
    rgba.putalpha(scene(37, 23).convert("L").point(lambda v: max(v - 40, 0)))
    palette, small, grey = rgb.quantize(13), scene(11, 7), rgb.convert("L")
    deep = Image.fromarray((np.asarray(grey).astype(np.uint16) * 251 + 77).astype(np.uint16))
    frames = [scene(20, 12), scene(12, 20).resize((20, 12)), scene(20, 12).rotate(180)]
    yield "rgb420.jpg", saved(rgb, "JPEG", quality=80)
    yield "rgb444.jpg", saved(rgb, "JPEG", quality=90, subsampling=0)
    yield "rgb422.jpg", saved(rgb, "JPEG", quality=60, subsampling=1)
    yield "grey.jpg", saved(grey, "JPEG")
    yield "progressive.jpg", saved(rgb, "JPEG", progressive=True)
    yield "restarts.jpg", saved(rgb, "JPEG", restart_marker_rows=1)
    yield "cmyk.jpg", saved(rgba.convert("CMYK"), "JPEG")
    yield "ycck.jpg", ycck(saved(rgb.convert("CMYK"), "JPEG"))
    yield "pixel.jpg", saved(scene(1, 1), "JPEG")
    for orientation in range(2, 9):
        yield f"orientation{orientation}.jpg", saved(small, "JPEG", exif=exif(orientation))
    yield "rgb.png", saved(rgb, "PNG")
    yield "rgba.png", saved(rgba, "PNG")
    yield "opaque.png", saved(rgb.convert("RGBA"), "PNG")
    yield "grey.png", saved(grey, "PNG")
    yield "grey_alpha.png", saved(rgba.convert("LA"), "PNG")
    yield "grey16.png", saved(deep, "PNG")
    yield "bits.png", saved(grey.convert("1"), "PNG")
    yield "palette.png", saved(palette, "PNG", transparency=3)
    yield "interlaced.png", interlaced_png(rgb)
    yield "turned.png", saved(small, "PNG", exif=exif(6))
    yield "lossy.webp", saved(rgb, "WEBP")
    yield "lossy_alpha.webp", saved(rgba, "WEBP")
    yield "lossless.webp", saved(rgb, "WEBP", lossless=True)
    yield "lossless_alpha.webp", saved(rgba, "WEBP", lossless=True, exact=True)
    yield "turned.webp", saved(small, "WEBP", exif=exif(8))
    yield "animated.webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    yield "palette.gif", saved(palette, "GIF")
    yield "transparent.gif", saved(palette, "GIF", transparency=3)
    yield "animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield "rgb.bmp", saved(rgb, "BMP")
    yield "palette.bmp", saved(palette, "BMP")
    yield "bits.bmp", saved(grey.convert("1"), "BMP")


def decoded(data):
    image = Image.open(io.BytesIO(data))
    if image.mode == "I;16":  # Pillow would cut it off at 255
        image = Image.fromarray(np.rint(np.asarray(image) / 257).astype(np.uint8))
    pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGBA"))
    if (pixels[..., 3] == 255).all():
        pixels = pixels[..., :3]
    height, width, channels = pixels.shape
    shown = pixels.copy()
    if channels == 4:  # what has no alpha may have any colour
        shown[pixels[..., 3] == 0] = 0
    return {"size": [width, height], "channels": channels} | described(shown.tobytes())


def write_files():
    FILES.mkdir(exist_ok=True)
    cases = {}
    for name, data in files():
        (FILES / name).write_bytes(data)
        cases[name] = decoded(data)
    return cases


def main():
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "files.json").write_text(json.dumps(write_files()) + "\n")
    masks_of_all = {"upsampled": upsampled_masks(), "masks": described_masks()}
    (FOLDER / "mask.json").write_text(json.dumps(masks_of_all) + "\n")
    resize = {"rgb": resized(), "rgba": resized_with_alpha()}
    (FOLDER / "resize.json").write_text(json.dumps(resize) + "\n")


if __name__ == "__main__":
    main()
