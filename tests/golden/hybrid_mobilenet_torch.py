"""The hybrid MobileNet-V1 in PyTorch, for the golden files: full-precision filters beside ternary sums of products (arXiv
1911.01028; Li and Liu, "Ternary weight networks", 2016). Tensors are torch's [N, C, H, W]."""
import torch
import torch.nn.functional as F
from torch import nn

from mognet_torch import Activation, Part
from resnet_torch import StridedConv

BLOCKS = [(2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2)] + 5 * [(16, 1)] + [(32, 2), (32, 1)]


class Ternarize(torch.autograd.Function):
    """+-s where |w| is more than 0.7 of its mean, s the mean of those; the gradient as it comes."""

    @staticmethod
    def forward(_, w):
        kept = w.abs() > 0.7 * w.abs().mean()
        return w.sign() * kept * w.abs()[kept].mean()

    @staticmethod
    def backward(_, g):
        return g


class TernaryConv(StridedConv):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, 1, 1, "full")

    def forward(self, x):
        w = self.weight if self.stage == "float" else Ternarize.apply(self.weight)
        return self.norm(F.conv2d(x, w))


class DepthConv(StridedConv):
    def __init__(self, channels, stride):
        super().__init__(1, channels, 3, stride, "full")
        self.groups = channels

    def forward(self, x):
        return self.norm(F.conv2d(x, self.weight, stride=self.stride, padding=1, groups=self.groups))


class Block(Part):
    """Depthwise convolution, then filters and bank, of which the maps lie behind each other."""

    def __init__(self, inputs, outputs, stride, full, hidden):
        super().__init__()
        self.depth, self.act_depth, self.act = DepthConv(inputs, stride), Activation(), Activation()
        self.full = StridedConv(inputs, full, 1, 1, "full")
        self.hidden, self.bank = TernaryConv(inputs, hidden), TernaryConv(hidden, outputs - full)

    def forward(self, x):
        x = self.act_depth(self.depth(x))
        return self.act(torch.cat([self.full(x), self.bank(self.hidden(x))], 1))


class HybridMobilenet(Part):
    def __init__(self, maps, alpha, share, classes):
        super().__init__()
        self.conv, self.act = StridedConv(3, maps, 3, 1, "full"), Activation()
        inputs = maps
        for number, (times, stride) in enumerate(BLOCKS, 1):
            outputs = times * maps
            block = Block(inputs, outputs, stride, round(alpha * outputs), round(share * outputs))
            self.add_module(f"block{number}", block)
            inputs = outputs
        self.weight = nn.Parameter(torch.empty(inputs, classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        x = self.act(self.conv(x))
        for number in range(1, len(BLOCKS) + 1):
            x = getattr(self, f"block{number}")(x)
        return x.mean((2, 3)) @ self.weight + self.bias
