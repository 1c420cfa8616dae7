#!/usr/bin/python3
"""Writes tests/golden/mognet_run.safetensors: a whole training run of a small MOGNET by PyTorch, in double: two epochs in each
of two stages, in full precision and with quantized weights. (Were activations quantized too, a rounding of float32 would turn
one of their many codes within a few steps.)

Which picture comes when and where is computed here from what core/random.hpp, data/batches.hpp and data/augment.hpp say of
their draws; learning rates from docs/run-files.md; Adam is torch's. The file holds the pictures, the weights that the run
begins with, and what it must come to: under `full.` the network at the end of the first stage, under `best.` and `last.`
after the first and the second epoch of the other one; under `row.` each epoch's metrics.

How far rounding takes such a run is measured by another one in float32, and stored as `rounding`. Four faults of a training
loop that would go unseen if it were only compared with itself are tried as well: each must lead away much further. The seed
is the first for which all this holds, and the first epoch of the last stage is its best, but not the run's.
"""
import argparse
import itertools
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import safetensors_file
from golden_step import compare
from make_golden import draw_parameters, export, export_state, export_statistics, to_input
from mognet_torch import Conv, Mognet, Norm

MAPS, GROUPS, BITS, CLASSES, SIDE = 4, 2, 3, 4, 16
LEARNED, MEASURED, BATCH, PAD, STATISTICS_BATCHES, DATA_SEED = 22, 24, 5, 2, 2, 5_000_000_011
STAGES = ("float", "weights")
DECAY = {"float": 0.0, "weights": 0.05}
EPOCHS, FIRST_RATE = 2, 0.02
FAULTS = ("first rate throughout", "moments carried on", "first epoch's order", "first epoch's statistics")
MOST_ROUNDING, LEAST_FAULT = 1e-5, 100  # the latter as a multiple of the rounding that was measured


# ---- Which picture comes when, and where ----

def philox(counter, key):
    """Philox4x32-10 (Salmon et al., SC 2011, section 3.3)."""
    word = (1 << 32) - 1
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & word, a >> 32 ^ c[3] ^ k[1], a & word]
        k = [k[0] + 0x9E3779B9 & word, k[1] + 0xBB67AE85 & word]
    return c


class Stream:
    """The numbers of (seed, purpose, a, b)."""
    SHUFFLE, AUGMENT = 3, 4

    def __init__(self, seed, purpose, a, b=0):
        self.key, self.name = (seed % (1 << 32), seed >> 32), (a, b, purpose)
        self.words = (word for block in itertools.count() for word in philox((block, *self.name), self.key))

    def below(self, n):
        """Lemire's multiply and reject."""
        while True:
            product = next(self.words) * n
            if product % (1 << 32) >= (1 << 32) % n:
                return product >> 32


def order_of(epoch):
    """Fisher and Yates, from the end."""
    order, stream = list(range(LEARNED)), Stream(DATA_SEED, Stream.SHUFFLE, epoch)
    for left in range(LEARNED, 1, -1):
        other = stream.below(left)
        order[left - 1], order[other] = order[other], order[left - 1]
    return order


def place(picture, epoch, index):
    """Moved within a border of mid grey, which is 0 to the network, then mirrored or not."""
    stream = Stream(DATA_SEED, Stream.AUGMENT, epoch, index)
    down, right = stream.below(2 * PAD + 1) - PAD, stream.below(2 * PAD + 1) - PAD
    wide = np.pad(picture, ((PAD, PAD), (PAD, PAD), (0, 0)), constant_values=128)
    moved = wide[PAD - down:PAD - down + SIDE, PAD - right:PAD - right + SIDE]
    return moved[:, ::-1] if stream.below(2) else moved


def batches_of(pixels, labels, epoch):
    order = order_of(epoch)
    for first in range(0, LEARNED, BATCH):
        chosen = order[first:first + BATCH]
        yield np.stack([place(pixels[i], epoch, i) for i in chosen]), labels[chosen]


# ---- The run ----

def rate_at(stage, epoch, step, steps):
    """exponential: 0.02 for one epoch, then times 0.5; linear: from 0.02 to 0 over two epochs, by the middle of each step."""
    if stage == "float":
        return FIRST_RATE * 0.5 ** epoch
    return FIRST_RATE * (1 - (epoch + (step + 0.5) / steps) / EPOCHS)


def adam(net, stage):
    convs = [p.weight for p in net.modules() if isinstance(p, Conv)]
    norms = [p for part in net.modules() if isinstance(part, Norm) for p in (part.gamma, part.beta)]
    return torch.optim.AdamW([{"params": convs, "weight_decay": DECAY[stage]}, {"params": norms, "weight_decay": 0.0}],
                             lr=1.0, betas=(0.9, 0.999), eps=1e-7)


def learn(net, optimizer, batches, rates):
    """One epoch; returns the means of loss and accuracy while it went."""
    loss_sum = correct = 0
    for (pixels, labels), rate in zip(batches, rates):
        logits = net.train()(inputs(net, pixels))
        loss = F.cross_entropy(logits, torch.from_numpy(labels).long())
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        correct += int((logits.argmax(1).numpy() == labels).sum())
    return loss_sum / LEARNED, correct / LEARNED


def inputs(net, pixels):
    return to_input(pixels).to(net.conv.weight.dtype)


def estimate_statistics(net, batches):
    """The mean over the first batches, whatever the statistics were before."""
    momentum = Norm.MOMENTUM
    with torch.no_grad():
        for t, (pixels, _) in enumerate(itertools.islice(batches, STATISTICS_BATCHES)):
            Norm.MOMENTUM = t / (t + 1)
            net.train()(inputs(net, pixels))
    Norm.MOMENTUM = momentum


def accuracy(net, pixels, labels):
    with torch.no_grad():
        found = net.eval()(inputs(net, pixels)).argmax(1).numpy()
    return float((found == labels).mean())


def snapshot(net, prefix):
    tensors = {}
    export(net, tensors, prefix, lambda parameter: parameter)
    export_statistics(net, tensors, prefix)
    steps = {}
    export_state(net, steps)
    tensors.update({prefix + name: step for name, step in steps.items() if name.endswith(".step")})
    return {name: t.detach().double().numpy().copy() for name, t in tensors.items()}


def run(net, data, fault=None):
    """Trains; returns what the run comes to."""
    result, rows, epochs_before, optimizer = {}, [], 0, None
    for stage in STAGES:
        net.set_stage(stage, BITS)
        if optimizer is None or fault != "moments carried on":
            optimizer = adam(net, stage)
        for epoch in range(EPOCHS):
            net.update_steps()
            shown = 0 if fault == "first epoch's order" else epochs_before + epoch
            batches = list(batches_of(*data["learned"], shown))
            rates = [rate_at(stage, epoch, step, len(batches)) for step in range(len(batches))]
            if fault == "first rate throughout":
                rates = [FIRST_RATE] * len(batches)
            loss, learned = learn(net, optimizer, batches, rates)
            counted = 0 if fault == "first epoch's statistics" else epochs_before + epoch
            estimate_statistics(net, batches_of(*data["learned"], counted))
            rate = rate_at(stage, epoch, 0, 1)  # the epoch's middle
            rows.append((rate, loss, learned, accuracy(net, *data["measured"])))
            if stage == "weights" and epoch == 0:
                result.update(snapshot(net, "best."))
        result.update(snapshot(net, "full." if stage == "float" else "last."))
        epochs_before += EPOCHS
    for name, column in zip(("rate", "train_loss", "train_accuracy", "test_accuracy"), zip(*rows)):
        result[f"row.{name}"] = np.array(column, dtype=np.float64)
    return result


# ---- The file ----

def draw_pictures(count, patterns, rng):
    """A class's faint mosaic in noise."""
    labels = rng.integers(0, CLASSES, count, dtype=np.uint8)
    noise = rng.integers(0, 192, (count, SIDE, SIDE, 3), dtype=np.uint8)
    return noise + patterns[labels], labels


def begin(seed):
    """The network that the run begins with, and its pictures."""
    rng = np.random.default_rng(seed)
    net = Mognet(MAPS, GROUPS, CLASSES).double()
    draw_parameters(net, rng)
    patterns = rng.integers(0, 64, (CLASSES, 4, 4, 3), dtype=np.uint8).repeat(SIDE // 4, axis=1).repeat(SIDE // 4, axis=2)
    return net, {"learned": draw_pictures(LEARNED, patterns, rng), "measured": draw_pictures(MEASURED, patterns, rng)}


def distance(one, other):
    """The largest difference of two runs, as a share of each tensor's largest value."""
    return max(np.abs(one[name] - other[name]).max() / np.abs(one[name]).max() for name in one)


def make_case(seed):
    """The file's tensors, the rounding, how far each fault leads away, and whether the seed will do."""
    net, data = begin(seed)
    tensors = {"pixels": np.concatenate([data[part][0] for part in ("learned", "measured")]),
               "labels": np.concatenate([data[part][1] for part in ("learned", "measured")])}
    export(net, tensors, "", lambda parameter: parameter)
    export_state(net, tensors)
    tensors = {name: t.detach().numpy().copy() if torch.is_tensor(t) else t for name, t in tensors.items()
               if not name.endswith(".step")}
    for name, tensor in tensors.items():
        if tensor.dtype == np.float64:
            tensors[name] = tensor.astype(np.float32)  # which holds them: see draw_parameters

    result = run(net, data)
    rounding = distance(result, run(begin(seed)[0].float(), data))
    accuracies = result["row.test_accuracy"]
    suits = rounding < MOST_ROUNDING and accuracies[3] <= accuracies[2] < accuracies[:2].max()
    faults = {}
    if suits:
        faults = {fault: distance(result, run(begin(seed)[0], data, fault)) for fault in FAULTS}
        suits = min(faults.values()) > LEAST_FAULT * rounding
    return {**tensors, **result}, rounding, faults, suits


def main():
    parser = argparse.ArgumentParser(description="Writes the golden file of a training run.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the file that is there")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    path = pathlib.Path(__file__).resolve().parent / "mognet_run.safetensors"
    if check:
        _, metadata = safetensors_file.read(path)
        difference = compare(path, make_case(int(metadata["seed"]))[0])
        print(f"mognet_run: largest relative difference {difference:.1e}")
        assert difference < 1e-9
        return
    for seed in itertools.count(1):
        tensors, rounding, faults, suits = make_case(seed)
        print(f"seed {seed}: rounding {rounding:.1e}, accuracies {tensors['row.test_accuracy']}")
        if suits:
            break
    safetensors_file.write(path, tensors, {
        "n": str(MAPS), "g": str(GROUPS), "k": str(BITS), "classes": str(CLASSES), "learned": str(LEARNED),
        "data_seed": str(DATA_SEED), "seed": str(seed), "rounding": f"{rounding:.3e}",
        "made_by": "tests/golden/make_run_golden.py, torch " + torch.__version__})
    print(f"{path.stat().st_size} bytes, {len(tensors)} tensors, losses {tensors['row.train_loss']}")
    for fault, far in faults.items():
        print(f"  {fault}: {far:.1e}")


if __name__ == "__main__":
    main()
