# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A network in double precision, by onnx's own evaluator: what errors are measured against."""

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun


class BatchNormalization(OpRun):
    """With the stored mean and variance; onnx's own takes opsets 9 to 13 for training, against the standard."""

    op_domain = ""

    def _run(self, x, scale, bias, mean, var, epsilon=None, momentum=None, **_):
        shape = (-1, *(1,) * (x.ndim - 2))
        scale, bias, mean, var = (constant.reshape(shape) for constant in (scale, bias, mean, var))
        return (scale * (x - mean) / np.sqrt(var + epsilon) + bias,)


def outputs(path, image):
    """The outputs of the model's float graph, with each constant and the one input as doubles."""
    model = onnx.load(str(path))
    graph = model.graph
    for tensor in graph.initializer:
        widen(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "to" and attribute.i == onnx.TensorProto.FLOAT:
                attribute.i = onnx.TensorProto.DOUBLE
            if attribute.HasField("t"):
                widen(attribute.t)
    constants = {tensor.name for tensor in graph.initializer}
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            value.type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    (name,) = [value.name for value in graph.input if value.name not in constants]
    results = ReferenceEvaluator(model, new_ops=[BatchNormalization]).run(None, {name: image.astype(np.float64)})
    for result in results:
        if result.dtype != np.float64:
            raise ValueError(f"the evaluator computed {result.dtype}")
    return results


def widen(tensor):
    if tensor.data_type == onnx.TensorProto.FLOAT:
        doubles = onnx.numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(onnx.numpy_helper.from_array(doubles, tensor.name))
