"""RLRR on a Vision Transformer in plain PyTorch: the benchmark's other side. Needs torch only.

    python rlrr_torch.py train --form best --model vit-b16 --batch 8 --threads 2
    python rlrr_torch.py --self-test

A linear layer with frozen W (outputs, inputs) and b computes x·W'ᵀ + b + f with
W' = W + (s_right·s_left) ⊙ W, where s_left (1, inputs), s_right (outputs, 1) and f (outputs) are
learned; norms and the patch projection get y·s + t. Shapes below: B batch, N tokens, D width,
H heads. Two forms compute the same numbers (--self-test shows it):

published  the operations that the published implementation runs, each on its own, with every
           product kept for the backward pass
best       the fewest operations that PyTorch's eager mode has for it

One process measures one case, so that its peak memory is its own, and prints one JSON line.
"""

import time

BEGIN = time.perf_counter()  # before torch is imported: what --startup measures from

import argparse
import contextlib
import json
import math
import os
import platform
import statistics
import sys
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint


def from_proc(path, key):
    """The first value of a key in a file of Linux's /proc, or None."""
    try:
        with open(path) as lines:
            return next((s.split(":", 1)[1].strip() for s in lines if s.startswith(key)), None)
    except OSError:
        return None


def proc_bytes(path, key):
    text = from_proc(path, key)
    return None if text is None else int(text.split()[0]) * 1024  # /proc counts in KiB


# A CUDA build of PyTorch takes far more than a CPU build, before anything is computed.
IMPORTED_BYTES = proc_bytes("/proc/self/status", "VmHWM")


@dataclass(frozen=True)
class Geometry:
    image: int  # pixels on a side
    patch: int  # pixels on a side
    width: int
    depth: int
    heads: int
    mlp: int

    @property
    def tokens(self):  # the class token included
        return (self.image // self.patch) ** 2 + 1


MODELS = {
    "vit-b16": Geometry(224, 16, 768, 12, 12, 3072),
    "vit-l16": Geometry(224, 16, 1024, 24, 16, 4096),
    "vit-h14": Geometry(224, 14, 1280, 32, 16, 5120),
    "vit-cifar10": Geometry(32, 4, 128, 6, 4, 512),  # the size of the model that rlrr bundles
}


def frozen(*shape, std=0.0, mean=0.0):
    return nn.Parameter(torch.empty(shape).normal_(mean, std), requires_grad=False)


def learned(*shape, std=0.0, mean=0.0):
    return nn.Parameter(torch.empty(shape).normal_(mean, std))


class RescaledLinear(nn.Module):
    def __init__(self, inputs, outputs, form):
        super().__init__()
        self.form, self.merged = form, False
        self.weight = frozen(outputs, inputs, std=0.02)
        self.bias = frozen(outputs)
        # Kaiming's uniform start: the bound is √(6/second dimension).
        left, right = math.sqrt(6 / inputs), math.sqrt(6)
        self.scale_left = nn.Parameter(torch.empty(1, inputs).uniform_(-left, left))
        self.scale_right = nn.Parameter(torch.empty(outputs, 1).uniform_(-right, right))
        self.shift_bias = learned(outputs)

    def effective(self):
        if self.merged:
            return self.weight, self.bias
        if self.form == "published":
            weight = self.weight + self.scale_right * self.weight * self.scale_left
        else:
            # As a matrix product its backward pass is two more, with no temporary of W's size;
            # under autocast it would be rounded to bfloat16.
            with torch.autocast(self.weight.device.type, enabled=False):
                weight = torch.addcmul(
                    self.weight, self.weight, self.scale_right @ self.scale_left)
        return weight, self.bias + self.shift_bias

    def forward(self, x):
        return F.linear(x, *self.effective())

    def merge(self):
        self.weight.data, self.bias.data = (tensor.detach() for tensor in self.effective())
        self.merged = True


class ScaledNorm(nn.Module):
    def __init__(self, width, form):
        super().__init__()
        self.form, self.merged = form, False
        self.weight, self.bias = frozen(width, mean=1.0), frozen(width)
        self.scale, self.shift = learned(width, mean=1.0, std=0.02), learned(width, std=0.02)

    def folded(self):
        return self.weight * self.scale, self.bias * self.scale + self.shift

    def forward(self, x):
        if self.form == "published" and not self.merged:
            y = F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-6)
            return y * self.scale + self.shift
        gain, bias = (self.weight, self.bias) if self.merged else self.folded()
        return F.layer_norm(x, gain.shape, gain, bias, 1e-6)

    def merge(self):
        self.weight.data, self.bias.data = (tensor.detach() for tensor in self.folded())
        self.merged = True


class ScaledPatches(nn.Module):
    def __init__(self, patch, width, form):
        super().__init__()
        self.patch, self.form, self.merged = patch, form, False
        self.weight, self.bias = frozen(width, 3, patch, patch, std=0.02), frozen(width)
        self.scale, self.shift = learned(width, mean=1.0, std=0.02), learned(width, std=0.02)

    def forward(self, images):  # (B, 3, height, width) -> (B, N-1, D)
        x = F.conv2d(images, self.weight, self.bias, stride=self.patch)
        x = x.flatten(2).transpose(1, 2)
        if self.merged:
            return x
        if self.form == "published":
            return x * self.scale + self.shift
        return torch.addcmul(self.shift, x, self.scale)

    def merge(self):
        self.weight.data = (self.weight * self.scale.view(-1, 1, 1, 1)).detach()
        self.bias.data = (self.bias * self.scale + self.shift).detach()
        self.merged = True


class Block(nn.Module):
    def __init__(self, g, form):
        super().__init__()
        self.heads, self.form = g.heads, form
        self.norm1, self.norm2 = ScaledNorm(g.width, form), ScaledNorm(g.width, form)
        for name in ("query", "key", "value", "out"):
            setattr(self, name, RescaledLinear(g.width, g.width, form))
        self.fc1 = RescaledLinear(g.width, g.mlp, form)
        self.fc2 = RescaledLinear(g.mlp, g.width, form)

    def split(self, x):  # (B, N, D) -> (B, H, N, D/H)
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, class_token_only):
        y = self.norm1(x)
        if class_token_only:  # keys and values of all tokens, everything else of one
            x = x[:, :1]
        q = self.split(self.query(y[:, :1] if class_token_only else y))
        k, v = self.split(self.key(y)), self.split(self.value(y))
        if self.form == "published":
            attention = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
            y = attention.softmax(dim=-1) @ v
        else:
            y = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).flatten(2))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class RescaledVit(nn.Module):
    def __init__(self, g, classes, form, class_token_only=False, recompute=False):
        super().__init__()
        self.form, self.recompute = form, recompute
        self.class_token_only = class_token_only
        self.patches = ScaledPatches(g.patch, g.width, form)
        self.class_token = frozen(1, 1, g.width, std=0.02)
        self.positions = frozen(1, g.tokens, g.width, std=0.02)
        self.blocks = nn.ModuleList(Block(g, form) for _ in range(g.depth))
        self.norm = ScaledNorm(g.width, form)
        self.head = nn.Linear(g.width, classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, images):
        x = self.patches(images)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1) + self.positions
        for block in self.blocks:
            alone = self.class_token_only and block is self.blocks[-1]
            if self.recompute and torch.is_grad_enabled():
                x = checkpoint(block, x, alone, use_reentrant=False)
            else:
                x = block(x, alone)
        if self.form == "published":
            return self.head(self.norm(x)[:, 0])
        return self.head(self.norm(x[:, 0]))

    @torch.no_grad()
    def merge(self):
        for module in self.modules():
            if isinstance(module, (RescaledLinear, ScaledNorm, ScaledPatches)):
                module.merge()

    def trained(self):
        return {name: p for name, p in self.named_parameters() if p.requires_grad}


def optimizer_of(model):
    # The published rule: no decay where the name has "bias" or "norm".
    groups = {1e-4: [], 0.0: []}
    for name, parameter in model.trained().items():
        groups[0.0 if "bias" in name or "norm" in name else 1e-4].append(parameter)
    groups = [{"params": p, "weight_decay": decay} for decay, p in groups.items()]
    return torch.optim.AdamW(groups, lr=1e-3, fused=True if model.form == "best" else None)


def training_step(model, images, labels, autocast):
    optimizer = optimizer_of(model)

    def step():
        with autocast():
            loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad(set_to_none=True)  # PyTorch's default, so the published loop's too
        loss.backward()
        optimizer.step()
        if model.form == "published":
            loss.item()

    return step


def inference_step(model, images, autocast):
    no_gradients = torch.no_grad if model.form == "published" else torch.inference_mode

    def step():
        with no_gradients(), autocast():
            model(images)

    return step


def measure(step, warmup, steps, device):
    """Wall and CPU seconds (user and system, all threads) of each step after the warm-up."""
    wall, cpu = [], []
    for i in range(warmup + steps):
        synchronize(device)
        from_wall, from_cpu = time.perf_counter(), time.process_time()
        step()
        synchronize(device)
        if i >= warmup:
            wall.append(time.perf_counter() - from_wall)
            cpu.append(time.process_time() - from_cpu)
    return wall, cpu


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def flops(g, batch, classes, train):
    """2·m·n·k of every matrix product that the exact algorithm needs.

    The last block counts for the class token only, whatever the measured model computes, and
    nothing that is computed twice counts twice. An adapted linear layer and the head need three
    products in training (output, input gradient, weight gradient), attention two forward and four
    backward, the patch projection its output and its weight gradient. Inference: outputs only.
    """
    total = 0
    for block in range(g.depth):
        rows = batch * g.tokens  # of keys and values
        alone = batch if block == g.depth - 1 else rows  # of everything else
        linear = 2 * g.width * (2 * rows * g.width + 2 * alone * g.width + 2 * alone * g.mlp)
        attention = 2 * 2 * alone * g.tokens * g.width
        total += (linear + attention) * (3 if train else 1)
    patches = 2 * batch * (g.tokens - 1) * 3 * g.patch**2 * g.width
    head = 2 * batch * g.width * classes
    return total + patches * (2 if train else 1) + head * (3 if train else 1)


def report(options, what, **fields):
    cuda = options.device == "cuda"
    common = {
        "side": "torch-" + options.form, "what": what, "model": options.model,
        "batch": options.batch, "classes": options.classes, "precision": options.precision,
        "recompute": options.recompute, "merged": options.merged,
        "class_token_only": options.class_token_only, "device": options.device,
        "threads": torch.get_num_threads(), "warmup": options.warmup, "steps": options.steps,
    }
    after = {
        "peak_memory_bytes": proc_bytes("/proc/self/status", "VmHWM"),
        "imported_memory_bytes": IMPORTED_BYTES,
        "cuda_peak_bytes": torch.cuda.max_memory_allocated() if cuda else None,
        "floor_seconds": None,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "machine": {
            "system": platform.platform(), "cores": os.cpu_count(),
            "cpu": from_proc("/proc/cpuinfo", "model name"),
            "memory_bytes": proc_bytes("/proc/meminfo", "MemTotal"),
            "gpu": torch.cuda.get_device_name() if cuda else None,
        },
    }
    print(json.dumps(common | fields | after), flush=True)


def prepare(options):
    """The model, one batch of random pixels in [-1, 1] and labels, and autocast or nothing."""
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.manual_seed(0)
    g = MODELS[options.model]
    with torch.device(options.device):
        model = RescaledVit(
            g, options.classes, options.form, options.class_token_only, options.recompute)
        images = torch.empty(options.batch, 3, g.image, g.image).uniform_(-1, 1)
        labels = torch.randint(options.classes, (options.batch,))

    def autocast():
        if options.precision != "bfloat16":
            return contextlib.nullcontext()
        return torch.autocast(options.device, dtype=torch.bfloat16)

    return model, images, labels, autocast


def measure_steps(options):
    model, images, labels, autocast = prepare(options)
    train = options.what == "train"
    if options.merged:
        model.merge()
    step = (training_step(model, images, labels, autocast) if train
            else inference_step(model, images, autocast))
    wall, cpu = measure(step, options.warmup, options.steps, options.device)
    needed = flops(MODELS[options.model], options.batch, options.classes, train)
    report(options, options.what, step_seconds=wall, cpu_seconds=cpu, flops_per_step=needed)


def measure_startup(options):
    model, images, labels, autocast = prepare(options)
    options.warmup, options.steps = 0, 1
    wall, cpu = measure(training_step(model, images, labels, autocast), 0, 1, options.device)
    report(options, "startup", startup_seconds=time.perf_counter() - BEGIN, step_seconds=wall,
           cpu_seconds=cpu)


def measure_experiment(options):
    """A whole published experiment, COMPUTED from a few measured steps and batches."""
    model, images, labels, autocast = prepare(options)
    counts = (options.warmup, options.steps, options.device)
    train, train_cpu = measure(training_step(model, images, labels, autocast), *counts)
    test, test_cpu = measure(inference_step(model, images, autocast), *counts)
    steps = options.epochs * math.ceil(options.train_images / options.batch)
    batches = options.epochs * math.ceil(options.test_images / options.batch)

    def whole(training, testing):
        return {"training": steps * statistics.median(training),
                "testing": batches * statistics.median(testing)}

    report(options, "experiment", computed=True, training_steps=steps, test_batches=batches,
           experiment_seconds=whole(train, test), experiment_cpu_seconds=whole(train_cpu, test_cpu),
           step_seconds=train, cpu_seconds=train_cpu, test_batch_seconds=test,
           test_batch_cpu_seconds=test_cpu)


def self_test():
    """Every form gives the published form's logits and gradients in float64, to 1e-9."""
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    g = Geometry(8, 4, 16, 3, 4, 32)
    reference = RescaledVit(g, 5, "published")
    for parameter in reference.parameters():  # so that no bias, shift or head is zero
        parameter.data.add_(torch.randn_like(parameter), alpha=0.3)
    images, labels = torch.randn(3, 3, 8, 8), torch.tensor([0, 4, 2])

    layer, alone = reference.blocks[0].fc1, RescaledLinear(16, 32, "best")
    alone.load_state_dict(layer.state_dict())
    left, right = layer.scale_left[0].tolist(), layer.scale_right[:, 0].tolist()
    expected = torch.tensor([[(1 + right[i] * left[j]) * w for j, w in enumerate(row)]
                             for i, row in enumerate(layer.weight.tolist())])
    for linear in (layer, alone):
        assert_near("the equation, " + linear.form, linear.effective()[0], expected)

    def run(model):
        logits = model(images)
        F.cross_entropy(logits, labels).backward()
        with_gradient = {name for name, p in model.named_parameters() if p.grad is not None}
        assert with_gradient == set(model.trained()), "a frozen weight got a gradient"
        assert all("scale" in n or "shift" in n or "head" in n for n in with_gradient)
        return {"logits": logits} | {name: p.grad for name, p in model.trained().items()}

    wanted = run(reference)
    assert all(value.abs().max() > 1e-6 for name, value in wanted.items()
               if not name.endswith("key.shift_bias")), "softmax ignores the keys' shift only"
    for form in ("published", "best"):
        for class_token_only in (False, True):
            for recompute in (False, True):
                model = RescaledVit(g, 5, form, class_token_only, recompute)
                model.load_state_dict(reference.state_dict())
                name = f"{form}, class token only {class_token_only}, recompute {recompute}"
                for tensor, value in run(model).items():
                    assert_near(f"{name}: {tensor}", value, wanted[tensor])
                before = {n: p.detach().clone() for n, p in model.named_parameters()}
                optimizer_of(model).step()
                changed = {n for n, p in model.named_parameters() if not p.equal(before[n])}
                assert changed == set(model.trained()), "AdamW changes what is trained, no more"
                model.load_state_dict(reference.state_dict())
                model.merge()
                with torch.no_grad():
                    assert_near(name + ", merged", model(images), wanted["logits"])

    torch.set_default_dtype(torch.float32)
    for model, count in {"vit-b16": 288_768, "vit-l16": 765_952, "vit-h14": 1_274_880}.items():
        with torch.device("meta"):
            trained = RescaledVit(MODELS[model], 100, "best").trained()
        found = sum(p.numel() for name, p in trained.items() if "head" not in name)
        assert found == count, f"{model} has {found} adapter parameters, the paper {count}"
    print("self-test passed")


def assert_near(what, found, expected):
    difference = (found - expected).abs().max().item()
    assert difference <= 1e-9, f"{what} differs by {difference}, allowed 1e-9"


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("what", nargs="?", choices=["train", "infer"], default="train")
    add("--form", choices=["published", "best"], default="published")
    add("--model", choices=list(MODELS), default=None, help="default vit-b16; startup vit-cifar10")
    add("--batch", type=int, default=8)
    add("--classes", type=int, default=100)
    add("--threads", type=int, default=os.cpu_count())
    add("--warmup", type=int, default=2, help="steps that are not counted")
    add("--steps", type=int, default=10)
    add("--device", choices=["cpu", "cuda"], default="cpu")
    add("--precision", choices=["float32", "tf32", "bfloat16"], default="float32",
        help="tf32: float32 with TF32 products, on CUDA; bfloat16: autocast")
    add("--recompute", action="store_true", help="each block again in the backward pass")
    add("--class-token-only", action="store_true", help="of the last block, as rlrr does")
    add("--merged", action="store_true", help="infer with the adapter merged into the weights")
    add("--json", action="store_true", help="accepted for symmetry: the JSON line always comes")
    add("--startup", action="store_true", help="from importing torch to the first step's end")
    add("--experiment", action="store_true", help="seconds of a whole experiment, computed")
    add("--epochs", type=int, default=110, help="of --experiment, each with a test")
    add("--train-images", type=int, default=1000, help="of --experiment")
    add("--test-images", type=int, default=5000, help="of --experiment")
    add("--self-test", action="store_true")
    options = parser.parse_args(arguments)
    if min(options.batch, options.classes, options.threads, options.steps) < 1:
        parser.error("--batch, --classes, --threads and --steps are at least 1")
    if options.merged and options.what == "train":
        parser.error("--merged is for infer: a merged model has nothing to train")
    if options.precision == "tf32" and options.device != "cuda":
        parser.error("--precision tf32 needs --device cuda")
    options.model = options.model or ("vit-cifar10" if options.startup else "vit-b16")
    return options


def main(arguments):
    options = parse(arguments)
    if options.self_test:
        self_test()
    elif options.startup:
        measure_startup(options)
    elif options.experiment:
        measure_experiment(options)
    else:
        measure_steps(options)


if __name__ == "__main__":
    main(sys.argv[1:])
