# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_deep16.py EVAL.json: figures that were published with the model."""

import json
import sys

result = json.load(open(sys.argv[1]))
assert result["samples"] == 10000
percent = lambda fraction: round(100 * fraction, 2)
accuracy = {exit["name"]: percent(exit["accuracy"]) for exit in result["exits"]}
assert accuracy == {"exit_local": 45.86, "exit_server": 50.38}, accuracy
table = [
    (s["thresholds"]["exit_local"], percent(s["exit_rate"]["exit_local"]), percent(s["accuracy"]))
    for s in result["settings"]
]
assert table == [(0.4, 0.84, 50.38), (0.8, 39.24, 50.05)], table
assert result["max_abs_error"]["exit_local"] <= 1e-5, result["max_abs_error"]
assert result["max_abs_error"]["exit_server"] <= 1e-3, result["max_abs_error"]
(link,) = result["links"]
assert link["payload_bytes"] == 2048, link
