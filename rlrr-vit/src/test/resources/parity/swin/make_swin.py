"""Makes the numbers of SwinParityTest: Swin Transformers of timm, Transformers and torchvision with random weights.

They compute in float64, at the image size of the file and at an oblong one, where grids are filled up to whole
windows. Files of a case, arrays in float32; gradients have the names of the weights:

    NAME.safetensors or .pth              the checkpoint, as its library names the weights
    NAME.json                             its config.json; of a state dict, for its gradients alone
    NAME.numbers.safetensors              images, labels, logits
    NAME.gradients.safetensors            of the mean cross-entropy
    NAME.oblong.{numbers,gradients}.safetensors    the same at 40x24 pixels
    NAME.{small,windows}.numbers.safetensors       logits where tables of relative positions are resized: by timm at
                                                   24x12 pixels, and with other windows at 48x40; as the authors' code
                                                   (load_pretrained) does it, with other windows at 48x48

    pip install torch==2.7.1 torchvision==0.22.1 timm==1.0.31 transformers==5.24.0 safetensors
    python make_swin.py OUT
"""

import copy
import json
import re
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from timm.models.swin_transformer import SwinTransformer, checkpoint_filter_fn
from timm.models.swin_transformer_v2 import SwinTransformerV2
from torch import nn
from torchvision.models import swin_transformer as tv
from transformers import SwinConfig, SwinForImageClassification, Swinv2Config, Swinv2ForImageClassification

out = Path(sys.argv[1])
SIZES = {"embed_dim": 8, "depths": [2, 2, 1, 1], "num_heads": [1, 2, 2, 4], "mlp_ratio": 1.0, "patch_size": 2}
NATIVE, OBLONG = (32, 32), (40, 24)
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 2


def randomized(model):
    torch.manual_seed(SEED)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            gain = parameter.dim() == 1 and not path.endswith("bias")
            scale = 0.3 if parameter.dim() == 1 or "table" in path else parameter.shape[-1] ** -0.5
            parameter.copy_(torch.randn(parameter.shape) * scale + (1 if gain else 0))
    return model.eval()


def numbers(name, model, size, logits=lambda model, images: model(images), renamed=lambda tensors: tensors, gradients=True):
    torch.manual_seed(1)
    model = copy.deepcopy(model).double()
    images = torch.randn(3, 3, *size)
    labels = torch.tensor([0, 1, 2])
    answers = logits(model, images.double())
    nn.functional.cross_entropy(answers, labels).backward()
    save_file(
        {"images": images, "labels": labels.float(), "logits": answers.detach().float()},
        out / f"{name}.numbers.safetensors",
    )
    if not gradients:
        return
    gradients = {path: p.grad.float().contiguous() for path, p in model.named_parameters()}
    save_file(renamed(gradients), out / f"{name}.gradients.safetensors", {"format": "pt"})


def timm(name, kind, **arguments):
    model = randomized(kind(img_size=NATIVE, num_classes=3, **SIZES, **arguments))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, out / f"{name}.safetensors", {"format": "pt"})
    said = {"img_size": NATIVE, **SIZES, **arguments}
    (out / f"{name}.json").write_text(json.dumps({"architecture": "", "model_args": said}) + "\n")
    numbers(name, model, NATIVE)
    return model


def timm_oblong(name, kind, model, **arguments):
    other = kind(img_size=OBLONG, num_classes=3, **SIZES, **arguments).eval()
    other.load_state_dict(model.state_dict())
    numbers(name + ".oblong", other, OBLONG)


WINDOWS = {"window_size": [4, 4, 2, 2]}
V2 = {**WINDOWS, "pretrained_window_sizes": [3, 3, 0, 0]}
first = timm("timm-v1", SwinTransformer, **WINDOWS)
timm_oblong("timm-v1", SwinTransformer, first, **WINDOWS)
timm("timm-v1-small-grid", SwinTransformer, window_size=4)
second = timm("timm-v2", SwinTransformerV2, **V2)
timm_oblong("timm-v2", SwinTransformerV2, second, **V2)


def resized(name, size, windows, tables):
    other = SwinTransformer(img_size=size, num_classes=3, **SIZES, window_size=windows).eval()
    other.load_state_dict(tables(first.state_dict(), other))
    numbers(name, other, size, gradients=False)


def bicubic(tensors, model):
    def table(path, values):
        places, heads = model.get_parameter(path).shape
        old, new = round(len(values) ** 0.5), round(places ** 0.5)
        grid = values.T.reshape(1, heads, old, old)
        return nn.functional.interpolate(grid, size=(new, new), mode="bicubic").reshape(heads, places).T
    return {k: table(k, v) if k.endswith("bias_table") else v for k, v in tensors.items()}


resized("timm-v1.small", (24, 12), WINDOWS["window_size"], checkpoint_filter_fn)
resized("timm-v1.windows", (48, 40), [6, 5, 3, 2], checkpoint_filter_fn)
resized("original-v1.windows", (48, 48), [6, 6, 3, 3], bicubic)


def original(name, model):
    """As the authors' code saves it, whose stages end with the merging, with its tables: the numbers are timm's."""
    def stages(tensors):
        tensors = {re.sub(r"layers.(\d).downsample", lambda m: f"layers.{int(m[1]) - 1}.downsample", k): v for k, v in tensors.items()}
        return {k.replace("head.fc.", "head."): v for k, v in tensors.items()}
    saved = stages(model.state_dict())
    for path, module in model.named_modules():
        for table in ("attn_mask", "relative_position_index", "relative_coords_table"):
            if getattr(module, table, None) is not None:
                saved[f"{path}.{table}"] = getattr(module, table)
    torch.save({"model": saved}, out / f"{name}.pth")


original("original-v1", first)
original("original-v2", second)


def hugging_face(name, kind, config):
    said = dict(SIZES, window_size=2, hidden_act="gelu", num_labels=3, image_size=NATIVE[0])
    if kind is Swinv2ForImageClassification:
        said["pretrained_window_sizes"] = [3, 3, 0, 0]
    model = randomized(kind(config(**said)))
    with tempfile.TemporaryDirectory() as folder:
        def saved(tensors=None):
            kept = copy.deepcopy(model)
            if tensors is not None:
                with torch.no_grad():
                    for path, parameter in kept.named_parameters():
                        parameter.copy_(tensors[path])
            kept.save_pretrained(folder)
            return load_file(folder + "/model.safetensors")
        save_file(saved(), out / f"{name}.safetensors", {"format": "pt"})
        shutil.copy(folder + "/config.json", out / f"{name}.json")
        answer = lambda m, images: m(images).logits
        numbers(name, model, NATIVE, answer, saved)
        other = kind(config(**{**said, "image_size": OBLONG})).eval()
        other.load_state_dict(model.state_dict())
        numbers(name + ".oblong", other, OBLONG, answer, saved)


hugging_face("huggingface-v1", SwinForImageClassification, SwinConfig)
hugging_face("huggingface-v2", Swinv2ForImageClassification, Swinv2Config)


def torchvision(name, **arguments):
    model = randomized(tv.SwinTransformer(
        patch_size=[2, 2], embed_dim=SIZES["embed_dim"], depths=SIZES["depths"], num_heads=SIZES["num_heads"], window_size=[2, 2],
        mlp_ratio=SIZES["mlp_ratio"], num_classes=3, stochastic_depth_prob=0.0, **arguments,
    ))
    torch.save(model.state_dict(), out / f"{name}.pth")
    said = {"architecture": "", "model_args": {"img_size": NATIVE, "window_size": 2}}
    (out / f"{name}.json").write_text(json.dumps(said) + "\n")
    for size, suffix in ((NATIVE, ""), (OBLONG, ".oblong")):
        numbers(name + suffix, model, size)


torchvision("torchvision-v1")
torchvision("torchvision-v2", block=partial(tv.SwinTransformerBlockV2), downsample_layer=tv.PatchMergingV2)
