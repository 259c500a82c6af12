# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_digits.py EVAL EXPECTED: is what ddnn eval measured what the training
script measured in PyTorch?

Scores are logits of magnitude 10 that pass some hundred float32 additions in
another order: 1e-4 is ten times what was seen.
"""

import json
import sys

measured, expected = (json.load(open(path)) for path in sys.argv[1:3])
setting = measured["settings"][0]
exits = {entry["name"]: entry["accuracy"] for entry in measured["exits"]}
assert measured["samples"] == expected["samples"]
for name, accuracy in expected["accuracy"].items():
    assert abs(exits[name] - accuracy) < 1e-9, (name, exits[name], accuracy)
    assert measured["max_abs_error"][name] < 1e-4, measured["max_abs_error"]
    assert abs(setting["exit_rate"][name] - expected["exit_rate"][name]) < 1e-9, setting
for name, threshold in expected["thresholds"].items():
    assert setting["thresholds"][name] == threshold, setting
assert abs(setting["accuracy"] - expected["overall_accuracy"]) < 1e-9, setting
assert exits["local"] >= 0.90 and exits["cloud"] >= 0.97
assert exits["local"] < exits["edge"] < exits["cloud"]
assert min(setting["exit_rate"].values()) >= 0.05
