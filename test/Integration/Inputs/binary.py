# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles random binarized networks and compares what they compute with an
evaluation of the float network in double precision, where sign(0) is +1.

Sums of the first layer are multiples of 1/16, later ones integers, and what is
compared with zero is exactly zero or far from it: signs have to be equal, bit for
bit. Each network is named by its seed, --seed=S --count=1 builds it again, and
--work keeps its files."""

import argparse
import array
import itertools
import json
import math
import pathlib
import random
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


class Tensor:
    """A value of the network: its name, shape, elements in row-major order."""

    def __init__(self, name, shape, data):
        self.name, self.shape, self.data = name, tuple(shape), data
        assert len(data) == math.prod(shape)


class Network:
    """Builds a network in ONNX's text form and evaluates it on the way."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.nodes, self.initializers, self.serial = [], [], 0
        self.macs = 0
        self.blocks = 0  # that ought to be recognised
        c = self.r.choice([1, 3, 3, 8])
        h, w = self.r.randint(5, 12), self.r.randint(5, 12)
        data = [self.r.randint(-16, 16) / 16 for _ in range(c * h * w)]
        self.x = Tensor("x", (1, c, h, w), data)
        self.unit = 1 / 16  # values are multiples of it

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

    def node(self, text, shape, data):
        name = self.name()
        self.nodes.append(f"{name} = {text}")
        return Tensor(name, shape, data)

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

    def conv(self, x, filters):
        r = self.r
        _, c, h, w = x.shape
        divisors = [g for g in range(1, c + 1) if c % g == 0]
        group = r.choice([1, 1, 1, c, r.choice(divisors)])
        filters = -(-filters // group) * group
        if group == c and r.random() < 0.7:
            filters = c
        while True:
            kernel = [r.choice([1, 2, 3, 3]), r.choice([1, 2, 3, 3])]
            strides = [r.choice([1, 1, 1, 2]) for _ in range(2)]
            dilations = [r.choice([1, 1, 1, 2]) for _ in range(2)]
            span = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
            pads = [r.randint(0, span[d % 2] - 1) for d in range(4)]
            if r.random() < 0.4:
                pads = [0] * 4
            out = [(n + pads[d] + pads[2 + d] - span[d]) // strides[d] + 1
                   for d, n in enumerate((h, w))]
            if h + pads[0] + pads[2] >= span[0] and w + pads[1] + pads[3] >= span[1]:
                break
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
            biases = [r.randint(-8, 8) * self.unit for _ in range(filters)]
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
        result = self.node(
            f"Conv<kernel_shape = {kernel}, strides = {strides}, dilations = {dilations}, "
            f"pads = {pads}, group = {group}>({x.name}, {name}{bias})",
            (1, filters, *out), data)
        return result, scales

    def pad(self, x, pads, value, amounts):
        _, c, h, w = x.shape
        high, wide = h + pads[0] + pads[2], w + pads[1] + pads[3]
        data = [value] * (c * high * wide)
        for k, y, z in itertools.product(range(c), range(h), range(w)):
            data[(k * high + y + pads[0]) * wide + z + pads[1]] = x.data[(k * h + y) * w + z]
        value = self.constant((), [value])
        return self.node(f"Pad({x.name}, {amounts}, {value})", (1, c, high, wide), data)

    def pool(self, x):
        _, c, h, w = x.shape
        k = self.r.choice([2, 2, 3])
        if h < k or w < k:
            return x
        stride = self.r.choice([1, 2])
        pad = self.r.choice([0, 0, 1])
        out = [(n + 2 * pad - k) // stride + 1 for n in (h, w)]
        data = []
        for channel, y, z in itertools.product(range(c), *map(range, out)):
            top, left = y * stride - pad, z * stride - pad
            data.append(max(x.data[(channel * h + row) * w + column]
                            for row in range(max(top, 0), min(top + k, h))
                            for column in range(max(left, 0), min(left + k, w))))
        return self.node(f"MaxPool<kernel_shape = [{k}, {k}], strides = [{stride}, {stride}], "
                         f"pads = [{pad}, {pad}, {pad}, {pad}]>({x.name})", (1, c, *out), data)

    def channels(self, x):
        size = math.prod(x.shape[2:])
        return [x.data[c * size:(c + 1) * size] for c in range(x.shape[1])]

    def norm(self, x, scales):
        """Batch norm with thresholds that some values are above and some below:
        halfway between the values that can occur, or one of them exactly."""
        r = self.r
        c = x.shape[1]
        gamma, beta, mean, variance, data = [], [], [], [], []
        exact = scales is None and r.random() < 0.4
        for k, values in enumerate(self.channels(x)):
            threshold = r.choice(values)
            step = self.unit * (scales[k] if scales else 1.0)
            if exact:
                g, v = r.choice([0.5, 1.0, 2.0, -1.0, -0.5]), 4.0
                m = threshold if r.random() < 0.5 else 0.0
                b = 0.0 if m == threshold else -threshold * g / 2.0
            else:
                g, v = f32(r.choice([-1, 1, 1]) * r.uniform(0.3, 2)), r.uniform(0.5, 4)
                v, m = f32(v), f32(r.uniform(-2, 2))
                threshold += step / 2
                b = f32(-(threshold - m) * g / math.sqrt(v))
            gamma.append(g), beta.append(b), mean.append(m), variance.append(v)
            data += [(u - m) * g / math.sqrt(v) + b for u in values]
        parts = [self.constant((c,), part) for part in (gamma, beta, mean, variance)]
        return self.node(f"BatchNormalization<epsilon = 0.0>({x.name}, {', '.join(parts)})",
                         x.shape, data)

    def sign(self, x):
        r = self.r
        data = [1.0 if v >= 0 else -1.0 for v in x.data]
        zero, one, minus = (self.constant((), [v]) for v in (0.0, 1.0, -1.0))
        how = ["ge", "less", "ternary", "bipolar", "brevitas", "ddnn", "clip", "cast"]
        self.unit = 1.0
        how = r.choice(how)
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
        how = r.choice(["none", "none", "none", "slice", "transpose", "concat"])
        image = lambda k, y, z: x.data[(k * h + y) * w + z]
        if how == "slice" and h > 3:
            starts, ends, axes = self.ints([1]), self.ints([h]), self.ints([2])
            data = [image(k, y, z) for k in range(c) for y in range(1, h) for z in range(w)]
            return self.node(f"Slice({x.name}, {starts}, {ends}, {axes})", (1, c, h - 1, w), data)
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
            return self.node(f"Gemm<transB = 1>({x.name}, {name})", (1, outputs), data), scales
        return self.node(f"MatMul({x.name}, {name})", (1, outputs), data), scales

    def build(self):
        r, x = self.r, self.x
        for _ in range(r.randint(1, 3)):
            _, c, h, w = x.shape
            filters = [f for f in (1, 2, 5, 8, 16, 24, 32, 33, 40, 64, 96)
                       if f * c * h * w * 9 <= 400_000]
            if h * w < 4 or not filters:
                break
            x, scales = self.conv(x, r.choice(filters))
            for step in r.choice([["pool", "norm"], ["norm", "pool"], ["norm"], ["pool"], []]):
                x = self.pool(x) if step == "pool" else self.norm(x, scales)
            before, x = x, self.sign(x)
            if r.random() < 0.3:
                bits, x = x, self.pool(x)
                self.blocks += x is not bits
            if r.random() < 0.3:
                x = self.move(x)
        self.is_exact = True
        tail = r.choice(["scores", "scores", "norm", "signs", "image", "both"])
        if math.prod(x.shape) < 2:  # an exit has two classes at least
            tail = "scores"
        if tail in ("scores", "norm", "signs"):
            x, scales = self.dense(x, r.choice([2, 10, 17]))
            self.is_exact = scales is None
            if tail != "scores":
                x = self.norm(x, scales)
                self.is_exact = False
            if tail == "signs":
                x = self.sign(x)
                self.is_exact = True
        elif tail == "both" and x.shape == before.shape:
            # What is in front of the sign is used elsewhere, too.
            x = self.node(f"Add({x.name}, {before.name})", x.shape,
                          [a + b for a, b in zip(x.data, before.data)])
            self.is_exact = False
        self.y = self.node(f"Identity({x.name})", x.shape, x.data)
        self.nodes[-1] = f"y = Identity({x.name})"

    def text(self):
        shape = lambda tensor: ",".join(map(str, tensor.shape))
        separator = ",\n "
        nodes = "\n  ".join(self.nodes)
        return ('<ir_version: 8, opset_import: ["" : 13, "ai.ddnn" : 1, '
                '"qonnx.custom_op.general" : 1, "onnx.brevitas" : 1]>\n'
                f"net (float[{shape(self.x)}] x) => (float[{shape(self.y)}] y)\n"
                f"<{separator.join(self.initializers)}> {{\n  {nodes}\n}}\n")


def evaluate(network, folder, out, flags):
    """What the compiled network makes of the data."""
    result, count = array.array("f"), len(network.y.data)
    if "aarch64" in flags or "cortex-a" in flags:
        program, file = folder / "program", folder / "y.f32"
        run("aarch64-linux-gnu-gcc", "-static", f"-I{out}/device", f"-I{out}/include",
            f"-DIN={len(network.x.data)}", f"-DOUT={count}",
            pathlib.Path(__file__).parent / "run_net.c",
            out / "device/libnet_device.a", "-lm", "-o", program)
        run("qemu-aarch64", program, folder / "x.f32", file)
        result.frombytes(file.read_bytes())
    else:
        shape = "x".join(map(str, network.x.shape))
        run(options.bin / "ddnn", "run", out, "--input", f"x={folder / 'x.f32'},f32,{shape}",
            "--save", f"y={folder / 'y.npy'}")
        result.frombytes((folder / "y.npy").read_bytes()[-4 * count:])
    return result


def compare(network, result, what):
    scale = max(1.0, max(abs(v) for v in network.y.data))
    bound = 0.0 if network.is_exact else 1e-5 * scale
    for k, (a, b) in enumerate(zip(result, network.y.data, strict=True)):
        if not abs(a - b) <= bound:
            sys.exit(f"seed {what}: element {k} is {a}, not {b}")


for seed in range(options.seed, options.seed + options.count):
    network = Network(seed)
    network.build()
    folder = options.work / f"seed{seed}"
    folder.mkdir(parents=True)
    x, y = array.array("f", network.x.data), array.array("f", network.y.data)
    (folder / "x.f32").write_bytes(x.tobytes())
    (folder / "y.expected.f32").write_bytes(y.tobytes())
    text, onnx = folder / "model.txt", folder / "net.onnx"
    text.write_text(network.text())
    onnx.write_bytes(run(options.bin / "onnx-text", text))
    if options.generate:
        continue
    for flags in options.flags:
        out = folder / "out"
        run(options.bin / "ddnnc", onnx, "--tiers=device", "-o", out, *flags.split())
        compare(network, evaluate(network, folder, out, flags), f"{seed} with {flags}")
        report = json.loads((out / "report.json").read_text())
        blocks = report["binary_blocks"]
        if len(blocks) != network.blocks or not all(block["binary"] for block in blocks):
            sys.exit(f"seed {seed}: {network.blocks} blocks, but recognised are {blocks}")
    if options.cuts:
        listing = run(options.bin / "ddnnc", onnx, "--tiers=device,cloud", "--list-cuts").decode()
        cuts = [line.split()[0] for line in listing.splitlines() if " bytes" in line]
        for cut in random.Random(seed).sample(cuts, min(options.cuts, len(cuts))):
            out = folder / "cut"
            run(options.bin / "ddnnc", onnx, "--tiers=device,cloud", f"--cut={cut}", "-o", out,
                "--cflags=-O1", *options.flags[0].split())
            compare(network, evaluate(network, folder, out, ""), f"{seed} cut after {cut}")
    print(f"seed {seed}: {network.blocks} binarized operators, {network.macs} products, is right")
