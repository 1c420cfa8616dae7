#!/usr/bin/python3
"""Times MOGNET's forward pass, all quantized, in PyTorch on a CPU: float32, channels last, oneDNN; prints one JSON object."""
import argparse
import json
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"))
from mognet_torch import Mognet  # noqa: E402  the path above comes first


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("n", 128), ("g", 4), ("k", 3), ("batch", 50), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = Mognet(options.n, options.g, 10).to(memory_format=torch.channels_last).set_stage("quantized", options.k).eval()
    net.update_steps()
    pixels = (torch.randint(0, 256, (options.batch, 3, 32, 32)) - 128) / 128
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    times = []
    with torch.no_grad():
        net(pixels)
        while sum(times) < options.seconds or len(times) < 3:
            begin = time.perf_counter()
            net(pixels)
            times.append(time.perf_counter() - begin)
    print(json.dumps({"median_ms": 1e3 * statistics.median(times), "min_ms": 1e3 * min(times), "runs": len(times)}))


if __name__ == "__main__":
    main()
