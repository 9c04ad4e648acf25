"""Times the matrix products of a ViT-B/16's linear layers, by MKL and by oneDNN, in alternation.

    python products.py --batch 8 --threads 2 --rounds 9

The three products of a layer: output y = x Wᵀ + b, gradient of the input g W, gradient of the
weight gᵀ x. Prints milliseconds for one encoder block, medians over the rounds.
"""

import argparse
import statistics
import time

import torch

TOKENS = 197
LAYERS = [(768, 768, 4), (3072, 768, 1), (768, 3072, 1)]  # outputs, inputs, how many in a block


def onednn(x, weight, bias=None):
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


def products(outputs, inputs, rows):
    x, g = torch.randn(rows, inputs), torch.randn(rows, outputs)
    w, b = torch.randn(outputs, inputs), torch.randn(outputs)
    return {
        "output": (lambda: torch.nn.functional.linear(x, w, b), lambda: onednn(x, w, b)),
        "input's gradient": (lambda: g @ w, lambda: onednn(g, w.t())),
        "weight's gradient": (lambda: g.t() @ x, lambda: onednn(g.t(), x.t())),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    total = {}
    for outputs, inputs, count in LAYERS:
        for name, pair in products(outputs, inputs, options.batch * TOKENS).items():
            first, second = pair[0](), pair[1]()
            assert (first - second).abs().max() <= 1e-3 * first.abs().max(), name
            seconds = ([], [])
            for _ in range(options.rounds):
                for function, times in zip(pair, seconds):
                    start = time.perf_counter()
                    function()
                    times.append(time.perf_counter() - start)
            sums = total.setdefault(name, [0.0, 0.0])
            for i in (0, 1):
                sums[i] += 1e3 * count * statistics.median(seconds[i])
    print(f"{'':18} {'MKL ms':>8} {'oneDNN ms':>10} {'ratio':>6}")
    for name, (mkl, dnn) in total.items():
        print(f"{name:18} {mkl:8.1f} {dnn:10.1f} {dnn / mkl:6.2f}")


if __name__ == "__main__":
    main()
