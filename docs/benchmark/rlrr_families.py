"""RLRR on timm's networks in PyTorch's eager mode, in its best form: the other side for families beyond the plain ViT.

    pip install torch==2.7.1 timm==1.0.31
    python rlrr_families.py train --model dinov2-b14 --batch 8 --threads 2
    python rlrr_families.py --counts

timm's network is as it is; its linear layers, norms and patch projection are replaced by those of rlrr_torch.py.
A fused matrix of queries, keys and values has scales of its own for each of them, computed in one batched product.
"""

import argparse
import sys

import timm
import torch
import torch.nn.functional as F
from torch import nn

import rlrr_torch

MODELS = {  # timm's architecture, and what it is made with
    "vit-b16": ("vit_base_patch16_224", {}),
    "dinov2-b14": ("vit_base_patch14_dinov2", {"img_size": 224}),
    "siglip-b16": ("vit_base_patch16_siglip_224", {}),
    "swin-b": ("swin_base_patch4_window7_224", {}),
}
FUSED = {"qkv": 3, "kv": 2}  # matrices in one


class RescaledLinear(nn.Module):
    def __init__(self, linear, matrices):
        super().__init__()
        outputs, inputs = linear.out_features // matrices, linear.in_features
        self.weight = nn.Parameter(linear.weight.detach().view(matrices, outputs, inputs), requires_grad=False)
        self.bias = None if linear.bias is None else nn.Parameter(linear.bias.detach(), requires_grad=False)
        self.scale_left = nn.Parameter(torch.empty(matrices, 1, inputs).uniform_(-0.1, 0.1))
        self.scale_right = nn.Parameter(torch.empty(matrices, outputs, 1).uniform_(-0.1, 0.1))
        self.shift_bias = None if linear.bias is None else nn.Parameter(torch.zeros(matrices * outputs))

    def forward(self, x):
        weight = torch.addcmul(self.weight, self.weight, self.scale_right @ self.scale_left).flatten(0, 1)
        return F.linear(x, weight, None if self.bias is None else self.bias + self.shift_bias)


class ScaledNorm(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.eps = norm.eps
        self.weight = nn.Parameter(norm.weight.detach(), requires_grad=False)
        self.bias = nn.Parameter(norm.bias.detach(), requires_grad=False)
        self.scale, self.shift = nn.Parameter(torch.ones_like(norm.weight)), nn.Parameter(torch.zeros_like(norm.bias))

    def forward(self, x):
        gain = self.weight * self.scale
        return F.layer_norm(x, gain.shape, gain, self.bias * self.scale + self.shift, self.eps)


class ScaledPatches(nn.Module):
    def __init__(self, conv):
        super().__init__()
        self.conv = conv.requires_grad_(False)
        self.scale = nn.Parameter(torch.ones(conv.out_channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(conv.out_channels, 1, 1))

    def forward(self, images):
        return torch.addcmul(self.shift, self.conv(images), self.scale)


def adapted(name, classes):
    """timm's network with random weights, its layers read through RLRR, its head trained as a whole."""
    architecture, extra = MODELS[name]
    model = timm.create_model(architecture, num_classes=classes, **extra).requires_grad_(False)
    head = model.get_classifier()
    for path, module in list(model.named_modules()):
        parent, _, last = path.rpartition(".")
        if module is head:
            continue
        if isinstance(module, nn.Linear):
            other = RescaledLinear(module, FUSED.get(last, 1))
        elif isinstance(module, nn.LayerNorm):
            other = ScaledNorm(module)
        elif isinstance(module, nn.Conv2d):
            other = ScaledPatches(module)
        else:
            continue
        setattr(model.get_submodule(parent), last, other)
    head.requires_grad_(True)
    model.form = "best"
    model.trained = lambda: {path: p for path, p in model.named_parameters() if p.requires_grad}
    return model, head


def measure(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model, _ = adapted(options.model, options.classes)
    with torch.device(options.device):
        images = torch.empty(options.batch, 3, 224, 224).uniform_(-1, 1)
        labels = torch.randint(options.classes, (options.batch,))
    model.to(options.device)

    def autocast():
        return torch.autocast(options.device, dtype=torch.bfloat16, enabled=options.precision == "bfloat16")

    train = options.what == "train"
    step = (rlrr_torch.training_step if train else rlrr_torch.inference_step)(model.train(train), images, labels, autocast)
    wall, cpu = rlrr_torch.measure(step, options.warmup, options.steps, options.device)
    rlrr_torch.report(options, options.what, step_seconds=wall, cpu_seconds=cpu, flops_per_step=None)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("what", nargs="?", choices=["train", "infer"], default="train")
    add("--model", choices=MODELS, default="dinov2-b14")
    add("--batch", type=int, default=8)
    add("--classes", type=int, default=100)
    add("--threads", type=int, default=2)
    add("--warmup", type=int, default=2)
    add("--steps", type=int, default=10)
    add("--device", choices=["cpu", "cuda"], default="cpu")
    add("--precision", choices=["float32", "bfloat16"], default="float32")
    add("--counts", action="store_true", help="print what is trained besides the head, and end")
    options = parser.parse_args(arguments)
    options.form, options.recompute, options.merged, options.class_token_only = "timm", False, False, False
    if options.counts:
        for name in MODELS:
            model, head = adapted(name, options.classes)
            count = sum(p.numel() for p in model.trained().values()) - sum(p.numel() for p in head.parameters())
            print(f"{name}: {count:,}")
        return
    measure(options)


if __name__ == "__main__":
    main(sys.argv[1:])
