"""Makes the numbers of DinoV2Test: small DINOv2 models of Transformers and timm with random weights.

    NAME.safetensors, NAME.json    the checkpoint and its config.json, as the library writes them
    NAME.numbers.safetensors       images and logits at 8x8 pixels; oblong.images and oblong.logits at 12x20, for
                                   which the library resized the positions of the 2x2 patches to 3x5

    pip install torch==2.7.1 timm==1.0.31 transformers==5.24.0 safetensors
    python make_dinov2.py OUT
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn
from transformers import (
    Dinov2Config,
    Dinov2ForImageClassification,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersForImageClassification,
)

OUT = Path(sys.argv[1])
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=8, patch_size=4, num_labels=3)
torch.manual_seed(1)
SQUARE, OBLONG = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 12, 20)


def draw(model):
    torch.manual_seed(0)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))
    return model.eval()


def numbers(name, logits):
    save_file(
        {"images": SQUARE, "logits": logits(SQUARE), "oblong.images": OBLONG, "oblong.logits": logits(OBLONG)},
        OUT / f"{name}.numbers.safetensors",
    )


def transformers(name, config, kind):
    model = draw(kind(config))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        save_file(load_file(f"{folder}/model.safetensors"), OUT / f"{name}.safetensors", {"format": "pt"})
        (OUT / f"{name}.json").write_text(Path(f"{folder}/config.json").read_text() + "\n")
    model.double()
    numbers(name, lambda images: model(images.double()).logits.detach().float())


def timms(name, **variation):
    arguments = dict(
        patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2, num_classes=3, init_values=1e-5, **variation
    )
    model = draw(VisionTransformer(img_size=8, **arguments))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, OUT / f"{name}.safetensors", {"format": "pt"})
    config = {"architecture": "", "model_args": {"img_size": 8, "num_heads": 2, **variation, "init_values": 1e-5}}
    (OUT / f"{name}.json").write_text(json.dumps(config) + "\n")

    def logits(images):
        size = tuple(images.shape[2:])
        other = VisionTransformer(img_size=size, **arguments)
        other.load_state_dict(checkpoint_filter_fn(dict(model.state_dict()), other))
        return other.eval().double()(images.double()).detach().float()

    numbers(name, logits)


transformers("transformers", Dinov2Config(**SIZES), Dinov2ForImageClassification)
transformers("transformers-gated", Dinov2Config(use_swiglu_ffn=True, **SIZES), Dinov2ForImageClassification)
transformers(
    "transformers-registers", Dinov2WithRegistersConfig(**SIZES), Dinov2WithRegistersForImageClassification
)
timms("timm")
timms("timm-registers", reg_tokens=4, no_embed_class=True)
