"""Merges an rlrr adapter folder into a timm Vision Transformer. Needs torch and safetensors.

    model = timm.create_model("vit_base_patch16_224.augreg_in21k", pretrained=True)
    classes = merge_adapter(model, "pets-rlrr")   # model now is the fine-tuned one

The adapter must have been trained on the same weights. Run as a program, it merges the adapter of
the project's own tests into a tiny model and compares the logits with those rlrr gave:

    python docs/python/rlrr_timm.py rlrr-vit/src/test/resources
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

QKV = ["query", "key", "value"]


def merge_adapter(model, folder):
    """Changes the model in place; returns the class names."""
    folder = Path(folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    if config["format_version"] != 1 or config["method"] not in ("rlrr", "linear-probe"):
        raise ValueError(f"{folder}: format {config['format_version']}, method {config['method']}")
    sites = {}
    for name, tensor in load_file(folder / "adapter_model.safetensors").items():
        path, _, short = name.rpartition(".")
        sites.setdefault(path, {})[short] = tensor
    with torch.no_grad():
        for path, tensors in sites.items():
            merge_site(model, path, tensors, config["config"].get("form"))
    return config["class_names"]


def merge_site(model, path, t, form):
    parent, _, last = path.rpartition(".")
    if last in QKV:  # rows of timm's fused matrix
        qkv = model.get_submodule(parent + ".qkv")
        rows = slice(QKV.index(last) * qkv.in_features, (QKV.index(last) + 1) * qkv.in_features)
        weight, bias = qkv.weight[rows], qkv.bias[rows]
    else:
        module = model.get_submodule(parent + ".proj" if last == "out" else path)
        weight, bias = module.weight, module.bias
    if "weight" in t:  # trained as a whole: the head, in its own shape
        module.weight = torch.nn.Parameter(t["weight"])
        module.bias = torch.nn.Parameter(t["bias"])
        module.out_features = t["weight"].shape[0]
        model.num_classes = module.out_features
    elif "scale" in t:  # a norm or the patch projection: y·s + t
        weight.mul_(t["scale"].reshape([-1] + [1] * (weight.dim() - 1)))
        bias.mul_(t["scale"]).add_(t["shift"])
    else:  # W' = W + (S_right · S_left) ⊙ W, an absent side counts as ones
        left, right = t.get("scale_left"), t.get("scale_right")
        product = right @ left if left is not None and right is not None else left
        product = right if product is None else product
        if form == "additive":
            weight.add_(product)
        else:
            weight.mul_(1 + product if form == "residual" else product)
        if "shift" in t:
            bias.add_(t["shift"])


def check(resources):
    import numpy as np
    from timm.models.vision_transformer import VisionTransformer

    tiny = Path(resources) / "parity" / "tiny"
    golden = Path(resources) / "golden" / "v1"
    model = VisionTransformer(
        img_size=16, patch_size=4, embed_dim=32, depth=3, num_heads=4, mlp_ratio=2, num_classes=5
    ).eval()
    model.load_state_dict(load_file(tiny / "base_timm.safetensors"))
    print("classes:", merge_adapter(model, golden))
    with torch.no_grad():
        logits = model(torch.from_numpy(np.load(tiny / "io.npz")["images"]))
    expected = load_file(golden / "expected_logits.safetensors")["logits"]
    difference = (logits - expected).abs().max().item()
    print(f"largest difference of the logits: {difference:.1e}")
    assert difference < 1e-5


if __name__ == "__main__":
    check(sys.argv[1])
