#!/usr/bin/python3
"""What a step of a training over ranks sends and how long it takes, by the formulas of docs/cluster.md.

Of N ranks on equal machines, S shards, S / N on each. `--table` writes the table of docs/cluster.md for 2 to 64 ranks;
else it is one line, as JSON, to be held against what `mog train` says of a step at its end. Latency and bandwidth are
those that `mpirun -np N mog_rank_bench` (bench/ranks) measures.
"""
import argparse
import json
import math
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOAT, DOUBLE, WORD = 4, 8, 4  # bytes
# Of each network its name and payload [MB/s]: at 1 and 10 Gbit/s, and without a limit, what bench/two_hosts.sh measured.
NETWORKS = [("1 GbE", 117), ("10 GbE", 1100), ("100 GbE", 2000)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mog", default=str(ROOT / "build" / "release" / "mog"), help="the built program")
    parser.add_argument("--n", type=int, default=128, help="network (128)")
    parser.add_argument("--g", type=int, default=4, help="groups (4)")
    parser.add_argument("--classes", type=int, default=10, help="classes (10)")
    parser.add_argument("--ranks", type=int, default=2, help="ranks (2)")
    parser.add_argument("--shards", type=int, help="parts of a batch (as many as ranks)")
    parser.add_argument("--latency", type=float, default=50, help="of a call between two ranks [us] (50)")
    parser.add_argument("--bandwidth", type=float, default=117, help="[MB/s], both ways at once (117)")
    parser.add_argument("--table", action="store_true", help="2 to 64 ranks on three networks")
    parser.add_argument("--batch", type=int, default=200, help="images of a step, for --table (200)")
    parser.add_argument("--fixed", type=float, default=6, help="of a step on one machine, whatever the images [ms] (6)")
    parser.add_argument("--image", type=float, default=3.7, help="of a step on one machine for each image [ms] (3.7)")
    return parser.parse_args()


def network(options):
    """Trained floats, and the channels of each normalisation."""
    words = [options.mog, "summary", "--n", str(options.n), "--g", str(options.g), "--classes", str(options.classes), "--json"]
    summary = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
    floats = sum(layer["weights"] + layer["constants"] for layer in summary["layers"])
    return floats, [layer["constants"] // 2 for layer in summary["layers"] if layer["kind"] == "batch norm"]


def calls(channels):
    """Sums of a step: two of each normalisation, one of the results; and gradients out and back. A word goes before each."""
    gathers = 2 * len(channels) + 1
    return gathers, gathers + 2


def bytes_a_step(floats, channels, ranks, shards):
    """What one rank sends to all others together."""
    here, others = shards / ranks, ranks - 1
    gradients = here * FLOAT * floats * others / ranks  # to each rank the part that it adds up, of each shard
    sums = FLOAT * floats / ranks * others              # the part that this rank has added up, to all
    rows = here * DOUBLE * (sum(4 * c + 1 for c in channels) + 3) * others
    return gradients + sums + rows + WORD * calls(channels)[1] * others


def sending(size, channels, ranks, latency, bandwidth):
    """Milliseconds of a step on the network: (for words, for the rest)."""
    hops = math.ceil(math.log2(ranks)) * latency / 1e3
    return calls(channels)[1] * hops, calls(channels)[1] * hops + size / bandwidth / 1e3


def table(options, floats, channels):
    alone = options.fixed + options.image * options.batch
    print("| ranks | MB a step | " + " | ".join(f"{name}: ms, times faster" for name, _ in NETWORKS) + " |")
    print("|---" * (2 + len(NETWORKS)) + "|")
    for ranks in (2, 4, 8, 16, 32, 64):
        size = bytes_a_step(floats, channels, ranks, ranks)
        cells = []
        for _, bandwidth in NETWORKS:
            step = options.fixed + options.image * math.ceil(options.batch / ranks) + sum(
                sending(size, channels, ranks, options.latency, bandwidth))
            cells.append(f"{step:.0f}, {alone / step:.1f}")
        print(f"| {ranks} | {size / 1e6:.2f} | {' | '.join(cells)} |")


def main():
    options = arguments()
    floats, channels = network(options)
    if options.table:
        table(options, floats, channels)
        return
    size = bytes_a_step(floats, channels, options.ranks, options.shards or options.ranks)
    words, rest = sending(size, channels, options.ranks, options.latency, options.bandwidth)
    print(json.dumps({"ranks": options.ranks, "shards": options.shards or options.ranks, "bytes": round(size),
                      "words_ms": round(words, 2), "sending_ms": round(rest, 2)}))


if __name__ == "__main__":
    main()
