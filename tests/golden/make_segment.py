#!/usr/bin/env python3
"""Reference masks of Segment Anything for tests/models/segment_test.cpp, as COCO run lengths.

usage: make_segment.py truck_cases.json    (pip install numpy pycocotools)

truck_cases.json holds what onnxruntime and the public PyTorch code of MobileSAM agree on for sam_truck.jpg; here only
its masks become smaller. Writes segment/truck.json: for each case the prompt, the predicted IoU of all four masks, the
one that is chosen, samples of its logits [flat index, value], and the mask at the picture's size.
"""
import base64
import gzip
import json
import os
import sys

import numpy as np
from pycocotools import mask as coco

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "segment")


def packed(bits, height, width):
    mask = np.unpackbits(np.frombuffer(gzip.decompress(base64.b64decode(bits)), np.uint8))[: height * width]
    return coco.encode(np.asfortranarray(mask.reshape(height, width)))["counts"].decode()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        image = json.load(file)["images"][0]
    cases = [
        {
            "name": case["name"],
            "points": case["points_image"],
            "labels": case["labels_image"],
            "mask_from": case["mask_from"],
            "iou": case["all4_torch"]["iou_predictions"],
            "selected": case["selected"],
            "logits": case["low_res"]["samples"],
            "area": case["area"],
            "mask": packed(case["mask_bits_gz_b64"], image["height"], image["width"]),
        }
        for case in image["cases"]
    ]
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, "truck.json"), "w", encoding="utf-8") as file:
        json.dump({"width": image["width"], "height": image["height"], "cases": cases}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
