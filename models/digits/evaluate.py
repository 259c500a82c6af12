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

sys.path.insert(0, str(Path(__file__).parents[1] / "common"))

import reference  # noqa: E402

PIXEL_SCALE = 16.0  # pixels are integers 0..16
EXITS = ("local", "edge", "cloud")


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
    thresholds = reference.model_thresholds(model)
    runner = reference.run_onnxruntime if args.onnxruntime else reference.run_numpy
    values = runner(model, {"image": images})
    logits = {name: values[name] for name in EXITS}

    failed = False
    for name in EXITS:
        difference = float(np.abs(logits[name] - np.load(args.folder / f"expected_{name}.npy")).max())
        failed |= difference > args.tolerance
        print(f"{name}: largest difference of a logit {difference:.1e}")
    found = reference.figures(logits, labels, thresholds)
    print(json.dumps(found, indent=2))
    if found != json.loads((args.folder / "expected.json").read_text()):
        failed = True
        print("expected.json differs", file=sys.stderr)
    if not args.onnxruntime:
        for what, margin in reference.margins(logits, [values["device/norm"]], thresholds).items():
            print(f"smallest margin, {what}: {margin:.1e}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
