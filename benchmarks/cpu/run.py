#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the generated C next to its peers; `scripts/bench cpu` and `scripts/bench binary` run it.
docs/benchmarks.md says what it does.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

sys.path.insert(0, str(Path(__file__).parent / "peers"))

import peers  # noqa: E402
import report  # noqa: E402
from measure import ROOT, TODAY, WORK, Bench, Job, progress, round_to  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("benchmark", choices=["cpu", "binary"])
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--calls", type=int, default=6)
    parser.add_argument("--peers", type=lambda text: text.split(","))
    parser.add_argument("--cc")
    parser.add_argument("--cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--ddnnc", type=Path, default=ROOT / "build" / "bin" / "ddnnc")
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    options.layers |= options.benchmark == "binary"
    return options


def choose(options, kinds):
    """The names of the networks and layers to measure."""
    if options.model:
        return []
    if options.only:
        unknown = [name for name in options.only if name not in kinds]
        if unknown:
            sys.exit(f"scripts/bench: error: no network '{unknown[0]}'; there are {', '.join(kinds)}")
        return [name for name in kinds if name in options.only]
    return [name for name in kinds if kinds[name] == "network" or options.layers]


def store(options, results, order):
    """Puts `results` into results.json, where those of the other benchmark stay, and into RESULTS.md."""
    stored = json.loads(report.RESULTS.read_text())
    binary = options.benchmark == "binary"
    old = stored.get("binary", {}) if binary else stored
    machine = old.get("machine", {})
    same = machine.get("cpu", results["machine"]["cpu"]) == results["machine"]["cpu"]
    if not same and options.only:
        sys.exit(f"scripts/bench: error: {report.RESULTS.relative_to(ROOT)} is of another machine; not merged")
    if same:
        results["machine"]["peers"] = machine.get("peers", {}) | results["machine"]["peers"]
        for kind in ("networks", "layers"):
            results[kind] = report.merge(old.get(kind, []), results[kind], order)
    stored = stored | ({"binary": results} if binary else results)
    report.write(stored, options.benchmark, report.section(options.benchmark, results))


def main():
    options = parse()
    generator = ROOT / "build" / "bin" / "ddnn-bench-networks"
    command = [generator, "--list", options.benchmark]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    kinds = {name: kind for kind, name in (line.split() for line in listed.splitlines())}
    wanted = choose(options, kinds)

    bench = Bench(options)
    progress(f"cores {bench.cores}, peak {bench.peak:.0f} GFLOP/s, {bench.binary_peak:.0f} binary Gop/s each")
    paths = [(options.model.stem, options.model, False)] if options.model else []
    for name in wanted:
        path = WORK / f"{name}.onnx"
        subprocess.run([generator, name, "-o", path], check=True)
        paths.append((name, path, kinds[name] == "layer"))
    measured = {"networks": [], "layers": []}
    for name, path, is_layer in paths:
        try:
            job = Job(name, path, is_layer, options.threads, may_cut=not options.model)
            entries = bench.measure(job)
        except peers.NotMeasured as problem:
            sys.exit(f"scripts/bench: error: {path}: {problem}")
        measured["layers" if is_layer else "networks"] += entries

    results = {"machine": bench.machine(), "date": TODAY, "peak_gflops": round_to(bench.peak)}
    if options.benchmark == "binary":
        results["peak_binary_gops"] = round_to(bench.binary_peak)
    results |= measured
    for rows in report.tables(results):
        if len(rows) > 1:
            print(report.aligned_text(rows) + "\n")
    print("ratio: the peer's time over ours in the worst round; above 1, ours is faster")
    if options.benchmark == "binary":
        print(f"peak: {bench.peak:.0f} GFLOP/s, {bench.binary_peak:.0f} Gop/s binary")
    for remark in report.remarks(results):
        print(remark)

    if options.cc or options.cpu:
        results["networks"] = []  # the results have networks as ddnnc compiles them by default
    if not (options.model or options.peers or options.dry_run):
        store(options, results, list(kinds))
    sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()
