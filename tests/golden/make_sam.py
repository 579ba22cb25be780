#!/usr/bin/env python3
"""Two tiny random Segment Anything models by MobileSAM's public PyTorch code, and what they compute.

    python -m venv venv && venv/bin/pip install torch==2.6.0 torchvision==0.21.0 timm==1.0.15 numpy==2.4.6 \\
        safetensors==0.8.0 transformers==4.57.1 onnx==1.23.2 && venv/bin/pip install --no-deps mobilesam-mirror==1.0.0
    venv/bin/python tests/golden/make_sam.py

Writes tests/golden/sam/, models under the names of their code:
- vit.safetensors: a SAM with the ViT encoder, pictures of 128 x 128 in patches of 16, windows of 5 on 8 x 8 places (so
  padded to 10), blocks 0 and 2 in windows and 1 global, all with relative positions;
- tiny_vit.pt: a MobileSAM with TinyViT, its batch norms apart, windows of 7 on 16 x 16 places (padded to 21), of 5 on
  8 x 8 (padded to 10), of 8 on 8 x 8 (one window);
- vit.expected.safetensors, tiny_vit.expected.safetensors: "image" [3, 128, 128] in bytes, which stand for
  (byte - 128) / 64; "embedding" [32, 8, 8]; for each prompt in "prompts" of their metadata "N.points" [n, 2] in pixels,
  "N.labels" [n], "N.box" [x0, y0, x1, y1], "N.mask" [32, 32] as far as it has them, "N.masks" [4, 32, 32] and "N.iou"
  [4]: all candidates, before any is chosen;
- folded.safetensors: the convolutions of tiny_vit.pt with their batch norms folded in, by their own fuse();
- huggingface.json: the names of a ViT's tensors in Hugging Face's transformers, and those of the original code;
- mobile_sam.json: the names and shapes of MobileSAM's tensors, folded, without its unused classifier.
Also writes seeds to tests/fuzz/seeds/sam/: a convolution with its batch norm, and a whole model's ONNX, in little.
"""

import copy
import functools
import json
import pathlib
import re

import onnx
import torch
from mobile_sam import build_sam_vit_t
from mobile_sam.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer
from mobile_sam.modeling.sam import Sam
from mobile_sam.modeling.tiny_vit_sam import Conv2d_BN, LayerNorm2d, TinyViT
from safetensors.torch import save_file
from transformers import SamConfig, SamModel

FOLDER = pathlib.Path(__file__).parent / "sam"
SIZE, SIDE, DIM = 128, 8, 32


def randomize(model):
    """Every parameter and statistic: norms near 1, the rest so that no layer fades out."""
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if not tensor.is_floating_point():
            continue
        noise = torch.randn(tensor.shape)
        if name.endswith("running_var"):
            value = 0.5 + torch.rand(tensor.shape)
        elif tensor.dim() == 1 and name.endswith("weight"):
            value = 1 + 0.2 * noise
        elif tensor.dim() < 2 or "embed" in name or "token" in name or "rel_pos" in name or "biases" in name:
            value = 0.3 * noise
        elif "gaussian" in name:
            value = noise
        else:
            value = noise / tensor[0].numel() ** 0.5
        tensor.data.copy_(value)
    return model.eval()


def vit():
    return ImageEncoderViT(
        img_size=SIZE,
        patch_size=16,
        embed_dim=32,
        depth=3,
        num_heads=2,
        out_chans=DIM,
        norm_layer=functools.partial(torch.nn.LayerNorm, eps=1e-6),
        use_rel_pos=True,
        window_size=5,
        global_attn_indexes=(1,),
    )


class SmallTinyViT(TinyViT):
    """The code's own forward takes pictures of 1024 x 1024 alone."""

    def forward(self, x):
        x = self.patch_embed(x)
        for layer in self.layers:
            x = layer(x)
        return self.neck(x.transpose(1, 2).unflatten(2, (SIDE, SIDE)))


def tiny_vit():
    encoder = SmallTinyViT(
        img_size=SIZE,
        num_classes=0,
        embed_dims=[8, 16, 32, 48],
        depths=[1, 1, 2, 1],
        num_heads=[1, 1, 2, 3],
        window_sizes=[7, 7, 5, 8],
        drop_path_rate=0.0,
    )
    # What the code has only for its own widths: no step between the last two stages, and a neck.
    encoder.layers[2].downsample.conv2.c.stride = (1, 1)
    encoder.neck = torch.nn.Sequential(
        torch.nn.Conv2d(48, DIM, kernel_size=1, bias=False),
        LayerNorm2d(DIM),
        torch.nn.Conv2d(DIM, DIM, kernel_size=3, padding=1, bias=False),
        LayerNorm2d(DIM),
    )
    del encoder.norm_head
    return encoder


def sam_with(encoder):
    prompts = PromptEncoder(
        embed_dim=DIM, image_embedding_size=(SIDE, SIDE), input_image_size=(SIZE, SIZE), mask_in_chans=16
    )
    decoder = MaskDecoder(
        num_multimask_outputs=3,
        transformer=TwoWayTransformer(depth=2, embedding_dim=DIM, mlp_dim=64, num_heads=8),
        transformer_dim=DIM,
        iou_head_depth=3,
        iou_head_hidden_dim=DIM,
    )
    return randomize(Sam(encoder, prompts, decoder))


PROMPTS = {
    "a point": {"points": [[40.0, 70.5]], "labels": [1]},
    "points in and out": {"points": [[40.0, 70.5], [100.0, 20.0], [64.25, 5.0], [127.0, 127.0]], "labels": [1, 0, 1, 0]},
    "a box": {"box": [10.0, 20.0, 90.0, 110.5]},
    "a box and points": {"points": [[30.0, 30.0], [80.0, 100.0]], "labels": [1, 0], "box": [10.0, 20.0, 90.0, 110.5]},
    "a point and a mask": {"points": [[64.0, 64.0]], "labels": [1], "mask": True},
}


def decode(sam, embedding, prompt):
    """The prompt's tensors and all that the decoder says to it."""
    tensors = {}
    points = boxes = masks = None
    if "points" in prompt:
        tensors["points"] = torch.tensor(prompt["points"])
        tensors["labels"] = torch.tensor(prompt["labels"], dtype=torch.int32)
        points = (tensors["points"][None], tensors["labels"][None])
    if "box" in prompt:
        tensors["box"] = torch.tensor(prompt["box"])
        boxes = tensors["box"][None]
    if "mask" in prompt:
        tensors["mask"] = 4 * torch.randn(4 * SIDE, 4 * SIDE)
        masks = tensors["mask"][None, None]
    sparse, dense = sam.prompt_encoder(points=points, boxes=boxes, masks=masks)
    candidates, iou = sam.mask_decoder.predict_masks(
        image_embeddings=embedding,
        image_pe=sam.prompt_encoder.get_dense_pe(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
    )
    return {**tensors, "masks": candidates[0], "iou": iou[0]}


def write_expected(sam, name):
    image = torch.randint(0, 256, (3, SIZE, SIZE), dtype=torch.uint8)
    embedding = sam.image_encoder((image.float()[None] - 128) / 64)
    print(name, "embedding:", embedding.std().item())
    expected = {"image": image, "embedding": embedding[0].contiguous()}
    for index, prompt in enumerate(PROMPTS.values()):
        for key, tensor in decode(sam, embedding, prompt).items():
            expected[f"{index}.{key}"] = tensor.contiguous()
        print(name, "masks:", expected[f"{index}.masks"].std().item(), "iou:", expected[f"{index}.iou"].tolist())
    save_file(expected, FOLDER / f"{name}.expected.safetensors", {"prompts": ", ".join(PROMPTS)})


def weights_of(sam):
    return {name: tensor for name, tensor in sam.state_dict().items() if not name.endswith(".ab")}


def fuse(model):
    """Every convolution with a batch norm as one, with a bias."""
    for name, module in list(model.named_children()):
        if isinstance(module, Conv2d_BN):
            conv = torch.nn.Sequential()
            conv.add_module("c", module.fuse())
            setattr(model, name, conv)
        else:
            fuse(module)
    return model


def write_vit():
    torch.manual_seed(1)
    sam = sam_with(vit())
    save_file(weights_of(sam), FOLDER / "vit.safetensors")
    write_expected(sam, "vit")
    write_huggingface_names(sam)


# Hugging Face's names as patterns, in this order, and what stands for them in the original code.
HUGGINGFACE = [
    (r"^shared_image_embedding.positional_embedding$", "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"),
    (r"^vision_encoder.layers", "image_encoder.blocks"),
    (r"^vision_encoder.patch_embed.projection", "image_encoder.patch_embed.proj"),
    (r"^vision_encoder", "image_encoder"),
    (r"prompt_encoder.point_embed\b", "prompt_encoder.point_embeddings"),
    (r"(mlps.\d|iou_prediction_head).layers.0", r"\1.layers.1"),
    (r"proj_in", "layers.0"),
    (r"proj_out", "layers.2"),
]
HUGGINGFACE_SEQUENCES = {
    "image_encoder.neck": ["conv1", "layer_norm1", "conv2", "layer_norm2"],
    "prompt_encoder.mask_embed": ["conv1", "layer_norm1", None, "conv2", "layer_norm2", None, "conv3"],
    "mask_decoder": ["upscale_conv1", "upscale_layer_norm", None, "upscale_conv2"],
}


def original_name(name):
    for pattern, replacement in HUGGINGFACE:
        name = re.sub(pattern, replacement, name)
    for module, steps in HUGGINGFACE_SEQUENCES.items():
        for index, step in enumerate(steps):
            name = name.replace(f"{module}.{step}.", f"{module}.{index}.")
    name = re.sub(r"^mask_decoder.(\d)", r"mask_decoder.output_upscaling.\1", name)
    return name.replace(".mask_embed", ".mask_downscaling").replace("layer_norm", "norm")


def write_huggingface_names(sam):
    """The names, if a model there with these weights under them computes the same."""
    config = SamConfig(
        vision_config=dict(
            hidden_size=32, output_channels=DIM, num_hidden_layers=3, num_attention_heads=2, image_size=SIZE,
            window_size=5, global_attn_indexes=[1], num_pos_feats=DIM // 2, mlp_dim=128,
        ),
        prompt_encoder_config=dict(hidden_size=DIM, image_size=SIZE),
        mask_decoder_config=dict(hidden_size=DIM, mlp_dim=64, iou_head_hidden_dim=DIM),
    )
    theirs = SamModel(config).eval()
    weights = sam.state_dict()
    shared = "prompt_encoder.shared_embedding.positional_embedding"  # twice there
    names = {name: original_name(name) for name in theirs.state_dict() if name != shared}
    theirs.load_state_dict({name: weights[ours] for name, ours in names.items()}, strict=False)
    image = torch.randn(1, 3, SIZE, SIZE)
    points = torch.tensor([[[[40.0, 70.5]]]])
    found = theirs(pixel_values=image, input_points=points, multimask_output=True)
    expected = decode(sam, sam.image_encoder(image), PROMPTS["a point"])
    assert torch.allclose(found.pred_masks[0, 0], expected["masks"][1:], atol=1e-4), "masks differ"
    assert torch.allclose(found.iou_scores[0, 0], expected["iou"][1:], atol=1e-5), "IoUs differ"
    names[shared] = names["shared_image_embedding.positional_embedding"]
    (FOLDER / "huggingface.json").write_text(json.dumps(names, indent=0, sort_keys=True) + "\n")


def write_tiny_vit():
    torch.manual_seed(2)
    sam = sam_with(tiny_vit())
    torch.save(weights_of(sam), FOLDER / "tiny_vit.pt")
    write_expected(sam, "tiny_vit")
    folded = {name: t for name, t in weights_of(fuse(copy.deepcopy(sam))).items() if re.search(r"\.c\.(weight|bias)$", name)}
    save_file(folded, FOLDER / "folded.safetensors")


def write_names():
    shapes = {name: list(t.shape) for name, t in weights_of(fuse(build_sam_vit_t())).items()}
    used = {name: shape for name, shape in shapes.items() if not re.search(r"encoder\.(norm_)?head\.", name)}
    (FOLDER / "mobile_sam.json").write_text(json.dumps(used, sort_keys=True).replace('], "', '],\n"') + "\n")


def write_seeds():
    folder = pathlib.Path(__file__).parent.parent / "fuzz" / "seeds" / "sam"
    folder.mkdir(parents=True, exist_ok=True)
    encoder, decoder = "image_encoder.neck.0.weight", "mask_decoder.iou_token.weight"
    folded = {f"image_encoder.{name}": t for name, t in Conv2d_BN(2, 3).state_dict().items()}
    save_file({**folded, encoder: torch.ones(1), decoder: torch.ones(1)}, folder / "batch_norm.safetensors")

    def raw(name, *shape):
        return onnx.numpy_helper.from_array(torch.randn(shape).numpy(), name)

    node = onnx.helper.make_node
    nodes = [
        node("MatMul", ["x", "onnx::MatMul_1"], ["a"], name="/layers.1/blocks.0/attn/qkv/MatMul"),
        node("Constant", [], ["b"], name="/layers.1/blocks.0/attn/Constant_5", value=raw("", 2, 4, 4)),
        node("Mul", ["onnx::Mul_2", "a"], ["c"], name="/neck/neck.1/Mul"),
        node("Expand", ["onnx::Expand_3", "s"], ["d"], name="/Expand_1"),
        node("Mul", ["onnx::Mul_4", "s"], ["e"], name="/Mul_9"),
    ]
    weights = [
        raw("neck.0.weight", 2, 2, 1, 1),
        raw("onnx::MatMul_1", 2, 6),
        raw("onnx::Mul_2", 2, 1, 1),
        raw("onnx::Expand_3", 1, 5, 2),
        raw("onnx::Mul_4", 1, 2, 1, 1),
    ]
    model = onnx.helper.make_model(onnx.helper.make_graph(nodes, "sam", [], [], weights), ir_version=8)
    (folder / "small.onnx").write_bytes(model.SerializeToString())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with torch.no_grad():
        write_vit()
        write_tiny_vit()
        write_names()
        write_seeds()
