"""Makes a folder for each architecture of timm's Vision Transformers: its config.json as timm's hubs have it, random
weights at full width and depth 2, images, and timm's logits. io.github.rlrr.vit.TimmSurvey reads them and counts.

    pip install torch==2.7.1 timm==1.0.31 safetensors
    python docs/benchmark/timm_survey.py OUT [PATTERN]
"""

import fnmatch
import json
import sys
import warnings
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from timm.models import get_pretrained_cfg

MODULES = ("vision_transformer", "deit", "eva", "beit", "swin_transformer", "swin_transformer_v2")
MOST_BYTES = 400_000_000

warnings.simplefilter("ignore")
torch.set_num_threads(1)
out = Path(sys.argv[1])
pattern = sys.argv[2] if len(sys.argv) > 2 else "*"
for name in sorted(name for module in MODULES for name in timm.list_models(module=module)):
    tags = [tag for tag in timm.list_pretrained(name + "*") if tag.split(".")[0] == name]
    if not tags or not fnmatch.fnmatch(name, pattern) or (out / name / "numbers.safetensors").exists():
        continue
    depth = {"depths": (2, 2, 1, 1)} if name.startswith("swin") else {"depth": 2}
    try:
        with torch.device("meta"):
            size = sum(p.numel() for p in timm.create_model(name, **depth).parameters())
    except (AssertionError, NotImplementedError):
        size = 0
    config = get_pretrained_cfg(tags[0])
    torch.manual_seed(0)
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        model = timm.create_model(name, pretrained_cfg=config, **depth, num_classes=config.num_classes).eval()
    except AssertionError:
        model = timm.create_model(name, pretrained_cfg=config).eval()
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            gain = parameter.dim() == 1 and not path.endswith("bias")
            scale = 0.3 if parameter.dim() == 1 else parameter.shape[-1] ** -0.5
            parameter.copy_(torch.randn(parameter.shape) * scale + (1 if gain else 0))
        images = torch.randn(1, *config.input_size)
        answers = model(images)
    written = {k: v for k, v in config.to_dict(remove_null=True).items() if k not in ("hf_hub_id",)}
    text = {
        "architecture": name, "num_classes": model.num_classes, "num_features": model.num_features,
        "global_pool": model.global_pool, "pretrained_cfg": written,
    }
    if config.num_classes and getattr(config, "label_names", None):
        text["label_names"] = config.label_names
    (folder / "config.json").write_text(json.dumps(text, default=str))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors", {"format": "pt"})
    save_file({"images": images, "logits": answers.contiguous()}, folder / "numbers.safetensors")
    (folder / "tags.txt").write_text(str(len(tags)))
    print(name, len(tags), flush=True)
