"""Counts what RLRR's published configuration trains besides the head, from timm's own modules: the numbers of
FamilyCountsTest. Of a linear layer inputs and outputs, and outputs again where it has a bias; query, key and value
count apart; of a norm and of the projection of patches a scale and, where there is a bias, a shift of each output.

    pip install torch==2.7.1 timm==1.0.31
    python count_families.py
"""

import timm
from torch import nn

NAMES = """
vit_base_patch16_224 deit_base_patch16_224 vit_base_patch14_dinov2 vit_base_patch16_dinov3 vit_base_patch16_dinov3_qkvb
vit_base_patch16_clip_224 vit_base_patch16_siglip_224 eva02_base_patch14_448 beit_base_patch16_224
swin_base_patch4_window7_224 swinv2_base_window8_256
""".split()


def trained(path, module, parent):
    if isinstance(module, nn.Linear):
        parts = {"qkv": 3, "kv": 2}.get(path.rpartition(".")[2], 1)
        outputs = module.out_features // parts
        biases = parts if module.bias is not None else 0
        if parts == 3 and getattr(parent, "q_bias", None) is not None:
            biases = 2  # query and value
        return parts * (module.in_features + outputs) + biases * outputs
    if isinstance(module, nn.Conv2d):
        return module.out_channels * (2 if module.bias is not None else 1)
    if isinstance(module, nn.LayerNorm):
        return 2 * module.normalized_shape[0]
    return 0


for name in NAMES:
    modules = dict(timm.create_model(name).named_modules())
    modules = {path: module for path, module in modules.items() if not path.startswith("head")}
    print(name, sum(trained(path, module, modules.get(path.rpartition(".")[0])) for path, module in modules.items()))
