"""Makes the numbers of RotaryTest for DINOv3 as Hugging Face has it: DINOv3ViTModel, small, with random weights, at its
own image size of 12 and at an oblong one. Transformers computes in float64; gradients are of the sum of the pooled
output times a random array. Files as make_rotary.py has them.

    pip install torch==2.7.1 transformers==5.24.0 safetensors
    python make_transformers.py OUT
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import DINOv3ViTConfig, DINOv3ViTModel

CASES = {
    "transformers": dict(num_register_tokens=2),
    "transformers-gated": dict(num_register_tokens=2, use_gated_mlp=True, hidden_act="silu", rope_theta=50.0),
    "transformers-unbiased": dict(num_register_tokens=1, query_bias=False, value_bias=False),
}
SIZES = {"": (12, 12), "oblong.": (8, 16)}

torch.set_num_threads(1)
out = Path(sys.argv[1])
for name, arguments in CASES.items():
    torch.manual_seed(0)
    config = DINOv3ViTConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, patch_size=4, image_size=12,
        **arguments,
    )
    model = DINOv3ViTModel(config).eval()
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))
    model.save_pretrained(out / name)
    for there, here in (("model.safetensors", ".safetensors"), ("config.json", ".json")):
        (out / name / there).rename(out / (name + here))
    (out / name).rmdir()
    files = {path.replace("layer.", "model.layer.", 1): path for path in load_file(out / f"{name}.safetensors")}
    model.double()
    numbers = {}
    for size, (height, width) in SIZES.items():
        images = torch.randn(4, 3, height, width)
        weights = torch.randn(4, 16)
        pooled = model(images.double()).pooler_output
        model.zero_grad()
        (pooled * weights.double()).sum().backward()
        numbers |= {size + "images": images, size + "weights": weights, size + "logits": pooled.detach().float()}
        gradients = {
            files.get(path, path): parameter.grad.float().contiguous()
            for path, parameter in model.named_parameters() if parameter.grad is not None
        }
        save_file(gradients, out / f"{name}.{size}gradients.safetensors", {"format": "pt"})
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
