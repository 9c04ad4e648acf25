"""Makes the numbers of CousinsTest for models whose positions timm resizes in a way of their own: logits at 20 pixels
of a checkpoint of 12, read as timm reads pretrained weights.

    pip install torch==2.7.1 timm==1.0.31 safetensors
    python make_resized.py OUT
"""

import json
import sys
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file

CASES = {
    "resized-corners": "vit_base_patch16_radio_v3", "resized-centres": "vit_huge_patch16_radio_v4",
    "resized-flexi": "flexivit_small",
}
SIZES = dict(patch_size=4, embed_dim=16, depth=1, num_heads=2, mlp_ratio=2)

out = Path(sys.argv[1])
for name, architecture in CASES.items():
    torch.manual_seed(0)
    model = timm.create_model(architecture, num_classes=3, img_size=12, **SIZES)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape) * 0.3
    weights = out / f"{name}.safetensors"
    save_file({path: value.contiguous() for path, value in model.state_dict().items()}, weights, {"format": "pt"})
    arguments = {"img_size": 12, **SIZES}
    text = {"architecture": architecture, "num_classes": 3, "global_pool": "token", "model_args": arguments}
    (out / f"{name}.json").write_text(json.dumps(text) + "\n")
    overlay = {"file": str(weights), "num_classes": 3, "hf_hub_id": None}
    larger = timm.create_model(
        architecture, num_classes=3, img_size=20, pretrained=True, pretrained_cfg_overlay=overlay, **SIZES,
    ).eval()
    images = torch.randn(2, 3, 20, 20)
    with torch.no_grad():
        logits = larger(images)
    save_file({"images": images, "logits": logits}, out / f"{name}.numbers.safetensors", {"format": "pt"})
