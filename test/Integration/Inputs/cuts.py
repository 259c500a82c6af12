# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles a model with every legal cut and compares what the exits say."""

import argparse
import json
import pathlib
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bin", required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--input", required=True)
parser.add_argument("--limit", required=True)
parser.add_argument("--exits", required=True)
parser.add_argument("--work", required=True, type=pathlib.Path)
options = parser.parse_args()


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def compile_model(folder, *flags):
    # Without optimisation the C compiler takes a fraction of the time; the
    # order of operations, and so the result, stays the same.
    run(f"{options.bin}/ddnnc", options.model, "--tiers=device,cloud",
        "--cflags=-O1", "-o", str(folder), *flags)


def outputs(folder):
    # Beside the folder, not in it: ddnnc replaces only what is its own.
    files = [options.work / f"{name}.npy" for name in options.exits.split(",")]
    saves = [f"--save={file.stem}={file}" for file in files]
    run(f"{options.bin}/ddnn", "run", str(folder), "--input", options.input,
        "--limit", options.limit, *saves)
    return [file.read_bytes() for file in files]


whole = options.work / "whole"
compile_model(whole)
expected = outputs(whole)
listing = run(f"{options.bin}/ddnnc", options.model, "--tiers=device,cloud", "--list-cuts")
cuts = [line.split()[0] for line in listing.splitlines() if " bytes" in line]
for node in cuts:
    folder = options.work / "cut"
    compile_model(folder, f"--cut={node}")
    if outputs(folder) != expected:
        sys.exit(f"cut after {node}: other outputs than without it")
    manifest = json.load(open(folder / "manifest.json"))
    device = manifest["tiers"][0]
    sizes = {"f32": 32, "u8": 8, "bits": 1}
    links = device["outputs"][-device["links"]:]
    wanted = 0
    for tensor in links:
        bits = sizes[tensor["encoding"]]
        for extent in tensor["shape"]:
            bits *= extent
        wanted += (bits + 7) // 8
    if wanted != device["payload_bytes"]:
        sys.exit(f"cut after {node}: {device['payload_bytes']} bytes, not {wanted}")
    print(node, device["payload_bytes"])
print(f"all {len(cuts)} cuts give the same outputs")
