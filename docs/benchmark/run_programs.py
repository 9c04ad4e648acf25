"""Runs the library's own TorchScript programs as a whole training step, on a CPU or a CUDA GPU.

    rlrr bench programs out/programs --model vit-b16
    python run_programs.py out/programs --device cuda --batch 32,256 --precision float32,tf32,bfloat16

Needs torch and rlrr_torch.py beside it. Effective weights, encoder blocks and the class token's
last block are the files that `rlrr bench programs` wrote; the patch projection, the head, the loss
and AdamW are PyTorch's. --check compares logits and gradients with rlrr_torch.py first. Prints a
JSON line for each case: median seconds of a step, images a second, peak memory.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import rlrr_torch


class Programs:
    """The model of rlrr_torch.py, computed by the library's programs."""

    def __init__(self, folder, model, precision, recompute):
        product = "bfloat16" if precision == "bfloat16" else "float32"
        self.model = model
        self.recompute = recompute
        self.rescaling = load(folder / "rescaling.pt", model)
        self.block = load(folder / f"block-{product}.pt", model)
        self.class_token = load(folder / f"class_token-{product}.pt", model)

    def parameters_of(self, block):
        """In the order of the program's arguments."""

        def norm(n):
            return [*n.folded()]

        def linear(layer):
            weight = self.rescaling(layer.weight, layer.scale_right, layer.scale_left)
            return [weight, layer.bias + layer.shift_bias]

        values = norm(block.norm1)
        for layer in (block.query, block.key, block.value, block.out):
            values += linear(layer)
        values += norm(block.norm2)
        for layer in (block.fc1, block.fc2):
            values += linear(layer)
        return values

    def run(self, program, x, block):
        return program(x, *self.parameters_of(block))

    def __call__(self, images):
        m = self.model
        x = m.patches(images)
        x = torch.cat([m.class_token.expand(len(x), -1, -1), x], dim=1) + m.positions
        for block in m.blocks:
            program = self.class_token if block is m.blocks[-1] else self.block
            if self.recompute:
                # The other kind ends early by an exception, which TorchScript does not let through.
                x = rlrr_torch.checkpoint(self.run, program, x, block, use_reentrant=True)
            else:
                x = self.run(program, x, block)
        return m.head(m.norm(x[:, 0]))


def load(path, model):
    return torch.jit.load(str(path), map_location=next(model.parameters()).device)


def geometry(folder):
    config = json.loads((folder / "config.json").read_text())
    return rlrr_torch.Geometry(
        config["imageHeight"], config["patchSize"], config["width"], config["depth"],
        config["heads"], config["mlpWidth"])


def gradients(model, forward, images, labels):
    model.zero_grad(set_to_none=True)
    logits = forward(images)
    F.cross_entropy(logits, labels).backward()
    return logits, {name: p.grad for name, p in model.trained().items()}


def check(folder, device):
    """The programs against PyTorch's eager mode, float32."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    model, images, labels = made(geometry(folder), 2, 10, device)
    torch.nn.init.normal_(model.head.weight, std=0.1)
    expected, wanted = gradients(model, model, images, labels)
    for recompute in (False, True):
        programs = Programs(folder, model, "float32", recompute)
        logits, found = gradients(model, programs, images, labels)
        torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4)
        for name, gradient in wanted.items():
            scale = float(gradient.abs().max())
            if name.endswith("key.shift_bias"):  # rounding alone: softmax ignores what is added to every key
                scale = float(wanted[name.replace(".key.", ".query.")].abs().max())
            off = float((found[name] - gradient).abs().max())
            assert off <= 1e-3 * scale, f"{name}: off by {off}, largest {scale}"
    print(f"the programs give PyTorch's logits and {len(wanted)} gradients on {device}")


def made(g, batch, classes, device):
    torch.manual_seed(0)
    with torch.device(device):
        model = rlrr_torch.RescaledVit(g, classes, "best", class_token_only=True)
        images = torch.empty(batch, 3, g.image, g.image).uniform_(-1, 1)
        labels = torch.randint(classes, (batch,))
    return model, images, labels


def measure(folder, precision, batch, options):
    tf32 = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    model, images, labels = made(geometry(folder), batch, 100, options.device)
    programs = Programs(folder, model, precision, options.recompute)
    optimizer = rlrr_torch.optimizer_of(model)
    seconds = []
    for _ in range(options.warmup + options.steps):
        rlrr_torch.synchronize(options.device)
        start = time.perf_counter()
        F.cross_entropy(programs(images), labels).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        rlrr_torch.synchronize(options.device)
        seconds.append(time.perf_counter() - start)
    step = statistics.median(seconds[options.warmup:])
    cuda = options.device.startswith("cuda")
    return {
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "precision": precision,
        "recompute": options.recompute,
        "batch": batch,
        "step_seconds": step,
        "images_per_second": batch / step,
        "cuda_peak_bytes": torch.cuda.max_memory_allocated() if cuda else None,
        "torch": torch.__version__,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what rlrr bench programs wrote")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch", default="32,256")
    parser.add_argument("--precision", default="float32,tf32,bfloat16")
    parser.add_argument("--recompute", action="store_true")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="compare with PyTorch first")
    options = parser.parse_args()
    torch.jit.set_fusion_strategy([])
    torch._C._set_graph_executor_optimize(False)  # as the library runs them
    if options.check:
        check(options.folder, options.device)
    for precision in options.precision.split(","):
        for batch in map(int, options.batch.split(",")):
            print(json.dumps(measure(options.folder, precision, batch, options)), flush=True)


if __name__ == "__main__":
    main()
