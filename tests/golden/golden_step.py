"""What the scripts that write golden files share: the tensors of a training step, and a file that is written or compared."""
import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import safetensors_file


def own_gradient(parameter):
    return parameter.grad


def training_step(net, pixels, labels, layout, margins, penalty=lambda: 0, gradient=own_gradient):
    """{name: numpy array} of a step on pixels [N, H, W, 3] and labels [N], and margins(net), made before it: parameters and
    statistics, logits in evaluation and in training, the loss, gradients behind loss + penalty(), statistics after it. `layout`
    is a script's own to_input, export and export_statistics."""
    tensors = {"pixels": pixels, "labels": labels}
    layout.export(net, tensors, "", lambda parameter: parameter)
    layout.export_statistics(net, tensors, "")
    found = margins(net)
    with torch.no_grad():
        tensors["out.eval_logits"] = net.eval()(layout.to_input(pixels))
    logits = net.train()(layout.to_input(pixels))
    loss = F.cross_entropy(logits, torch.from_numpy(labels).long())
    (loss + penalty()).backward()
    tensors["out.logits"], tensors["out.loss"] = logits, loss.reshape(1)
    layout.export(net, tensors, "grad.", gradient)
    layout.export_statistics(net, tensors, "out.")
    return as_numpy(tensors), found


def as_numpy(tensors):
    return {name: t.detach().numpy() if torch.is_tensor(t) else t for name, t in tensors.items()}


def compare(path, tensors):
    """The largest difference between a file and the tensors made now, as a share of each tensor's largest value."""
    stored, _ = safetensors_file.read(path)
    assert stored.keys() == tensors.keys(), path
    return max(np.abs(stored[name] - tensors[name].astype(float)).max() / max(np.abs(stored[name]).max(), 1e-300)
               for name in tensors)


def write_or_check(about, script, files):
    """A script's command line: writes its files, or with --check compares them. `files()` makes, one after the other, a
    file's name without ending, its tensors, its metadata, and what is said of it."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the files that are there")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    for file, tensors, metadata, remark in files():
        path = pathlib.Path(__file__).resolve().parent / f"{file}.safetensors"
        if check:
            difference = compare(path, tensors)
            print(f"{file}: largest relative difference {difference:.1e}")
            assert difference < 1e-12, file
            continue
        made_by = f"tests/golden/{script}, torch {torch.__version__}"
        safetensors_file.write(path, tensors, {**metadata, "made_by": made_by})
        print(f"{file}: {path.stat().st_size} bytes, {len(tensors)} tensors, loss {tensors['out.loss'][0]:.6f}, {remark}")
