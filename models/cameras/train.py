#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train the six-camera networks of this folder on views of the UCI handwritten digits and write every file beside this
script.

Needs: torch, onnx, numpy, scikit-learn (for the data only).  On Debian 12:
    apt-get install --no-install-recommends python3-torch python3-onnx python3-sklearn
    /usr/bin/python3 train.py                 # every file
    /usr/bin/python3 train.py --scheme=AP-CC  # one way of joining; prints its accuracies
    /usr/bin/python3 train.py --scheme=all    # all nine; writes their table into expected.json
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import digit_views
import publish

SEED = 1
SPLIT_SEED = 2024  # that of models/digits: the same digits are in the test set
TEST_SAMPLES = 360
VALIDATION_SAMPLES = 240
CLASSES = [str(digit) for digit in range(10)]
TRAINING_LOOKS = 6  # views of each training digit


def make_parts():
    """{"train", "validation", "test"}: (views u8 [N,6,8,8], labels u8 [N])."""
    digits = load_digits()
    order = np.random.RandomState(SPLIT_SEED).permutation(len(digits.target))
    test, validation, train = np.split(order, [TEST_SAMPLES, TEST_SAMPLES + VALIDATION_SAMPLES])
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    chosen = {
        "train": np.tile(train, TRAINING_LOOKS),
        "validation": np.tile(validation, 2),
        "test": test,
    }
    return {
        name: (digit_views.make_views(images[index], seed), labels[index])
        for seed, (name, index) in enumerate(chosen.items())
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    publish.add_arguments(parser, epochs=10, seed=SEED)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder for the files")
    args = parser.parse_args()
    publish.prepare_torch(args.seed)
    task = publish.Task(
        name="cameras",
        parts=make_parts(),
        scale=digit_views.SCALE,
        classes=CLASSES,
        epochs=args.epochs,
        seed=args.seed,
        local_rates=(0.2, 0.9),
        variants={"cameras_edge": 1, "cameras_edges": 2},
    )
    publish.run(task, args)


if __name__ == "__main__":
    main()
