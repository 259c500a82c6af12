# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# check_calibration.py RESULT.json [eval COMMAND... | written OLD.json OUT]: the
# front of a calibration is one, and the chosen setting is on it; COMMAND, a call
# of ddnn eval, says the same of it; or OUT was compiled to it and is the same
# deployment as that of the manifest OLD.json.

import json
import os
import subprocess
import sys


def load(path):
    with open(path) as file:
        return json.load(file)


result = load(sys.argv[1])
chosen = result["chosen"]
mode, rest = sys.argv[2] if sys.argv[2:] else "", sys.argv[3:]

cost = (
    "seconds_per_sample" if result["objective"] == "latency"
    else "payload_bytes_per_sample"
)
front = [point["search"] for point in result["front"]]
assert front
for a, b in zip(front, front[1:]):
    assert a["accuracy"] < b["accuracy"] and a[cost] < b[cost], (a, b)
for point in result["front"]:
    for half in (point, point["search"]):
        assert abs(sum(half["exit_rate"].values()) - 1) < 1e-9
    assert set(point["thresholds"]) < set(point["exit_rate"])
assert chosen in result["front"]
single = result["single"]
if result["objective"] == "accuracy":
    assert chosen["search"]["accuracy"] == front[-1]["accuracy"]
    for other in (single, result["compiled"]):
        assert chosen["search"]["accuracy"] >= other["search"]["accuracy"]
elif single:
    assert chosen["search"][cost] <= single["search"][cost]

if mode == "eval":  # of both halves together
    for name, threshold in chosen["thresholds"].items():
        rest += ["--threshold", f"{name}={threshold}"]
    output = subprocess.run(rest + ["--json=-"], capture_output=True, check=True)
    setting = json.loads(output.stdout)["settings"][0]
    assert setting["thresholds"] == chosen["thresholds"]
    n = result["samples"]
    both = (
        chosen["search"]["accuracy"] * n["search"]
        + chosen["accuracy"] * n["report"]
    ) / (n["search"] + n["report"])
    assert abs(both - setting["accuracy"]) < 1e-9, (both, setting)
elif mode == "written":
    old, new = load(rest[0]), load(os.path.join(rest[1], "manifest.json"))
    assert old["hash"] == new["hash"]
    for exit in new["exits"]:
        if not exit["last"]:
            assert exit["threshold"] == chosen["thresholds"][exit["name"]], exit
    report = load(os.path.join(rest[1], "report.json"))
    assert report["exits"][0]["threshold"] == new["exits"][0]["threshold"]
print("agrees")
