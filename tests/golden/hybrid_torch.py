"""The hybrid ResNet-20 and VGG-19 in PyTorch, for the golden files: binary convolutions in XNOR-Net's order beside residual
connections in full precision (arXiv 1902.00460; Rastegari et al., ECCV 2016). Tensors are torch's [N, C, H, W]."""
import torch
import torch.nn.functional as F
from torch import nn

from mognet_torch import Binarize, Norm, Part
from resnet_torch import StridedConv


class BinaryConv(Part):
    """Normalisation, signs (ReLU while activations are real), convolution with mean |w| sign(w) of each filter."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride = stride
        self.norm = Norm(inputs)
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 3, 3).uniform_(-1, 1))

    def forward(self, x):
        x = self.norm(x)
        x = Binarize.apply(x) if self.stage == "quantized" else F.relu(x)
        w = self.weight
        if self.stage != "float":
            w = w.abs().mean((1, 2, 3), keepdim=True) * Binarize.apply(w)
        return F.conv2d(x, w, stride=self.stride, padding=1)


class HybridBlock(Part):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.a, self.b = BinaryConv(inputs, outputs, stride), BinaryConv(outputs, outputs, 1)
        self.way = None if stride == 1 else StridedConv(inputs, outputs, 1, stride, "full")

    def forward(self, x):
        return self.b(self.a(x)) + (x if self.way is None else self.way(x))


class HybridResnet20(Part):
    def __init__(self, maps, classes):
        super().__init__()
        self.conv = StridedConv(3, maps, 3, 1, "full")
        inputs = maps
        for stage in (1, 2, 3):
            for block in (1, 2, 3):
                self.add_module(f"stage{stage}_{block}", HybridBlock(inputs, maps << (stage - 1)))
                inputs = maps << (stage - 1)
        self.weight = nn.Parameter(torch.empty(inputs, classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        x = self.conv(x)
        for stage in (1, 2, 3):
            for block in (1, 2, 3):
                x = getattr(self, f"stage{stage}_{block}")(x)
        return x.mean((2, 3)) @ self.weight + self.bias


class HybridVgg19(Part):
    """Names are those of the C++ network with _ for a dot: group2_1, group2_2, the way of that pair group2_2_way."""

    DEPTHS = (2, 2, 4, 4, 4)

    def __init__(self, maps, classes):
        super().__init__()
        self.group1_1 = StridedConv(3, maps, 3, 1, "full")
        self.pool = nn.MaxPool2d(2)
        inputs = around = maps
        for group, depth in enumerate(self.DEPTHS, 1):
            outputs = maps << min(group - 1, 3)
            for i in range(1, depth + 1):
                if (group, i) == (1, 1):
                    continue
                self.add_module(f"group{group}_{i}", BinaryConv(inputs, outputs, 1))
                inputs = outputs
                if i % 2 == 0:
                    if around != outputs:
                        self.add_module(f"group{group}_{i}_way", StridedConv(around, outputs, 1, 1, "full"))
                    around = outputs
        self.weight = nn.Parameter(torch.empty(inputs, classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        x = self.group1_1(x)
        for group, depth in enumerate(self.DEPTHS, 1):
            for i in range(2, depth + 1, 2):
                pair = [getattr(self, f"group{group}_{j}") for j in (i - 1, i) if (group, j) != (1, 1)]
                way = getattr(self, f"group{group}_{i}_way", None)
                y = x
                for conv in pair:
                    y = conv(y)
                x = y + (x if way is None else way(x))
            x = self.pool(x)
        return x.mean((2, 3)) @ self.weight + self.bias
