#!/usr/bin/python3
"""Writes tests/golden/resnet20_*.safetensors: one small ResNet-20 a file, as make_golden.py does for MOGNET; the tensors have
the names of the C++ network. With --check it writes nothing and compares with the files that are there."""
import sys

import numpy as np
import torch

from golden_step import as_numpy, training_step, write_or_check
from make_golden import BATCH, CLASSES, MIN_MARGIN
from mognet_torch import Activation, Norm
from resnet_torch import Resnet20, StridedConv

CASES = [  # file, stage, weights, k
    ("resnet20_float", "float", "full", 3),
    ("resnet20_binary_k1", "quantized", "binary", 1),
    ("resnet20_ternary_k3", "quantized", "ternary", 3),
]
MAPS, SIDE, SEED = 2, 16, 2


class Margins:
    """The smallest distance of anything from where a forward value or a gradient mask jumps, as in make_golden.py."""

    def __init__(self, net):
        self.nearest = np.inf
        for part in net.modules():
            if isinstance(part, Activation):
                part.register_forward_hook(lambda part, args, out: self.activation(part, args[0].detach()))
            if isinstance(part, StridedConv) and part.levels and part.stage != "float":
                w = part.weight.detach()
                self.near((w.abs() - 1).abs())
                self.near(w.abs() if part.levels == 2 else ((w / part.step).abs() - 0.5).abs())

    def near(self, distance):
        self.nearest = min(self.nearest, float(distance.min()))

    def activation(self, part, x):
        if part.stage != "quantized":
            self.near(x.abs())
            return
        levels = 2 ** part.k - 1
        ties = [0.0] if part.k == 1 else [(code + 0.5) / levels for code in range(levels)]
        for tie in ties:
            self.near((x - tie).abs())
        self.near((x.abs() - 1).abs())


def draw(shape, low, high, rng):
    return torch.from_numpy(rng.uniform(low, high, tuple(shape)).astype(np.float32).astype(np.float64))


def draw_parameters(net, rng):
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, StridedConv):
                part.weight.copy_(draw(part.weight.shape, -1.2, 1.2, rng))
            elif isinstance(part, Norm):
                part.gamma.copy_(draw(part.gamma.shape, 0.3, 0.8, rng))
                part.beta.copy_(draw(part.beta.shape, 0.0, 0.6, rng))
        net.weight.copy_(draw(net.weight.shape, -0.5, 0.5, rng))
        net.bias.copy_(draw(net.bias.shape, -0.5, 0.5, rng))
    net.update_steps()


def to_input(pixels):
    return ((torch.from_numpy(pixels).double() - 128) / 128).permute(0, 3, 1, 2)


def adopt_statistics(net, pixels):
    momentum, Norm.MOMENTUM = Norm.MOMENTUM, 0.0
    with torch.no_grad():
        net.train()(to_input(pixels))
    Norm.MOMENTUM = momentum


def our_name(name):
    """stage1_2.a.norm -> stage1.2.a.norm"""
    return name.replace("_", ".")


def to_our_layout(weight):
    """torch's [O, I, 1, 1] -> [C, O];  [O, I, 3, 3] -> [1, 3, 3, I, O]."""
    return weight[:, :, 0, 0].t() if weight.shape[2] == 1 else weight.permute(2, 3, 1, 0)[None]


def export(net, tensors, prefix, pick):
    for name, part in net.named_modules():
        if isinstance(part, StridedConv):
            tensors[f"{prefix}{our_name(name)}.weight"] = to_our_layout(pick(part.weight))
        elif isinstance(part, Norm):
            tensors[f"{prefix}{our_name(name)}.gamma"] = pick(part.gamma)
            tensors[f"{prefix}{our_name(name)}.beta"] = pick(part.beta)
    tensors[f"{prefix}classes.weight"] = pick(net.weight)
    tensors[f"{prefix}classes.bias"] = pick(net.bias)


def export_statistics(net, tensors, prefix):
    for name, part in net.named_modules():
        if isinstance(part, Norm):
            tensors[f"{prefix}{our_name(name)}.mean"] = part.mean.clone()
            tensors[f"{prefix}{our_name(name)}.variance"] = part.variance.clone()


def make_case(seed, stage, weights, k):
    rng = np.random.default_rng(seed)
    net = Resnet20(MAPS, weights, CLASSES).double().set_stage(stage, k)
    draw_parameters(net, rng)
    shape = (BATCH, SIDE, SIDE, 3)
    adopt_statistics(net, rng.integers(0, 256, shape, dtype=np.uint8))
    pixels, labels = rng.integers(0, 256, shape, dtype=np.uint8), rng.integers(0, CLASSES, BATCH, dtype=np.uint8)

    tensors, margins = training_step(net, pixels, labels, sys.modules[__name__], Margins)
    for name, part in net.named_modules():
        if isinstance(part, StridedConv) and part.levels == 3:
            tensors[f"{our_name(name)}.weight.step"] = part.step
    return as_numpy(tensors), margins


def files():
    for index, (file, stage, weights, k) in enumerate(CASES):
        tensors, margins = make_case([SEED, index], stage, weights, k)
        assert margins.nearest > MIN_MARGIN, (file, margins.nearest)
        yield (file, tensors, {"maps": str(MAPS), "weights": weights, "k": str(k), "classes": str(CLASSES), "stage": stage},
               f"nearest jump {margins.nearest:.1e}")


if __name__ == "__main__":
    write_or_check("Writes the golden files of ResNet-20.", "make_resnet_golden.py", files)
