# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles random binarized networks and compares what they compute with an
evaluation of the float network in double precision, where sign(0) is +1.

Sums of the first layer are multiples of 1/16, later ones mostly integers, and
what is compared with zero is exactly zero or far from it: signs have to be equal,
bit for bit. Each network is named by its seed, --seed=S --count=1 builds it again,
and --work keeps its files.

Code for a Cortex-M is compiled for this machine, under the sanitizers, as is that
for all of its CPUs with --sanitize."""

import argparse
import array
import itertools
import json
import math
import pathlib
import random
import re
import resource
import struct
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bin", required=True, type=pathlib.Path)
parser.add_argument("--work", required=True, type=pathlib.Path)
parser.add_argument("--flags", action="append", default=[],
                    help="flags of ddnnc, one set for each run")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--count", type=int, default=10, help="networks")
parser.add_argument("--cuts", type=int, default=0,
                    help="cuts to try with each network")
parser.add_argument("--sanitize", action="store_true",
                    help="run the C for this machine under the sanitizers")
parser.add_argument("--rotate", action="store_true",
                    help="one set of flags for each network, the next for the next")
parser.add_argument("--generate", action="store_true",
                    help="write networks, data and expected outputs, compile nothing")
options = parser.parse_args()


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr.decode()}")
    return done.stdout


def f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


class Unsuitable(Exception):
    """A value is too close to zero for its sign in single precision."""


class Tensor:
    """A value of the network: its name, shape, elements in row-major order.

    Elements are exact multiples of `unit` times their channel's factor, where
    there are `scales`; with no unit they are rounded."""

    def __init__(self, name, shape, data, unit, scales=None):
        self.name, self.shape, self.data = name, tuple(shape), data
        self.unit, self.scales = unit, scales
        assert len(data) == math.prod(shape)

    def is_exact(self):
        return self.unit is not None and self.scales is None


CHANNELS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 24, 31, 32, 33, 40, 48, 64, 65, 96, 128]


class Network:
    """Builds a network in ONNX's text form and evaluates it on the way."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.nodes, self.initializers, self.serial = [], [], 0
        self.macs = 0
        self.blocks = 0  # that ought to be recognised
        self.outputs = []
        c = self.r.choice([1, 3, 3, 4, 7, 8, 9, 12, 17])
        h, w = self.r.choice([(5, 12), (5, 12), (1, 20), (1, 4)])
        h, w = self.r.randint(h, w), self.r.randint(h, w)
        data = [self.r.randint(-16, 16) / 16 for _ in range(c * h * w)]
        self.x = Tensor("x", (1, c, h, w), data, 1 / 16)

    def name(self, stem="t"):
        self.serial += 1
        return f"{stem}{self.serial}"

    def constant(self, shape, data):
        name = self.name("c")
        extents = f"[{','.join(map(str, shape))}]" if shape else ""
        values = ", ".join(repr(float(v)) for v in data)
        self.initializers.append(f"float{extents} {name} = {{{values}}}")
        return name

    def ints(self, values):
        name = self.name("i")
        values = list(values)
        self.initializers.append(
            f"int64[{len(values)}] {name} = {{{', '.join(map(str, values))}}}")
        return name

    def node(self, text, shape, data, unit=1.0, scales=None):
        name = self.name()
        self.nodes.append(f"{name} = {text}")
        return Tensor(name, shape, data, unit, scales)

    # Weights --------------------------------------------------------------

    def weights(self, shape, axis=0):
        """Weights of +-1 in one of their spellings, by name; their values, and
        factors by output, which is `axis`, or None."""
        r = self.r
        signs = [r.choice([-1.0, 1.0]) for _ in range(math.prod(shape))]
        floats = [f32(s * r.uniform(0.05, 1.5)) for s in signs]
        one = self.constant((), [1.0])
        per = [size if d == axis else 1 for d, size in enumerate(shape)]
        how = r.choice(["stored", "stored", "sign", "where", "bipolar", "scaled", "quant"])
        if how == "stored":
            return self.constant(shape, signs), signs, None
        name = self.constant(shape, floats)
        if how == "sign":
            return self.node(f"Sign({name})", shape, signs).name, signs, None
        if how == "where":
            zero, minus = self.constant((), [0.0]), self.constant((), [-1.0])
            bits = self.node(f"GreaterOrEqual({name}, {zero})", shape, signs).name
            return (self.node(f"Where({bits}, {one}, {minus})", shape, signs).name, signs, None)
        if how == "bipolar":
            return (self.node(f"qonnx.custom_op.general.BipolarQuant({name}, {one})", shape,
                              signs).name, signs, None)
        scales = [f32(r.uniform(0.1, 2.0)) for _ in range(shape[axis])]
        scale = self.constant(per, scales)
        if how == "scaled":
            sign = self.node(f"Sign({name})", shape, signs).name
            return self.node(f"Mul({sign}, {scale})", shape, signs).name, signs, scales
        return (self.node(f"onnx.brevitas.BipolarQuant({name}, {scale})", shape, signs).name,
                signs, scales)

    # Operators ------------------------------------------------------------

    def conv(self, x, like=None):
        """A convolution with weights of +-1; `like` has its result's shape."""
        r = self.r
        _, c, h, w = x.shape
        divisors = [g for g in range(1, c + 1) if c % g == 0]
        group = r.choice([1, 1, 1, 1, c, r.choice(divisors)])
        keeps = like is not None or r.random() < 0.2  # the size of the image
        while True:
            kernel = [r.choice([1, 1, 2, 3, 3, 3, 4, 5, 7]) for _ in range(2)]
            strides = [r.choice([1, 1, 1, 2, 3]) for _ in range(2)]
            dilations = [r.choice([1, 1, 1, 2, 3]) for _ in range(2)]
            span = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
            pads = [r.randint(0, span[d % 2] - 1) for d in range(4)]
            if keeps:
                strides = [1, 1]
                pads[2:] = [span[d] - 1 - pads[d] for d in range(2)]
            elif r.random() < 0.4:
                pads = [0] * 4
            out = [(n + pads[d] + pads[2 + d] - span[d]) // strides[d] + 1
                   for d, n in enumerate((h, w))]
            if h + pads[0] + pads[2] >= span[0] and w + pads[1] + pads[3] >= span[1]:
                break
        # In pure Python, 400000 products take a tenth of a second.
        cost = max(1, c // group) * math.prod(kernel) * math.prod(out)
        few = [f for f in CHANNELS if f * cost <= 400_000] or [1]
        filters = -(-r.choice(few) // group) * group
        if keeps and (like is not None or r.random() < 0.7) or (group == c and r.random() < 0.7):
            filters = c
        if like is not None:
            filters = like.shape[1]
            group = group if filters % group == 0 else 1
        padding = 0.0
        padded = r.random() < 0.25
        if any(pads) and padded:
            padding = r.choice([-1.0, 1.0, 0.0])
            amounts = self.ints([0, 0, *pads[:2], 0, 0, *pads[2:]])
            x = self.pad(x, pads, padding, amounts)
            _, c, h, w = x.shape
            pads = [0] * 4
        shape = (filters, c // group, *kernel)
        name, signs, scales = self.weights(shape)
        bias, biases = "", [0.0] * filters
        if r.random() < 0.4:
            biases = [r.randint(-8, 8) * x.unit for _ in range(filters)]
            bias = ", " + self.constant((filters,), biases)
        data, ins, outs = [], c // group, filters // group
        for o, y, z in itertools.product(range(filters), *map(range, out)):
            total = 0.0
            for i in range(ins):
                for ky in range(kernel[0]):
                    row = y * strides[0] - pads[0] + ky * dilations[0]
                    if not 0 <= row < h:
                        continue
                    at = ((o * ins + i) * kernel[0] + ky) * kernel[1]
                    base = ((o // outs * ins + i) * h + row) * w
                    for kx in range(kernel[1]):
                        column = z * strides[1] - pads[1] + kx * dilations[1]
                        if 0 <= column < w:
                            total += signs[at + kx] * x.data[base + column]
            self.macs += ins * kernel[0] * kernel[1]
            data.append(total * (scales[o] if scales else 1.0) + biases[o])
        self.blocks += 1
        return self.node(
            f"Conv<kernel_shape = {kernel}, strides = {strides}, dilations = {dilations}, "
            f"pads = {pads}, group = {group}>({x.name}, {name}{bias})",
            (1, filters, *out), data, x.unit, scales)

    def pad(self, x, pads, value, amounts):
        _, c, h, w = x.shape
        high, wide = h + pads[0] + pads[2], w + pads[1] + pads[3]
        data = [value] * (c * high * wide)
        for k, y, z in itertools.product(range(c), range(h), range(w)):
            data[(k * high + y + pads[0]) * wide + z + pads[1]] = x.data[(k * h + y) * w + z]
        value = self.constant((), [value])
        return self.node(f"Pad({x.name}, {amounts}, {value})", (1, c, high, wide), data, x.unit)

    def pool(self, x):
        _, c, h, w = x.shape
        if self.r.random() < 0.1:
            return self.node(f"GlobalMaxPool({x.name})", (1, c, 1, 1),
                             [max(values) for values in self.channels(x)], x.unit, x.scales)
        k = self.r.choice([2, 2, 3, 4])
        if h < k or w < k:
            return x
        stride = self.r.choice([1, 2, 3])
        pad = self.r.choice([0, 0, 1])
        out = [(n + 2 * pad - k) // stride + 1 for n in (h, w)]
        data = []
        for channel, y, z in itertools.product(range(c), *map(range, out)):
            top, left = y * stride - pad, z * stride - pad
            data.append(max(x.data[(channel * h + row) * w + column]
                            for row in range(max(top, 0), min(top + k, h))
                            for column in range(max(left, 0), min(left + k, w))))
        return self.node(f"MaxPool<kernel_shape = [{k}, {k}], strides = [{stride}, {stride}], "
                         f"pads = [{pad}, {pad}, {pad}, {pad}]>({x.name})", (1, c, *out), data,
                         x.unit, x.scales)

    def tweak(self, x):
        """What a block may have in front of its sign, in exact arithmetic."""
        r = self.r
        if not x.is_exact():
            return x
        c, channels = x.shape[1], self.channels(x)
        per = (c,) + (1,) * (len(x.shape) - 2)
        how = r.choice(["leaky", "prelu", "add", "sub", "mul", "neg"])
        if how == "neg":
            return self.node(f"Neg({x.name})", x.shape, [-v for v in x.data], x.unit)
        if how == "leaky":
            return self.node(f"LeakyRelu<alpha = 0.25>({x.name})", x.shape,
                             [v if v >= 0 else v / 4 for v in x.data], x.unit / 4)
        if how == "prelu":
            slopes = [r.choice([0.25, 0.5, 1.0, -0.5]) for _ in range(c)]
            slope = self.constant(per, slopes)
            data = [v if v >= 0 else v * a for a, values in zip(slopes, channels) for v in values]
            return self.node(f"PRelu({x.name}, {slope})", x.shape, data, x.unit / 4)
        if how == "mul":
            factors = [r.choice([0.5, 1.0, 2.0, -1.0, -2.0, 0.0]) for _ in range(c)]
            factor = self.constant(per, factors)
            data = [v * a for a, values in zip(factors, channels) for v in values]
            return self.node(f"Mul({x.name}, {factor})", x.shape, data, x.unit / 2)
        terms = [r.randint(-8, 8) * x.unit for _ in range(c)]
        term = self.constant(per, terms)
        if how == "add":
            data = [v + a for a, values in zip(terms, channels) for v in values]
            return self.node(f"Add({x.name}, {term})", x.shape, data, x.unit)
        data = [a - v for a, values in zip(terms, channels) for v in values]
        return self.node(f"Sub({term}, {x.name})", x.shape, data, x.unit)

    def average(self, x):
        _, c, h, w = x.shape
        if h < 2 or w < 2 or not x.is_exact():
            return x
        stride = self.r.choice([1, 2])
        out = [(n - 2) // stride + 1 for n in (h, w)]
        image = lambda k, y, z: x.data[(k * h + y) * w + z]
        data = [sum(image(k, y * stride + i, z * stride + j) for i in (0, 1) for j in (0, 1)) / 4
                for k, y, z in itertools.product(range(c), *map(range, out))]
        return self.node(f"AveragePool<kernel_shape = [2, 2], strides = [{stride}, {stride}]>"
                         f"({x.name})", (1, c, *out), data, x.unit / 4)

    def add(self, a, b):
        """The sum of two tensors of one shape."""
        unit = min(a.unit, b.unit) if a.is_exact() and b.is_exact() else None
        return self.node(f"Add({a.name}, {b.name})", a.shape,
                         [u + v for u, v in zip(a.data, b.data)], unit)

    def channels(self, x):
        size = math.prod(x.shape[2:])
        return [x.data[c * size:(c + 1) * size] for c in range(x.shape[1])]

    def norm(self, x):
        """Batch norm with thresholds that some values are above and some below:
        halfway between the values that can occur, or one of them exactly."""
        r = self.r
        c = x.shape[1]
        gamma, beta, mean, variance, data = [], [], [], [], []
        exact = x.is_exact() and r.random() < 0.4
        for k, values in enumerate(self.channels(x)):
            threshold = r.choice(values)
            if exact:
                g, v = r.choice([0.5, 1.0, 2.0, -1.0, -0.5]), 4.0
                m = threshold if r.random() < 0.5 else 0.0
                b = 0.0 if m == threshold else -threshold * g / 2.0
            else:
                g, v = f32(r.choice([-1, 1, 1]) * r.uniform(0.3, 2)), r.uniform(0.5, 4)
                v, m = f32(v), f32(r.uniform(-2, 2))
                if x.unit is None:
                    gap = min([u - threshold for u in values if u > threshold], default=1.0)
                else:
                    gap = x.unit * (x.scales[k] if x.scales else 1.0)
                threshold += gap / 2
                b = f32(-(threshold - m) * g / math.sqrt(v))
            gamma.append(g), beta.append(b), mean.append(m), variance.append(v)
            data += [(u - m) * g / math.sqrt(v) + b for u in values]
        parts = [self.constant((c,), part) for part in (gamma, beta, mean, variance)]
        return self.node(f"BatchNormalization<epsilon = 0.0>({x.name}, {', '.join(parts)})",
                         x.shape, data, unit=x.unit / 64 if exact else None)

    def sign(self, x):
        r = self.r
        data = [1.0 if v >= 0 else -1.0 for v in x.data]
        bound = 1e-5 * max(1.0, max(map(abs, x.data)))
        if any(abs(v) < bound and not (v == 0 and x.unit) for v in x.data):
            raise Unsuitable
        zero, one, minus = (self.constant((), [v]) for v in (0.0, 1.0, -1.0))
        how = r.choice(["ge", "less", "ternary", "bipolar", "brevitas", "ddnn", "clip", "cast",
                        "sign", "greater"])
        if how in ("sign", "greater"):
            # Not +1 at zero, but --sign-of-zero=plus takes it for that.
            self.blocks += 1
            if how == "sign":
                return self.node(f"Sign({x.name})", x.shape, data)
            bits = self.node(f"Greater({x.name}, {zero})", x.shape, data)
            return self.node(f"Where({bits.name}, {one}, {minus})", x.shape, data)
        if how == "ge":
            bits = self.node(f"GreaterOrEqual({x.name}, {zero})", x.shape, data)
            return self.node(f"Where({bits.name}, {one}, {minus})", x.shape, data)
        if how == "less":
            bits = self.node(f"Less({x.name}, {zero})", x.shape, data)
            return self.node(f"Where({bits.name}, {minus}, {one})", x.shape, data)
        if how == "ternary":
            tenth = self.constant((), [0.1])
            three = self.node(f"Sign({x.name})", x.shape, data)
            sum_ = self.node(f"Add({three.name}, {tenth})", x.shape, data)
            return self.node(f"Sign({sum_.name})", x.shape, data)
        if how == "cast":
            two = self.constant((), [2.0])
            bits = self.node(f"GreaterOrEqual({x.name}, {zero})", x.shape, data)
            ones = self.node(f"Cast<to = 1>({bits.name})", x.shape, data)
            both = self.node(f"Mul({ones.name}, {two})", x.shape, data)
            return self.node(f"Sub({both.name}, {one})", x.shape, data)
        if how == "clip":
            clip = self.node(f"Clip({x.name}, {minus}, {one})", x.shape, data)
            bits = self.node(f"GreaterOrEqual({clip.name}, {zero})", x.shape, data)
            return self.node(f"Where({bits.name}, {one}, {minus})", x.shape, data)
        if how == "ddnn":
            return self.node(f"ai.ddnn.Sign({x.name})", x.shape, data)
        domain = "onnx.brevitas" if how == "brevitas" else "qonnx.custom_op.general"
        return self.node(f"{domain}.BipolarQuant({x.name}, {one})", x.shape, data)

    def move(self, x):
        """Something that only moves signs."""
        r = self.r
        _, c, h, w = x.shape
        how = r.choice(["none", "none", "slice", "channels", "transpose", "turn", "concat",
                        "branches"])
        image = lambda k, y, z: x.data[(k * h + y) * w + z]
        if how == "slice" and h > 3:
            starts, ends, axes = self.ints([1]), self.ints([h]), self.ints([2])
            data = [image(k, y, z) for k in range(c) for y in range(1, h) for z in range(w)]
            return self.node(f"Slice({x.name}, {starts}, {ends}, {axes})", (1, c, h - 1, w), data)
        if how == "channels" and c > 1:
            first = r.randrange(c)
            last = r.randint(first + 1, c)
            starts, ends, axes = self.ints([first]), self.ints([last]), self.ints([1])
            return self.node(f"Slice({x.name}, {starts}, {ends}, {axes})", (1, last - first, h, w),
                             x.data[first * h * w:last * h * w])
        if how == "turn" and h <= 64 and c * h * w <= 2000:
            data = [image(k, y, z) for y in range(h) for z in range(w) for k in range(c)]
            return self.node(f"Transpose<perm = [0, 2, 3, 1]>({x.name})", (1, h, w, c), data)
        if how == "branches" and c * h * w <= 500:
            other = self.sign(self.conv(x, like=x))
            return self.node(f"Concat<axis = 1>({x.name}, {other.name})", (1, 2 * c, h, w),
                             x.data + other.data)
        if how == "transpose":
            data = [image(k, y, z) for k in range(c) for z in range(w) for y in range(h)]
            return self.node(f"Transpose<perm = [0, 1, 3, 2]>({x.name})", (1, c, w, h), data)
        if how == "concat" and c <= 16:
            return self.node(f"Concat<axis = 1>({x.name}, {x.name})", (1, 2 * c, h, w),
                             x.data + x.data)
        return x

    def dense(self, x, outputs):
        r = self.r
        k = math.prod(x.shape)
        unit = x.unit
        if len(x.shape) > 2:
            x = self.node(f"Flatten({x.name})", (1, k), x.data)
        rows = r.random() < 0.5
        name, signs, scales = (self.weights((outputs, k)) if rows
                               else self.weights((k, outputs), axis=1))
        data = []
        for o in range(outputs):
            row = signs[o * k:(o + 1) * k] if rows else signs[o::outputs]
            data.append(sum(a * b for a, b in zip(row, x.data)) * (scales[o] if scales else 1.0))
        self.macs += k * outputs
        self.blocks += 1
        if rows:
            return self.node(f"Gemm<transB = 1>({x.name}, {name})", (1, outputs), data, unit,
                             scales)
        return self.node(f"MatMul({x.name}, {name})", (1, outputs), data, unit, scales)

    def block(self, x):
        """Convolution, what stands between it and its sign, and the sign."""
        r, skip = self.r, x
        x = self.conv(x)
        if r.random() < 0.15 and x.is_exact():  # its input is used twice
            other = self.conv(skip, like=x) if skip.shape[2:] == x.shape[2:] else x
            if other is not x:
                x = self.add(x, other)
        if r.random() < 0.1:
            x = self.average(x)
        steps = r.choice([["pool", "norm"], ["norm", "pool"], ["norm"], ["pool"], []])
        while r.random() < 0.25:
            steps.insert(r.randint(0, len(steps)), "tweak")
        for step in steps:
            x = {"pool": self.pool, "norm": self.norm, "tweak": self.tweak}[step](x)
        if x.shape == skip.shape and r.random() < 0.7:
            x = self.add(x, skip)
            if not x.is_exact() or r.random() < 0.3:
                x = self.norm(x)
        before, x = x, self.sign(x)
        if len(x.shape) == 4 and r.random() < 0.3:
            bits, x = x, self.pool(x)
            self.blocks += x is not bits
        if r.random() < 0.3:
            x = self.move(x)
        return before, x

    def output(self, x):
        # An exit has two classes at least.
        if math.prod(x.shape) > 1:
            name = f"y{len(self.outputs)}"
            self.nodes.append(f"{name} = Identity({x.name})")
            self.outputs.append(Tensor(name, x.shape, x.data, x.unit, x.scales))

    def build(self):
        r, x = self.r, self.x
        if r.random() < 0.15:
            x = self.sign(x)
        before = x
        for _ in range(r.choice([0, 1, 1, 2, 2, 3])):
            before, x = self.block(x)
            if r.random() < 0.1:
                self.output(self.dense(x, r.choice([2, 3, 10])))
            elif r.random() < 0.1:
                x = self.average(x)
        tail = r.choice(["scores", "scores", "norm", "signs", "image", "both", "dense", "dense"])
        if math.prod(x.shape) < 2 or x is self.x:
            tail = "dense"
        if tail == "dense":  # rows of signs
            for _ in range(r.choice([1, 1, 2])):
                x = self.dense(x, r.choice([c for c in CHANNELS[1:]
                                            if c * math.prod(x.shape) < 400_000]))
                if r.random() < 0.5:
                    x = self.norm(x)
                x = self.sign(x)
            tail = "scores"
        if tail in ("scores", "norm", "signs"):
            x = self.dense(x, r.choice([2, 10, 17]))
            if tail != "scores":
                x = self.norm(x)
            if tail == "signs":
                x = self.sign(x)
        elif tail == "both" and x.shape == before.shape:
            # What is in front of the sign is used elsewhere, too.
            x = self.add(x, before)
        self.output(x)

    def text(self):
        shape = lambda tensor: ",".join(map(str, tensor.shape))
        separator = ",\n "
        nodes = "\n  ".join(self.nodes)
        outputs = ", ".join(f"float[{shape(y)}] {y.name}" for y in self.outputs)
        return ('<ir_version: 8, opset_import: ["" : 13, "ai.ddnn" : 1, '
                '"qonnx.custom_op.general" : 1, "onnx.brevitas" : 1]>\n'
                f"net (float[{shape(self.x)}] x) => ({outputs})\n"
                f"<{separator.join(self.initializers)}> {{\n  {nodes}\n}}\n")


def build(seed):
    """The network of a seed."""
    for attempt in itertools.count():
        network = Network(f"{seed}/{attempt}")
        try:
            network.build()
            return network
        except Unsuitable:
            continue


def compile_network(*words):
    """Runs ddnnc, which may take 20 seconds of a processor's time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(options.bin / "ddnnc", *words, "--sign-of-zero=plus")
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    if seconds > 20:
        sys.exit(f"ddnnc {' '.join(map(str, words))}: took {seconds:.1f} s")


def is_source(flags):
    """True where the C is compiled here, for this machine."""
    is_arm64 = "aarch64" in flags or "cortex-a" in flags
    return "cortex-m" in flags or (options.sanitize and not is_arm64)


def evaluate(network, folder, out, flags):
    """What the compiled network makes of the data, output by output."""
    counts = [len(y.data) for y in network.outputs]
    result = array.array("f")
    if not flags or not (is_source(flags) or "aarch64" in flags or "cortex-a" in flags):
        shape = "x".join(map(str, network.x.shape))
        files = [folder / f"{y.name}.npy" for y in network.outputs]
        saves = [f"--save={y.name}={file}" for y, file in zip(network.outputs, files)]
        run(options.bin / "ddnn", "run", out, "--input", f"x={folder / 'x.f32'},f32,{shape}",
            *saves)
        for count, file in zip(counts, files):
            result.frombytes(file.read_bytes()[-4 * count:])
    else:
        program, file = folder / "program", folder / "y.f32"
        starts = {y.name: sum(counts[:k]) for k, y in enumerate(network.outputs)}
        header = (out / "device/net_device.h").read_text()
        call = re.search(r"net_device_run\(.*?\);", header, re.DOTALL).group()
        order = [starts[name] for name in re.findall(r"out_(\w+)", call)]
        defines = [f"-I{out}/device", f"-I{out}/include", f"-DIN={len(network.x.data)}",
                   f"-DOUT={sum(counts)}",
                   "-DOUTPUTS=" + ", ".join(f"y + {start}" for start in order),
                   pathlib.Path(__file__).parent / "run_net.c"]
        if is_source(flags):
            device = [] if "cortex-m" in flags else [f"@{out}/device/net_device.flags"]
            run("cc", *device, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic",
                "-fsanitize=address,undefined", "-fno-sanitize-recover=all", *defines,
                out / "device/net_device.c", out / "device/net_device_weights.c", "-lm",
                "-o", program)
            run(program, folder / "x.f32", file)
        else:
            run("aarch64-linux-gnu-gcc", "-static", *defines, out / "device/libnet_device.a",
                "-lm", "-o", program)
            run("qemu-aarch64", program, folder / "x.f32", file)
        result.frombytes(file.read_bytes())
    return result


def compare(network, result, what):
    at = 0
    for y in network.outputs:
        bound = 0.0 if y.is_exact() else 1e-5 * max(1.0, max(map(abs, y.data)))
        for k, b in enumerate(y.data):
            if not abs(result[at + k] - b) <= bound:
                sys.exit(f"seed {what}: element {k} of {y.name} is {result[at + k]}, not {b}")
        at += len(y.data)
    if at != len(result):
        sys.exit(f"seed {what}: {len(result)} elements, not {at}")


for seed in range(options.seed, options.seed + options.count):
    network = build(seed)
    folder = options.work / f"seed{seed}"
    folder.mkdir(parents=True)
    (folder / "x.f32").write_bytes(array.array("f", network.x.data).tobytes())
    for y in network.outputs:
        (folder / f"{y.name}.expected.f32").write_bytes(array.array("f", y.data).tobytes())
    text, onnx = folder / "model.txt", folder / "net.onnx"
    text.write_text(network.text())
    onnx.write_bytes(run(options.bin / "onnx-text", text))
    if options.generate:
        continue
    all_flags = options.flags
    if options.rotate:
        all_flags = [options.flags[seed % len(options.flags)]]
    for flags in all_flags:
        out = folder / "out"
        stage = ["--emit=source"] if is_source(flags) else []
        compile_network(onnx, "--tiers=device", "-o", out, *stage, *flags.split())
        compare(network, evaluate(network, folder, out, flags or " "), f"{seed} with {flags}")
        report = json.loads((out / "report.json").read_text())
        blocks = report["binary_blocks"]
        if len(blocks) != network.blocks or not all(block["binary"] for block in blocks):
            sys.exit(f"seed {seed}: {network.blocks} blocks, but recognised are {blocks}")
    if options.cuts:
        listing = run(options.bin / "ddnnc", onnx, "--tiers=device,cloud", "--list-cuts",
                      "--sign-of-zero=plus").decode()
        cuts = [line.split()[0] for line in listing.splitlines() if " bytes" in line]
        for cut in random.Random(seed).sample(cuts, min(options.cuts, len(cuts))):
            out = folder / "cut"
            compile_network(onnx, "--tiers=device,cloud", f"--cut={cut}", "-o", out,
                            "--cflags=-O1", *all_flags[0].split())
            compare(network, evaluate(network, folder, out, ""), f"{seed} cut after {cut}")
    print(f"seed {seed}: {network.blocks} binarized operators, {network.macs} products, is right",
          flush=True)
