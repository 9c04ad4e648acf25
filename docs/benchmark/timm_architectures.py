"""Writes the table of what timm's architecture names mean.

    pip install torch==2.7.1 timm==1.0.31
    python docs/benchmark/timm_architectures.py > \
        rlrr-vit/src/main/resources/io/github/rlrr/vit/checkpoint/timm-architectures.txt

A line is the name, heads, epsilon and variations, as VitVariation calls them; or "without" and the part that our
network lacks. Every architecture with pretrained weights is built once, two blocks deep and without memory.
"""

import warnings

import timm
import torch
from torch import nn

MODULES = ("vision_transformer", "deit", "eva", "beit", "swin_transformer", "swin_transformer_v2")
ACTIVATIONS = {"GELU": None, "GELUTanh": "TANH_GELU", "QuickGELU": "QUICK_GELU", "SiLU": "SWIGLU"}
POOLINGS = {"token": None, "map": "ATTENTION_POOLING"}
PRESENT = {  # a parameter of each model with the variation
    "LAYER_SCALE": ("blocks.0.ls1.gamma", "blocks.0.gamma_1"), "REGISTERS": ("reg_token", "dist_token"),
    "DISTILLATION": ("dist_token",), "RELATIVE_POSITIONS": ("blocks.0.attn.relative_position_bias_table",),
    "PRE_NORM": ("norm_pre.weight",), "QUERY_KEY_NORM": ("blocks.0.attn.q_norm.weight",),
    "ATTENTION_NORM": ("blocks.0.attn.norm.weight",), "MLP_NORM": ("blocks.0.mlp.norm.weight",),
    "GATE_APART": ("blocks.0.mlp.fc1_g.weight",), "PATCH_NORM": ("patch_embed.norm.weight",),
}
MISSING = {  # a parameter of each model without it
    "NO_CLASS_TOKEN": ("cls_token",), "NO_POSITIONS": ("pos_embed",), "NO_PATCH_BIAS": ("patch_embed.proj.bias",),
    "NO_QKV_BIAS": ("blocks.0.attn.qkv.bias", "blocks.0.attn.q_bias", "blocks.0.attn.q_proj.bias"),
    "NO_PROJECTION_BIAS": ("blocks.0.attn.proj.bias",),
}


def missing(model):
    """The first part that our Vision Transformer lacks; None where it has all."""
    kind = type(model).__name__
    if kind == "Beit":
        return "relative positions of all blocks together" if model.rel_pos_bias is not None else None
    if kind == "Eva":
        return eva_missing(model)
    if kind not in ("VisionTransformer", "VisionTransformerDistilled"):
        return {
            "SwinTransformer": "windows of tokens, as in Swin",
            "SwinTransformerV2": "windows of tokens, as in Swin V2",
        }[kind]
    block = model.blocks[0]
    if type(block).__name__ not in ("Block", "ResPostBlock"):
        return "blocks that are not attention and then an MLP (" + type(block).__name__ + ")"
    if type(block.attn).__name__ not in ("Attention", "DiffAttention"):
        return "another attention (" + type(block.attn).__name__ + ")"
    if type(block.mlp).__name__ not in ("Mlp", "GluMlp", "SwiGLU"):
        return "another MLP (" + type(block.mlp).__name__ + ")"
    if type(model.patch_embed.norm) not in (nn.Identity, type(block.norm1)):
        return "another norm of patches"
    if model.pos_embed is None or type(model.patch_embed).__name__ != "PatchEmbed":
        return "another embedding of patches"
    patches = model.patch_embed.num_patches
    if model.pos_embed.shape[1] - patches not in (0, int(model.has_class_token), model.num_prefix_tokens):
        return "other positions"
    if model.global_pool not in ("avg", "token", "map"):
        return "another pooling (" + model.global_pool + ")"
    if model.blocks[0].attn.scale != model.blocks[0].attn.head_dim ** -0.5:
        return "another scale of attention"
    return None


def eva_missing(model):
    block = model.blocks[0]
    if type(block.norm1).__name__ != "LayerNorm":
        return "RMS norms"
    return None


def rotation(rope):
    """The word that our Rotary reads."""
    kind = type(rope).__name__
    if kind == "RotaryEmbeddingCat":
        assert rope.grid_type == "index" and not rope.in_pixels
        kind, halves, temperature, offset = "GRID", rope.rotate_half, rope.temperature, rope.grid_offset
        rows, columns = rope.ref_feat_shape or (0, 0)
        assert rows == columns
    elif kind == "RotaryEmbeddingDinoV3":
        assert rope.normalize_coords == "separate" and rope.min_period is None
        kind, halves, temperature, offset, rows = "CENTRED", rope.rotate_half, rope.temperature, rope.grid_offset, 0
    else:
        assert kind == "RotaryEmbeddingMixed"
        kind, halves, temperature, offset, rows = "LEARNED", False, 0, 0, 0
    order = "columns" if rope.grid_indexing == "xy" else "rows"
    return ",".join((kind, "halves" if halves else "pairs", f"{temperature:.1f}", f"{offset:.1f}", order, str(rows)))


def variations(model):
    block = model.blocks[0]
    parameters = dict(model.named_parameters())
    yield from (variation for variation, names in PRESENT.items() if any(name in parameters for name in names))
    yield from (variation for variation, names in MISSING.items() if not any(name in parameters for name in names))
    apart = "blocks.0.attn.q_proj.bias" in parameters and "blocks.0.attn.k_proj.bias" not in parameters
    if apart or "blocks.0.attn.q_bias" in parameters:
        yield "NO_KEY_BIAS"
    if isinstance(model.norm, nn.Identity) and isinstance(model.fc_norm, nn.Identity):
        yield "NO_FINAL_NORM"
    before = 0 if model.pos_embed is None else model.pos_embed.shape[1] - model.patch_embed.num_patches
    if model.pos_embed is not None and model.cls_token is not None and before == 0:
        yield "PATCH_POSITIONS"
    elif before > int(model.cls_token is not None):
        yield "REGISTER_POSITIONS"
    if type(block.norm1).__name__ == "RmsNorm":
        yield "RMS_NORM"
    if type(block.attn).__name__ == "DiffAttention":
        yield "DIFFERENTIAL_ATTENTION"
    if type(block).__name__ in ("EvaBlockPostNorm", "ResPostBlock"):
        yield "POST_NORM"
    activation = ACTIVATIONS[type(block.mlp.act).__name__]
    if type(block.mlp.act).__name__ == "GELU" and block.mlp.act.approximate != "none":
        activation = "TANH_GELU"
    if activation:
        yield activation
    if model.global_pool == "avg":
        yield "AVERAGE_POOLING" if not isinstance(model.fc_norm, nn.Identity) else "NORMED_AVERAGE_POOLING"
    elif POOLINGS[model.global_pool]:
        yield POOLINGS[model.global_pool]
    everything = type(model).__name__ == "Eva" and model.attn_pool is not None and model.num_prefix_tokens > 0
    if everything or getattr(model, "pool_include_prefix", False):
        yield "PREFIX_POOLING"
    if getattr(model, "rope", None) is not None:
        yield rotation(model.rope)
    if getattr(model, "attn_pool", None) is not None and model.attn_pool.num_heads != block.attn.num_heads:
        yield "pooling:" + str(model.attn_pool.num_heads)


warnings.simplefilter("ignore")
print("# Of timm " + timm.__version__ + ", made by docs/benchmark/timm_architectures.py.")
for name in sorted(name for module in MODULES for name in timm.list_models(module=module)):
    if not any(tag.split(".")[0] == name for tag in timm.list_pretrained(name + "*")):
        continue
    depth = {"depths": (2, 2, 1, 1)} if name.startswith("swin") else {"depth": 2}
    with torch.device("meta"):
        try:
            model = timm.create_model(name, **depth)
        except AssertionError:  # something is said of each block
            model = timm.create_model(name)
        except NotImplementedError:  # Swin looks at its tables
            print(name, "without windows of tokens, as in Swin")
            continue
    part = missing(model)
    if part:
        print(name, "without", part)
    else:
        block = model.blocks[0]
        print(name, block.attn.num_heads, block.norm1.eps, *variations(model))
