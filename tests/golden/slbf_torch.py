"""SLBF's ResNet-18 and VGG-16 in PyTorch, for the golden files: 3x3 convolutions whose weights are few binary filters of few
channels, shared by all outputs and selected by the largest score (Lan and Lan, AAAI 2021). Tensors are torch's [N, C, H, W]."""
import torch
import torch.nn.functional as F
from torch import nn

from mognet_torch import Activation, Binarize, Norm, Part
from resnet_torch import Block, StridedConv

BALANCE = 1e-4


class Select(torch.autograd.Function):
    """The one-hot matrix of each row's first maximum; its gradient is passed to the scores as it is."""

    @staticmethod
    def forward(ctx, scores):
        return F.one_hot(scores.argmax(-1), scores.shape[-1]).to(scores.dtype)

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Stacked(Part):
    """3x3 convolution of stacked filters, followed by its normalisation."""

    def __init__(self, inputs, outputs, stride, parts, filters):
        super().__init__()
        self.stride, self.parts = stride, parts
        self.filters = nn.Parameter(torch.empty(filters, inputs // parts, 3, 3).uniform_(-1, 1))
        self.scores = nn.Parameter(torch.empty(parts, outputs, filters).uniform_(-1, 1))
        self.norm = Norm(outputs)

    def weight(self):
        filters = self.filters if self.stage == "float" else Binarize.apply(self.filters)
        return torch.einsum("som,mckl->osckl", Select.apply(self.scores), filters).flatten(1, 2)

    def unequal_use(self):
        """A number whose gradient by the scores draws each filter's use towards an equal one."""
        uses = Select.apply(self.scores).detach().sum((0, 1))
        equal = self.scores.shape[0] * self.scores.shape[1] / self.scores.shape[2]
        return BALANCE * (self.scores * (uses - equal)).sum()

    def forward(self, x):
        return self.norm(F.conv2d(x, self.weight(), stride=self.stride, padding=1))


class StackedBlock(Block):
    def __init__(self, inputs, outputs, parts, share):
        Part.__init__(self)
        stride = 1 if inputs == outputs else 2
        self.a = Stacked(inputs, outputs, stride, parts, outputs // share)
        self.b = Stacked(outputs, outputs, 1, parts, outputs // share)
        self.way = None if stride == 1 else StridedConv(inputs, outputs, 1, stride, "binary")
        self.act_a, self.act = Activation(), Activation()


class Slbf(Part):
    """What both networks have in common."""

    def unequal_use(self):
        return sum(part.unequal_use() for part in self.modules() if isinstance(part, Stacked))

    def logits(self, x):
        return self.classes(x.mean((2, 3), keepdim=True)).flatten(1)


class SlbfResnet18(Slbf):
    def __init__(self, maps, parts, share, classes):
        super().__init__()
        self.conv, self.act = StridedConv(3, maps, 3, 1, "binary"), Activation()
        inputs = maps
        for stage in (1, 2, 3, 4):
            for block in (1, 2):
                outputs = maps << (stage - 1)
                self.add_module(f"stage{stage}_{block}", StackedBlock(inputs, outputs, parts, share))
                inputs = outputs
        self.classes = StridedConv(inputs, classes, 1, 1, "binary")

    def forward(self, x):
        x = self.act(self.conv(x))
        for stage in (1, 2, 3, 4):
            for block in (1, 2):
                x = getattr(self, f"stage{stage}_{block}")(x)
        return self.logits(x)


class SlbfVgg16(Slbf):
    GROUPS = [(2, 1), (2, 2), (3, 4), (3, 8), (3, 8)]  # convolutions, times so many maps

    def __init__(self, maps, parts, share, classes):
        super().__init__()
        self.act, self.pool = Activation(), nn.MaxPool2d(2)
        inputs = 3
        for group, (depth, factor) in enumerate(self.GROUPS, 1):
            for i in range(1, depth + 1):
                outputs = factor * maps
                first = max(1, outputs // (share * parts))
                layer = (Stacked(3, outputs, 1, 1, first) if inputs == 3 else
                         Stacked(inputs, outputs, 1, parts, outputs // share))
                self.add_module(f"group{group}_{i}", layer)
                inputs = outputs
        self.classes = StridedConv(inputs, classes, 1, 1, "binary")

    def forward(self, x):
        for group, (depth, _) in enumerate(self.GROUPS, 1):
            for i in range(1, depth + 1):
                x = self.act(getattr(self, f"group{group}_{i}")(x))
            x = self.pool(x)
        return self.logits(x)
