#!/usr/bin/python3
"""Writes MOGNET's forward pass as an ONNX graph with random weights: the peers' side of compare_deployed.py.

float32: convolutions with normalisation folded in, Clip as activation. int8: the same as a chain of QLinearConv, whose
intermediates are requantized to 8 bits, as a quantizer would export it. Needs Debian's python3-onnx.
"""
import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"  # ONNX Runtime's own operators: QLinearAdd, QLinearGlobalAveragePool


class Graph:
    """Nodes and constants on their way to a graph; tensors are named by their producer."""

    def __init__(self, integers):
        self.integers = integers
        self.nodes, self.constants = [], []
        self.random = np.random.default_rng(1)

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operation, inputs, domain="", **attributes):
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [output], domain=domain, **attributes))
        return output

    def scale(self, value, zero, dtype):
        return [self.constant(np.float32(value)), self.constant(dtype(zero))]

    def conv(self, x, inputs, outputs, kernel, groups=1, activation=False):
        shape = (outputs, inputs // groups, kernel, kernel)
        terms = kernel * kernel * inputs // groups
        attributes = {"kernel_shape": [kernel, kernel], "pads": [kernel // 2] * 4, "group": groups}
        weights = self.random.integers(-1, 2, shape)
        if self.integers:
            # Codes lie in 0..255 with zero point 0 after an activation, 128 between the factors.
            zero_in, zero_out = self.zero, 0 if activation else 128
            self.zero = zero_out
            step = 1 / np.sqrt(terms)
            return self.node("QLinearConv", [x, *self.scale(1, zero_in, np.uint8), self.constant(weights.astype(np.int8)),
                                             *self.scale(step, 0, np.int8), *self.scale(1, zero_out, np.uint8),
                                             self.constant(np.zeros(outputs, np.int32))], **attributes)
        weights = (weights / np.sqrt(terms)).astype(np.float32)
        y = self.node("Conv", [x, self.constant(weights), self.constant(np.zeros(outputs, np.float32))], **attributes)
        if activation:
            y = self.node("Clip", [y, self.constant(np.float32(0)), self.constant(np.float32(1))])
        return y

    def cflog(self, x, inputs, outputs, groups):
        latent = inputs // 2
        x = self.conv(x, inputs, latent, 1)
        x = self.conv(x, latent, latent, 3, groups)
        return self.conv(x, latent, outputs, 1, activation=True)

    def mrb(self, x, channels, groups):
        if self.integers:
            mean = self.node("QLinearGlobalAveragePool", [x, *self.scale(1, 0, np.uint8), *self.scale(1, 0, np.uint8)],
                             MICROSOFT, channels_last=0)
            mean = self.node("Cast", [mean], to=TensorProto.FLOAT)
        else:
            mean = self.node("GlobalAveragePool", [x])
        select = self.node("Greater", [mean, self.constant(np.float32(127.5 if self.integers else 0.5))])
        i1 = self.cflog(self.cflog(x, channels, channels, groups), channels, channels, groups)
        if self.integers:
            i0 = self.node("QLinearAdd", [x, *self.scale(1, 0, np.uint8), i1, *self.scale(1, 0, np.uint8),
                                          *self.scale(2, 0, np.uint8)], MICROSOFT)
        else:
            i0 = self.node("Mul", [self.node("Add", [x, i1]), self.constant(np.float32(0.5))])
        return self.node("Where", [select, i1, i0])

    def mognet(self, n, groups, classes):
        self.zero = 128
        x = self.conv("pixels", 3, n, 3, activation=True)
        channels = n
        for stage in range(3):
            outputs = n << stage
            x = self.mrb(self.cflog(x, channels, outputs, groups), outputs, groups)
            x = self.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
            channels = outputs
        x = self.conv(self.cflog(x, channels, channels, groups), channels, classes, 1)
        if self.integers:
            x = self.node("DequantizeLinear", [x, *self.scale(1, self.zero, np.uint8)])
        x = self.node("GlobalAveragePool", [x])
        return self.node("Flatten", [x])


def write(path, integers, n, groups, classes, batch):
    graph = Graph(integers)
    result = graph.mognet(n, groups, classes)
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8 if integers else TensorProto.FLOAT,
                                           [batch, 3, 32, 32])
    logits = helper.make_tensor_value_info(result, TensorProto.FLOAT, [batch, classes])
    model = helper.make_model(helper.make_graph(graph.nodes, "mognet", [pixels], [logits], graph.constants),
                              opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid(MICROSOFT, 1)])
    model.ir_version = 8
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", help="the file to write")
    parser.add_argument("--int8", action="store_true", help="QLinearConv, not float32")
    for name, default in (("n", 128), ("g", 4), ("classes", 10), ("batch", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    write(options.path, options.int8, options.n, options.g, options.classes, options.batch)


if __name__ == "__main__":
    main()
