#!/usr/bin/python3
"""A training step of a network here and in PyTorch, side by side in one run: images per second, memory, and their ratios.

The two take turns, a process each, so that a slow moment of the machine meets both. Compared are the medians over the
rounds, and the fastest step of each, which tells what they can do where the machine is shared. Memory is the peak of
the whole process. Needs the built program and Debian's python3-torch.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent
# The option that gives a network's size, where there is one.
SIZES = {"mognet": "n", "resnet20": None, "slbf-resnet18": None, "slbf-vgg16": None, "hybrid-mobilenet": "width"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mog", default=str(BENCH.parent / "build" / "release" / "mog"), help="the built program")
    parser.add_argument("--model", nargs="+", default=["mognet"], choices=SIZES, help="networks (mognet)")
    parser.add_argument("--n", nargs="+", default=["128", "64", "32"], help="of mognet: output maps (128 64 32)")
    parser.add_argument("--width", nargs="+", default=["1/2"], help="of hybrid-mobilenet: widths (1/2)")
    parser.add_argument("--stage", nargs="+", default=["quantized"],
                        choices=["full-precision", "quantized-weights", "quantized"], help="runs (quantized)")
    parser.add_argument("--weight-gradients", nargs="+", default=["floats"], choices=["floats", "blocks"],
                        help="what ours of codes are added up in, as in a recipe (floats)")
    parser.add_argument("--g", type=int, default=4, help="of mognet: groups (4)")
    parser.add_argument("--k", type=int, default=3, help="activation bits (3)")
    parser.add_argument("--batch", type=int, default=50, help="images a step (50)")
    parser.add_argument("--threads", type=int, default=2, help="threads (2)")
    parser.add_argument("--avx2", action="store_true", help="hold both to AVX2")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (3)")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of a turn (5)")
    return parser.parse_args()


# What holds our kernels, PyTorch's own, its oneDNN and its OpenBLAS to AVX2.
AVX2 = {"MOG_ISA": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "DNNL_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"}


def turn(command, options, settings):
    """The JSON object that one timing prints."""
    settings = settings | {"k": options.k, "batch": options.batch, "threads": options.threads, "steps": options.steps}
    words = [word for key, value in settings.items() for word in (f"--{key}", str(value))]
    environment = os.environ | (AVX2 if options.avx2 else {})
    done = subprocess.run(command + words + ["--json"], check=True, stdout=subprocess.PIPE, env=environment)
    return json.loads(done.stdout)


def networks(options):
    """The settings of each network that was asked for."""
    for model in options.model:
        size = SIZES[model]
        for value in getattr(options, size) if size else [None]:
            yield {"model": model} | ({size: value} if size else {}) | ({"g": options.g} if model == "mognet" else {})


def compare(options, settings, stage):
    """Turns of ours, once for each kind of weight gradients, and of PyTorch; a line of what came out for each kind."""
    torch_stage = {"full-precision": "float", "quantized-weights": "weights", "quantized": "quantized"}[stage]
    weights = {"weights": "ternary"} if settings["model"] == "resnet20" and stage != "full-precision" else {}
    ours, theirs = {kind: [] for kind in options.weight_gradients}, []
    for _ in range(options.rounds):
        for kind, results in ours.items():
            ours_of_kind = settings | weights | {"stage": stage, "weight-gradients": kind}
            results.append(turn([options.mog, "profile"], options, ours_of_kind))
        theirs.append(turn([sys.executable, str(BENCH / "pytorch_step.py")], options, settings | {"stage": torch_stage}))

    def median(results, key):
        return statistics.median(result[key] for result in results)

    def best(results):
        return options.batch / min(result["step_seconds_min"] for result in results)

    size = SIZES[settings["model"]]
    name = settings["model"] + (f" {size}={settings[size]}" if size else "")
    for kind, results in ours.items():
        speed = median(results, "images_per_second"), median(theirs, "images_per_second")
        fastest = best(results), best(theirs)
        memory = median(results, "peak_bytes") / 2**20, median(theirs, "peak_bytes") / 2**20
        print(f"{stage:<18}{name:<19}{kind:<7} {speed[0]:>7.1f} {fastest[0]:>6.1f} {speed[1]:>7.1f} {fastest[1]:>6.1f} "
              f"{speed[0] / speed[1]:>6.2f} {fastest[0] / fastest[1]:>4.2f}   "
              f"{memory[0]:>8.0f} {memory[1]:>10.0f} {memory[0] / memory[1]:>6.2f}", flush=True)


def main():
    options = arguments()
    print(f"g={options.g} k={options.k} batch={options.batch} threads={options.threads}{', AVX2' * options.avx2}, "
          f"{options.rounds} rounds of {options.steps} steps; images/s: median, best")
    print(f"{'stage':<18}{'network':<19}{'sums':<7} {'mog':>14} {'torch':>14} {'ratio':>11}   {'mog MiB':>8} {'torch MiB':>10} {'ratio':>6}")
    for stage in options.stage:
        for settings in networks(options):
            compare(options, settings, stage)


if __name__ == "__main__":
    main()
