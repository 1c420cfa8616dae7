#!/usr/bin/python3
"""Writes tests/golden/mognet_*.safetensors: one small MOGNET a file, in double, with everything a training step makes of it.

A file holds the network (proxy weights, step sizes, normalisation, first automaton states) and a batch (pixels, labels),
then what the C++ network must find: `out.logits` and `out.loss` with batch statistics, `grad.NAME` of every parameter,
`out.NAME.mean` and `.variance`, the running statistics after that one step, and `out.eval_logits`, computed before the
step from the stored running statistics. Layout is the C++ one: see `to_our_layout`.

Straight-through networks jump: were an activation within rounding of a threshold, another order of summation would change
a code and with it every result. `Margins` measures the distance to the nearest jump, and a seed that comes closer than
1e-9 is refused.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from golden_step import as_numpy, training_step, write_or_check
from mognet_torch import Activation, Cflog, Conv, Mognet, Norm, Tgap

CASES = [  # file, stage, n, g, k: as small as shows every part, the paper's g and a wider network once
    ("mognet_float", "float", 4, 2, 3),
    ("mognet_weights", "weights", 4, 2, 3),
    ("mognet_quantized_k1", "quantized", 4, 2, 1),
    ("mognet_quantized_k2", "quantized", 4, 2, 2),
    ("mognet_quantized_k3", "quantized", 8, 4, 3),
]
CLASSES, BATCH, SEED = 10, 4, 1
MIN_MARGIN = 1e-9


class Margins:
    """The smallest distance of anything in a network from where a forward value or a gradient mask jumps."""

    def __init__(self, net):
        self.nearest = {}
        self.selected = [0, 0]  # maps for which S is 0, is 1
        for name, part in net.named_modules():
            look = {Activation: self.activation, Tgap: self.tgap, nn.MaxPool2d: self.max_pool}.get(type(part))
            if look:
                part.register_forward_hook(lambda part, args, out, look=look: look(part, args[0].detach(), out))
            if isinstance(part, Conv) and part.stage != "float":
                self.weight(part, part.weight.detach())

    def near(self, what, distance):
        self.nearest[what] = min(self.nearest.get(what, np.inf), float(distance.min()))

    def weight(self, part, w):
        self.near("weight gradient's clip", (w.abs() - 1).abs())
        self.near("weight", w.abs() if part.levels == 2 else ((w / part.step).abs() - 0.5).abs())

    def activation(self, part, x, _):
        if part.stage != "quantized":
            self.near("ReLU", x.abs())
            return
        levels = 2 ** part.k - 1
        ties = torch.zeros(1) if part.k == 1 else (torch.arange(levels) + 0.5) / levels
        for tie in ties.double():
            self.near("code", (x - tie).abs())
        self.near("activation gradient's clip", (x.abs() - 1).abs())

    def tgap(self, part, x, s):
        mean = x.mean((2, 3), keepdim=True)
        m = 2 ** part.k - 1 if part.stage == "quantized" else mean.amax(1, keepdim=True)
        # A sum of codes is exact, so that codes may tie; real means may not.
        if part.stage != "quantized":
            self.near("TGAP", (mean - 0.5 * m).abs())
        self.selected = [self.selected[0] + int((~s).sum()), self.selected[1] + int(s.sum())]

    def max_pool(self, part, x, _):
        # Equal values are no danger, the first of them wins; values that differ must differ clearly.
        n, c, h, w = x.shape
        window = x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 2, 4, 3, 5).reshape(-1, 4)
        below = window.amax(1, keepdim=True) - window
        self.near("maximum", below[below > 0])


def check_first_maximum_wins():
    """torch sends a pooled gradient to the first of equal maxima, in row-major order: what the C++ contract says."""
    x = torch.tensor([[0., 1.], [1., 1.]]).reshape(1, 1, 2, 2).requires_grad_()
    F.max_pool2d(x, 2).backward(torch.ones(1, 1, 1, 1))
    assert x.grad.flatten().tolist() == [0, 1, 0, 0]


def draw_state(cells, rng):
    """A first state with cells of both kinds."""
    state = np.zeros(cells, dtype=np.uint8)
    while state.min() == state.max():
        state = rng.integers(0, 2, cells, dtype=np.uint8)
    return torch.from_numpy(state)


def draw_parameters(net, rng):
    """Values that a float32 holds too. Proxy weights beyond 1 show whether their gradient is clipped."""
    def draw(shape, low, high):
        return torch.from_numpy(rng.uniform(low, high, tuple(shape)).astype(np.float32).astype(np.float64))

    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, Conv):
                part.weight.copy_(draw(part.weight.shape, -1.2, 1.2))
            elif isinstance(part, Norm):
                part.gamma.copy_(draw(part.gamma.shape, 0.5, 1.5))
                part.beta.copy_(draw(part.beta.shape, 0.0, 0.6))
            elif isinstance(part, Cflog):
                part.set_automaton(draw_state(part.automaton.numel(), rng))
    net.update_steps()


def draw_pixels(rng):
    """Noise over a mosaic of 8 x 8 pixel tiles, so that maps differ in their mean: U8 [N, H, W, C]."""
    tiles = rng.integers(0, 128, (BATCH, 4, 4, 3), dtype=np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    return tiles + rng.integers(0, 128, tiles.shape, dtype=np.uint8)


def to_input(pixels):
    return ((torch.from_numpy(pixels).double() - 128) / 128).permute(0, 3, 1, 2)


def adopt_statistics(net, pixels):
    """Takes the batch's statistics for the running ones, so that an evaluation sees a network in working order."""
    momentum, Norm.MOMENTUM = Norm.MOMENTUM, 0.0
    with torch.no_grad():
        net.train()(to_input(pixels))
    Norm.MOMENTUM = momentum


def to_our_layout(part, weight):
    """torch's [O, I, 1, 1] -> [C, O];  torch's [O, I, 3, 3] -> [G, 3, 3, I, Q], output channel g Q + q of group g."""
    outputs, inputs, size, _ = weight.shape
    if size == 1:
        return weight[:, :, 0, 0].t()
    return weight.reshape(part.groups, outputs // part.groups, inputs, size, size).permute(0, 3, 4, 2, 1)


def export(net, tensors, prefix, pick):
    """Stores pick(parameter) of every parameter under prefix + its name."""
    for name, part in net.named_modules():
        if isinstance(part, Conv):
            tensors[f"{prefix}{name}.weight"] = to_our_layout(part, pick(part.weight))
        elif isinstance(part, Norm):
            tensors[f"{prefix}{name}.gamma"] = pick(part.gamma)
            tensors[f"{prefix}{name}.beta"] = pick(part.beta)


def export_state(net, tensors):
    for name, part in net.named_modules():
        if isinstance(part, Conv) and part.levels == 3:
            tensors[f"{name}.weight.step"] = part.step
        elif isinstance(part, Cflog):
            tensors[f"{name}.automaton"] = part.automaton


def export_statistics(net, tensors, prefix):
    for name, part in net.named_modules():
        if isinstance(part, Norm):
            tensors[f"{prefix}{name}.mean"] = part.mean.clone()
            tensors[f"{prefix}{name}.variance"] = part.variance.clone()


def make_case(seed, stage, n, g, k):
    """Returns the tensors of one file, and its margins."""
    rng = np.random.default_rng(seed)
    net = Mognet(n, g, CLASSES).double().set_stage(stage, k)
    draw_parameters(net, rng)
    adopt_statistics(net, draw_pixels(rng))
    pixels, labels = draw_pixels(rng), rng.integers(0, CLASSES, BATCH, dtype=np.uint8)

    tensors, margins = training_step(net, pixels, labels, sys.modules[__name__], Margins)
    export_state(net, tensors)
    return as_numpy(tensors), margins


def files():
    check_first_maximum_wins()
    for index, (file, stage, n, g, k) in enumerate(CASES):
        tensors, margins = make_case([SEED, index], stage, n, g, k)
        assert min(margins.nearest.values()) > MIN_MARGIN, (file, margins.nearest)
        assert min(margins.selected) > 0, (file, "S is the same for every map", margins.selected)
        nearest = ", ".join(f"{what} {distance:.1e}" for what, distance in sorted(margins.nearest.items()))
        yield (file, tensors, {"n": str(n), "g": str(g), "k": str(k), "classes": str(CLASSES), "stage": stage, "head": "binary"},
               f"S = 0 for {margins.selected[0]} maps and 1 for {margins.selected[1]}\n  nearest jumps: {nearest}")


if __name__ == "__main__":
    write_or_check("Writes the golden files of MOGNET.", "make_golden.py", files)
