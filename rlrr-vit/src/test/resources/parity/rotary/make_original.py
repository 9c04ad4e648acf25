"""Makes the numbers of DinoV3Test for DINOv3 as Meta's own code writes it: DinoVisionTransformer, small, with random
weights and the periods of its rotation rounded to bfloat16, as in the published files. It computes in float32. Files as
make_transformers.py has them, but the weights: NAME.pth.

    git clone https://github.com/facebookresearch/dinov3
    pip install torch==2.7.1 safetensors
    PYTHONPATH=dinov3 python make_original.py OUT
"""

import sys
from pathlib import Path

import torch
from dinov3.models.vision_transformer import DinoVisionTransformer
from safetensors.torch import save_file

CASES = {"original": dict(), "original-gated": dict(ffn_layer="swiglu")}
SIZES = {"": (12, 12), "oblong.": (8, 16)}

torch.set_num_threads(1)
out = Path(sys.argv[1])
for name, arguments in CASES.items():
    torch.manual_seed(0)
    model = DinoVisionTransformer(
        img_size=224, patch_size=4, embed_dim=32, depth=2, num_heads=2, ffn_ratio=2, qkv_bias=True, mask_k_bias=True,
        layerscale_init=1e-5, n_storage_tokens=2, norm_layer="layernormbf16", pos_embed_rope_base=100,
        pos_embed_rope_rescale_coords=2, pos_embed_rope_dtype="fp32", **arguments,
    ).eval()
    model.init_weights()
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))
        model.rope_embed.periods.copy_(model.rope_embed.periods.bfloat16().float())
    torch.save(model.state_dict(), out / f"{name}.pth")
    numbers = {}
    for size, (height, width) in SIZES.items():
        images = torch.randn(4, 3, height, width)
        with torch.no_grad():
            features = model(images).contiguous()
        numbers |= {size + "images": images, size + "logits": features}
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
