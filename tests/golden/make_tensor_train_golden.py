#!/usr/bin/python3
"""Writes tests/golden/tensor_train.safetensors: tensor-train convolutions as the five contractions that ETD's layer makes of them, with
their gradients, and one epoch's and one step's part of ADMM; tensors lie as in the C++ network. With --check it writes nothing and
compares with the file that is there."""
import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import safetensors_file
from golden_step import compare

OUTS, INS, RANKS = (2, 4), (3, 2), (2, 5, 4, 2)  # 6 -> 8 maps
BATCH, SIDE, SEED, RHO = 2, 6, 5, 0.25


def train_convolution(x, cores, stride):
    """x [N, I, H, W]; cores [r, n, r'] for o1, o2, the 9 pixels, i1, i2. Never makes the dense kernel."""
    o1, o2, pixels, i1, i2 = cores
    images, _, height, width = x.shape
    x = x.reshape(images, i1.shape[1], i2.shape[1], height, width)
    x = torch.einsum("nabhw,rb->narhw", x, i2[:, :, 0])
    x = torch.einsum("narhw,qar->nqhw", x, i1)
    kernel = pixels.permute(0, 2, 1).reshape(pixels.shape[0], pixels.shape[2], 3, 3)
    x = F.conv2d(x, kernel, stride=stride, padding=1)
    x = torch.einsum("nrhw,qbr->nqbhw", x, o2)
    x = torch.einsum("nqbhw,aq->nabhw", x, o1[0])
    return x.reshape(images, -1, x.shape[-2], x.shape[-1])


def projected(weight):
    """weight [O, I, 3, 3], its best train by numpy's singular value decompositions, one unfolding after another."""
    outs, ins = weight.shape[:2]
    sizes = (*OUTS, 9, *INS)
    rest, cores, left = weight.reshape(outs, ins, 9).transpose(0, 2, 1), [], 1
    for size, rank in zip(sizes, RANKS):
        u, s, vt = np.linalg.svd(rest.reshape(left * size, -1), full_matrices=False)
        cores.append(u[:, :rank].reshape(left, size, rank))
        rest, left = s[:rank, None] * vt[:rank], rank
    train = rest.reshape(left, sizes[-1])
    for core in reversed(cores):
        train = np.tensordot(core, train, axes=1)
    return train.reshape(outs, 9, ins).transpose(0, 2, 1).reshape(weight.shape)


def to_our_kernel(weight):
    """[O, I, 3, 3] -> [1, 3, 3, I, O]"""
    return np.ascontiguousarray(weight.transpose(2, 3, 1, 0)[None])


def last_channels(maps):
    return np.ascontiguousarray(maps.transpose(0, 2, 3, 1))


def make_convolutions(rng, tensors):
    ranks = (1, *RANKS, 1)
    sizes = (*OUTS, 9, *INS)
    cores = [torch.from_numpy(rng.uniform(-1, 1, (ranks[k], sizes[k], ranks[k + 1]))).requires_grad_() for k in range(5)]
    x = torch.from_numpy(rng.uniform(-1, 1, (BATCH, np.prod(INS), SIDE, SIDE))).requires_grad_()
    tensors["x"] = last_channels(x.detach().numpy())
    for k, core in enumerate(cores):
        tensors[f"core{k + 1}"] = core.detach().numpy()
    for stride in (1, 2):
        y = train_convolution(x, cores, stride)
        dy = torch.from_numpy(rng.uniform(-1, 1, tuple(y.shape)))
        gradients = torch.autograd.grad(y, [x, *cores], dy)
        tensors[f"stride{stride}.y"] = last_channels(y.detach().numpy())
        tensors[f"stride{stride}.dy"] = last_channels(dy.numpy())
        tensors[f"stride{stride}.grad.x"] = last_channels(gradients[0].numpy())
        for k, gradient in enumerate(gradients[1:]):
            tensors[f"stride{stride}.grad.core{k + 1}"] = gradient.numpy()


def make_admm(rng, tensors):
    shape = (int(np.prod(OUTS)), int(np.prod(INS)), 3, 3)
    weight, dual, moved, gradient = (rng.uniform(-1, 1, shape).astype(np.float32).astype(np.float64) for _ in range(4))
    z = projected(weight + dual)
    u = dual + weight - z
    parts = {"w": weight, "u": dual, "z_after": z, "u_after": u, "w_moved": moved, "gradient": gradient,
             "gradient_after": gradient + RHO * (moved - z + u)}
    for name, part in parts.items():
        tensors[f"admm.{name}"] = to_our_kernel(part)
    tensors["admm.residual"] = np.array([np.linalg.norm(moved - z)])


def main():
    parser = argparse.ArgumentParser(description="Writes the golden file of tensor trains.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the file that is there")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    rng, tensors = np.random.default_rng(SEED), {}
    make_convolutions(rng, tensors)
    make_admm(rng, tensors)
    path = pathlib.Path(__file__).resolve().parent / "tensor_train.safetensors"
    if check:
        difference = compare(path, tensors)
        print(f"tensor_train: largest relative difference {difference:.1e}")
        assert difference < 1e-12
        return
    safetensors_file.write(path, tensors, {"rho": str(RHO), "made_by": "tests/golden/make_tensor_train_golden.py, torch "
                                           + torch.__version__})
    print(f"tensor_train: {path.stat().st_size} bytes, {len(tensors)} tensors")


if __name__ == "__main__":
    main()
