"""Makes the numbers of TimmParityTest: variations of timm's Vision Transformer with random weights.

timm computes in float64. Three files a variation, arrays in float32:

    NAME.safetensors            the checkpoint, as timm names its weights
    NAME.json                   its config.json, with the arguments that JSON can express
    NAME.numbers.safetensors    images, labels, logits, and gradient.<weight> of the mean cross-entropy

    pip install torch==2.7.1 timm==1.0.31 safetensors numpy
    python make_timm.py OUT [NAME …]
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from timm.layers import SwiGLUPacked
from timm.models.eva import Eva
from timm.models.vision_transformer import VisionTransformer
from torch import nn

AVERAGE = {"global_pool": "avg"}
VARIATIONS = {
    "layer-scale": {"init_values": 1e-5},
    "no-class-token": {"class_token": False, **AVERAGE},
    "registers": {"reg_tokens": 2, "no_embed_class": True},
    "register-positions": {"reg_tokens": 2},
    "patch-positions": {"no_embed_class": True},
    "no-final-norm": {"final_norm": False},
    "pre-norm": {"pre_norm": True},  # and no bias of the projection of patches
    "rms-norm": {"norm_layer": "rmsnorm", "qk_norm": True},
    "patch-norm": {"norm_layer": "rmsnorm", "embed_norm_layer": "rmsnorm"},
    "no-projection-bias": {"proj_bias": False},
    "query-key-norm": {"qk_norm": True},
    "no-qkv-bias": {"qkv_bias": False},
    "swiglu": {"mlp_layer": SwiGLUPacked, "act_layer": "silu"},
    "tanh-gelu": {"act_layer": "gelu_tanh"},
    "quick-gelu": {"act_layer": "quick_gelu"},
    "average-pooling": AVERAGE,
    "normed-average-pooling": {"fc_norm": False, **AVERAGE},
    "attention-pooling": {"global_pool": "map", "class_token": False},
    "prefix-pooling": {"global_pool": "map", "pool_include_prefix": True, "reg_tokens": 2},
    "attention-norm": {"scale_attn_norm": True},
    "mlp-norm": {"scale_mlp_norm": True},
}
PLAIN = {"use_rot_pos_emb": False, "global_pool": "token"}
EVA = {
    "no-positions": {"use_abs_pos_emb": False, **PLAIN, "use_rot_pos_emb": True},
    "no-key-bias": PLAIN,
    "gate-apart": {"swiglu_mlp": True, "swiglu_align_to": 8, **PLAIN},
    "post-norm": {"use_post_norm": True, **PLAIN},
}
HEADS = 2

out = Path(sys.argv[1])
chosen = sys.argv[2:] or [*VARIATIONS, *EVA]
for name in chosen:
    variation = VARIATIONS.get(name) or EVA[name]
    torch.manual_seed(0)
    model = (Eva if name in EVA else VisionTransformer)(
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
    arguments = {key: value for key, value in variation.items() if not key.endswith("layer") or isinstance(value, str)}
    if name == "no-positions":
        arguments["img_size"] = 8  # which no table tells
    (out / f"{name}.json").write_text(json.dumps({"architecture": "", "model_args": arguments}) + "\n")
    model.double()
    images = torch.randn(4, 3, 8, 8)
    labels = torch.tensor([0, 1, 2, 1])
    logits = model(images.double())
    nn.functional.cross_entropy(logits, labels).backward()
    numbers = {"images": images, "labels": labels.float(), "logits": logits.detach().float()}
    for path, parameter in model.named_parameters():
        numbers["gradient." + path] = parameter.grad.float().contiguous()
    save_file(numbers, out / f"{name}.numbers.safetensors", {"format": "pt"})
