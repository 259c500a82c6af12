# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A float64 ONNX interpreter in numpy for the models of this folder, and the entropy that exits are gated on."""

import numpy as np
import onnx
from onnx import numpy_helper


def windows(x, kernel, strides, pads, fill):
    """All windows of x [N,C,H,W] as [N,C,OH,OW,KH,KW]; outside the image is `fill`."""
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))
    return view[:, :, :: strides[0], :: strides[1]]


def conv(attributes, x, weight, bias=None):
    view = windows(x, weight.shape[2:], attributes["strides"], attributes["pads"], 0.0)
    y = np.einsum("nchwij,fcij->nfhw", view, weight, optimize=True)
    return y if bias is None else y + bias[:, None, None]


def max_pool(attributes, x):
    view = windows(x, attributes["kernel_shape"], attributes["strides"], attributes["pads"], -np.inf)
    return view.max(axis=(4, 5))


def batch_normalization(attributes, x, scale, bias, mean, variance):
    per_channel = (-1,) + (1,) * (x.ndim - 2)
    scale, bias, mean, variance = (v.reshape(per_channel) for v in (scale, bias, mean, variance))
    return (x - mean) / np.sqrt(variance + attributes["epsilon"]) * scale + bias


def gemm(attributes, x, weight, bias):
    return x @ (weight.T if attributes.get("transB") else weight) + bias


# Only the operators, and of those only the attributes, that these models use.
OPERATORS = {
    "Conv": conv,
    "MaxPool": max_pool,
    "BatchNormalization": batch_normalization,
    "Gemm": gemm,
    "GreaterOrEqual": lambda attributes, a, b: a >= b,
    "Where": lambda attributes, condition, a, b: np.where(condition, a, b),
    "Flatten": lambda attributes, x: x.reshape(len(x), -1),
    "Relu": lambda attributes, x: np.maximum(x, 0.0),
    "Add": lambda attributes, a, b: a + b,
    "Max": lambda attributes, *members: np.maximum.reduce(members),
    "Mean": lambda attributes, *members: sum(members) / len(members),
    "Concat": lambda attributes, *members: np.concatenate(members, axis=attributes["axis"]),
}


def run_numpy(model, inputs):
    """Every value of the graph by name, for a batch of inputs by name: no operator of these models mixes samples."""
    values = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in model.graph.initializer}
    values.update((name, array.astype(np.float64)) for name, array in inputs.items())
    for node in model.graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        values[node.output[0]] = OPERATORS[node.op_type](attributes, *(values[name] for name in node.input))
    return values


def run_onnxruntime(model, inputs):
    """The outputs by name, computed by ONNX Runtime one sample at a time (the files have batch 1)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in model.graph.output]
    samples = len(next(iter(inputs.values())))
    rows = [
        session.run(names, {name: array[i : i + 1].astype(np.float32) for name, array in inputs.items()})
        for i in range(samples)
    ]
    return {name: np.concatenate(column) for name, column in zip(names, zip(*rows))}


def normalized_entropy(logits):
    """eta = -sum p ln p / ln |C| of the softmax, between 0 (certain) and 1."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(np.exp(log_p) * log_p).sum(axis=1) / np.log(logits.shape[1])


def exit_taken(logits, thresholds):
    """Index of the exit that answers each sample: the first with eta <= T; the last always answers.

    `logits` are by exit, in order, and `thresholds` of all but the last."""
    leaves = [normalized_entropy(logits[name]) <= threshold for name, threshold in thresholds.items()]
    return np.argmax(leaves + [np.ones(len(leaves[0]), bool)], axis=0)


def figures(logits, labels, thresholds):
    """Accuracy of each exit if all leave there, and what staged inference does at these thresholds."""
    right = np.stack([scores.argmax(axis=1) == labels for scores in logits.values()])
    taken = exit_taken(logits, thresholds)
    return {
        "samples": len(labels),
        "thresholds": thresholds,
        "accuracy": {name: float(right[i].mean()) for i, name in enumerate(logits)},
        "exit_rate": {name: float((taken == i).mean()) for i, name in enumerate(logits)},
        "exit_count": {name: int((taken == i).sum()) for i, name in enumerate(logits)},
        "overall_accuracy": float(right[taken, np.arange(len(labels))].mean()),
    }


def margins(logits, signs, thresholds):
    """How far these samples stay from the points where rounding could change a decision."""
    result = {"sign": float(min(np.abs(x).min() for x in signs))}
    for name, threshold in thresholds.items():
        result[f"entropy at {name}"] = float(np.abs(normalized_entropy(logits[name]) - threshold).min())
    for name, scores in logits.items():
        first, second = np.sort(scores, axis=1)[:, :-3:-1].T
        result[f"best class at {name}"] = float((first - second).min())
    return result


def model_thresholds(model):
    """{exit: T} of all exits but the last, from the model's metadata, where they stand as "tier:T"."""
    metadata = {p.key: p.value for p in model.metadata_props}
    names = [output.name for output in model.graph.output][:-1]
    return {name: float(metadata[f"ddnn.exit.{name}"].split(":")[1]) for name in names}
