#!/usr/bin/python3
"""Writes tests/golden/hybrid_*.safetensors: one small hybrid network a file, as make_resnet_golden.py does for ResNet-20; the
tensors have the names of the C++ network. With --check it writes nothing and compares with the files that are there."""
import sys

import numpy as np
import torch

import make_resnet_golden as resnet
from golden_step import training_step, write_or_check
from hybrid_mobilenet_torch import HybridMobilenet, TernaryConv
from hybrid_torch import BinaryConv, HybridResnet20, HybridVgg19
from make_golden import BATCH, CLASSES, MIN_MARGIN
from make_resnet_golden import MAPS, SIDE, draw, export_statistics, our_name, to_input, to_our_layout
from mognet_torch import Activation, Norm
from resnet_torch import StridedConv

CASES = [  # file, network, maps, side of a picture, stage, draw: one in which no map of the MobileNet is constant
    ("hybrid_resnet20_weights", "hybrid-resnet20", MAPS, SIDE, "weights", 0),
    ("hybrid_resnet20_quantized", "hybrid-resnet20", MAPS, SIDE, "quantized", 1),
    ("hybrid_vgg19_quantized", "hybrid-vgg19", 1, 32, "quantized", 2),
    ("hybrid_mobilenet_weights", "hybrid-mobilenet", 1, 32, "weights", 4),
]
ALPHA, SHARE = 0.5, 1  # of the MobileNet
SEED = 4


def network(model, maps):
    if model == "hybrid-mobilenet":
        return HybridMobilenet(maps, ALPHA, SHARE, CLASSES)
    return (HybridVgg19 if model == "hybrid-vgg19" else HybridResnet20)(maps, CLASSES)


class Margins:
    """The smallest distance of anything from where a forward value or a gradient mask jumps."""

    def __init__(self, net):
        self.nearest = np.inf
        for part in net.modules():
            if isinstance(part, Activation):  # of the MobileNet, whose activations are ReLU here
                part.register_forward_hook(lambda _, args, out: self.near(args[0].detach().abs()))
            elif isinstance(part, torch.nn.MaxPool2d):
                part.register_forward_hook(lambda _, args, out: self.max_pool(args[0].detach()))
            elif isinstance(part, TernaryConv):
                w = part.weight.detach().abs()
                self.near((w - 0.7 * w.mean()).abs())
            elif isinstance(part, BinaryConv):
                part.norm.register_forward_hook(lambda _, args, out, part=part: self.normalised(part, out.detach()))
                w = part.weight.detach()
                self.near(w.abs())
                self.near((w.abs() - 1).abs())

    def max_pool(self, x):
        n, c, h, w = x.shape
        window = x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 2, 4, 3, 5).reshape(-1, 4)
        below = window.amax(1, keepdim=True) - window
        self.near(below[below > 0])

    def near(self, distance):
        self.nearest = min(self.nearest, float(distance.min()))

    def normalised(self, part, x):
        self.near(x.abs())
        if part.stage == "quantized":
            self.near((x.abs() - 1).abs())


def draw_parameters(net, rng):
    least = 0.0 if isinstance(net, HybridMobilenet) else -0.6  # one map behind the other must not die by ReLU
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, (StridedConv, BinaryConv)):
                part.weight.copy_(draw(part.weight.shape, -1.2, 1.2, rng))
            elif isinstance(part, Norm):
                part.gamma.copy_(draw(part.gamma.shape, 0.3, 0.8, rng))
                part.beta.copy_(draw(part.beta.shape, least, 0.6, rng))
        net.weight.copy_(draw(net.weight.shape, -0.5, 0.5, rng))
        net.bias.copy_(draw(net.bias.shape, -0.5, 0.5, rng))


def export(net, tensors, prefix, pick):
    for name, part in net.named_modules():
        name = prefix + our_name(name)
        if isinstance(part, (StridedConv, BinaryConv)):
            w = pick(part.weight)
            depthwise = isinstance(part, StridedConv) and part.groups > 1
            tensors[f"{name}.weight"] = w.permute(0, 2, 3, 1)[..., None] if depthwise else to_our_layout(w)
        elif isinstance(part, Norm):
            tensors[f"{name}.gamma"] = pick(part.gamma)
            tensors[f"{name}.beta"] = pick(part.beta)
    tensors[f"{prefix}classes.weight"] = pick(net.weight)
    tensors[f"{prefix}classes.bias"] = pick(net.bias)


def gradient(parameter):
    """0 where nothing but rounding is left: the gradient of a shift that each normalisation behind it takes out."""
    return torch.zeros_like(parameter) if parameter.grad.abs().max() < 1e-12 else parameter.grad


def make_case(seed, model, maps, side, stage):
    rng = np.random.default_rng(seed)
    net = network(model, maps).double().set_stage(stage, 1)
    draw_parameters(net, rng)
    shape = (BATCH, side, side, 3)
    resnet.adopt_statistics(net, rng.integers(0, 256, shape, dtype=np.uint8))
    pixels, labels = rng.integers(0, 256, shape, dtype=np.uint8), rng.integers(0, CLASSES, BATCH, dtype=np.uint8)

    return training_step(net, pixels, labels, sys.modules[__name__], Margins, gradient=gradient)


def files():
    for file, model, maps, side, stage, index in CASES:
        tensors, margins = make_case([SEED, index], model, maps, side, stage)
        assert margins.nearest > MIN_MARGIN, (file, margins.nearest)
        assert min(t.min() for name, t in tensors.items() if name.endswith(".variance")) > 1e-9, file
        yield (file, tensors, {"model": model, "maps": str(maps), "classes": str(CLASSES), "stage": stage},
               f"nearest jump {margins.nearest:.1e}")


if __name__ == "__main__":
    write_or_check("Writes the golden files of the hybrid networks.", "make_hybrid_golden.py", files)
