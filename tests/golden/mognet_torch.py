"""MOGNET in PyTorch: a second reading of the paper, independent of the C++ one, that golden files and timings come from.

Letters are the paper's: n output maps, g groups, k activation bits, m latent maps. Tensors are torch's [N, C, H, W].
A network runs in one of the three stages it is trained in:

    float      proxy weights as they are, ReLU, no Bitshift
    weights    binary and ternary weights, ReLU, no Bitshift
    quantized  binary and ternary weights, k-bit activations held as integer codes 0 .. 2^k - 1

Codes are never divided by 2^k - 1: the batch normalisation that follows takes up the scale.
"""
import torch
import torch.nn.functional as F
from torch import nn

STAGES = ("float", "weights", "quantized")


# ---- Straight-through operations: a forward, and the gradient that the paper puts in the derivative's place ----

class Binarize(torch.autograd.Function):
    """w >= 0 -> +1, else -1; dw = dq [|w| <= 1]."""

    @staticmethod
    def forward(ctx, w):
        ctx.save_for_backward(w)
        return torch.where(w >= 0, 1.0, -1.0).to(w.dtype)

    @staticmethod
    def backward(ctx, dq):
        w, = ctx.saved_tensors
        return dq * (w.abs() <= 1)


class Ternarize(torch.autograd.Function):
    """Eq. 5: clip(round(w / s), -1, 1), half to even; dw = dq [|w| <= 1]."""

    @staticmethod
    def forward(ctx, w, step):
        ctx.save_for_backward(w)
        return (w / step).round().clamp(-1, 1)

    @staticmethod
    def backward(ctx, dq):
        w, = ctx.saved_tensors
        return dq * (w.abs() <= 1), None


class QRelu(torch.autograd.Function):
    """Eq. 1 as a code: round(clip(x, 0, 1) (2^k - 1)), half to even, k = 1: [x > 0]; dx = dq (2^k - 1) [|x| <= 1]."""

    @staticmethod
    def forward(ctx, x, k):
        ctx.levels = 2 ** k - 1
        ctx.save_for_backward(x.abs() <= 1)  # one byte an element, where x itself would be four
        if k == 1:
            return (x > 0).to(x.dtype)
        return x.clamp(0, 1).mul_(ctx.levels).round_()

    @staticmethod
    def backward(ctx, dq):
        inside, = ctx.saved_tensors
        return (dq * inside).mul_(ctx.levels), None


class Bitshift(torch.autograd.Function):
    """Eq. 2 on codes: floor(y / 2), k = 1: [y >= 1], the OR of two bits; dy = dq."""

    @staticmethod
    def forward(ctx, y, k):
        return (y >= 1).to(y.dtype) if k == 1 else (y * 0.5).floor_()

    @staticmethod
    def backward(ctx, dq):
        return dq, None


# ---- Parts ----

class Part(nn.Module):
    """A module that knows the stage and the activation bits of the network it belongs to."""

    def __init__(self):
        super().__init__()
        self.stage, self.k = "float", 3

    def set_stage(self, stage, k):
        assert stage in STAGES and 1 <= k <= 8
        for part in self.modules():
            part.stage, part.k = stage, k
        return self


class Conv(Part):
    """Convolution without bias, size 1 or 3, the map's size kept. `levels` is 2 (binary) or 3 (ternary)."""

    def __init__(self, inputs, outputs, size, groups, levels):
        super().__init__()
        self.groups, self.padding, self.levels = groups, size // 2, levels
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, size, size).uniform_(-1, 1))
        if levels == 3:
            self.register_buffer("step", torch.ones(1))

    def update_step(self):
        """Eq. 6: s = |q1| + |q2|, the tertiles of the proxy weights, linear between neighbours. Once an epoch."""
        if self.levels == 3:
            thirds = torch.tensor([1 / 3, 2 / 3], dtype=self.weight.dtype)
            self.step.copy_(torch.quantile(self.weight.detach().flatten(), thirds).abs().sum())

    def forward(self, x):
        w = self.weight
        if self.stage != "float":
            w = Binarize.apply(w) if self.levels == 2 else Ternarize.apply(w, self.step)
        return F.conv2d(x, w, padding=self.padding, groups=self.groups)


class Norm(Part):
    """Batch normalisation with the defaults of Keras: momentum 0.99, epsilon 1e-3, running variance biased too."""

    MOMENTUM, EPSILON = 0.99, 1e-3

    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x):
        if not self.training:
            return F.batch_norm(x, self.mean, self.variance, self.gamma, self.beta, False, 0, self.EPSILON)
        # A momentum of 1 makes torch hand over the batch's own statistics. Its variance divides by P - 1, ours by P.
        mean, variance = torch.zeros_like(self.mean), torch.zeros_like(self.variance)
        y = F.batch_norm(x, mean, variance, self.gamma, self.beta, True, 1, self.EPSILON)
        p = x.numel() // x.shape[1]
        self.mean.lerp_(mean, 1 - self.MOMENTUM)
        self.variance.lerp_(variance * ((p - 1) / p), 1 - self.MOMENTUM)
        return y


class Activation(Part):
    def forward(self, x):
        return QRelu.apply(x, self.k) if self.stage == "quantized" else F.relu(x)


class Tgap(Part):
    """S = [mean of the map > 0.5 m]: m is the largest code, or the sample's largest mean while activations are real."""

    def forward(self, x):
        mean = x.detach().mean((2, 3), keepdim=True)
        m = 2 ** self.k - 1 if self.stage == "quantized" else mean.amax(1, keepdim=True)
        return mean > 0.5 * m


def rule30(first, states):
    """`states` states of a ring of cells, `first` the first of them: new cell = left XOR (centre OR right)."""
    rows = [first]
    while len(rows) < states:
        cell = rows[-1]
        rows.append(torch.roll(cell, 1) ^ (cell | torch.roll(cell, -1)))
    return torch.stack(rows)


class Cflog(Part):
    """Pointwise C -> m = C/2, grouped 3x3 m -> m, generated pointwise m -> O; then normalisation and activation."""

    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.latent = inputs // 2
        self.squeeze = Conv(inputs, self.latent, 1, 1, levels=2)
        self.group = Conv(self.latent, self.latent, 3, groups, levels=3)
        self.norm = Norm(outputs)
        self.act = Activation()
        self.register_buffer("automaton", torch.zeros(outputs, dtype=torch.uint8))
        self.register_buffer("expand", torch.empty(outputs, self.latent, 1, 1))
        self.set_automaton(torch.randint(0, 2, (outputs,), dtype=torch.uint8))

    def set_automaton(self, first):
        """State t gives the weights of latent map t; a cell's 0 stands for -1."""
        self.automaton.copy_(first)
        self.expand.copy_(2.0 * rule30(self.automaton, self.latent).t()[:, :, None, None] - 1.0)

    def forward(self, x):
        return self.act(self.norm(F.conv2d(self.group(self.squeeze(x)), self.expand)))


class Mrb(Part):
    """MUX residual block (Fig. 1, Eq. 3): two CFLOGs, and per channel the plain result or the halved sum with the input."""

    def __init__(self, channels, groups):
        super().__init__()
        self.a, self.b = Cflog(channels, channels, groups), Cflog(channels, channels, groups)
        self.tgap = Tgap()

    def forward(self, x):
        i1 = self.b(self.a(x))
        i0 = x + i1
        if self.stage == "quantized":
            i0 = Bitshift.apply(i0, self.k)
        return torch.where(self.tgap(x), i1, i0)


class Mognet(Part):
    def __init__(self, n, g, classes=10, head_levels=2):
        super().__init__()
        self.conv = Conv(3, n, 3, 1, levels=3)
        self.conv.norm = Norm(n)
        self.act = Activation()
        self.cflog1, self.mrb1 = Cflog(n, n, g), Mrb(n, g)
        self.cflog2, self.mrb2 = Cflog(n, 2 * n, g), Mrb(2 * n, g)
        self.cflog3, self.mrb3 = Cflog(2 * n, 4 * n, g), Mrb(4 * n, g)
        self.cflog4 = Cflog(4 * n, 4 * n, g)
        self.pool = nn.MaxPool2d(2)
        self.head = Conv(4 * n, classes, 1, 1, levels=head_levels)
        self.head.norm = Norm(classes)

    def update_steps(self):
        for part in self.modules():
            if isinstance(part, Conv):
                part.update_step()

    def forward(self, x):
        """x [N, 3, H, W]: (pixel - 128) / 128. Returns logits [N, classes]."""
        x = self.act(self.conv.norm(self.conv(x)))
        x = self.pool(self.mrb1(self.cflog1(x)))
        x = self.pool(self.mrb2(self.cflog2(x)))
        x = self.pool(self.mrb3(self.cflog3(x)))
        x = self.cflog4(x)
        return self.head.norm(self.head(x)).mean((2, 3))
