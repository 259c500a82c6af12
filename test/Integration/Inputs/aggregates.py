# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Joins members in every way, compiles that to C, and compares what it computes
with a plain evaluation for every set of members that are present."""

import argparse
import ctypes
import itertools
import math
import pathlib
import random
import re
import struct
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--opt", required=True)
parser.add_argument("--translate", required=True)
parser.add_argument("--include", required=True)
parser.add_argument("--work", required=True, type=pathlib.Path)
parser.add_argument("--cpu", default="generic")
parser.add_argument("--cc", default="gcc")
parser.add_argument("--cflags", default="")
options = parser.parse_args()

KINDS = ("max", "mean", "concat")
POLICIES = ("fail", "zero", "skip", "blank")
# Which byte of presence is whose; one belongs to nobody.
PLACES = (2, 0, 3)
BLANKS = (0.5, -1.25, 0.0)


def single(value):
    """Rounded to single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


def run(command, text):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}\n{text}")
    return done.stdout


class Case:
    """Members of a shape, and the convolution behind, if there is one."""

    def __init__(self, name, shape, channels=0):
        self.name, self.shape, self.channels = name, shape, channels
        self.count = math.prod(shape)

    def joined_shape(self, kind):
        shape = list(self.shape)
        if kind == "concat":
            shape[1] *= len(PLACES)
        return shape


def spell(shape, element="f32"):
    return f"tensor<{'x'.join(map(str, shape))}x{element}>"


def weights(count):
    return [((i % 7) - 3) * 0.25 for i in range(count)]


def build(case):
    """IR in stage blocks on one tier: member i is input i times 2^i, less
    1; the product is exact, so that a fused operation gives the same."""
    tier = (f'#ddnn.tier_spec<name = "all", target = "c", cpu = "{options.cpu}", '
            "memory = 0, trusted = true, flops = 1.0e+08 : f64, "
            "bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>")
    blanks = ", ".join(f'x{i} = {b:e} : f64' for i, b in enumerate(BLANKS))
    rank = len(case.shape)
    dims = ", ".join(f"d{i}" for i in range(rank))
    member = spell(case.shape)
    loops = ", ".join(['"parallel"'] * rank)
    lines = [f"#id = affine_map<({dims}) -> ({dims})>",
             f"module @a attributes {{ddnn.tiers = [{tier}], ddnn.blank = {{{blanks}}}}} {{"]
    args = ", ".join(f'%x{i}: {member} {{ddnn.name = "x{i}"}}'
                     for i in range(len(PLACES)))
    at = '{ddnn.tier = "all"}'
    results, body = [], [f"%e = tensor.empty() : {member}",
                         "%one = arith.constant 1.0 : f32"]
    for i in range(len(PLACES)):
        body.append(
            f"%f{i} = arith.constant {1 << i}.0 : f32\n"
            f"%m{i} = linalg.generic {{indexing_maps = [#id, #id], iterator_types = "
            f"[{loops}]}} ins(%x{i} : {member}) "
            f"outs(%e : {member}) attrs = {at} {{\n^bb0(%a: f32, %o: f32):\n"
            f"%p = arith.mulf %a, %f{i} : f32\n%q = arith.subf %p, %one : f32\n"
            f"linalg.yield %q : f32\n}} -> {member}")
    members = ", ".join(f"%m{i}" for i in range(len(PLACES)))
    names = ", ".join(f'"x{i}"' for i in range(len(PLACES)))
    types = ", ".join([member] * len(PLACES))
    for kind, policy in combinations():
        name = f"{kind}_{policy}"
        joined = case.joined_shape(kind)
        body.append(f"%{name} = ddnn.aggregate {kind} {members} from [{names}] "
                    f"missing {policy} {at} : ({types}) -> {spell(joined)}")
        if case.channels:
            channels = joined[1]
            values = ", ".join(f"{w:e}" for w in weights(case.channels * channels))
            image = (1, case.channels) + tuple(joined[2:])
            body.append(
                f"%w_{name} = arith.constant dense<[{values}]> : "
                f"tensor<{case.channels * channels}xf32>\n"
                f"%k_{name} = tensor.expand_shape %w_{name} [[0, 1, 2, 3]] "
                f"output_shape [{case.channels}, {channels}, 1, 1] {at} : "
                f"tensor<{case.channels * channels}xf32> into "
                f"{spell((case.channels, channels, 1, 1))}\n"
                f"%z_{name} = arith.constant 0.0 : f32\n"
                f"%i_{name} = tensor.empty() : {spell(image)}\n"
                f"%s_{name} = linalg.fill ins(%z_{name} : f32) outs(%i_{name} : {spell(image)}) "
                f"-> {spell(image)}\n"
                f"%c_{name} = linalg.conv_2d_nchw_fchw {at} ins(%{name}, %k_{name} : "
                f"{spell(joined)}, {spell((case.channels, channels, 1, 1))}) "
                f"outs(%s_{name} : {spell(image)}) -> {spell(image)}\n"
                f"%y_{name} = tensor.collapse_shape %c_{name} [[0], [1, 2, 3]] {at} : "
                f"{spell(image)} into {spell((1, math.prod(image)))}")
            last, joined = f"%y_{name}", (1, math.prod(image))
        else:
            last = f"%{name}"
        body.append(f'%r_{name} = ddnn.exit "{name}" {last} threshold 0.5 by entropy '
                    f"{at} : {spell(joined)}")
        results.append((f"%r_{name}", spell(joined)))
    lines.append(f"func.func @main({args}) -> ({', '.join(t for _, t in results)}) {{")
    lines += body
    lines.append(f"return {', '.join(r for r, _ in results)} : "
                 f"{', '.join(t for _, t in results)}\n}}\n}}")
    return "\n".join(lines)


def combinations():
    return [(k, p) for k in KINDS for p in POLICIES if (k, p) != ("concat", "skip")]


def add_presence(text):
    """What ddnn-partition does for places that may be missing."""
    size = max(PLACES) + 1
    text = re.sub(r"(func\.func @main\(.*?)\) ->",
                  rf'\1, %there: tensor<{size}xi8> {{ddnn.name = "present"}}) ->', text)
    indices = ", ".join(map(str, PLACES))
    return re.sub(r"(ddnn\.aggregate .*?)( \{ddnn\.tier)",
                  rf"\1 present(%there : tensor<{size}xi8>) [{indices}]\2", text)


def evaluate(case, kind, policy, xs, there):
    members = [[single((v * (1 << i)) - 1.0) for v in x] for i, x in enumerate(xs)]
    blanks = [single((b * (1 << i)) - 1.0) for i, b in enumerate(BLANKS)]
    parts, kept = [], []
    for i, member in enumerate(members):
        if there[i] or policy == "fail":
            parts.append(member)
            kept.append(member)
        else:
            parts.append([blanks[i] if policy == "blank" else 0.0] * case.count)
    if kind == "concat":
        result = [v for part in parts for v in part]
    elif policy == "skip" and not kept:
        result = [0.0] * case.count
    else:
        if policy == "skip":
            parts = kept
        result = list(parts[0])
        for part in parts[1:]:
            result = [max(a, b) if kind == "max" else single(a + b)
                      for a, b in zip(result, part)]
        if kind == "mean":
            result = [single(v / len(parts)) for v in result]
    if not case.channels:
        return result
    pixels = math.prod(case.shape[2:])
    inner = len(result) // pixels
    w = weights(case.channels * inner)
    return [sum(w[o * inner + c] * result[c * pixels + p] for c in range(inner))
            for o in range(case.channels) for p in range(pixels)]


generator = random.Random(7)
for case in (Case("scores", (1, 5)), Case("rows", (1, 64)),
             Case("images", (1, 16, 3, 4), channels=16),
             Case("uneven", (1, 6, 2, 9), channels=10)):
    folder = options.work / case.name
    folder.mkdir(parents=True)
    text = run([options.opt, "--ddnn-evaluate-blanks"], build(case))
    text = add_presence(text)
    (folder / "net.mlir").write_text(text)
    text = run([options.opt, "--ddnn-partition", "--ddnn-to-schedule", "--ddnn-to-flat",
                "--ddnn-to-emitc"], text)
    text = run([options.translate, "--ddnn-to-c"], text)
    for part in re.split(r"^//--- ", text, flags=re.M)[1:]:
        name, content = part.split("\n", 1)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    library = folder / "net.so"
    run([options.cc, "-std=c11", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror",
         f"-I{options.include}", *options.cflags.split(), "-shared", "-fPIC",
         *map(str, sorted((folder / "all").glob("*.c"))), "-lm", "-o", str(library)], "")
    net = ctypes.CDLL(str(library.resolve()))
    arena = ctypes.create_string_buffer((1 << 22) + 64)
    aligned = (ctypes.addressof(arena) + 63) // 64 * 64
    weight_bytes = ctypes.byref((ctypes.c_char * 1).in_dll(net, "a_all_weights"))
    for there in itertools.product((0, 1), repeat=len(PLACES)):
        present = (ctypes.c_ubyte * (max(PLACES) + 1))()
        for place, is_there in zip(PLACES, there):
            present[place] = is_there
        xs = [[single(generator.uniform(-2, 2)) for _ in range(case.count)]
              for _ in PLACES]
        inputs = [(ctypes.c_float * case.count)(*x) for x in xs]
        expected = {c: evaluate(case, *c, xs, there) for c in combinations()}
        outputs = [(ctypes.c_float * len(expected[c]))(*[math.nan] * len(expected[c]))
                   for c in combinations()]
        net.a_all_run(weight_bytes, ctypes.c_void_p(aligned), *inputs, present, *outputs)
        for c, output in zip(combinations(), outputs):
            # Without a convolution to the last bit.
            for k, (a, b) in enumerate(zip(output, expected[c])):
                if abs(a - b) > (1e-4 if case.channels else 0.0) or math.isnan(a):
                    sys.exit(f"{case.name}, {c}, present {there}: element {k} is {a}, not {b}")
    print(case.name, "is right")
