"""ResNet-20 in PyTorch, for the golden files: He et al. (CVPR 2016, section 4.2) with option B shortcuts, its blocks' weights
full, binary or ternary, its activations ReLU or codes of k bits. Tensors are torch's [N, C, H, W]."""
import torch
import torch.nn.functional as F
from torch import nn

from mognet_torch import Activation, Binarize, Norm, Part, Ternarize

LEVELS = {"full": 0, "binary": 2, "ternary": 3}


class StridedConv(Part):
    """Convolution without bias of a kind of weights, followed by its normalisation."""

    def __init__(self, inputs, outputs, size, stride, weights):
        super().__init__()
        self.groups, self.size, self.stride, self.levels = 1, size, stride, LEVELS[weights]
        self.weight = nn.Parameter(torch.empty(outputs, inputs, size, size).uniform_(-1, 1))
        self.norm = Norm(outputs)
        if self.levels == 3:
            self.register_buffer("step", torch.ones(1))

    def update_step(self):
        if self.levels == 3:
            thirds = torch.tensor([1 / 3, 2 / 3], dtype=self.weight.dtype)
            self.step.copy_(torch.quantile(self.weight.detach().flatten(), thirds).abs().sum())

    def forward(self, x):
        w = self.weight
        if self.stage != "float" and self.levels:
            w = Binarize.apply(w) if self.levels == 2 else Ternarize.apply(w, self.step)
        return self.norm(F.conv2d(x, w, stride=self.stride, padding=self.size // 2))


class Block(Part):
    """activation(b(activation(a(x))) + way). A way that is an activation is read as code / (2^k - 1)."""

    def __init__(self, inputs, outputs, weights):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.a = StridedConv(inputs, outputs, 3, stride, weights)
        self.b = StridedConv(outputs, outputs, 3, 1, weights)
        self.way = None if stride == 1 else StridedConv(inputs, outputs, 1, stride, weights)
        self.act_a, self.act = Activation(), Activation()

    def forward(self, x):
        if self.way is not None:
            way = self.way(x)
        else:
            way = x / (2 ** self.k - 1) if self.stage == "quantized" else x
        return self.act(self.b(self.act_a(self.a(x))) + way)


class Resnet20(Part):
    def __init__(self, maps, weights, classes=10):
        super().__init__()
        self.conv, self.act = StridedConv(3, maps, 3, 1, "full"), Activation()
        inputs = maps
        for stage in (1, 2, 3):
            outputs = maps << (stage - 1)
            for block in (1, 2, 3):
                self.add_module(f"stage{stage}_{block}", Block(inputs, outputs, weights))
                inputs = outputs
        self.weight = nn.Parameter(torch.empty(inputs, classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def update_steps(self):
        for part in self.modules():
            if isinstance(part, StridedConv):
                part.update_step()

    def forward(self, x):
        x = self.act(self.conv(x))
        for stage in (1, 2, 3):
            for block in (1, 2, 3):
                x = getattr(self, f"stage{stage}_{block}")(x)
        return x.mean((2, 3)) @ self.weight + self.bias
