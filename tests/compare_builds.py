#!/usr/bin/env python3
"""Holds two builds of `mog` against each other, bit by bit: a change that should change no result is tried with it.

    tests/compare_builds.py OLD_MOG NEW_MOG [--steps 200] [--n 16] [--batch 50] [--isa NAME ...] [--quick]

Trains a MOGNET through the three runs with both, k = 1, 2 and 3, on every instruction set of this machine, on 1 and 2
threads; compares weights, step sizes, statistics and Adam's state by name, the packed file and the exported C byte by
byte. --isa: on these instruction sets only (the reference's loops take n = 8 and a batch of 8 to end in minutes);
--quick: k = 3 on the best one only. Exit code 1 when anything differs.
"""
import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile


def tensors(path):
    """Name -> bytes of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: data[8 + length :][slice(*entry["data_offsets"])] for name, entry in header.items()}


def run(mog, words, isa, threads):
    environment = dict(os.environ, MOG_ISA=isa, OMP_NUM_THREADS=str(threads))
    result = subprocess.run([mog, *map(str, words)], env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{mog} {' '.join(map(str, words))}: {result.stderr.strip()}")


def instruction_sets(mog):
    """Those that this machine and both builds have, by trying them: an unknown or missing one is refused."""
    names = []
    for isa in ("reference", "avx2", "avx512", "avx512vnni", "neon64"):
        environment = dict(os.environ, MOG_ISA=isa)
        words = [mog, "profile", "--n", "2", "--g", "1", "--steps", "1", "--batch", "2"]
        if subprocess.run(words, env=environment, capture_output=True).returncode == 0:
            names.append(isa)
    return names


def outcome(mog, folder, k, isa, threads, options):
    """Everything that one training leaves: name -> bytes."""
    out = folder / "run"
    size = ["--n", options.n, "--g", 4, "--k", k, "--batch", options.batch]
    run(mog, ["train", "--out", out, *size, "--max-steps", options.steps], isa, threads)
    checkpoint = out / "last.safetensors"
    run(mog, ["export", checkpoint, "--to", folder / "net.mog", "--to-c", folder / "c"], isa, threads)
    found = {f"checkpoint: {name}": data for name, data in tensors(checkpoint).items()}
    found["packed file"] = (folder / "net.mog").read_bytes()
    for file in sorted((folder / "c").iterdir()):
        found[f"exported C: {file.name}"] = file.read_bytes()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--steps", type=int, default=200, help="of each of the three runs")
    parser.add_argument("--n", type=int, default=16)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--isa", nargs="+", help="these instruction sets only")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    old, new = (str(pathlib.Path(path).resolve()) for path in (options.old, options.new))
    sets = options.isa or instruction_sets(new)
    cases = [(k, isa, threads) for k in (1, 2, 3) for isa in sets for threads in (1, 2)]
    if options.quick:
        cases = [(3, sets[-1], 2)]
    differing = 0
    for k, isa, threads in cases:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            a = outcome(old, pathlib.Path(one), k, isa, threads, options)
            b = outcome(new, pathlib.Path(other), k, isa, threads, options)
        wrong = [name for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]
        differing += len(wrong)
        print(f"k={k} {isa} threads={threads}: {len(a)} things compared, {len(wrong)} differ", *wrong[:5], flush=True)
    print("same bits" if differing == 0 else f"{differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
