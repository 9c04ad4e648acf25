"""Makes the PyTorch files beside this script, and expected.npz with the values they hold.

Run with PyTorch 2.7.1 and NumPy: python make_pth.py
"""

import argparse
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
expected = {}


def save(name, value, **options):
    torch.save(value, HERE / name, **options)


def values(shape, dtype=torch.float32):
    numbers = (torch.arange(int(np.prod(shape))) - 3).reshape(shape).to(dtype)
    return numbers / 2 if dtype.is_floating_point else numbers


def record(file, tensors):
    for name, tensor in tensors.items():
        tensor = tensor.detach()
        if tensor.dtype in (torch.bfloat16, torch.float16):
            tensor = tensor.float()
        expected[f"{file}/{name}"] = tensor.numpy().copy("C")


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))

# What people save: the state dict, with each protocol that torch.save takes.
for protocol in (2, 3, 4, 5):
    save(f"state_dict_protocol{protocol}.pth", model.state_dict(), pickle_protocol=protocol)
    record(f"state_dict_protocol{protocol}", model.state_dict())

# A training checkpoint as the ImageNet example saves it.
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
model(torch.randn(4, 3)).sum().backward()
optimizer.step()
save(
    "training.pth",
    {
        "epoch": 3,
        "arch": "mlp",
        "state_dict": nn.DataParallel(model).state_dict(),
        "best_acc1": torch.tensor(76.7),
        "optimizer": optimizer.state_dict(),
        "huge": 10**30,
        "betas": [0.9, 0.999, None, True],
    },
)
record("training", model.state_dict())

# Every element type, as a state dict of buffers.
types = OrderedDict(
    (str(dtype).removeprefix("torch."), values((2, 3), dtype))
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
    )
)
types["uint8"] = torch.tensor([[0, 1, 2], [127, 128, 255]], dtype=torch.uint8)
types["bool"] = torch.tensor([[True, False, True], [False, False, True]])
save("types.pth", types)
record("types", types)

# Views: strides, offsets, shared and repeated elements, empty and scalar tensors, a parameter.
base = values((4, 6))
cube = values((2, 3, 4))
views = {
    "base": base,
    "tied": base,
    "transposed": base.t(),
    "row": base[2],
    "column": base[:, 1],
    "block": base[1:3, 2:5],
    "every_other": base[::2, ::3],
    "permuted": cube.permute(2, 0, 1),
    "expanded": torch.tensor([1.5, -2.5]).unsqueeze(1).expand(2, 5),
    "windows": torch.arange(6.0).unfold(0, 3, 1),
    "scalar": torch.tensor(7.25),
    "scalar_view": base[3, 5],
    "empty": torch.zeros(0, 3),
    "empty_at_end": base[4:],
    "parameter": nn.Parameter(values((2, 2))),
    "unit_strides": torch.as_strided(base, (1, 6), (1000, 1)),
}
save("views.pth", views)
record("views", views)

# What must be refused.
save("two_dicts.pth", {"model": model.state_dict(), "model_ema": model.state_dict()})
save("namespace.pth", {"model": model.state_dict(), "args": argparse.Namespace(lr=0.1)})
save("whole_model.pth", model)
save("list.pth", [torch.ones(2)])
save("tensor.pth", torch.ones(2))
save("no_tensors.pth", {"epoch": 3, "names": ["a"]})
save("uint16.pth", {"a": torch.zeros(2, dtype=torch.uint16)})
save("complex.pth", {"a": torch.zeros(2, dtype=torch.complex64)})
save("negative.pth", {"a": torch.ones(2)._neg_view()})
save("sparse.pth", {"a": torch.ones(2).to_sparse()})
save("meta.pth", {"a": torch.ones(2, device="meta")})
save("before_1_6.pth", {"a": torch.ones(2)}, _use_new_zipfile_serialization=False)
torch.jit.script(nn.Linear(2, 1)).save(HERE / "torchscript.pt")

np.savez(HERE / "expected.npz", **expected)
