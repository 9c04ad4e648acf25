"""Opens what `rlrr merge` wrote with timm, Transformers or NumPy, and compares predictions.

    python check_export.py DIR PREDICTIONS [TOLERANCE]

PREDICTIONS is what `rlrr predict --json` printed for the same adapter. The probabilities may differ
by TOLERANCE, 1e-5 unless given. Needs torch, timm and pillow; transformers for that layout.
"""

import json
import sys
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_data_config


def open_timm(folder):
    model = timm.create_model(f"local-dir:{folder}", pretrained=True)
    weights = timm.models.load_state_dict(str(folder / "model.safetensors"))
    model.load_state_dict(weights, strict=True)
    transform = create_transform(**resolve_data_config({}, model=model))
    names = model.pretrained_cfg["label_names"]
    return lambda image: model.eval()(transform(image)[None]), names


def open_google(folder):
    with np.load(folder / "model.npz") as arrays:
        values = sum(arrays[name].size for name in arrays)
    config = json.loads((folder / "config.json").read_text())
    model = timm.create_model(config["architecture"], num_classes=config["num_classes"], **config["model_args"])
    assert values == sum(p.numel() for p in model.parameters()), values
    model.load_pretrained(str(folder / "model.npz"))
    transform = create_transform(**resolve_data_config(config["pretrained_cfg"]))
    return lambda image: model.eval()(transform(image)[None]), config["label_names"]


def open_huggingface(folder):
    from transformers import AutoImageProcessor, AutoModelForImageClassification

    model, info = AutoModelForImageClassification.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32)
    assert not any(info.values()), info
    processor = AutoImageProcessor.from_pretrained(folder)
    names = [model.config.id2label[i] for i in range(model.config.num_labels)]
    return lambda image: model.eval()(**processor(image, return_tensors="pt")).logits, names


def main(folder, predictions, tolerance=1e-5):
    config = json.loads((folder / "config.json").read_text())
    if (folder / "model.npz").exists():
        predict, names = open_google(folder)
    elif "model_type" in config:
        predict, names = open_huggingface(folder)
    else:
        predict, names = open_timm(folder)
    largest = 0.0
    for line in predictions.read_text().splitlines():
        ours = json.loads(line)
        with torch.no_grad():
            theirs = predict(Image.open(ours["image"]).convert("RGB"))[0].softmax(-1).tolist()
        assert list(ours["probabilities"]) == names, names
        differences = [abs(a - b) for a, b in zip(ours["probabilities"].values(), theirs)]
        largest = max(largest, *differences)
    print(f"{folder}: probabilities differ by at most {largest:.1e}")
    return 0 if largest <= tolerance else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:])))
