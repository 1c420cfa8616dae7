#!/usr/bin/python3
"""Times a training step of a network in PyTorch on a CPU: forward, backward, Adam, float32, channels last, oneDNN.

The peer that our own step is compared with: MOGNET, or one of the others as the golden files' scripts have them. Weights are
quantized once a step, the batch lies ready in memory, and the proxy weights' step sizes (once an epoch) are outside the
timing. Time it on an idle machine: with another busy process on two cores, two threads fell below one (n = 128: 6 to 30
images/s instead of 62, in the same setting).
"""
import argparse
import fractions
import json
import pathlib
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"))
from hybrid_mobilenet_torch import HybridMobilenet  # noqa: E402  the path above comes first
from mognet_torch import STAGES, Mognet, Mrb  # noqa: E402
from resnet_torch import Resnet20, StridedConv  # noqa: E402
from slbf_torch import Slbf, SlbfResnet18, SlbfVgg16, Stacked  # noqa: E402


class MuxResidual(torch.autograd.Function):
    """Sum, Bitshift and MUX in one: S ? I1 : floor((x + I1) / 2). I1's two gradients are dy S + dy (1 - S) = dy.

    Stands in for the oracle's three operations, with the same results, to give the peer the speed a careful user would.
    """

    @staticmethod
    def forward(ctx, x, i1, s, stage, k):
        ctx.save_for_backward((~s).to(x.dtype))
        i0 = x + i1
        if stage == "quantized":
            i0 = (i0 >= 1).to(x.dtype) if k == 1 else i0.mul_(0.5).floor_()
        return torch.where(s, i1, i0)

    @staticmethod
    def backward(ctx, dy):
        not_s, = ctx.saved_tensors
        return dy * not_s, dy, None, None, None


def fused_mrb(self, x):
    return MuxResidual.apply(x, self.b(self.a(x)), self.tgap(x), self.stage, self.k)


def loss_and_gradients(net, pixels, labels):
    net.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(pixels), labels)
    loss.backward()
    return [loss.detach()] + [p.grad for p in net.parameters()]


def check_fused(options):
    """The fused residual block computes what the oracle's does."""
    torch.manual_seed(2)
    net = Mognet(8, 2).double().set_stage(options.stage, options.k).train()
    pixels, labels = torch.rand(4, 3, 16, 16).double(), torch.arange(4)
    plain = loss_and_gradients(net, pixels, labels)
    Mrb.forward, unfused = fused_mrb, Mrb.forward
    fused = loss_and_gradients(net, pixels, labels)
    Mrb.forward = unfused
    for a, b in zip(plain, fused):
        torch.testing.assert_close(b, a, rtol=1e-12, atol=1e-12)


def plain(net, stage):
    """An SLBF network, in the float stage with plain weights in place of those that filters are stacked to."""
    if stage != "float":
        return net
    for name, part in list(net.named_modules()):
        if isinstance(part, Stacked):
            outputs, inputs = part.scores.shape[1], part.parts * part.filters.shape[1]
            parent = net.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], StridedConv(inputs, outputs, 3, part.stride, "full"))
    return net


# Each with the fallbacks of its options.
NETWORKS = {
    "mognet": lambda o: Mognet(o.n, o.g, o.classes),
    "resnet20": lambda o: Resnet20(16, "full" if o.stage == "float" else "ternary", o.classes),
    "slbf-resnet18": lambda o: plain(SlbfResnet18(64, 4, 2, o.classes), o.stage),
    "slbf-vgg16": lambda o: plain(SlbfVgg16(64, 4, 2, o.classes), o.stage),
    "hybrid-mobilenet": lambda o: HybridMobilenet(round(32 * o.width), 0.5, 1, o.classes),
}


def network(options):
    """The network in its stage, channels last; the classifiers that torch leaves as they lie in memory begin small."""
    net = NETWORKS[options.model](options).to(memory_format=torch.channels_last)
    for name, parameter in net.named_parameters():
        if name == "weight":
            torch.nn.init.normal_(parameter, std=0.01)
    net.set_stage(options.stage, options.k).train()
    for part in net.modules():
        if hasattr(part, "update_step"):
            part.update_step()
    return net


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=NETWORKS, default="mognet", help="which network (mognet)")
    parser.add_argument("--n", type=int, default=128, help="mognet: output maps of the first convolution (128)")
    parser.add_argument("--g", type=int, default=4, help="mognet: groups of the 3x3 convolutions (4)")
    parser.add_argument("--width", type=fractions.Fraction, default="1/2", help="hybrid-mobilenet: its width (1/2)")
    parser.add_argument("--k", type=int, default=3, help="activation bits (3)")
    parser.add_argument("--classes", type=int, default=10, help="classes (10)")
    parser.add_argument("--batch", type=int, default=50, help="images a step (50)")
    parser.add_argument("--stage", choices=STAGES, default="quantized", help="what is quantized (quantized)")
    parser.add_argument("--steps", type=int, default=5, help="timed steps (5)")
    parser.add_argument("--warmup", type=int, default=2, help="steps before them (2)")
    parser.add_argument("--threads", type=int, default=2, help="threads (2)")
    parser.add_argument("--plain", action="store_true", help="the oracle's residual block, not the fused one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def time_steps(options):
    """Seconds of each timed step, and the last loss."""
    if options.model == "mognet" and not options.plain:
        check_fused(options)
        Mrb.forward = fused_mrb
    torch.manual_seed(1)
    net = network(options)
    balanced = isinstance(net, Slbf) and options.stage != "float"  # scores that select
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    pixels = (torch.randint(0, 256, (options.batch, 3, 32, 32)) - 128) / 128
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, options.classes, (options.batch,))
    seconds = []
    for _ in range(options.warmup + options.steps):
        begin = time.perf_counter()
        adam.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(pixels), labels)
        (loss + net.unequal_use() if balanced else loss).backward()
        adam.step()
        seconds.append(time.perf_counter() - begin)
    return seconds[options.warmup:], loss.item()


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    seconds, loss = time_steps(options)
    median = statistics.median(seconds)
    result = {
        "framework": "pytorch " + torch.__version__,
        "model": options.model, "n": options.n, "g": options.g, "k": options.k, "batch": options.batch, "stage": options.stage,
        "threads": options.threads, "steps": options.steps,
        "images_per_second": options.batch / median,
        "step_seconds": median, "step_seconds_min": min(seconds),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "loss": loss,
    }
    if options.json:
        print(json.dumps(result))
    else:
        size = f" n={options.n} g={options.g}" if options.model == "mognet" else ""
        print("pytorch {}: {model}{} k={k} batch={batch} stage={stage} threads={threads}".format(
            torch.__version__, size, **{key: result[key] for key in ("model", "k", "batch", "stage", "threads")}))
        print(f"  {result['images_per_second']:.1f} images/s, step {median:.4f} s (median of {options.steps}; "
              f"min {min(seconds):.4f}), peak {result['peak_bytes'] / 2**20:.0f} MiB, loss {loss:.3f}")


if __name__ == "__main__":
    main()
