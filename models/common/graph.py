# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX graphs node by node: an exporter would fold batch normalisation into the +-1 weights before it."""

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper


class GraphWriter:
    """Collects ONNX nodes.  Each yields one value, named like its node unless `output` names it."""

    def __init__(self):
        self.nodes = []
        self.initializers = []

    def constant(self, name, tensor):
        self.initializers.append(numpy_helper.from_array(tensor.detach().numpy().astype(np.float32), name))
        return name

    def node(self, operator, name, *inputs, output=None, **attributes):
        self.nodes.append(helper.make_node(operator, list(inputs), [output or name], name=name, **attributes))
        return output or name

    def conv(self, name, x, weight, bias=None):
        inputs = [x, self.constant(f"{name}/weight", weight)]
        if bias is not None:
            inputs.append(self.constant(f"{name}/bias", bias))
        return self.node("Conv", name, *inputs, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1])

    def pool(self, name, x, kernel=2, pad=0):
        return self.node("MaxPool", name, x, kernel_shape=[kernel] * 2, pads=[pad] * 4, strides=[2, 2])

    def norm(self, name, x, layer, part=slice(None), output=None):
        """Batch normalisation by the channels `part` of this layer."""
        parts = {"scale": layer.weight, "bias": layer.bias, "mean": layer.running_mean, "var": layer.running_var}
        inputs = [self.constant(f"{name}/{key}", tensor[part]) for key, tensor in parts.items()]
        return self.node("BatchNormalization", name, x, *inputs, output=output, epsilon=layer.eps)

    def gemm(self, name, x, weight, bias, output=None):
        inputs = [self.constant(f"{name}/weight", weight), self.constant(f"{name}/bias", bias)]
        return self.node("Gemm", name, x, *inputs, output=output, transB=1)

    def sign(self, name, x):
        """ONNX's own Sign has sign(0) = 0."""
        zero, plus, minus = (
            self.constant(f"{name}/{what}", torch.tensor([value]))
            for what, value in (("zero", 0.0), ("plus_one", 1.0), ("minus_one", -1.0))
        )
        return self.node("Where", name, self.node("GreaterOrEqual", f"{name}/compare", x, zero), plus, minus)


def make_model(graph, metadata):
    """The checked ONNX model with metadata that says what is an exit and where it runs."""
    result = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="train.py"
    )
    helper.set_model_props(result, metadata)
    result = onnx.shape_inference.infer_shapes(result, strict_mode=True)
    onnx.checker.check_model(result, full_check=True)
    return result
