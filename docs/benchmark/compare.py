"""Runs rlrr and PyTorch in alternation and prints medians, spreads and ratios.

    python compare.py --model vit-b16 --batch 8 --threads 2 --steps 10 --rounds 5

Every measurement is a process of its own. A round runs each side once, every other round in
reverse order, and a ratio compares two sides within one round, so that a machine that grows slower
over the hour slows both. The Python that runs this runs PyTorch too; it needs torch. The command
that starts rlrr is the environment variable RLRR, rlrr-examples/scripts/rlrr by default.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
START_SCRIPT = HERE.parent.parent / "rlrr-examples" / "scripts" / "rlrr"
SIDES = ["rlrr", "torch-published", "torch-best", "torch-timm"]


def command(side, options):
    if side == "rlrr":
        # The variable is a command line; a path with spaces in the default must stay whole.
        start = shlex.split(os.environ["RLRR"]) if "RLRR" in os.environ else [str(START_SCRIPT)]
        line = [*start, "bench", options.what, "--batch-size", str(options.batch), "--json", "-"]
    elif side == "torch-timm":
        line = [sys.executable, str(HERE / "rlrr_families.py"), options.what, "--batch", str(options.batch)]
    else:
        script = str(HERE / "rlrr_torch.py")
        line = [sys.executable, script, options.what, "--form", side.removeprefix("torch-"),
                "--batch", str(options.batch)]
        line += ["--class-token-only"] * options.class_token_only
    line += ["--model", options.model, "--steps", str(options.steps)]
    line += ["--warmup", str(options.warmup), "--classes", str(options.classes)]
    line += ["--threads", str(options.threads), "--device", options.device]
    line += ["--precision", options.precision]
    line += ["--recompute"] * options.recompute + ["--merged"] * options.merged
    return line


def measure(side, options):
    """Runs one side and returns its JSON object, checked to be the case that was asked for."""
    line = command(side, options)
    environment = os.environ | {"OMP_NUM_THREADS": str(options.threads)}
    ended = subprocess.run(line, env=environment, capture_output=True, text=True)
    found = [text for text in ended.stdout.splitlines() if text.startswith("{")]
    if ended.returncode != 0 or len(found) != 1:
        sys.exit(f"{shlex.join(line)}\nended with status {ended.returncode} and {len(found)} JSON "
                 f"lines, expected 0 and 1; the end of its output:\n"
                 + (ended.stdout + ended.stderr)[-2000:])
    case = json.loads(found[0])
    asked = {name: getattr(options, name) for name in (
        "what", "model", "batch", "precision", "recompute", "merged", "device", "threads", "steps",
        "warmup")} | {"side": side}
    other = {name: (case.get(name), value) for name, value in asked.items()
             if case.get(name) != value}
    if other:
        sys.exit(f"{side} measured another case; (found, asked): {other}")
    return case


def check_versions(measured):
    """Another PyTorch than the libtorch that rlrr runs on would be another comparison."""
    found = {case["versions"].get("libtorch") or case["versions"]["torch"].split("+")[0]
             for case in measured.values()}
    if len(found) > 1:
        sys.exit(f"PyTorch and libtorch are of different versions, {sorted(found)}: install rlrr's")


def figures(case):
    """What is compared of one process: its median step and its peaks."""
    return {
        "CPU s/step": statistics.median(case["cpu_seconds"]),
        "wall s/step": statistics.median(case["step_seconds"]),
        "peak MB": in_megabytes(case.get("peak_memory_bytes")),
        "CUDA peak MB": in_megabytes(case.get("cuda_peak_bytes")),
    }


def in_megabytes(number):
    return None if number is None else number / 1e6


def spread(values):
    """The median, and the least and greatest of the rounds."""
    if None in values:
        return "-"
    digits = 0 if max(values) >= 100 else 3
    middle, low, high = (f"{value:.{digits}f}"
                         for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low}-{high})"


def ratios(ours, theirs):
    if None in ours or None in theirs:
        return "-"
    return spread([a / b for a, b in zip(ours, theirs)])


def table(rounds, sides):
    """Rows of text: each side's figures, then the first side over each other one."""
    names = [name for name in figures(rounds[0][sides[0]])
             if any(figures(one[side])[name] is not None for one in rounds for side in sides)]
    values = {side: {name: [figures(one[side])[name] for one in rounds] for name in names}
              for side in sides}
    rows = [["", *names]]
    rows += [[side, *(spread(values[side][name]) for name in names)] for side in sides]
    first = sides[0]
    rows += [[f"{first} / {side}",
              *(ratios(values[first][name], values[side][name]) for name in names)]
             for side in sides[1:]]
    return rows


def show(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("what", nargs="?", choices=["train", "infer"], default="train")
    add("--model", default="vit-b16")
    add("--batch", type=int, default=8)
    add("--classes", type=int, default=100)
    add("--threads", type=int, default=os.cpu_count())
    add("--warmup", type=int, default=2)
    add("--steps", type=int, default=10)
    add("--rounds", type=int, default=5)
    add("--device", choices=["cpu", "cuda"], default="cpu")
    add("--precision", choices=["float32", "tf32", "bfloat16"], default="float32")
    add("--recompute", action="store_true")
    add("--merged", action="store_true")
    add("--class-token-only", action="store_true", help="of the last block, in PyTorch too")
    add("--sides", nargs="+", choices=SIDES, default=SIDES[:3],
        help="what to run; the first is compared with each other one")
    add("--output", type=Path, default=Path("out/benchmark.jsonl"),
        help="every process's JSON line is added to this file")
    options = parser.parse_args(arguments)
    if min(options.steps, options.rounds) < 1:
        parser.error("--steps and --rounds are at least 1")
    if len(set(options.sides)) < len(options.sides):
        parser.error("--sides names one side twice")
    return options


def main(arguments):
    options = parse(arguments)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    rounds = []
    for number in range(options.rounds):
        measured = {}
        for side in options.sides if number % 2 == 0 else options.sides[::-1]:
            print(f"round {number + 1} of {options.rounds}: {side}", file=sys.stderr)
            measured[side] = measure(side, options)
            with options.output.open("a") as lines:
                lines.write(json.dumps(measured[side]) + "\n")
        check_versions(measured)
        rounds.append(measured)
    print(f"{options.what}, {options.model}, batch {options.batch}, {options.precision}, "
          f"{options.device}, {options.threads} threads, {options.rounds} rounds of "
          f"{options.steps} steps: median (least-greatest) of the rounds\n")
    show(table(rounds, options.sides))


if __name__ == "__main__":
    main(sys.argv[1:])
