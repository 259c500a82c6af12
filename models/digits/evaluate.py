#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Evaluate digits.onnx in float64 with numpy and compare with the committed figures.

The evaluation reads nothing but the ONNX file and the test set, so it checks the file and not the program that wrote
it.  Run as a script it recomputes expected.json and the expected logits, reports differences and exits with status 1
if there are any; with --onnxruntime it computes them with ONNX Runtime instead.

Needs: numpy, onnx; onnxruntime for --onnxruntime.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

PIXEL_SCALE = 16.0  # pixels are integers 0..16
EXITS = ("local", "edge", "cloud")

# ------------------------------------------------------------------------------------- a float64 ONNX interpreter


def windows(x, kernel, strides, pads, fill):
    """All windows of x [N,C,H,W] as [N,C,OH,OW,KH,KW]; outside the image is `fill`."""
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))
    return view[:, :, :: strides[0], :: strides[1]]


def conv(attributes, x, weight, bias=None):
    view = windows(x, weight.shape[2:], attributes["strides"], attributes["pads"], 0.0)
    y = np.einsum("nchwij,fcij->nfhw", view, weight)
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


# Only the operators, and of those only the attributes, that this model uses.
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
}


def run_numpy(model, images):
    """Every value of the graph by name, for a batch of images: no operator of this model mixes samples."""
    values = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in model.graph.initializer}
    values[model.graph.input[0].name] = images.astype(np.float64)
    for node in model.graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        values[node.output[0]] = OPERATORS[node.op_type](attributes, *(values[name] for name in node.input))
    return values


def run_onnxruntime(model, images):
    """The outputs by name, computed by ONNX Runtime one image at a time (the file has batch 1)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rows = [session.run(list(EXITS), {"image": image[None].astype(np.float32)}) for image in images]
    return {name: np.concatenate(column) for name, column in zip(EXITS, zip(*rows))}


# -------------------------------------------------------------------------------------------------------- figures


def normalized_entropy(logits):
    """eta = -sum p ln p / ln 10 of the softmax, between 0 (certain) and 1."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(np.exp(log_p) * log_p).sum(axis=1) / np.log(logits.shape[1])


def exit_taken(logits, thresholds):
    """Index of the exit that answers each sample: the first with eta <= T; the last always answers."""
    leaves = [normalized_entropy(logits[name]) <= thresholds[name] for name in EXITS[:-1]]
    return np.argmax(leaves + [np.ones(len(leaves[0]), bool)], axis=0)


def figures(logits, labels, thresholds):
    """What expected.json holds."""
    right = np.stack([logits[name].argmax(axis=1) == labels for name in EXITS])
    taken = exit_taken(logits, thresholds)
    return {
        "samples": len(labels),
        "thresholds": thresholds,
        "accuracy": {name: float(right[i].mean()) for i, name in enumerate(EXITS)},
        "exit_rate": {name: float((taken == i).mean()) for i, name in enumerate(EXITS)},
        "exit_count": {name: int((taken == i).sum()) for i, name in enumerate(EXITS)},
        "overall_accuracy": float(right[taken, np.arange(len(labels))].mean()),
    }


def margins(values, thresholds):
    """How far the test set stays from the points where rounding could change a decision."""
    result = {"sign": float(np.abs(values["device/norm"]).min())}
    for name in EXITS[:-1]:
        result[f"entropy at {name}"] = float(np.abs(normalized_entropy(values[name]) - thresholds[name]).min())
    for name in EXITS:
        first, second = np.sort(values[name], axis=1)[:, :-3:-1].T
        result[f"best class at {name}"] = float((first - second).min())
    return result


def model_thresholds(model):
    """{"local": T0, "edge": T1} from the model's metadata, where they stand as "tier:T"."""
    metadata = {p.key: p.value for p in model.metadata_props}
    return {name: float(metadata[f"ddnn.exit.{name}"].split(":")[1]) for name in EXITS[:-1]}


def load_test_set(folder):
    labels = np.fromfile(folder / "test_labels.u8", np.uint8)
    pixels = np.fromfile(folder / "test_images.u8", np.uint8).reshape(len(labels), 1, 8, 8)
    return pixels / PIXEL_SCALE, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="where the files are")
    parser.add_argument("--onnxruntime", action="store_true", help="compute with ONNX Runtime")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference of a logit (default 1e-4)")
    args = parser.parse_args()

    model = onnx.load(str(args.folder / "digits.onnx"))
    images, labels = load_test_set(args.folder)
    thresholds = model_thresholds(model)
    values = (run_onnxruntime if args.onnxruntime else run_numpy)(model, images)

    failed = False
    for name in EXITS:
        difference = float(np.abs(values[name] - np.load(args.folder / f"expected_{name}.npy")).max())
        failed |= difference > args.tolerance
        print(f"{name}: largest difference of a logit {difference:.1e}")
    found = figures(values, labels, thresholds)
    print(json.dumps(found, indent=2))
    if found != json.loads((args.folder / "expected.json").read_text()):
        failed = True
        print("expected.json differs", file=sys.stderr)
    if not args.onnxruntime:
        for what, margin in margins(values, thresholds).items():
            print(f"smallest margin, {what}: {margin:.1e}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
