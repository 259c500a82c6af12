#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sizes and instruction counts on Cortex-M in QEMU; `scripts/bench mcu` runs it. docs/benchmarks.md says what it does."""

import argparse
import dataclasses
import json
import math
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "cpu"))

import report  # noqa: E402

HERE = Path(__file__).parent
EXAMPLE = ROOT / "examples" / "cortex-m"
RUNTIME = ROOT / "runtime"
# The boards of examples/cortex-m/Makefile.
MACHINES = {
    "cortex-m0": ("mps2-an385", "mps2.ld"),
    "cortex-m3": ("mps2-an385", "mps2.ld"),
    "cortex-m4": ("mps2-an386", "mps2.ld"),
    "cortex-m7": ("mps2-an500", "mps2.ld"),
    "cortex-m33": ("mps2-an505", "mps2-an505.ld"),
}
CORE = ["gate", "run", "status", "wire"]  # what a tier alone needs of runtime/core
CORE_TEXT = 6 * 1024  # of the above on a Cortex-M3, less than this
# At most, on cores without a floating-point unit: with one, the first layer's weights are floats, which are quicker.
WEIGHTS = {"convp4-fc": 768}
WITHOUT_FLOATS = ["cortex-m0", "cortex-m3"]

# Not in any firmware: memory of a heap, output, libm, double precision.
FORBIDDEN = re.compile(
    r"_?(malloc|calloc|realloc|free|sbrk)(_r)?|.*printf.*|puts|(exp|expm1|log|log1p|pow|sqrt|tanh|erf|sin|cos)f?"
    r"|(floor|ceil|rint|fmod|fmax|fmin|copysign)f?"
    r"|__aeabi_(d(add|sub|rsub|mul|div|2\w+|cmp\w+)|\w+2d)"
)
FLOATS = re.compile(r"__aeabi_(f\w+|u?[il]2f)")
# What a float first layer and the batch norm of an exit take of libgcc.
FLOATS_ALLOWED = re.compile(r"__aeabi_(fadd|fsub|frsub|fmul|fcmp\w+|u?i2f)")


class Problem(Exception):
    pass


@dataclasses.dataclass
class Network:
    name: str
    model: Path
    tiers: str
    shape: tuple
    pixel: str  # i8 or u8
    scale: str
    images: bytes
    classes: int  # of the only exit; 0 where there are several
    folder: Path  # with images.bin


def call(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=600, **options)
    if done.returncode:
        raise Problem(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def digits(options, count):
    folder = ROOT / "models" / "digits"
    images = (folder / "test_images.u8").read_bytes()[: 64 * count]
    work = options.work / "digits"
    return Network("digits", folder / "digits.onnx", "device,edge,cloud", (1, 8, 8), "u8", "1/16", images, 0, work)


def convp4_fc(options, count):
    """Each image has a colour, and noise: classes of plain noise would all be the same."""
    model = options.work / "convp4-fc.onnx"
    call(options.bin / "ddnn-bench-networks", "convp4-fc", "-o", model)
    source, images = random.Random(1), bytearray()
    for _ in range(3 * count):
        colour = source.randint(-96, 96)
        images += bytes((colour + source.randint(-31, 31)) & 255 for _ in range(32 * 32))
    work = options.work / "convp4-fc"
    return Network("convp4-fc", model, "device", (3, 32, 32), "i8", "1/128", bytes(images), 3, work)


NETWORKS = {"digits": digits, "convp4-fc": convp4_fc}


def expected(options, network, folder, count):
    """What `ddnn run` on this machine says of the images, in the firmware's words."""
    host = folder / "host"
    call(options.bin / "ddnnc", network.model, f"--tiers={network.tiers}", "-o", host)
    shape = "x".join(map(str, (count, *network.shape)))
    out = folder / "host.json"
    call(
        options.bin / "ddnn", "run", host, "--input", f"{folder / 'images.bin'},{network.pixel},{shape}",
        "--scale", network.scale, f"--json={out}",
    )  # fmt: skip
    lines = []
    for sample in json.loads(out.read_text())["samples"]:
        lines.append(f"{sample['exit']} {sample['answer']}" if sample["tier"] == "device" else "offloaded")
    if len(set(lines)) < 2:
        raise Problem(f"{network.name}: all images have the same answer, which shows nothing")
    return lines


def symbols(file, *flags):
    """Names in an object, library or program."""
    lines = call("arm-none-eabi-nm", *flags, file).splitlines()
    return {line.split()[-1] for line in lines if line.split() and not line.endswith(":")}


def sections(*files):
    """Bytes of the sections by name, added up."""
    found = {}
    for line in call("arm-none-eabi-size", "-A", "-d", *files).splitlines():
        words = line.split()
        if len(words) == 3 and words[0].startswith(".") and words[1].isdigit():
            found[words[0]] = found.get(words[0], 0) + int(words[1])
    return found


def total(found, *prefixes):
    return sum(size for name, size in found.items() if name.startswith(prefixes))


class Firmware:
    """One network on one core: compiled, linked and run. `objects` and `defines` are those of the contestant."""

    def __init__(self, cpu, network, count, folder, flags):
        self.cpu, self.network, self.count, self.folder = cpu, network, count, folder
        self.images = network.folder
        self.compiler = ["arm-none-eabi-gcc", *flags]
        self.includes = [f"-I{RUNTIME / 'include'}", f"-I{EXAMPLE}"]

    def compile(self, source, *flags):
        """Hand-written C, for size."""
        out = self.folder / f"{source.stem}.o"
        warnings = ["-Wall", "-Wextra", "-Werror"]
        call(*self.compiler, "-Os", *warnings, *self.includes, *flags, "-c", source, "-o", out)
        return out

    def link(self, code, *defines):
        pixels = len(self.network.images) // self.count
        scale = f"(1.0f/{self.network.scale.split('/')[1]})"
        pixel = {"i8": "int8_t", "u8": "uint8_t"}[self.network.pixel]
        settings = {"PIXEL": pixel, "SCALE": scale, "PIXELS": pixels, "IMAGE_COUNT": self.count}
        main = self.compile(
            HERE / "main.c", *(f"-D{k}={v}" for k, v in settings.items()), *defines, f"-Wa,-I{self.images}"
        )
        self.core = [self.compile(RUNTIME / "core" / f"{name}.c") for name in CORE]
        start = [self.compile(EXAMPLE / f"{name}.c") for name in ("start", "semihosting")]
        self.elf = self.folder / "firmware.elf"
        call(
            *self.compiler, "-nostartfiles", "-Wl,--gc-sections", "-Wl,--fatal-warnings", f"-L{EXAMPLE}",
            "-T", MACHINES[self.cpu][1], main, *start, *self.core, code, "-lm", "-o", self.elf,
        )  # fmt: skip

    def run(self):
        """The lines that it prints, and its figures by name. Twice, which has to be the same."""
        command = [
            "qemu-system-arm", "-M", MACHINES[self.cpu][0], "-display", "none", "-monitor", "none", "-serial", "null",
            "-chardev", "stdio,id=console", "-semihosting-config", "enable=on,target=native,chardev=console",
            "-icount", "shift=0", "-kernel", self.elf,
        ]  # fmt: skip
        text = call(*command, stdin=subprocess.DEVNULL)
        if text != call(*command, stdin=subprocess.DEVNULL):
            raise Problem(f"{self.network.name} on {self.cpu}: two runs differ")
        lines = text.splitlines()
        figures = dict(line.split() for line in lines[self.count :])
        return lines[: self.count], {name: int(number) for name, number in figures.items()}

    def measure(self, answers):
        """Checks the answers; the figures that all contestants have."""
        lines, figures = self.run()
        if lines != answers:
            raise Problem(f"{self.network.name} on {self.cpu}: says {lines}, on this machine it is {answers}")
        found = sections(self.elf)
        data = total(found, ".data")
        return {
            "network": self.network.name,
            "cpu": self.cpu,
            "flash": total(found, ".text", ".ARM.exidx") + data - len(self.network.images),
            "ram": data + total(found, ".bss", ".arena") - figures.pop("unused") + figures["stack"],
            **figures,
        }


def ours(options, network, cpu, folder, answers, count):
    """The entry of the results, and what is wrong with it."""
    out = folder / "out"
    target = f"--target-cpu=device:{cpu}"
    call(options.bin / "ddnnc", network.model, f"--tiers={network.tiers}", target, "-o", out)
    manifest = json.loads((out / "manifest.json").read_text())
    (tier,) = [tier for tier in manifest["tiers"] if tier["name"] == "device"]
    prefix = f"{manifest['name']}_device"
    library = out / tier["directory"] / f"lib{prefix}.a"
    firmware = Firmware(cpu, network, count, folder, [f"@{out}/device/{prefix}.flags"])
    firmware.includes.append(f"-I{library.parent}")
    firmware.link(
        library,
        f'-DTIER_HEADER="{prefix}.h"',
        f"-DTIER={prefix}_model",
        f"-DARENA_SIZE={prefix.upper()}_ARENA_SIZE",
        f"-DTENSORS_SIZE={sum(128 + 4 * math.prod(t['shape']) for t in tier['inputs'] + tier['outputs'])}",
    )
    entry = firmware.measure(answers)
    sizes = tier["library_bytes"]
    entry |= {"contestant": "ours", "weights": tier["weights_bytes"], "arena": tier["arena_bytes"]}
    entry |= {key: sizes[key] for key in ("text", "rodata", "data", "bss")}
    entry["core_text"] = total(sections(*firmware.core), ".text")

    problems = []
    heap = sorted(name for name in symbols(firmware.elf) if FORBIDDEN.fullmatch(name))
    if heap:
        problems.append(f"the firmware has {', '.join(heap)}")
    needed = {name for name in symbols(library, "-u") if FLOATS.fullmatch(name)}
    entry["float_helpers"] = sorted(needed)
    beyond = sorted(name for name in needed if not FLOATS_ALLOWED.fullmatch(name))
    if beyond:
        problems.append(f"generated code calls {', '.join(beyond)}")
    if cpu == "cortex-m3" and entry["core_text"] >= CORE_TEXT:
        problems.append(f"the core runtime has {entry['core_text']} bytes of text, {CORE_TEXT} are too many")
    most = WEIGHTS.get(network.name, tier["weights_bytes"])
    if cpu in WITHOUT_FLOATS and tier["weights_bytes"] > most:
        problems.append(f"weights take {tier['weights_bytes']} bytes, more than {most}")
    return entry, [f"{network.name} on {cpu}: {problem}" for problem in problems]


def onnx2c(network, folder):
    return call("onnx2c", network.model), "entry"


def emx(network, folder):
    """Intermediate results on the stack, as without a heap."""
    source = folder / "emx.c"
    program = shutil.which("emx-onnx-cgen", path=str(Path(sys.executable).parent))
    call(program, "compile", "--large-temp-threshold", "0", "--model-name", "network", network.model, source)
    return source.read_text(), "network"


# Those that turn an ONNX file into C: how, and where they are looked for.
PEERS = {
    "onnx2c": (onnx2c, lambda: shutil.which("onnx2c")),
    "emx-onnx-cgen": (emx, lambda: shutil.which("emx-onnx-cgen", path=str(Path(sys.executable).parent))),
}


def peer(name, network, cpu, folder, answers, count):
    """The same network in a peer's C, compiled with the same flags."""
    (flags,) = (folder / "out" / "device").glob("*.flags")
    place = folder / name
    place.mkdir()
    text, function = PEERS[name][0](network, place)
    source, code = place / "code.c", place / "code.o"
    source.write_text(text)
    firmware = Firmware(cpu, network, count, place, [f"@{flags}"])
    call(*firmware.compiler, "-std=gnu11", "-c", source, "-o", code)
    firmware.link(code, f"-DENTRY={function}", f"-DENTRY_OUTPUTS={network.classes}")
    entry = firmware.measure(answers)
    found = sections(code)
    return entry | {"contestant": name} | {key: total(found, "." + key) for key in ("text", "rodata", "data", "bss")}


COLUMNS = ["weights", "text", "rodata", "data", "bss", "arena", "stack", "flash", "ram", "instructions"]


def table(entries):
    rows = [["network", "core", *COLUMNS]]
    for entry in entries:
        who = "" if entry["contestant"] == "ours" else f", {entry['contestant']}"
        figures = [f"{entry[key]}" if key in entry else "-" for key in COLUMNS]
        rows.append([entry["network"] + who, entry["cpu"], *figures])
    return rows


def remarks(entries):
    texts = {entry["cpu"]: entry["core_text"] for entry in entries if "core_text" in entry}
    lines = ["Core runtime of a tier, text: " + ", ".join(f"{cpu} {size}" for cpu, size in texts.items()) + "."]
    for entry in entries:
        if entry["cpu"] == "cortex-m3" and "float_helpers" in entry:
            lines.append(f"{entry['network']} on {entry['cpu']} calls {', '.join(entry['float_helpers'])}.")
    for name in PEERS:
        if not any(entry["contestant"] == name for entry in entries):
            lines.append(f"{name} not measured: it is not installed.")
    return lines


def section(entries, versions):
    text = [
        "## Microcontrollers",
        "",
        "`scripts/bench mcu` ([how](../docs/benchmarks.md#microcontrollers)): bytes, and instructions of an inference in QEMU,",
        f"which are the same in each run. {versions}.",
        "",
        report.markdown(table(entries)),
        "",
        *remarks(entries),
    ]
    return "\n".join(text)


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench mcu", add_help=False)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(NETWORKS))
    parser.add_argument("--cpu", type=lambda text: text.split(","), default=list(MACHINES))
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--bin", type=Path, default=ROOT / "build" / "bin")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench" / "mcu")
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    for what, names, known in (("network", options.only, NETWORKS), ("core", options.cpu, MACHINES)):
        for name in names:
            if name not in known:
                sys.exit(f"scripts/bench: error: no {what} '{name}'; there are {', '.join(known)}")
    for program in ("arm-none-eabi-gcc", "qemu-system-arm"):
        if not shutil.which(program):
            sys.exit(f"scripts/bench: error: {program} is not installed; run scripts/setup")
    return options


def main():
    options = parse()
    options.work = options.work.resolve()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    entries, problems = [], []
    for name in options.only:
        network = NETWORKS[name](options, options.images)
        folder = network.folder
        folder.mkdir()
        (folder / "images.bin").write_bytes(network.images)
        answers = expected(options, network, folder, options.images)
        for cpu in options.cpu:
            place = folder / cpu
            place.mkdir()
            entry, wrong = ours(options, network, cpu, place, answers, options.images)
            entries.append(entry)
            problems += wrong
            for who in PEERS if network.classes else []:
                if PEERS[who][1]():
                    entries.append(peer(who, network, cpu, place, answers, options.images))
    print(report.aligned_text(table(entries)) + "\n")
    print("\n".join(remarks(entries)))
    if not options.dry_run and options.only == list(NETWORKS) and options.cpu == list(MACHINES):
        compiler = call("arm-none-eabi-gcc", "--version").splitlines()[0].rsplit(") ", 1)[-1]
        qemu = re.search(r"version (\S+)", call("qemu-system-arm", "--version"))[1]
        stored = json.loads(report.RESULTS.read_text())
        stored["mcu"] = {"compiler": compiler, "qemu": qemu, "entries": entries}
        report.write(stored, "mcu", section(entries, f"arm-none-eabi-gcc {compiler}, QEMU {qemu}"))
    for problem in problems:
        print(f"scripts/bench: error: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"scripts/bench: error: {problem}")
