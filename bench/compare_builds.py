#!/usr/bin/env python3
"""The speed of two builds of `mog`, in turns in one run: the training step of each stage, and one image in the runtime.

    bench/compare_builds.py OLD_MOG NEW_MOG [--n 128 64 32] [--rounds 5] [--steps 5]

A ratio above 1 says that NEW is faster. Compared are the medians over the rounds and the fastest of each, which tells
what a build can do where the machine is shared. tests/compare_builds.py compares what the two compute.
"""
import argparse
import json
import statistics
import subprocess

STAGES = ("full-precision", "quantized-weights", "quantized")


def seconds(mog, words):
    """The median time of one turn: of a step, or of an image."""
    done = subprocess.run([mog, *map(str, words), "--json"], check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    return found["step_seconds"] if "step_seconds" in found else found["median_ms"] / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--n", type=int, nargs="+", default=[128, 64, 32])
    parser.add_argument("--k", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (5)")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of a turn (5)")
    options = parser.parse_args()
    cases = []
    for n in options.n:
        size = ["--n", n, "--g", 4, "--k", options.k]
        cases += [(f"step, {stage}", n, ["profile", *size, "--steps", options.steps, "--stage", stage])
                  for stage in STAGES]
        cases.append(("one image", n, ["bench", "--random", *size, "--seconds", 0.5]))
    print(f"{options.rounds} rounds; milliseconds: median, fastest\n"
          f"{'':<24}{'n':>4}  {'old':>17}  {'new':>17}  {'old/new':>12}")
    for what, n, words in cases:
        old, new = [], []
        for _ in range(options.rounds):
            old.append(seconds(options.old, words) * 1e3)
            new.append(seconds(options.new, words) * 1e3)
        pairs = [(statistics.median(times), min(times)) for times in (old, new)]
        ratios = [a / b for a, b in zip(*pairs)]
        texts = [f"{median:.3f}, {fastest:.3f}" for median, fastest in pairs]
        print(f"{what:<24}{n:>4}  {texts[0]:>17}  {texts[1]:>17}  {ratios[0]:>5.3f}, {ratios[1]:.3f}", flush=True)


if __name__ == "__main__":
    main()
