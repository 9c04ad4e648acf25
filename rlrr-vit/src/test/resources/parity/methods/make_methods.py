"""Makes the numbers of MethodParityTest and of DoraTest: other methods on the tiny Vision Transformer.

Each method's own published code computes in float64: PEFT for LoRA and DoRA, the authors' code for SSF
and ARC, PyTorch itself where a method only selects parameters. One file a method, of float32 arrays:

    initial.<tensor>    where the trained tensors start: drawn, so that every path is exercised
    gradient.<tensor>   of the mean cross-entropy there
    final.<tensor>      after three steps of AdamW at a learning rate of 0.003 and a decay of 0.1
    logits, final_logits, losses (before each step)

    pip install torch==2.7.1 peft==0.21.2 timm==0.6.13 safetensors numpy
    git clone https://github.com/dongzelian/SSF and https://github.com/DavidYanAnDe/ARC
    python make_methods.py TINY SSF ARC OUT

TINY is the folder parity/tiny, SSF and ARC are the clones.
"""

import sys
import types
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

WIDTH, HEADS, MLP, DEPTH, PATCH, SIZE, CLASSES = 32, 4, 64, 3, 4, 16, 5
STEPS, RATE, DECAY = 3, 3e-3, 0.1

tiny, ssf_clone, arc_clone, out = (Path(p) for p in sys.argv[1:5])
base = {k: v.double() for k, v in load_file(tiny / "base_timm.safetensors").items()}
for i in range(DEPTH):
    for kind in ("weight", "bias"):
        fused = base.pop(f"blocks.{i}.attn.qkv.{kind}")
        for name, part in zip(("query", "key", "value"), fused.chunk(3)):
            base[f"blocks.{i}.attn.{name}.{kind}"] = part.clone()
        base[f"blocks.{i}.attn.out.{kind}"] = base.pop(f"blocks.{i}.attn.proj.{kind}")
io = np.load(tiny / "io.npz")
images = torch.from_numpy(io["images"]).double()
labels = torch.from_numpy(io["labels"]).long()


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x):
        q, k, v = (
            f(x).unflatten(2, (HEADS, -1)).transpose(1, 2) for f in (self.query, self.key, self.value)
        )
        weights = (q @ k.transpose(2, 3) / (WIDTH // HEADS) ** 0.5).softmax(3)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-6), nn.LayerNorm(WIDTH, 1e-6)
        self.attn = Attention()
        self.mlp = nn.Sequential()
        self.mlp.add_module("fc1", nn.Linear(WIDTH, MLP))
        self.mlp.add_module("act", nn.GELU())
        self.mlp.add_module("fc2", nn.Linear(MLP, WIDTH))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Plain(nn.Module):
    """A Vision Transformer whose modules have the names that adapter files have."""

    def __init__(self):
        super().__init__()
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, (SIZE // PATCH) ** 2 + 1, WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH, 1e-6)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, images):
        x = self.patch_embed.proj(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def plain():
    model = Plain().double()
    model.load_state_dict(base)
    return model.requires_grad_(False)


def measure(name, model, tensors, spared=lambda tensor: False, offset={}):
    """tensors: the reference's parameters by the name that ours have. spared: of weight decay."""
    torch.manual_seed(7)
    result = {}
    for key, parameter in tensors.items():
        parameter.requires_grad_(True)
        with torch.no_grad():
            parameter.add_(0.1 * torch.randn(parameter.shape, dtype=torch.float64))

    def note(prefix, value):
        for key, parameter in tensors.items():
            array = value(parameter).detach()
            if prefix != "gradient":
                array = array - offset.get(key, 0)
            result[f"{prefix}.{key}"] = array.clone()

    optimizer = torch.optim.AdamW(
        [
            {"params": [p for k, p in tensors.items() if not spared(k)], "weight_decay": DECAY},
            {"params": [p for k, p in tensors.items() if spared(k)], "weight_decay": 0.0},
        ],
        lr=RATE,
    )
    note("initial", lambda p: p)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        logits = model(images)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        losses.append(loss.detach())
        if step == 0:
            result["logits"] = logits.detach()
            note("gradient", lambda p: p.grad)
        optimizer.step()
    note("final", lambda p: p)
    result["losses"] = torch.stack(losses)
    result["final_logits"] = model(images).detach()
    if name == "lora" or name == "linear-probe":
        assert np.abs(io["base_logits"] - plain()(images).numpy()).max() < 1e-5
    save_file({k: v.float().contiguous() for k, v in result.items()}, out / f"{name}.safetensors")
    print(name, [round(float(x), 4) for x in losses], sum(p.numel() for p in tensors.values()))


def head(model):
    return {"head.weight": model.head.weight, "head.bias": model.head.bias}


def bias(key):
    return key.endswith("head.bias")


def low_rank(name, targets, dora=False):
    import peft

    model = plain()
    config = peft.LoraConfig(r=2, lora_alpha=3, target_modules=targets, use_dora=dora)
    tuned = peft.get_peft_model(model, config, autocast_adapter_dtype=False).double()
    tensors = {}
    for key, parameter in tuned.named_parameters():
        key = key.removeprefix("base_model.model.")
        if "lora_" in key:
            key = key.replace("lora_magnitude_vector.default.weight", "magnitude")
            key = key.replace("lora_A.default.weight", "lora_a").replace("lora_B.default.weight", "lora_b")
            tensors[key] = parameter
    measure(name, tuned, {**tensors, **head(model)}, spared=bias)


def selected(name, chosen):
    model = plain()
    tensors = {k: p for k, p in model.named_parameters() if chosen(k) or k.startswith("head.")}
    if name == "bias":
        named = {k if k.startswith("head.") else k.replace(".bias", ".shift"): p for k, p in tensors.items()}
        start = {k.replace(".bias", ".shift"): v for k, v in base.items() if k.endswith(".bias")}
        measure(name, model, named, spared=lambda k: k != "head.weight", offset=start)
    else:
        norm = lambda k: "norm" in k or k.endswith(".bias")
        names = {
            k.replace(".weight", ".gamma").replace(".bias", ".beta") if "norm" in k else k: k for k in tensors
        }
        measure(name, model, {ours: tensors[k] for ours, k in names.items()}, spared=lambda o: norm(names[o]))


def ssf():
    # Imported there for a debugger and for loading images, neither of which is needed here.
    for unused in ("ipdb", "torchvision", "torchvision.datasets", "torchvision.transforms", "torchvision.models",
                   "torchvision.transforms.functional", "torchvision.models.feature_extraction",
                   "torchvision.datasets.folder", "torchvision.ops", "torchvision.ops.misc"):
        sys.modules[unused] = MagicMock()
    sys.path.insert(0, str(ssf_clone))
    from models.vision_transformer import VisionTransformer

    torch.manual_seed(1)
    model = VisionTransformer(
        SIZE, PATCH, num_classes=CLASSES, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS, mlp_ratio=MLP / WIDTH,
        tuning_mode="ssf",
    ).double().requires_grad_(False)
    state = load_file(tiny / "base_timm.safetensors")
    left = model.load_state_dict({k: v.double() for k, v in state.items()}, strict=False)
    assert not left.unexpected_keys and all("ssf" in k for k in left.missing_keys), left
    tensors = {}
    for which in ("scale", "shift"):
        place = lambda module, n: getattr(module, f"ssf_{which}_{n}")
        tensors[f"patch_embed.proj.{which}"] = place(model.patch_embed, 1)
        tensors[f"norm.{which}"] = place(model, 1)
        for i, block in enumerate(model.blocks):
            tensors[f"blocks.{i}.norm1.{which}"] = place(block, 1)
            tensors[f"blocks.{i}.norm2.{which}"] = place(block, 2)
            tensors[f"blocks.{i}.attn.qkv.{which}"] = place(block.attn, 1)
            tensors[f"blocks.{i}.attn.out.{which}"] = place(block.attn, 2)
            tensors[f"blocks.{i}.mlp.fc1.{which}"] = place(block.mlp, 1)
            tensors[f"blocks.{i}.mlp.fc2.{which}"] = place(block.mlp, 2)
    # The published optimizer spares tensors of one dimension.
    measure("ssf", model, {**tensors, **head(model)}, spared=lambda k: k != "head.weight")
    file = out / "ssf.safetensors"
    arrays = load_file(file)
    for key in [k for k in arrays if ".qkv." in k]:
        for name, part in zip(("query", "key", "value"), arrays.pop(key).chunk(3)):
            arrays[key.replace("qkv", name)] = part.clone()
    save_file(arrays, file)


def arc():
    sys.path.insert(0, str(arc_clone))
    from Model.ARC_ViT import ARCVisionTransformer

    settings = dict(mlp_dim=MLP, num_heads=HEADS, num_layers=DEPTH, attention_drop_rate=0.0, mlp_drop_rate=0.0)
    config = types.SimpleNamespace(
        patches={"size": (PATCH, PATCH)}, hidden_size=WIDTH, transformer=settings, adapter_dim=5,
        adapter_dropout=0.0,
    )
    torch.manual_seed(1)
    model = ARCVisionTransformer(config, SIZE, num_classes=CLASSES).double().requires_grad_(False)
    rename = {
        "patch_embed.proj": "embedding.projective", "cls_token": "embedding.cls",
        "pos_embed": "embedding.position_embedding", "norm": "transformer.layer_norm", "head": "head_mlp.head",
    }
    inner = {
        "norm1": "att_layer_norm", "norm2": "fnn_layer_norm", "attn.out": "attention.projective",
        "attn.": "attention.", "mlp.": "mlp.",
    }

    def theirs(key):
        if key.startswith("blocks."):
            _, i, rest = key.split(".", 2)
            for ours, name in inner.items():
                if rest.startswith(ours):
                    return f"transformer.layer.{i}.{name}{rest[len(ours):]}"
        for ours, name in rename.items():
            if key.startswith(ours):
                return name + key[len(ours):]

    left = model.load_state_dict({theirs(k): v for k, v in base.items()}, strict=False)
    assert not left.unexpected_keys and all("adapter" in k or "projection" in k for k in left.missing_keys), left
    tensors = {
        "arc.attention.projection": model.transformer.att_down_projection,
        "arc.mlp.projection": model.transformer.mlp_down_projection,
    }
    for i, layer in enumerate(model.transformer.layer):
        for place, adapter in (("attn", layer.att_adapter), ("mlp", layer.mlp_adapter)):
            adapter.adapter_rescale.data = adapter.adapter_rescale.data[0]
            tensors[f"blocks.{i}.{place}.rescale"] = adapter.adapter_rescale
            tensors[f"blocks.{i}.{place}.shift"] = adapter.adapter_bias
    # The published optimizer decays everything; we spare the head's bias, as for every method.
    measure("arc", model, {**tensors, **head(model.head_mlp)}, spared=bias)


low_rank("lora", r".*attn\.(query|value)")
low_rank("lora-all", r".*(attn|mlp)\.(query|key|value|out|fc1|fc2)")
low_rank("dora", r".*attn\.(query|value)", dora=True)
selected("bias", lambda k: k.endswith(".bias"))
selected("norm", lambda k: "norm" in k)
selected("linear-probe", lambda k: False)
selected("full", lambda k: True)
ssf()
arc()
