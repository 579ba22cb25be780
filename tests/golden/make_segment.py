#!/usr/bin/env python3
"""Reference masks of Segment Anything for tests/models and tests/desktop, as COCO run lengths.

usage: make_segment.py prompts truck_cases.json                          (pip install numpy pycocotools)
       make_segment.py everything mobile-sam.safetensors sam_truck.jpg   (pip install mobilesam-mirror==1.0.0
           torch==2.6.0 torchvision==0.21.0 timm==1.0.31 opencv-python-headless==5.0.0.93 pillow pycocotools)

prompts: truck_cases.json holds what onnxruntime and the public PyTorch code of MobileSAM agree on for sam_truck.jpg;
here only its masks become smaller. Writes segment/truck.json: for each case the prompt, the predicted IoU of all four
masks, the one that is chosen, samples of its logits [flat index, value], and the mask at the picture's size.

everything: what MobileSAM's SamAutomaticMaskGenerator finds by grids of few points, with the weights (convolutions and
the batch norms behind them in one) of a file. Writes segment/everything.json: for each set of options the masks in its
order, with their boxes [x0, y0, x1, y1], the far corner's pixel within.
"""
import base64
import gzip
import json
import os
import struct
import sys

import numpy as np
from pycocotools import mask as coco

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "segment")


def write(name, content):
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, name), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def packed(bits, height, width):
    mask = np.unpackbits(np.frombuffer(gzip.decompress(base64.b64decode(bits)), np.uint8))[: height * width]
    return coco.encode(np.asfortranarray(mask.reshape(height, width)))["counts"].decode()


def prompts(cases_path):
    with open(cases_path, encoding="utf-8") as file:
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
    write("truck.json", {"width": image["width"], "height": image["height"], "cases": cases})


def tensors(path):
    import torch

    with open(path, "rb") as file:
        data = file.read()
    end = 8 + struct.unpack_from("<Q", data)[0]
    found = {}
    for name, entry in json.loads(data[8:end]).items():
        if name == "__metadata__":
            continue
        begin, stop = (end + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:stop], np.float32).reshape(entry["shape"])
        found[name] = torch.from_numpy(values.copy())
    return found


def without_batch_norms(module):
    """Each convolution with a batch norm behind it becomes one with a bias, as inference has them."""
    import torch

    for child in module.children():
        without_batch_norms(child)
    if isinstance(getattr(module, "c", None), torch.nn.Conv2d) and hasattr(module, "bn"):
        module.c.bias = torch.nn.Parameter(torch.zeros(module.c.out_channels))
        module.bn = torch.nn.Identity()


def everything(weights_path, picture_path):
    from mobile_sam import SamAutomaticMaskGenerator, sam_model_registry
    from PIL import Image

    model = sam_model_registry["vit_t"]()
    without_batch_norms(model)
    missing, unexpected = model.load_state_dict(tensors(weights_path), strict=False)
    assert not unexpected, unexpected
    assert all(name.startswith(("image_encoder.norm_head", "image_encoder.head")) for name in missing), missing
    model.train()
    model.eval()  # makes the tables of biases again that the code keeps beside the weights
    picture = np.array(Image.open(picture_path).convert("RGB"))
    cases = []
    for name, options in (
        ("grid", {"points_per_side": 8}),
        ("crops", {"points_per_side": 4, "crop_n_layers": 1}),
        ("clean", {"points_per_side": 4, "pred_iou_thresh": 0.8, "stability_score_thresh": 0.8, "min_mask_region_area": 400}),
    ):
        generator = SamAutomaticMaskGenerator(model, points_per_batch=4, output_mode="coco_rle", **options)
        masks = [
            {
                "iou": mask["predicted_iou"],
                "stability": mask["stability_score"],
                "area": mask["area"],
                "box": [mask["bbox"][0], mask["bbox"][1], mask["bbox"][0] + mask["bbox"][2], mask["bbox"][1] + mask["bbox"][3]],
                "point": mask["point_coords"][0],
                "mask": mask["segmentation"]["counts"],
            }
            for mask in generator.generate(picture)
        ]
        cases.append({"name": name, **options, "masks": masks})
        print(name, len(masks))
    write("everything.json", {"width": picture.shape[1], "height": picture.shape[0], "cases": cases})


if __name__ == "__main__":
    {"prompts": prompts, "everything": everything}[sys.argv[1]](*sys.argv[2:])
