# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles networks of one or two windows for several CPUs and compares what
they compute with a plain evaluation in double precision."""

import argparse
import array
import itertools
import math
import pathlib
import random
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bin", required=True, type=pathlib.Path)
parser.add_argument("--work", required=True, type=pathlib.Path)
parser.add_argument("--flags", action="append", default=[],
                    help="flags of ddnnc, one set for each run")
parser.add_argument("--cases", default="all")
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()


def run(*words, **kwargs):
    done = subprocess.run([str(w) for w in words], capture_output=True, **kwargs)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr.decode()}")
    return done.stdout


class Conv:
    """One convolution with bias, and what follows it."""

    def __init__(self, name, i, o, h, w, kernel=(3, 3), strides=(1, 1),
                 dilations=(1, 1), pads=(1, 1, 1, 1), group=1, tail="relu"):
        self.__dict__.update(locals())


CASES = [
    Conv("plain", 16, 32, 12, 12),
    Conv("planar", 3, 20, 17, 13, strides=(2, 2)),
    Conv("seven", 3, 16, 20, 20, kernel=(7, 7), strides=(2, 2),
         pads=(3, 3, 3, 3), tail="none"),
    Conv("odd", 24, 40, 9, 11, tail="clip"),
    Conv("uneven", 16, 16, 7, 30, kernel=(3, 5), pads=(0, 2, 2, 1)),
    Conv("dilated", 32, 16, 14, 14, dilations=(2, 3), pads=(2, 3, 2, 3)),
    Conv("pointwise", 48, 16, 7, 7, kernel=(1, 1), pads=(0, 0, 0, 0)),
    Conv("stridden", 16, 64, 8, 8, kernel=(1, 1), strides=(2, 2),
         pads=(0, 0, 0, 0), tail="none"),
    Conv("one", 8, 8, 1, 1, tail="sign"),
    Conv("tiny", 16, 16, 2, 3),
    Conv("depthwise", 20, 20, 15, 18, group=20),
    Conv("depthwise2", 32, 32, 9, 9, strides=(2, 2), group=32, tail="none"),
    # Between plain images lanes run along rows; a pool of one element behind
    # the convolution keeps it on blocks.
    Conv("blocked", 48, 16, 7, 7, kernel=(1, 1), pads=(0, 0, 0, 0),
         tail="pool"),
    Conv("slices", 20, 20, 15, 18, group=20, tail="pool"),
    Conv("sheet", 24, 21, 9, 11, kernel=(1, 1), pads=(0, 0, 0, 0),
         tail="clip"),
    Conv("wide", 5, 5, 6, 37, group=5, tail="sign"),
    Conv("wide2", 6, 6, 9, 40, strides=(2, 2), pads=(1, 1, 0, 0), group=6),
    Conv("wide3", 3, 3, 11, 36, kernel=(3, 5), strides=(3, 2),
         dilations=(2, 3), pads=(3, 6, 1, 7), group=3, tail="neg"),
    # Groups merge until they are whole blocks, or one.
    Conv("groups", 64, 32, 6, 7, group=4),
    Conv("bottleneck", 64, 64, 5, 5, group=16, tail="add"),
    Conv("points", 96, 96, 1, 1, kernel=(1, 1), pads=(0, 0, 0, 0), group=3),
    Conv("thirds", 12, 18, 6, 6, strides=(2, 1), group=3),
    Conv("multiplied", 8, 24, 6, 6, group=8, tail="none"),
    Conv("residual", 16, 16, 10, 10, tail="add"),
    # Weights of more than 700 KB: all of F(4,3)'s tiles in one block.
    Conv("rest", 80, 80, 10, 10, tail="neg"),
]


class Graph:
    """Nodes in ONNX's text form, and what they compute."""

    def __init__(self, name, x, y, nodes, evaluate, initializers=()):
        self.name, self.x, self.y, self.nodes = name, x, y, nodes
        self.evaluate, self.initializers = evaluate, initializers


def pointwise(x, o, i):
    """A 1x1 convolution of one pixel."""
    weights = initializer(o * i)
    return [sum(weights[k * i + c] * x[c] for c in range(i)) for k in range(o)]


def pool(x, extents, kernel, strides, pads, combine):
    """Channels of a plain image, each under a window that ignores padding."""
    c, h, w = extents
    result = []
    for k in range(c):
        for y in range((h + pads[0] + pads[2] - kernel[0]) // strides[0] + 1):
            for z in range((w + pads[1] + pads[3] - kernel[1]) // strides[1] + 1):
                top, left = y * strides[0] - pads[0], z * strides[1] - pads[1]
                result.append(combine([x[(k * h + row) * w + column]
                                       for row in range(max(top, 0), min(top + kernel[0], h))
                                       for column in range(max(left, 0), min(left + kernel[1], w))]))
    return result


NAN = float("nan")
GRAPHS = [
    # Lanes beyond the last channel would be infinite.
    Graph("reciprocal", (1, 20, 1, 1), (1, 8, 1, 1),
          "s = Add(x, three)\n  d = Div(one, s)\n  y = Conv(d, w)",
          lambda x: pointwise([1.0 / (v + 3.0) for v in x], 8, 20),
          ["float[8,20,1,1] w"]),
    # A row that is a view with gaps.
    Graph("gaps", (1, 16, 3), (1, 6),
          "c = Slice(x, first, second, axis)\n  f = Flatten(c)\n"
          "  y = MatMul(f, m)",
          lambda x: [sum(x[3 * k + 1] * initializer(96)[k * 6 + j]
                         for k in range(16)) for j in range(6)],
          ["float[16,6] m"]),
    Graph("step", (1, 16), (1, 6),
          "c = Slice(x, zero, end, axis1, two)\n  y = MatMul(c, m)",
          lambda x: [sum(x[2 * k] * initializer(48)[k * 6 + j]
                         for k in range(8)) for j in range(6)],
          ["float[8,6] m"]),
    # A window that is over padding only.
    Graph("hollow", (1, 16, 1, 4), (1, 16, 1, 7),
          "y = MaxPool<kernel_shape = [1, 2], dilations = [1, 3], "
          "pads = [0, 3, 0, 3]>(x)",
          lambda x: [max([x[4 * c + k] for k in (o - 3, o) if 0 <= k < 4],
                         default=-math.inf)
                     for c in range(16) for o in range(7)]),
    # NaN goes through a pool and through a maximum of two images.
    Graph("nan", (1, 16, 1, 4), (1, 16, 1, 2),
          "g = Greater(x, half)\n  n = Where(g, none, x)\n"
          "  p = MaxPool<kernel_shape = [1, 3]>(n)\n"
          "  q = MaxPool<kernel_shape = [1, 3]>(x)\n  y = Max(q, p)",
          lambda x: [NAN if any(v > 0.5 for v in x[4 * c + o:4 * c + o + 3])
                     else max(x[4 * c + o:4 * c + o + 3])
                     for c in range(16) for o in range(2)]),
    # Parts of plain images have gaps between their rows, or in them.
    Graph("part", (6, 8, 40), (1, 5, 3, 40),
          "c = Slice(x, first, four, axis1)\n  u = Unsqueeze(c, zero)\n"
          "  y = Conv(u, v)",
          lambda x: [sum(initializer(30)[o * 6 + i] * x[(i * 8 + 1 + p // 40) * 40
                                                        + p % 40]
                         for i in range(6))
                     for o in range(5) for p in range(120)],
          ["float[5,6,1,1] v"]),
    Graph("every", (2, 3, 40), (1, 2, 3, 20),
          "c = Slice(x, zero, forty, axis, two)\n  u = Unsqueeze(c, zero)\n"
          "  y = MaxPool<kernel_shape = [1, 1]>(u)",
          lambda x: [x[2 * p] for p in range(120)]),
    Graph("shallow", (1, 2, 2, 40), (1, 2, 4, 40),
          "y = MaxPool<kernel_shape = [2, 1], dilations = [4, 1], "
          "pads = [3, 0, 3, 0]>(x)",
          lambda x: [max([x[(c * 2 + r) * 40 + p] for r in (o - 3, o + 1)
                          if 0 <= r < 2], default=-math.inf)
                     for c in range(2) for o in range(4) for p in range(40)]),
    # Pools of plain images, with and without a stride along the rows.
    Graph("ceiling", (1, 3, 7, 37), (1, 3, 7, 37),
          "y = MaxPool<kernel_shape = [3, 3], pads = [1, 1, 1, 1]>(x)",
          lambda x: pool(x, (3, 7, 37), (3, 3), (1, 1), (1, 1, 1, 1), max)),
    Graph("halves", (1, 2, 9, 40), (1, 2, 5, 20),
          "y = MaxPool<kernel_shape = [2, 3], strides = [2, 2], "
          "pads = [0, 1, 1, 0]>(x)",
          lambda x: pool(x, (2, 9, 40), (2, 3), (2, 2), (0, 1, 1, 0), max)),
    Graph("means", (1, 2, 8, 39), (1, 2, 6, 36),
          "y = AveragePool<kernel_shape = [3, 4]>(x)",
          lambda x: pool(x, (2, 8, 39), (3, 4), (1, 1), (0, 0, 0, 0),
                         lambda v: sum(v) / 12)),
    Graph("nans", (1, 2, 3, 20), (1, 2, 3, 18),
          "g = Greater(x, half)\n  n = Where(g, none, x)\n"
          "  y = MaxPool<kernel_shape = [1, 3]>(n)",
          lambda x: pool(x, (2, 3, 20), (1, 3), (1, 1), (0, 0, 0, 0),
                         lambda v: NAN if max(v) > 0.5 else max(v))),
]
CONSTANTS = """  one = Constant<value = float {1.0}>()
  three = Constant<value = float {3.0}>()
  half = Constant<value = float {0.5}>()
  naught = Constant<value = float {0.0}>()
  none = Div(naught, naught)
  zero = Constant<value_ints = [0]>()
  first = Constant<value_ints = [1]>()
  second = Constant<value_ints = [2]>()
  two = Constant<value_ints = [2]>()
  end = Constant<value_ints = [16]>()
  axis = Constant<value_ints = [2]>()
  axis1 = Constant<value_ints = [1]>()
  four = Constant<value_ints = [4]>()
  forty = Constant<value_ints = [40]>()
"""


def model(case):
    attributes = (f"kernel_shape = [{case.kernel[0]}, {case.kernel[1]}], "
                  f"strides = [{case.strides[0]}, {case.strides[1]}], "
                  f"dilations = [{case.dilations[0]}, {case.dilations[1]}], "
                  f"pads = [{', '.join(map(str, case.pads))}], "
                  f"group = {case.group}")
    tails = {
        "none": "y = Identity(a)",
        "pool": "y = MaxPool<kernel_shape = [1, 1]>(a)", "neg": "y = Neg(a)", "relu": "y = Relu(a)",
        "add": "s = Add(a, x)\n  y = Relu(s)",
        "clip": "lo = Constant<value = float {-0.5}>()\n"
                "  hi = Constant<value = float {6.0}>()\n"
                "  y = Clip(a, lo, hi)",
        "sign": "z = Constant<value = float {0.0}>()\n"
                "  p = Constant<value = float {1.0}>()\n"
                "  m = Constant<value = float {-1.0}>()\n"
                "  g = GreaterOrEqual(a, z)\n  y = Where(g, p, m)",
    }
    oh, ow = extents(case)
    return (f"//! initializer float[{case.o},{case.i // case.group},"
            f"{case.kernel[0]},{case.kernel[1]}] w\n"
            f"//! initializer float[{case.o}] b\n"
            f'<ir_version: 8, opset_import: ["" : 13]>\n'
            f"{case.name} (float[1,{case.i},{case.h},{case.w}] x) => "
            f"(float[1,{case.o},{oh},{ow}] y) {{\n"
            f"  a = Conv<{attributes}>(x, w, b)\n  {tails[case.tail]}\n}}\n")


def extents(case):
    result = []
    for d, size in enumerate((case.h, case.w)):
        span = (case.kernel[d] - 1) * case.dilations[d] + 1
        result.append((size + case.pads[d] + case.pads[2 + d] - span)
                      // case.strides[d] + 1)
    return result


def initializer(count):
    """The values that onnx-text gives an initializer of `count` elements."""
    return [((i % 7) - 3) * 0.25 for i in range(count)]


def evaluate(case, x):
    kh, kw = case.kernel
    per_group = case.i // case.group
    weights = initializer(case.o * per_group * kh * kw)
    bias = initializer(case.o)
    oh, ow = extents(case)
    result = []
    for o in range(case.o):
        first = o // (case.o // case.group) * per_group
        for y, z in itertools.product(range(oh), range(ow)):
            total = bias[o]
            for i in range(per_group):
                for ky in range(kh):
                    row = y * case.strides[0] - case.pads[0] + ky * case.dilations[0]
                    if not 0 <= row < case.h:
                        continue
                    at = ((o * per_group + i) * kh + ky) * kw
                    base = ((first + i) * case.h + row) * case.w
                    for kx in range(kw):
                        column = (z * case.strides[1] - case.pads[1]
                                  + kx * case.dilations[1])
                        if 0 <= column < case.w:
                            total += weights[at + kx] * x[base + column]
            if case.tail == "add":
                total += x[(o * case.h + y) * case.w + z]
            if case.tail in ("relu", "add"):
                total = max(total, 0.0)
            elif case.tail == "neg":
                total = -total
            elif case.tail == "clip":
                total = min(max(total, -0.5), 6.0)
            elif case.tail == "sign":
                total = 1.0 if total >= 0 else -1.0
            result.append(total)
    return result


def shape(extents):
    return ",".join(map(str, extents))


def graph_model(case):
    initializers = "".join(f"//! initializer {text}\n"
                           for text in case.initializers)
    return (f"{initializers}"
            f'<ir_version: 8, opset_import: ["" : 13]>\n'
            f"{case.name} (float[{shape(case.x)}] x) => "
            f"(float[{shape(case.y)}] y) {{\n{CONSTANTS}  {case.nodes}\n}}\n")


def is_close(a, b, bound):
    return a == b or abs(a - b) <= bound or (math.isnan(a) and math.isnan(b))


generator = random.Random(options.seed)
for case in CASES + GRAPHS:
    if options.cases not in ("all", case.name):
        continue
    is_conv = isinstance(case, Conv)
    extents_of_x = (1, case.i, case.h, case.w) if is_conv else case.x
    x = array.array("f", (generator.uniform(-1, 1)
                          for _ in range(math.prod(extents_of_x))))
    folder = options.work / case.name
    folder.mkdir(parents=True)
    (folder / "x.f32").write_bytes(x.tobytes())
    text = folder / "model.txt"
    text.write_text(model(case) if is_conv else graph_model(case))
    onnx = folder / "net.onnx"
    onnx.write_bytes(run(options.bin / "onnx-text", text))
    expected = evaluate(case, x) if is_conv else case.evaluate(x)
    scale = max(abs(v) for v in expected if math.isfinite(v))
    for flags in options.flags:
        out = folder / "out"
        run(options.bin / "ddnnc", onnx, "--tiers=device", "-o", out,
            *flags.split())
        data = array.array("f")
        if "aarch64" in flags or "cortex-a" in flags:
            program, result = folder / "program", folder / "y.f32"
            run("aarch64-linux-gnu-gcc", "-static", f"-I{out}/device",
                f"-I{out}/include", f"-DIN={len(x)}", f"-DOUT={len(expected)}",
                pathlib.Path(__file__).parent / "run_net.c",
                out / "device/libnet_device.a", "-lm", "-o", program)
            run("qemu-aarch64", program, folder / "x.f32", result)
            data.frombytes(result.read_bytes())
        else:
            run(options.bin / "ddnn", "run", out, "--input",
                f"x={folder / 'x.f32'},f32,{'x'.join(map(str, extents_of_x))}",
                "--save", f"y={folder / 'y.npy'}")
            data.frombytes((folder / "y.npy").read_bytes()[-4 * len(expected):])
        # Sums of a few hundred products in single precision; Winograd's
        # transforms cost two more digits.
        bound = 3e-6 if "winograd=off" in flags else 1e-4
        for k, (a, b) in enumerate(zip(data, expected, strict=True)):
            if not is_close(a, b, bound * scale):
                sys.exit(f"{case.name} with {flags}: element {k} is {a}, not {b}")
    print(case.name, "is right")
