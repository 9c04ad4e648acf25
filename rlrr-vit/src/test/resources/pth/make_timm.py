"""Makes timm.pth and deit.pth: the model of parity/tiny as timm's state dict, alone and wrapped as DeiT publishes it.

Run here, with PyTorch 2.7.1 and safetensors.
"""

import torch
from safetensors.torch import load_file

weights = load_file("../parity/tiny/base_timm.safetensors")
torch.save(weights, "timm.pth")
torch.save({"model": weights, "epoch": 3}, "deit.pth")
