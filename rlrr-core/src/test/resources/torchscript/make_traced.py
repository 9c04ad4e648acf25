"""Makes traced.pt: linear, batch norm, tanh, linear as a TorchScript program, traced in evaluation
mode, which keeps the batch norm from training for good. Run with torch 2.7.1."""

import torch

torch.manual_seed(1)
net = torch.nn.Sequential(
    torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Tanh(), torch.nn.Linear(3, 4)
)
torch.jit.trace(net.eval(), torch.zeros(1, 4)).save("traced.pt")
