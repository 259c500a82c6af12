#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Evaluate the networks of a folder in float64 with numpy and compare with the figures beside them.

The evaluation reads nothing but the ONNX files and the test set, so it checks the files and not the program that wrote
them.  It recomputes expected.json (but for the table of aggregation schemes, whose networks are not kept there),
the expected logits, and missing.json with its predictions; it reports differences and exits with status 1 if there are
any.  With --onnxruntime all is computed by ONNX Runtime instead.

Needs: numpy, onnx; onnxruntime for --onnxruntime.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnx

sys.path.insert(0, str(Path(__file__).parents[1] / "common"))

import reference  # noqa: E402

# -------------------------------------------------------------------------------------------------------- samples


def by_name(views, scale):
    """Views u8 [N,D,S,S] as the network's inputs: {"view0": float [N,1,S,S], ...}."""
    return {f"view{i}": views[:, i : i + 1] / scale for i in range(views.shape[1])}


def without(views, missing):
    """The views if these devices are missing: blank, which is what the policy `blank` makes of it."""
    views = views.copy()
    views[:, list(missing)] = 0
    return views


def load_test_set(folder):
    """Views u8 [N,D,S,S] and labels u8 [N]."""
    labels = np.fromfile(folder / "test_labels.u8", np.uint8)
    views = []
    while (path := folder / f"test_view{len(views)}.u8").exists():
        views.append(np.fromfile(path, np.uint8))
    size = round((len(views[0]) / len(labels)) ** 0.5)
    return np.stack([view.reshape(len(labels), size, size) for view in views], axis=1), labels


def save_test_set(folder, views, labels):
    for i in range(views.shape[1]):
        views[:, i].tofile(folder / f"test_view{i}.u8")
    labels.tofile(folder / "test_labels.u8")


# -------------------------------------------------------------------------------------------------------- figures


def run(model, views, scale, runner=reference.run_numpy):
    """The exits' logits by name, in order, and the values that go into signs (none from ONNX Runtime)."""
    values = runner(model, by_name(views, scale))
    logits = {output.name: values[output.name] for output in model.graph.output}
    return logits, [values[name] for name in values if name.startswith("device") and name.endswith("/norm")]


def device_bytes(model, views, local_rate):
    """Equation (1): bytes that one device sends per sample, and the same for its raw view of one byte a pixel."""
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.value_info}
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    features = int(np.prod(shapes["device0/sign"]))
    sent = 4 * classes + (1 - local_rate) * features / 8
    raw = int(np.prod(views.shape[2:]))
    return {"scores": 4 * classes, "features": features / 8, "mean": sent, "raw": raw, "raw_by_mean": raw / sent}


def model_figures(model, views, labels, logits):
    found = reference.figures(logits, labels, reference.model_thresholds(model))
    found["device_bytes"] = device_bytes(model, views, found["exit_rate"]["local"])
    return found


def removal_sets(order):
    """Sets of missing devices: none, each one, and those of Figure 8, where devices come from worst to best.

    Also returns which of them are Figure 10 and which are Figure 8 (with 1, 2, ... devices present).
    """
    devices = len(order)
    sets = [[]] + [[i] for i in range(devices)]
    growing = []
    for present in range(1, devices + 1):
        missing = sorted(order[present:])
        if missing not in sets:
            sets.append(missing)
        growing.append(sets.index(missing))
    return sets, list(range(1, devices + 1)), growing


def missing_figures(model, views, labels, scale, order, runner=reference.run_numpy):
    """What missing.json holds, the predictions u8 [sets,N] by exit, and the smallest margins over all sets."""
    thresholds = reference.model_thresholds(model)
    sets, single, growing = removal_sets(order)
    rows, smallest = [], {}
    predictions = {name: [] for name in [*(output.name for output in model.graph.output), "overall"]}
    for missing in sets:
        logits, signs = run(model, without(views, missing), scale, runner)
        classes = np.stack([scores.argmax(axis=1) for scores in logits.values()])
        taken = reference.exit_taken(logits, thresholds)
        for name, predicted in zip(predictions, [*classes, classes[taken, np.arange(len(labels))]]):
            predictions[name].append(predicted.astype(np.uint8))
        accuracy = {name: float((column[-1] == labels).mean()) for name, column in predictions.items()}
        rate = {name: float((taken == i).mean()) for i, name in enumerate(logits)}
        rows.append({"missing": missing, "accuracy": accuracy, "exit_rate": rate})
        if signs:
            for what, margin in reference.margins(logits, signs, thresholds).items():
                smallest[what] = min(margin, smallest.get(what, np.inf))
    table = {"policy": "blank", "thresholds": thresholds, "order": order, "sets": rows}
    table |= {"one_missing": single, "worst_to_best": growing}
    return table, {name: np.stack(column) for name, column in predictions.items()}, smallest


def individual_accuracy(folder, views, labels, scale, runner=reference.run_numpy):
    result = {}
    for i in range(views.shape[1]):
        model = onnx.load(str(folder / f"device{i}.onnx"))
        logits = runner(model, {f"view{i}": views[:, i : i + 1] / scale})["individual"]
        result[f"device{i}"] = float((logits.argmax(axis=1) == labels).mean())
    return result


def worst_to_best(individual):
    """Devices in the order of Figure 8."""
    accuracies = list(individual.values())
    return sorted(range(len(accuracies)), key=lambda i: accuracies[i])


# ----------------------------------------------------------------------------------------------------------- files


class Check:
    """Compares, says what differs, and remembers that something did."""

    def __init__(self):
        self.failed = False

    def equal(self, what, found, expected):
        if found != expected:
            self.failed = True
            print(f"{what} differs", file=sys.stderr)


def check_folder(folder, runner, tolerance):
    check = Check()
    expected = json.loads((folder / "expected.json").read_text())
    scale = expected["pixel_scale"]
    views, labels = load_test_set(folder)
    smallest = {}
    for name, figures in expected["networks"].items():
        model = onnx.load(str(folder / f"{name}.onnx"))
        logits, signs = run(model, views, scale, runner)
        for exit, scores in logits.items():
            difference = float(np.abs(scores - np.load(folder / f"{name}_expected_{exit}.npy")).max())
            check.failed |= difference > tolerance
            print(f"{name}, {exit}: largest difference of a logit {difference:.1e}")
        found = model_figures(model, views, labels, logits)
        print(json.dumps(found))
        check.equal(f"{name} in expected.json", found, {key: figures[key] for key in found})
        if signs:
            smallest[name] = reference.margins(logits, signs, found["thresholds"])
    if "individual" in expected:
        found = individual_accuracy(folder, views, labels, scale, runner)
        print(json.dumps(found))
        check.equal("individual accuracy in expected.json", found, expected["individual"])

    if (folder / "missing.json").exists():
        name = next(iter(expected["networks"]))
        model = onnx.load(str(folder / f"{name}.onnx"))
        table, predictions, margins = missing_figures(
            model, views, labels, scale, worst_to_best(expected["individual"]), runner
        )
        check.equal("missing.json", table, json.loads((folder / "missing.json").read_text()))
        for exit, predicted in predictions.items():
            path = folder / f"missing_{exit}.npy"
            check.equal(path.name, predicted.tolist(), np.load(path).tolist())
        smallest[f"{name} with devices missing"] = margins
    for which, found in smallest.items():
        for what, margin in found.items():
            print(f"smallest margin, {which}, {what}: {margin:.1e}")
    return check


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="where the files are")
    parser.add_argument("--onnxruntime", action="store_true", help="compute with ONNX Runtime")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference of a logit (default 1e-4)")
    args = parser.parse_args()
    runner = reference.run_onnxruntime if args.onnxruntime else reference.run_numpy
    return 1 if check_folder(args.folder, runner, args.tolerance).failed else 0


if __name__ == "__main__":
    sys.exit(main())
