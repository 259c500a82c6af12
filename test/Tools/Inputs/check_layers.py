# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check_layers.py DDNN OUT OTHER DATA: the layers of a profile are those of manifest.json, report.json and the C code."""

import json
import re
import subprocess
import sys
from pathlib import Path

ddnn, *folders, data = sys.argv[1:]


def operators(tier):
    return {node for fused in tier["operators"] for node in fused.split(" + ")}


for folder in map(Path, folders):
    manifest = json.loads((folder / "manifest.json").read_text())
    everywhere = set().union(*map(operators, manifest["tiers"]))
    report = json.loads((folder / "report.json").read_text())
    command = [ddnn, "run", folder, "--input", data, "--limit", "3", "--repeat", "2", "--scale", "1/16", "--profile",
               "--threshold", "local=0", "--json=-"]
    command += [f"--threshold={exit['name']}=0" for exit in manifest["exits"] if exit["name"] == "edge"]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["profile"]
    assert document["hash"] == manifest["hash"]
    assert len(document["tiers"]) == len(manifest["tiers"])
    for tier, listed, reported in zip(document["tiers"], manifest["tiers"], report["tiers"]):
        for key in ("name", "cpu", "isa", "threads"):
            assert tier[key] == listed[key], (folder, key)
        assert listed["layers"] == reported["layers"]
        assert [{"nodes": l["nodes"], "flops": l["flops"]} for l in tier["layers"]] == listed["layers"]
        assert tier["runs"] == 6 and tier["peak_gflops"] > 0 and 0 <= tier["outside"] < 1
        assert all(layer["seconds"] > 0 for layer in tier["layers"])
        # What arrives was made elsewhere; what is heavy is in a layer that says so.
        names = {node for layer in tier["layers"] for node in layer["nodes"]}
        assert names <= everywhere, names - everywhere
        heavy = {node for node in operators(listed) if node.startswith(("Conv", "Gemm"))}
        assert heavy <= {node for layer in tier["layers"] if layer["flops"] for node in layer["nodes"]}
        text = (folder / listed["header"].replace(".h", ".c")).read_text()
        code = text[text.index("static void step0("):]
        marks = re.findall(r"DDNN_LAYER_(BEGIN|END)\((\d+)\);", code)
        expected = [(word, str(i)) for i in range(len(tier["layers"])) for word in ("BEGIN", "END")]
        assert marks == expected, (folder, tier["name"], marks)
