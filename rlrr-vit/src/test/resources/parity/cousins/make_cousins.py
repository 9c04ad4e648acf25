"""Makes the numbers of CousinsTest: timm's cousins of the plain Vision Transformer, small, with random weights, at
their own image size of 12 and at an oblong one.

timm computes in float64. Files of a case, arrays in float32:

    NAME.safetensors                    the checkpoint, as timm names its weights
    NAME.json                           its config.json
    NAME.numbers.safetensors            images, labels, logits; the same as oblong.…
    NAME.gradients.safetensors          gradients of the mean cross-entropy, named as the weights
    NAME.oblong.gradients.safetensors
    NAME.oblong.safetensors             of RESIZED: the checkpoint with timm's positions for the oblong size

Transformers resizes tables while it runs: of its cases there are gradients at their own size alone.

    pip install torch==2.7.1 timm==1.0.31 transformers==5.24.0 safetensors
    python make_cousins.py OUT [NAME …]
"""

import json
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from torch import nn
from transformers import BeitConfig, BeitForImageClassification

CASES = {
    "aimv2": "aimv2_large_patch14_224",
    "beit": "beit_base_patch16_224",
    "beit3": "beit3_base_patch16_224",
    "differential": "vit_dwee_patch16_reg1_gap_256",
    "parallel": "vit_pwee_patch16_reg1_gap_256",
    "parallel-differential": "vit_dpwee_patch16_reg1_gap_256",
    "post-norm": "vit_base_patch16_rpn_224",
    "distilled": "deit_tiny_distilled_patch16_224",
    "radio": "vit_base_patch16_radio_v3",
    "clip": "vit_base_patch16_clip_quickgelu_224",
    "deit3": "deit3_base_patch16_224",
    "dinov2": "vit_base_patch14_dinov2",
    "dinov2-registers": "vit_base_patch14_reg4_dinov2",
    "siglip": "vit_base_patch16_siglip_224",
    "plain": "vit_base_patch16_224",
    "mean": "vit_base_patch16_224",
    "mean-registers": "vit_mediumd_patch16_reg4_gap_256",
}
ARGUMENTS = {"mean": {"global_pool": "avg"}}
# Their positions are resized by a rule of ours, or in two ways by timm.
RESIZED = ("plain", "mean", "radio")
TRANSFORMERS = {
    "beit-transformers": {},
    "beit-transformers-token": {
        "use_mean_pooling": False, "use_absolute_position_embeddings": True, "layer_scale_init_value": 0.0,
    },
}
SIZES = {"": (12, 12), "oblong.": (8, 16)}



def randomize(model):
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            # Around 1 what multiplies, around 0 the rest: every weight moves the logits.
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))


def save_pretrained(model, name, weights):
    """Transformers renames tensors as it saves them."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        shutil.copy(folder + "/model.safetensors", out / weights)
        shutil.copy(folder + "/config.json", out / f"{name}.json")


def make_transformers(name, arguments):
    torch.manual_seed(0)
    config = BeitConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=12, patch_size=4,
        use_relative_position_bias=True, num_labels=3, layer_norm_eps=1e-6, **arguments,
    )
    model = BeitForImageClassification(config).eval()
    randomize(model)
    save_pretrained(model, name, f"{name}.safetensors")
    model.double()
    numbers = {}
    labels = torch.tensor([0, 1, 2, 1])
    for size, (height, width) in SIZES.items():
        images = torch.randn(4, 3, height, width)
        logits = model(images.double()).logits
        numbers |= {size + "images": images, size + "labels": labels.float(), size + "logits": logits.detach().float()}
        if not size:
            nn.functional.cross_entropy(logits, labels).backward()
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.grad)
    save_pretrained(model.float(), name, f"{name}.gradients.safetensors")


warnings.simplefilter("ignore")
torch.set_num_threads(1)
out = Path(sys.argv[1])
for name in sys.argv[2:] or [*CASES, *TRANSFORMERS]:
    if name in TRANSFORMERS:
        make_transformers(name, TRANSFORMERS[name])
        continue
    torch.manual_seed(0)
    sizes = dict(img_size=12, patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2) | ARGUMENTS.get(name, {})
    model = timm.create_model(CASES[name], num_classes=3, **sizes).eval()
    randomize(model)
    weights = {path: value.clone().contiguous() for path, value in model.state_dict().items()}
    save_file(weights, out / f"{name}.safetensors", {"format": "pt"})
    text = {"architecture": CASES[name], "num_classes": 3, "global_pool": model.global_pool, "model_args": sizes}
    (out / f"{name}.json").write_text(json.dumps(text) + "\n")
    model.double()
    numbers = {}
    for size, (height, width) in SIZES.items():
        if size:
            model.set_input_size((height, width))
            if name in RESIZED:
                weights = {path: value.float().contiguous() for path, value in model.state_dict().items()}
                save_file(weights, out / f"{name}.oblong.safetensors", {"format": "pt"})
        images = torch.randn(4, 3, height, width)
        labels = torch.tensor([0, 1, 2, 1])
        logits = model(images.double())
        model.zero_grad()
        nn.functional.cross_entropy(logits, labels).backward()
        numbers |= {size + "images": images, size + "labels": labels.float(), size + "logits": logits.detach().float()}
        gradients = {path: parameter.grad.float().contiguous() for path, parameter in model.named_parameters()}
        if name == "distilled":  # our bias is the mean of both: its gradient is their sum
            gradients["head.bias"] *= 2
            gradients["head_dist.bias"] *= 2
        save_file(gradients, out / f"{name}.{size}gradients.safetensors", {"format": "pt"})
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
