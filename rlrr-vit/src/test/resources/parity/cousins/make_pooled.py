"""Makes pooled.safetensors of ImageEmbedderTest: timm's forward_features of the images of some cases of make_cousins.py,
its class token and the mean of its patches, in float64.

    pip install torch==2.7.1 timm==1.0.31 safetensors
    python make_pooled.py FOLDER
"""

import json
import sys
import warnings
from pathlib import Path

import timm
import torch
from safetensors.torch import load_file, save_file

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
pooled = {}
for name in ("clip", "dinov2-registers", "distilled", "mean", "plain", "siglip"):
    said = json.loads((folder / f"{name}.json").read_text())
    model = timm.create_model(said["architecture"], num_classes=3, **said["model_args"]).eval()
    model.load_state_dict(load_file(folder / f"{name}.safetensors"))
    with torch.no_grad():
        tokens = model.double().forward_features(load_file(folder / f"{name}.numbers.safetensors")["images"].double())
    if model.has_class_token:
        pooled[name + ".class"] = tokens[:, 0].float()
    pooled[name + ".mean"] = tokens[:, model.num_prefix_tokens :].mean(1).float()
save_file({key: value.contiguous() for key, value in pooled.items()}, folder / "pooled.safetensors", {"format": "pt"})
