"""Makes the numbers of TimmParityTest: variations of timm's Vision Transformer with random weights.

timm computes in float64. Two files a variation, of float32 arrays:

    NAME.safetensors            the checkpoint, as timm names its weights
    NAME.numbers.safetensors    images, labels, logits, and gradient.<weight> of the mean cross-entropy

    pip install torch==2.15.0 timm==1.0.31 safetensors numpy
    python make_timm.py OUT
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer
from torch import nn

VARIATIONS = {
    "layer-scale": {"init_values": 1e-5},
    "average-pooling": {"global_pool": "avg"},
}
HEADS = 2

out = Path(sys.argv[1])
for name, variation in VARIATIONS.items():
    torch.manual_seed(0)
    model = VisionTransformer(
        img_size=8, patch_size=4, embed_dim=16, depth=2, num_heads=HEADS, mlp_ratio=2, num_classes=3,
        **variation,
    ).eval()
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            # Around 1 what multiplies, around 0 the rest: every weight moves the logits.
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))
    save_file(
        {path: value.contiguous() for path, value in model.state_dict().items()},
        out / f"{name}.safetensors",
        {"format": "pt", "heads": str(HEADS)},
    )
    model.double()
    images = torch.randn(4, 3, 8, 8)
    labels = torch.tensor([0, 1, 2, 1])
    logits = model(images.double())
    nn.functional.cross_entropy(logits, labels).backward()
    numbers = {"images": images, "labels": labels.float(), "logits": logits.detach().float()}
    for path, parameter in model.named_parameters():
        numbers["gradient." + path] = parameter.grad.float().contiguous()
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
