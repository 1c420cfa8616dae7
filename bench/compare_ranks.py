#!/usr/bin/python3
"""Steps of a training in one process of T threads, in T shards of a thread each, and on T ranks of MPI of a shard each.

They take turns, so that a slow moment of the machine meets all. A turn is a training of some epochs on pictures of
noise; its speed is that of the steps after the first epoch, without start and measuring. Printed are all turns, the
medians, and their ratio to that of one process. Needs a program with MPI (./mog mpi) and mpirun.
"""
import argparse
import csv
import os
import pathlib
import random
import re
import shlex
import statistics
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mog", default=str(ROOT / "build" / "mpi" / "mog"), help="the built program")
    parser.add_argument("--mpirun", default="mpirun", help="the launcher with its options, but -np")
    parser.add_argument("--ways", nargs="+", default=["threads", "shards", "ranks"], choices=["threads", "shards", "ranks"],
                        help="what is compared (threads shards ranks)")
    parser.add_argument("--threads", type=int, default=2, help="threads, shards and ranks (2)")
    parser.add_argument("--shards", type=int, help="shards on ranks and in processes, where they are more than --threads")
    parser.add_argument("--n", type=int, default=128, help="network (128)")
    parser.add_argument("--g", type=int, default=4, help="groups (4)")
    parser.add_argument("--k", type=int, default=3, help="activation bits (3)")
    parser.add_argument("--stage", type=int, default=2, choices=[0, 1, 2], help="run: full precision, quantized weights, quantized (2)")
    parser.add_argument("--batch", type=int, nargs="+", default=[50, 200], help="images a step (50 200)")
    parser.add_argument("--images", type=int, default=800, help="images of an epoch (800)")
    parser.add_argument("--epochs", type=int, default=2, help="epochs of a turn, the first of which does not count (2)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (3)")
    return parser.parse_args()


def write_pictures(folder, images):
    """Noise in two classes: `images` to learn from, 20 to measure on."""
    draw = random.Random(1)
    for part, count in (("train", images), ("test", 20)):
        for number in range(count):
            place = folder / part / str(number % 2)
            place.mkdir(parents=True, exist_ok=True)
            pixels = draw.randbytes(32 * 32 * 3)
            header = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54 + len(pixels), 0, 0, 54, 40, 32, 32, 1, 24, 0, len(pixels),
                                 0, 0, 0, 0)
            (place / f"{number}.bmp").write_bytes(header + pixels)


def turn(way, options, batch, folder):
    """Images per second after the first epoch, and the line that says what a step cost between shards."""
    out = folder / "run"
    epochs = ["0", "0", "0"]
    epochs[options.stage] = str(options.epochs)
    words = [options.mog, "train", "--dataset", "folder", "--data", folder / "pictures", "--out", out, "--n", options.n, "--g",
             options.g, "--k", options.k, "--batch", batch, "--epochs", ",".join(epochs)]
    shards = options.shards or options.threads
    if way == "threads":
        words += ["--threads", options.threads]
    elif way == "shards":
        words += ["--threads", options.threads, "--shards", shards]
    else:
        words = [*shlex.split(options.mpirun), "-np", options.threads] + words + ["--threads", 1, "--shards", shards]
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    rows = list(csv.DictReader(open(out / "metrics.csv", newline="")))[1:]
    subprocess.run(["rm", "-r", str(out)], check=True)
    said = re.search(r"^a step of shard 0, in the mean: (.*)$", done.stderr, re.M)
    images = sum(float(row["images_per_second"]) * float(row["seconds"]) for row in rows)
    return images / sum(float(row["seconds"]) for row in rows), said.group(1) if said else ""


def main():
    options = arguments()
    for name in ("", "_CONFIRM"):
        if os.geteuid() == 0:
            os.environ["OMPI_ALLOW_RUN_AS_ROOT" + name] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_pictures(folder / "pictures", options.images)
        for batch in options.batch:
            speeds = {way: [] for way in options.ways}
            for _ in range(options.rounds):
                for way in options.ways:
                    speed, said = turn(way, options, batch, folder)
                    speeds[way].append(speed)
                    print(f"batch {batch:>4}  {way:<8}{speed:>8.1f} images/s  {said}", flush=True)
            base = statistics.median(speeds[options.ways[0]])
            for way in options.ways:
                median = statistics.median(speeds[way])
                print(f"batch {batch:>4}  {way:<8}{median:>8.1f} median, {max(speeds[way]):.1f} fastest; {median / base:.3f} of "
                      f"{options.ways[0]}, {max(speeds[way]) / max(speeds[options.ways[0]]):.3f} of fastest", flush=True)


if __name__ == "__main__":
    main()
