#!/usr/bin/python3
"""Writes tests/golden/slbf_*.safetensors: one small SLBF network a file, as make_resnet_golden.py does for ResNet-20; the
tensors have the names of the C++ network. With --check it writes nothing and compares with the files that are there."""
import sys

import numpy as np
import torch
from torch import nn

import make_resnet_golden as resnet
from golden_step import training_step, write_or_check
from make_golden import BATCH, MIN_MARGIN
from make_resnet_golden import draw, export_statistics, our_name, to_input, to_our_layout
from mognet_torch import Norm
from resnet_torch import StridedConv
from slbf_torch import SlbfResnet18, SlbfVgg16, Stacked

CASES = [  # file, model, stage, k, side
    ("slbf_resnet18_float", "slbf-resnet18", "float", 3, 16),
    ("slbf_resnet18_weights", "slbf-resnet18", "weights", 3, 16),
    ("slbf_vgg16_weights", "slbf-vgg16", "weights", 3, 32),
]
NETWORKS = {"slbf-resnet18": SlbfResnet18, "slbf-vgg16": SlbfVgg16}
MAPS, PARTS, SHARE, CLASSES, SEED = 2, 2, 2, 3, 3


class Margins(resnet.Margins):
    """Also from where a selection, or the largest of four pixels, would be another one."""

    def __init__(self, net):
        super().__init__(net)
        for part in net.modules():
            if isinstance(part, nn.MaxPool2d):
                part.register_forward_hook(lambda part, args, out: self.pool(args[0].detach()))
            if not isinstance(part, Stacked):
                continue
            self.apart(part.scores.detach())
            if part.stage != "float":
                self.near(part.filters.detach().abs())
                self.near((part.filters.detach().abs() - 1).abs())

    def apart(self, rows):
        if rows.shape[-1] < 2:
            return
        two = rows.topk(2, -1).values
        self.near(two[..., 0] - two[..., 1])

    def pool(self, x):
        n, c, h, w = x.shape
        windows = x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 2, 4, 3, 5).reshape(-1, 4)
        self.apart(windows[windows.max(1).values > 0])  # zeros of a ReLU have no gradient, whichever is taken


def draw_parameters(net, rng):
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, StridedConv):
                part.weight.copy_(draw(part.weight.shape, -1.2, 1.2, rng))
            elif isinstance(part, Stacked):
                part.filters.copy_(draw(part.filters.shape, -1.2, 1.2, rng))
                part.scores.copy_(draw(part.scores.shape, -1, 1, rng))
            elif isinstance(part, Norm):
                part.gamma.copy_(draw(part.gamma.shape, 0.3, 0.8, rng))
                # Some maps lower than 0 for some images: behind them a shift would vanish in the next normalisation.
                part.beta.copy_(draw(part.beta.shape, -0.6, 0.6, rng))


def export(net, tensors, prefix, pick):
    for name, part in net.named_modules():
        name = prefix + our_name(name)
        if isinstance(part, StridedConv):
            tensors[f"{name}.weight"] = to_our_layout(pick(part.weight))
        elif isinstance(part, Stacked):
            tensors[f"{name}.weight.filters"] = to_our_layout(pick(part.filters))
            tensors[f"{name}.weight.scores"] = pick(part.scores)
        elif isinstance(part, Norm):
            tensors[f"{name}.gamma"] = pick(part.gamma)
            tensors[f"{name}.beta"] = pick(part.beta)


def make_case(seed, model, stage, k, side):
    rng = np.random.default_rng(seed)
    net = NETWORKS[model](MAPS, PARTS, SHARE, CLASSES).double().set_stage(stage, k)
    draw_parameters(net, rng)
    shape = (BATCH, side, side, 3)
    resnet.adopt_statistics(net, rng.integers(0, 256, shape, dtype=np.uint8))
    pixels, labels = rng.integers(0, 256, shape, dtype=np.uint8), rng.integers(0, CLASSES, BATCH, dtype=np.uint8)

    return training_step(net, pixels, labels, sys.modules[__name__], Margins, penalty=net.unequal_use)


def files():
    for index, (file, model, stage, k, side) in enumerate(CASES):
        tensors, margins = make_case([SEED, index], model, stage, k, side)
        assert margins.nearest > MIN_MARGIN, (file, margins.nearest)
        yield (file, tensors, {"model": model, "maps": str(MAPS), "s": str(PARTS), "m": f"1/{SHARE}", "k": str(k),
                               "classes": str(CLASSES), "stage": stage}, f"nearest jump {margins.nearest:.1e}")


if __name__ == "__main__":
    write_or_check("Writes the golden files of SLBF.", "make_slbf_golden.py", files)
