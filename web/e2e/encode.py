"""Encodes a wav file as flac, ogg or mp3 with libsndfile: encode.py IN.wav OUT.flac"""

import ctypes
import sys

FORMATS = {"flac": 0x170002, "ogg": 0x200060, "mp3": 0x230082}  # SF_FORMAT_FLAC | 16 bits, OGG | Vorbis, MPEG | layer III
READ, WRITE = 0x10, 0x20
PART = 4096  # frames


class Info(ctypes.Structure):
    """SF_INFO of sndfile.h."""

    _fields_ = [
        ("frames", ctypes.c_int64),
        ("rate", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("format", ctypes.c_int),
        ("sections", ctypes.c_int),
        ("seekable", ctypes.c_int),
    ]


def main(source: str, target: str) -> None:
    lib = ctypes.CDLL("libsndfile.so.1")
    lib.sf_open.restype = ctypes.c_void_p
    lib.sf_close.argtypes = [ctypes.c_void_p]
    for name in ("sf_readf_float", "sf_writef_float"):
        call = getattr(lib, name)
        call.restype = ctypes.c_int64
        call.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_float), ctypes.c_int64]
    info = Info()
    file = lib.sf_open(source.encode(), READ, ctypes.byref(info))
    frames = info.frames
    part = (ctypes.c_float * (PART * info.channels))()  # Vorbis overflows its stack where all comes at once
    info.format = FORMATS[target.rsplit(".", 1)[1]]
    out = lib.sf_open(target.encode(), WRITE, ctypes.byref(info))
    if not out:
        sys.exit(f"this libsndfile does not write {target}")
    while frames > 0:
        count = lib.sf_readf_float(file, part, PART)
        if count <= 0 or lib.sf_writef_float(out, part, count) != count:
            sys.exit(f"{frames} frames of {source} are missing in {target}")
        frames -= count
    lib.sf_close(out)
    lib.sf_close(file)


main(*sys.argv[1:])
