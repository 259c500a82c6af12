# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cortex_m.py SOURCE BIN WORK COUNT: builds examples/cortex-m for each core, runs
it twice in QEMU and compares both runs with each other, and what it says of COUNT
images with `ddnn run` on this machine.
"""

import json
import re
import subprocess
import sys

source, programs, work, count = sys.argv[1:]
digits = source + "/models/digits/"


def call(*words, **options):
    return subprocess.run(
        words, check=True, text=True, timeout=300, stdin=subprocess.DEVNULL, **options
    )


def make(cpu, *words):
    build = f"{work}/{cpu}"
    command = ["make", "-s", "-C", source + "/examples/cortex-m", f"CPU={cpu}",
               f"DDNNC={programs}/ddnnc", f"BUILD={build}", f"COUNT={count}"]
    return call(*command, *words, stdout=subprocess.PIPE).stdout


def section_of_arena(cpu):
    symbols = call("arm-none-eabi-objdump", "-t", f"{work}/{cpu}/digits.elf",
                   stdout=subprocess.PIPE).stdout
    return re.search(r"(\S+)\s+\S+ arena$", symbols, re.M)[1]


call(programs + "/ddnnc", digits + "digits.onnx", "--tiers=device,edge,cloud", "-o", work + "/host")
call(programs + "/ddnn", "run", work + "/host", "--limit", count, "--scale", "1/16",
     "--input", digits + "test_images.u8,u8,360x1x8x8", f"--json={work}/host.json",
     stdout=subprocess.DEVNULL)
with open(work + "/host.json") as file:
    samples = json.load(file)["samples"]
expected = []
for sample in samples:
    if sample["tier"] == "device":
        what = f"leaves at '{sample['exit']}', digit {sample['label']}"
    else:
        what = f"offloads {sample['payload_bytes']} bytes"
    expected.append(f"image {sample['index']}: {what}")
kept = sum(sample["tier"] == "device" for sample in samples)
assert len(samples) == int(count) and 0 < kept < len(samples)
expected.append(f"{kept} of {count} images stay on the device")

instructions = {}
for cpu in ("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"):
    first = make(cpu, "run")
    assert first == make(cpu, "run"), (cpu, "two runs differ")
    *lines, last = first.splitlines()
    assert lines == expected, (cpu, lines, expected)
    number = r"(\d+)"
    mean, most, step = map(int, re.fullmatch(
        f"instructions an inference: {number}, at most {number}, counted {number} at a time",
        last).groups())
    # A processor without a floating-point unit takes many for one of the
    # network's 26398 operations, one with it a few.
    assert 26398 < mean <= most < 100 * 26398 and 0 < step < 100, (cpu, last)
    instructions[cpu] = mean
    assert section_of_arena(cpu) == ".arena"
    print(f"{cpu}: {count} images agree, {mean} instructions")
assert instructions["cortex-m0"] > instructions["cortex-m3"] > 2 * instructions["cortex-m4"]

# The caller chooses where the arena is, and that changes no answer.
assert make("cortex-m3", "run", "ARENA_SECTION=.bss.arena").splitlines()[:-1] == expected
assert section_of_arena("cortex-m3") == ".bss"
print("arena: in another section")
