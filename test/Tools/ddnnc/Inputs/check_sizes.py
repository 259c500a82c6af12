# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# check_sizes.py OUT TIER CC: compares library_bytes of OUT's manifest with what
# the binutils say of the library, and its stack with the frame sizes that gcc
# writes for the same code with -fstack-usage.

import json
import os
import subprocess
import sys
import tempfile

out, tier, cc = sys.argv[1:]
folder = os.path.join(out, tier)
for name in ("manifest.json", "report.json"):
    with open(os.path.join(out, name)) as file:
        manifest = json.load(file)
    info = next(t for t in manifest["tiers"] if t["name"] == tier)
    bytes_ = info["library_bytes"]
prefix = manifest["name"] + "_" + tier

tool = cc.replace("gcc", "")
listing = subprocess.run(
    [tool + "objdump", "-h", f"{folder}/lib{prefix}.a"],
    capture_output=True, text=True, check=True,
).stdout.splitlines()
sums = dict.fromkeys(("text", "rodata", "data", "bss"), 0)
for header, flags in zip(listing, listing[1:]):
    if "ALLOC" not in flags or not header.split()[0].isdigit():
        continue
    kind = (
        "text" if "CODE" in flags
        else "bss" if "CONTENTS" not in flags
        else "rodata" if "READONLY" in flags
        else "data"
    )
    sums[kind] += int(header.split()[2], 16)
for kind, size in sums.items():
    assert bytes_[kind] == size, (kind, bytes_[kind], size)
assert bytes_["rodata"] >= info["weights_bytes"]

# run -> step -> kernel, and nothing below a kernel but the C library. A small
# step may be part of run, so what run takes by itself is the least.
with tempfile.TemporaryDirectory() as scratch:
    subprocess.run(
        [cc, f"@{prefix}.flags", "-fstack-usage", "-I../include", "-c",
         f"{prefix}.c", "-o", f"{scratch}/x.o"],
        cwd=folder, check=True,
    )
    frames = {}
    with open(f"{scratch}/x.su") as file:
        for line in file:
            place, size, kind = line.split("\t")
            assert kind.strip() == "static", line
            frames[place.split(":")[-1]] = int(size)
kernels = [n for n in frames if n.startswith(("kernel_", "copy_"))]
assert kernels and "step0" in frames, frames
callers = [frames[n] for n in frames if n not in kernels and n != "step0"]
expected = max(callers) + frames["step0"] + max(frames[n] for n in kernels)
assert bytes_["stack"] == expected, (bytes_["stack"], expected, frames)
print(f"{tier}: sizes agree")
