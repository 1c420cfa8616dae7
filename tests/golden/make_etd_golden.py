#!/usr/bin/python3
"""Writes tests/golden/etd_resnet20.safetensors: one training step of ETD's ResNet-20, dense and as tensor trains, in PyTorch. Parameters
are too many for a file: both sides make them by one hash of a tensor's name and an element's position (`numbers`), and the file holds
logits, losses, and of each gradient its norm and its sums with three such tensors. With --check it compares with the file."""
import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import safetensors_file
from golden_step import compare
from mognet_torch import Norm

BATCH, SIDE, CLASSES, PROJECTIONS = 4, 8, 10, 3
RANKS = (7, 11, 22)


def numbers(name, shape, low, high):
    """Element i, in memory order, of the tensor called `name`."""
    seed = sum((k + 1) * byte for k, byte in enumerate(name.encode()))
    z = ((np.arange(np.prod(shape), dtype=np.uint64) + 1) * 0x9E3779B1 + seed * 0x85EBCA6B) & 0xFFFFFFFF
    for shift, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
        z = ((z ^ (z >> np.uint64(shift))) * factor) & 0xFFFFFFFF
    z ^= z >> np.uint64(15)
    return torch.from_numpy((low + (high - low) * (z.astype(np.float64) / 2**32)).reshape(shape))


class Net:
    """Parameters by our names, in our layout; made where they are asked for first."""

    def __init__(self, trains):
        self.trains, self.parameters = trains, {}

    def parameter(self, name, shape, low, high):
        self.parameters[name] = numbers(name, shape, low, high).requires_grad_()
        return self.parameters[name]

    def norm(self, name, x):
        channels = x.shape[1]
        gamma, beta = self.parameter(name + ".gamma", (channels,), 0.5, 1), self.parameter(name + ".beta", (channels,), 0, 0.5)
        return F.batch_norm(x, None, None, gamma, beta, True, 0, Norm.EPSILON)

    def dense(self, name, x, outs, stride):
        kernel = self.parameter(name, (1, 3, 3, x.shape[1], outs), -1, 1)
        return F.conv2d(x, kernel[0].permute(3, 2, 0, 1), stride=stride, padding=1)

    def train(self, name, x, sizes, ranks, stride):
        """Input cores, last first; the 3x3 convolution; output cores, last first."""
        ranks, pixel = (1, *ranks, 1), len(sizes) // 2
        cores = [self.parameter(f"{name}.core{k + 1}", (ranks[k], n, ranks[k + 1]), -1, 1) for k, n in enumerate(sizes)]
        images, _, height, width = x.shape
        x = x.reshape(images, *sizes[pixel + 1:], 1, height, width)
        for core in reversed(cores[pixel + 1:]):
            x = torch.einsum("n...irhw,qir->n...qhw", x, core)
        kernel = cores[pixel].permute(0, 2, 1).reshape(ranks[pixel], ranks[pixel + 1], 3, 3)
        x = F.conv2d(x, kernel, stride=stride, padding=1)
        x = x[:, :, None]  # [N, rank, outputs so far, H, W]
        for core in reversed(cores[:pixel]):
            x = torch.einsum("nrshw,qor->nqoshw", x, core).flatten(2, 3)
        return x.flatten(1, 2)

    def convolution(self, name, x, stage, index, outs):
        stride = 1 if x.shape[1] == outs else 2
        if not self.trains:
            return self.dense(name, x, outs, stride)
        r = RANKS[stage]
        first = index == 0
        sizes, ranks = (((16, 9, 16), (r, r)),
                        ((8, 4, 9, 4, 4), (8, r, r, 4)) if first else ((8, 4, 9, 4, 8), (8, r, r, 8)),
                        ((8, 8, 9, 4, 8), (8, r, r, 8)) if first else ((8, 8, 9, 8, 8), (8, r, r, 8)))[stage]
        return self.train(name, x, sizes, ranks, stride)

    def __call__(self, x):
        x = F.relu(self.norm("conv.norm", self.dense("conv.weight", x, 16, 1)))
        for stage, outs in enumerate((16, 32, 64)):
            for block in range(3):
                name = f"stage{stage + 1}.{block + 1}"
                way = x
                if x.shape[1] != outs:
                    way = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, outs // 4, outs // 4))
                a = self.convolution(name + ".a.weight", x, stage, 2 * block, outs)
                b = self.convolution(name + ".b.weight", F.relu(self.norm(name + ".a.norm", a)), stage, 2 * block + 1, outs)
                x = F.relu(self.norm(name + ".b.norm", b) + way)
        weight = self.parameter("classes.weight", (64, CLASSES), -0.2, 0.2)
        return x.mean((2, 3)) @ weight + self.parameter("classes.bias", (CLASSES,), -0.2, 0.2)


def make_case(trains, prefix, tensors):
    net = Net(trains)
    images = numbers("images", (BATCH, SIDE, SIDE, 3), -1, 1).permute(0, 3, 1, 2)
    logits = net(images)
    loss = F.cross_entropy(logits, torch.arange(BATCH) * 2)
    loss.backward()
    tensors[prefix + "logits"], tensors[prefix + "loss"] = logits.detach().numpy(), loss.detach().reshape(1).numpy()
    for name, parameter in net.parameters.items():
        gradient = parameter.grad
        sums = [float((gradient * numbers(f"{k}.{name}", gradient.shape, -1, 1)).sum()) for k in range(PROJECTIONS)]
        tensors[f"{prefix}grad.{name}"] = np.array([float(gradient.norm()), *sums])


def main():
    parser = argparse.ArgumentParser(description="Writes the golden file of ETD's ResNet-20.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the file that is there")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    tensors = {}
    make_case(False, "dense.", tensors)
    make_case(True, "cores.", tensors)
    path = pathlib.Path(__file__).resolve().parent / "etd_resnet20.safetensors"
    if check:
        difference = compare(path, tensors)
        print(f"etd_resnet20: largest relative difference {difference:.1e}")
        assert difference < 1e-10
        return
    safetensors_file.write(path, tensors, {"made_by": "tests/golden/make_etd_golden.py, torch " + torch.__version__})
    print(f"etd_resnet20: {path.stat().st_size} bytes, {len(tensors)} tensors, losses {tensors['dense.loss'][0]:.6f}, "
          f"{tensors['cores.loss'][0]:.6f}")


if __name__ == "__main__":
    main()
