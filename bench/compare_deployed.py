#!/usr/bin/python3
"""The integer runtime against ONNX Runtime and PyTorch in one run: they take turns, so that a slow moment meets all.

Compared are the medians over the rounds of each turn's median, and of each turn's fastest run. Needs the built program,
Debian's python3-onnx, python3-torch and nodejs, and a folder with the npm package onnxruntime-node:
    npm install --ignore-scripts --prefix FOLDER onnxruntime-node
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import onnx_graph

BENCH = pathlib.Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mog", default=str(BENCH.parent / "build" / "release" / "mog"), help="the built program")
    parser.add_argument("--packages", required=True, help="folder that onnxruntime-node was installed to")
    parser.add_argument("--network", default=str(BENCH.parent / "networks" / "cifar10-hour.mog"),
                        help="a trained packed network: what levels and ranges it has counts (networks/cifar10-hour.mog)")
    parser.add_argument("--n", type=int, default=128, help="of the others' graphs, which must be that network's (128)")
    parser.add_argument("--g", type=int, default=4)
    parser.add_argument("--k", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (3)")
    parser.add_argument("--seconds", type=float, default=2, help="of a turn (2)")
    return parser.parse_args()


def result(command, **environment):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **environment}).stdout
    return json.loads(output)


class Peers:
    """What is timed, by name; each returns the JSON object that its program prints."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder

    def size(self):
        return [word for name in ("n", "g", "k") for word in (f"--{name}", str(getattr(self.options, name)))]

    def mog(self, batch, threads):
        return result([self.options.mog, "bench", self.options.network, "--batch", str(batch), "--threads", str(threads),
                       "--seconds", str(self.options.seconds), "--json"])

    def onnxruntime(self, kind, batch, threads):
        graph = os.path.join(self.folder, f"{kind}-{batch}.onnx")
        if not os.path.exists(graph):
            onnx_graph.write(graph, kind == "int8", self.options.n, self.options.g, 10, batch)
        return result(["node", str(BENCH / "onnxruntime_run.js"), graph, str(threads), str(batch),
                       str(self.options.seconds)], NODE_PATH=os.path.join(self.options.packages, "node_modules"))

    def pytorch(self, batch, threads):
        return result([sys.executable, str(BENCH / "pytorch_forward.py"), *self.size(), "--batch", str(batch),
                       "--threads", str(threads), "--seconds", str(self.options.seconds)])


def compare(title, options, contestants):
    """Prints a line for each contestant; the ratios are over the first."""
    turns = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, run in contestants.items():
            turns[name].append(run())
    medians = {name: statistics.median(turn["median_ms"] for turn in own) for name, own in turns.items()}
    fastest = {name: statistics.median(turn["min_ms"] for turn in own) for name, own in turns.items()}
    first = next(iter(contestants))
    print(f"{title:<34}{'median ms':>10}{'times ours':>11}{'fastest ms':>11}{'times ours':>11}")
    for name in contestants:
        print(f"  {name:<32}{medians[name]:>10.3f}{medians[name] / medians[first]:>11.2f}"
              f"{fastest[name]:>11.3f}{fastest[name] / fastest[first]:>11.2f}", flush=True)


def main():
    options = arguments()
    print(f"{pathlib.Path(options.network).name}: n={options.n} g={options.g} k={options.k}, {options.rounds} rounds of {options.seconds} s")
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(options, folder)
        compare("one image, one thread", options, {
            "mog": lambda: peers.mog(1, 1),
            "ONNX Runtime int8": lambda: peers.onnxruntime("int8", 1, 1),
            "ONNX Runtime float32": lambda: peers.onnxruntime("float32", 1, 1)})
        compare("50 images, two threads", options, {
            "mog": lambda: peers.mog(50, 2),
            "ONNX Runtime int8": lambda: peers.onnxruntime("int8", 50, 2),
            "ONNX Runtime float32": lambda: peers.onnxruntime("float32", 50, 2),
            "PyTorch float32": lambda: peers.pytorch(50, 2)})


if __name__ == "__main__":
    main()
