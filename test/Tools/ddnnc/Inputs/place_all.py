# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles a model in every way that a search for its placement looks at, and
compares the best of them with what the search chooses, for several bandwidths
of the links. Prints the chosen cuts."""

import argparse
import itertools
import json
import math
import pathlib
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bin", required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--input", required=True, help="name of the model's input")
parser.add_argument("--rates", required=True, help="of the early exits, NAME:F,...")
parser.add_argument("--tiers", default="device,cloud")
parser.add_argument("--cut", default="", help="of the first boundary, if it is given")
parser.add_argument("--speeds", default="", help="--flops of all compilations")
parser.add_argument("--work", required=True, type=pathlib.Path)
options = parser.parse_args()

LATENCY = 0.0
BANDWIDTHS = ["10kbit", "100kbit", "1Mbit", "10Mbit", "100Mbit", "1Gbit"]
UNITS = {"kbit": 125.0, "Mbit": 125e3, "Gbit": 125e6}
rates = {name: float(rate) for name, rate in
         (entry.rsplit(":", 1) for entry in options.rates.split(","))}
tiers = options.tiers.split(",")


def parse_bandwidth(text):
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return float(text.removesuffix(unit)) * UNITS[unit]


def compile_model(name, *flags):
    folder = options.work / name
    command = [f"{options.bin}/ddnnc", options.model, f"--tiers={options.tiers}",
               f"--latency={LATENCY}s", "--emit=source", "-o", str(folder), *flags]
    if options.speeds:
        command += [f"--flops={speed}" for speed in options.speeds.split(",")]
    done = subprocess.run(command, capture_output=True, text=True)
    if "name cuts in the order of the tiers" in done.stderr:
        return None
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return json.loads((folder / "report.json").read_text())


def get_costs(report, bandwidth):
    """Means over all samples of seconds and bytes, from what the report says of
    each exit; its links are taken to have another bandwidth."""
    seconds, size, rest = 0.0, 0.0, 1.0
    names = [tier["name"] for tier in report["tiers"]]
    for exit in report["exits"]:
        rate = rest if exit["last"] else rates[exit["name"]]
        rest -= rate
        sent = [tier["payload_bytes"] for tier in report["tiers"]][:names.index(exit["tier"])]
        compiled_for = parse_bandwidth(BANDWIDTHS[0])
        seconds += rate * (exit["expected_seconds"] +
                           sum(sent) * (1.0 / bandwidth - 1.0 / compiled_for))
        size += rate * sum(sent)
    return {"latency": seconds, "bytes": size}


listing = subprocess.run(
    [f"{options.bin}/ddnnc", options.model, f"--tiers={options.tiers}", "--list-cuts"],
    capture_output=True, text=True, check=True).stdout
nodes = [options.input] + [line.split()[0] for line in listing.splitlines()]
# Exits stay in their order; the compiler moves those that stand too early.
reports = {}
for node in nodes:
    cuts = ",".join(filter(None, [options.cut, node]))
    for places in itertools.combinations_with_replacement(tiers, len(rates)):
        flags = [f"--exit={exit}@{tier}" for exit, tier in zip(rates, places)]
        report = compile_model("one", f"--cut={cuts}",
                               f"--bandwidth={BANDWIDTHS[0]}", *flags)
        if not report:
            continue
        where = tuple(exit["tier"] for exit in report["exits"])
        order = [exit["name"] for exit in report["exits"]][:-1]
        if order == list(rates) and where[:-1] == places:
            reports[cuts, where] = report
print(f"{len(reports)} placements")

for objective, bandwidth in [("latency", each) for each in BANDWIDTHS] + [("bytes", "1Mbit")]:
    flags = [f"--exit-rate={name}:{rate}" for name, rate in rates.items()]
    if options.cut:
        flags.append(f"--cut={options.cut}")
    report = compile_model("auto", "--place=auto", f"--objective={objective}",
                           f"--bandwidth={bandwidth}", *flags)
    chosen = report["placement"]["candidates"][0]
    key = "expected_seconds" if objective == "latency" else "payload_bytes"
    cost = chosen[key]
    # What the search added up is what the compiled tiers are expected to take.
    if not math.isclose(chosen["expected_seconds"], report["expected_mean_seconds"],
                        rel_tol=1e-9):
        sys.exit(f"{bandwidth}: the search expects {chosen['expected_seconds']} s, "
                 f"the report {report['expected_mean_seconds']} s")
    costs = {place: get_costs(other, parse_bandwidth(bandwidth))[objective]
             for place, other in reports.items()}
    best = min(costs, key=costs.get)
    if not math.isclose(cost, costs[best], rel_tol=1e-9):
        sys.exit(f"{objective}, {bandwidth}: {chosen} chosen, but {best} takes {costs[best]}")
    for other in report["placement"]["candidates"]:
        if other["kind"] != "alternative":
            continue
        place = ",".join(other["cuts"]), tuple(other["exits"].values())
        by_name = {exit: tier for exit, tier in other["exits"].items()}
        place = place[0], tuple(by_name[name] for name in [*rates, report["exits"][-1]["name"]])
        if not math.isclose(other[key], costs[place], rel_tol=1e-9):
            sys.exit(f"{bandwidth}: {other} instead of {costs[place]}")
    print(f"{objective} at {bandwidth}: {', '.join(chosen['cuts'])}")
