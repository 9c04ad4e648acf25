"""Makes the numbers of RotaryTest: timm's networks whose queries and keys are turned by their positions, small, with
random weights, at their own image size of 12 and at an oblong one.

timm computes in float64. Files of a case, arrays in float32:

    NAME.safetensors                    the checkpoint, as timm names its weights
    NAME.json                           its config.json
    NAME.numbers.safetensors            images, labels, logits; the same as oblong.…
    NAME.gradients.safetensors          gradients of the mean cross-entropy, named as the weights
    NAME.oblong.gradients.safetensors

    pip install torch==2.7.1 timm==1.0.31 safetensors
    python make_rotary.py OUT [NAME …]
"""

import json
import sys
import warnings
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from torch import nn

CASES = {
    "dinov3": "vit_small_patch16_dinov3",
    "dinov3-biases": "vit_small_patch16_dinov3_qkvb",
    "dinov3-gated": "vit_small_plus_patch16_dinov3_qkvb",
    "lingbot": "vit_small_patch16_lingbot",
    "eva02": "eva02_base_patch14_224",
    "eva02-clip": "eva02_base_patch16_clip_224",
    "eva02-packed": "eva02_tiny_patch14_224",
    "axial": "vit_small_patch16_rope_224",
    "axial-placed": "vit_small_patch16_rope_ape_224",
    "learned": "vit_small_patch16_rope_mixed_224",
    "learned-placed": "vit_small_patch16_rope_mixed_ape_224",
    "pooled": "vit_pe_core_tiny_patch16_384",
    "pooled-patches": "vit_pe_core_gigantic_patch14_448",
    "spatial": "vit_pe_spatial_tiny_patch16_512",
    "registers": "vit_betwixt_patch16_rope_reg4_gap_256",
}
SIZES = {"": (12, 12), "oblong.": (8, 16)}

warnings.simplefilter("ignore")
torch.set_num_threads(1)
out = Path(sys.argv[1])
for name in sys.argv[2:] or CASES:
    torch.manual_seed(0)
    sizes = dict(img_size=12, patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2)
    model = timm.create_model(CASES[name], num_classes=3, **sizes).eval()
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            # Around 1 what multiplies, around 0 the rest: every weight moves the logits.
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))
    weights = {path: value.clone().contiguous() for path, value in model.state_dict().items()}
    save_file(weights, out / f"{name}.safetensors", {"format": "pt"})
    text = {"architecture": CASES[name], "num_classes": 3, "global_pool": model.global_pool, "model_args": sizes}
    (out / f"{name}.json").write_text(json.dumps(text) + "\n")
    model.double()
    numbers = {}
    for size, (height, width) in SIZES.items():
        if size and not model.dynamic_img_size:
            model.set_input_size((height, width))
        images = torch.randn(4, 3, height, width)
        labels = torch.tensor([0, 1, 2, 1])
        logits = model(images.double())
        model.zero_grad()
        nn.functional.cross_entropy(logits, labels).backward()
        numbers |= {size + "images": images, size + "labels": labels.float(), size + "logits": logits.detach().float()}
        gradients = {path: parameter.grad.float().contiguous() for path, parameter in model.named_parameters()}
        save_file(gradients, out / f"{name}.{size}gradients.safetensors", {"format": "pt"})
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
