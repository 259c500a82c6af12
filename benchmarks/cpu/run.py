#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the generated C next to its peers; `scripts/bench cpu` runs it. docs/benchmarks.md says what it does."""

import argparse
import ctypes
import dataclasses
import datetime
import functools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE / "peers"))

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import float64  # noqa: E402
import peers  # noqa: E402

WORK = ROOT / "build" / "bench"
RESULTS = ROOT / "benchmarks" / "results.json"
TABLE = ROOT / "benchmarks" / "RESULTS.md"
BEGIN = "<!-- cpu: scripts/bench writes from here -->"
END = "<!-- cpu: to here -->"
TOLERANCE = 1e-4  # with Winograd; without, twice what ONNX Runtime's own error is
CLANG = "clang-22"  # next to cc, for layers
TODAY = datetime.date.today().isoformat()


def progress(text):
    print(text, file=sys.stderr, flush=True)


def round_to(x, digits=4):
    return float(f"{x:.{digits}g}")


@dataclasses.dataclass(frozen=True)
class Build:
    """One way to compile a model. `isa` and `schedule` are names for the results."""

    cc: str | None = None  # None: what ddnnc takes
    cpu: str | None = None  # None: this one
    isa: str = ""
    schedule: str = "auto"  # or direct: no Winograd
    threads: int = 1

    def flags(self):
        found = [f"--cc={self.cc}"] if self.cc else []
        found += [f"--target-cpu={self.cpu}"] if self.cpu else []
        found += ["--winograd=off"] if self.schedule == "direct" else []
        return found + ([f"--threads={self.threads}"] if self.threads > 1 else [])

    def folder(self, model):
        return "-".join(filter(None, [model, self.cc, self.cpu, self.schedule, str(self.threads)]))


class Model:
    """An ONNX file with one float input, and the threads that it is run with."""

    def __init__(self, name, path, threads=1):
        self.name, self.path, self.threads = name, path, threads
        proto = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
        graph = proto.graph
        constants = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in constants]
        if len(inputs) != 1:
            raise peers.NotMeasured("only networks with one input")
        self.shapes = dict(constants)
        for value in [*graph.input, *graph.value_info, *graph.output]:
            dims = value.type.tensor_type.shape.dim
            self.shapes[value.name] = [dim.dim_value for dim in dims]
        self.input_name = inputs[0].name
        self.input_shape = self.shapes[self.input_name]
        self.output_names = [value.name for value in graph.output]
        self.output_shapes = [self.shapes[name] for name in self.output_names]
        for shape in [self.input_shape, *self.output_shapes]:
            if not all(shape):
                raise peers.NotMeasured("only networks with static shapes")
        self.gflop = 2e-9 * sum(self.macs(node) for node in graph.node)

    def macs(self, node):
        """Multiply-adds of what is a matrix product."""
        if node.op_type == "Conv":
            return np.prod(self.shapes[node.output[0]]) * np.prod(self.shapes[node.input[1]][1:])
        if node.op_type == "Gemm":
            trans_a = any(a.name == "transA" and a.i for a in node.attribute)
            return np.prod(self.shapes[node.output[0]]) * self.shapes[node.input[0]][0 if trans_a else 1]
        if node.op_type == "MatMul":
            return np.prod(self.shapes[node.output[0]]) * self.shapes[node.input[0]][-1]
        return 0


def compile_c(source, flags):
    library = WORK / f"lib{source.stem}.so"
    command = ["cc", "-std=c11", *flags, "-shared", "-fPIC", "-o", library, source]
    subprocess.run(command, check=True)
    return library


def cpu_info():
    text = Path("/proc/cpuinfo").read_text()
    fields = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    name = fields.get("model name", platform.processor() or platform.machine())
    if "cpu family" in fields:
        name += f", family {fields['cpu family']}, model {fields.get('model', '?')}"
    return name, fields.get("flags", fields.get("Features", "")).split()


def isa_of(flags):
    for flag in ("avx512f", "avx2", "avx", "asimd"):
        if flag in flags:
            return {"avx512f": "avx512"}.get(flag, flag)
    return platform.machine()


def compiler_version(program):
    """Such as 'gcc 12.2.0'."""
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if "Free Software Foundation" in text:
        return "gcc " + text.splitlines()[0].split()[-1]
    return "clang " + text.split("version ", 1)[1].split()[0] if "clang" in text else text.splitlines()[0]


def largest_difference(ours, reference):
    """max|a-b| / max|b| over all outputs."""
    worst = 0.0
    for a, b in zip(ours, reference):
        a, b = np.asarray(a, np.float64).reshape(-1), np.asarray(b, np.float64).reshape(-1)
        if a.shape != b.shape or not np.all(np.isfinite(a)):
            return float("inf")
        worst = max(worst, float(np.max(np.abs(a - b)) / np.max(np.abs(b))))
    return worst


class Bench:
    def __init__(self, options):
        self.options = options
        self.all_cores = os.sched_getaffinity(0)
        self.cores = sorted(self.all_cores)[-options.threads :]
        if len(self.cores) < options.threads:
            sys.exit(f"scripts/bench: error: {options.threads} threads need as many cores, there is {len(self.cores)}")
        WORK.mkdir(parents=True, exist_ok=True)
        self.timer = peers.Timer(compile_c(HERE / "timing.c", ["-O2"]))
        library = ctypes.CDLL(str(compile_c(ROOT / "tools/common/peak.c", ["-O3", "-ffp-contract=fast"])))
        library.ddnn_peak_gflops.restype = ctypes.c_double
        library.ddnn_peak_gflops.argtypes = [ctypes.c_char_p, ctypes.c_double]
        self.peak_function = functools.partial(library.ddnn_peak_gflops, None)
        self.versions = {}
        self.failures = 0
        self.isa = options.cpu or isa_of(cpu_info()[1])
        os.sched_setaffinity(0, self.cores)
        self.peak = self.peak_function(1.0)

    def builds(self, name, is_layer):
        """How a model is compiled: networks as the options say, layers in all ways."""
        options = self.options
        if not is_layer or options.cc or options.cpu or options.threads > 1:
            return [Build(options.cc, options.cpu, self.isa, threads=options.threads)]
        compilers = [None, *([CLANG] if shutil.which(CLANG) else [])]
        cpus = [(None, self.isa), *([("x86-64-v3", "avx2")] if self.isa == "avx512" else [])]
        found = [Build(cc, cpu, isa) for cpu, isa in cpus for cc in compilers]
        if "conv3x3" in name:
            found += [Build(cc, None, self.isa, "direct") for cc in compilers]
        return found

    def compile(self, model, build):
        """Runs ddnnc as a user would, on all processors; returns what it made and the seconds."""
        folder = WORK / "out" / build.folder(model.name)
        shutil.rmtree(folder, ignore_errors=True)
        command = [self.options.ddnnc, model.path, "--tiers=device", *build.flags(), "-o", folder]
        os.sched_setaffinity(0, self.all_cores)
        begin = time.monotonic()
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        finally:
            os.sched_setaffinity(0, self.cores)
        if done.returncode:
            raise peers.NotMeasured(f"ddnnc: {peers.last_line(done.stderr)}")
        return peers.Generated(self.timer, folder), time.monotonic() - begin

    def fail(self, model, text):
        self.failures += 1
        progress(f"{model.name}: error: {text}")

    def contestants(self, model, image):
        """Those peers that can be measured with their outputs, and the entries of the others."""
        found, outputs, entries = {}, {}, {}
        for peer in peers.PEERS:
            try:
                if self.options.peers is not None and peer.name not in self.options.peers:
                    raise peers.NotMeasured("left out with --peers")
                contestant = peer(self.timer, model, WORK)
                outputs[peer.name] = contestant.outputs(image)
                found[peer.name] = contestant
                self.versions[peer.name] = contestant.version
            except (peers.NotMeasured, ImportError, OSError, ValueError, RuntimeError) as problem:
                entries[peer.name] = {"not_measured": str(problem) or type(problem).__name__}
        return found, outputs, entries

    def errors(self, model, image, build, ours, onnxruntime):
        """max|a-b| / max|b| against double precision: as compiled, without Winograd, and ONNX Runtime's."""
        try:
            exact = float64.outputs(model.path, image)
        except Exception as problem:  # whatever an operator that the evaluator lacks makes it raise
            return {"not_measured": peers.last_line(str(problem) or type(problem).__name__)}
        try:
            direct, _ = self.compile(model, dataclasses.replace(build, schedule="direct"))
        except peers.NotMeasured as problem:
            self.fail(model, f"--winograd=off: {problem}")
            return {"not_measured": str(problem)}
        found = {
            "ours": largest_difference(ours, exact),
            "ours_exact": largest_difference(direct.by_name(model.output_names, image), exact),
            "onnxruntime": None if onnxruntime is None else largest_difference(onnxruntime, exact),
        }
        if not found["ours"] <= TOLERANCE:
            self.fail(model, f"differs from double precision by {found['ours']:.2e}")
        if found["onnxruntime"] is not None and not found["ours_exact"] <= 2 * found["onnxruntime"]:
            text = f"without Winograd, differs from double precision by {found['ours_exact']:.2e}"
            self.fail(model, f"{text}, ONNX Runtime by {found['onnxruntime']:.2e}")
        return {"float64": {name: error and round_to(error, 2) for name, error in found.items()}}

    def measure(self, model, is_layer):
        """The entries of one network or layer in results.json, one for each way to compile it."""
        # What computes in single precision everywhere: any image will do.
        image = np.random.default_rng(0).uniform(-1, 1, model.input_shape).astype(np.float32)
        progress(f"{model.name}: {model.gflop:.3g} GFLOP")
        contestants, outputs, missing = self.contestants(model, image)
        reference = outputs.get("onnxruntime")
        ours, entries = {}, []
        builds = self.builds(model.name, is_layer)
        for build in builds:
            entry = self.heading(model, is_layer, build)
            entries.append(entry)
            try:
                generated, compile_s = self.compile(model, build)
            except peers.NotMeasured as problem:
                self.fail(model, f"not measured: {problem}")
                entry |= {"not_measured": str(problem), "date": TODAY, "peers": {}}
                continue
            produced = generated.by_name(model.output_names, image)
            error = None
            if reference is not None:
                error = largest_difference(produced, reference)
                if not error <= TOLERANCE:
                    self.fail(model, f"differs from ONNX Runtime by {error:.2e} ({' '.join(build.flags())})")
            ours[build] = generated
            entry["max_rel_error"] = None if error is None else round_to(error, 2)
            if not is_layer:
                entry["errors"] = self.errors(model, image, build, produced, reference)
                entry |= {key: generated.tier[key] for key in ("arena_bytes", "arena_lower_bound")}
                entry["compile_s"] = round_to(compile_s, 3)
        if not ours:
            return entries

        rounds = []
        for number in range(self.options.rounds):
            rounds.append(self.round(ours | contestants))
            shown = ", ".join(f"{self.shown(who)} {seconds * 1e3:.4g}" for who, seconds in rounds[-1].items())
            progress(f"{model.name}: round {number + 1}: {shown} ms")
        self.peak = max(self.peak, self.peak_function(0.2))
        for build, entry in zip(builds, entries):
            if build in ours:
                entry |= self.times(model, is_layer, build, rounds)
                entry["peers"] = missing | {
                    name: self.peer_times(name, build, rounds, outputs, reference) for name in contestants
                }
                entry["peers"] = {peer.name: entry["peers"][peer.name] for peer in peers.PEERS}
        return entries

    def times(self, model, is_layer, build, rounds):
        seconds = statistics.median(times[build] for times in rounds)
        gflops = model.gflop / seconds
        if is_layer:
            found = {"ms": round_to(1e3 * seconds), "gflops": round_to(gflops)}
        else:
            found = {"ours_ms": round_to(1e3 * seconds), "gflop": round_to(model.gflop)}
        found["fraction_of_peak"] = round_to(gflops / (build.threads * self.peak), 3)
        return found | {"rounds": self.options.rounds, "date": TODAY}

    def peer_times(self, name, build, rounds, outputs, reference):
        found = {
            "ms": round_to(1e3 * statistics.median(times[name] for times in rounds)),
            "ratio": round_to(min(times[name] / times[build] for times in rounds)),
        }
        if reference is not None and name != "onnxruntime":
            found["max_rel_error"] = round_to(largest_difference(outputs[name], reference), 2)
        return found

    def heading(self, model, is_layer, build):
        if not is_layer:
            return {"name": model.name, "threads": build.threads}
        compiler = compiler_version(build.cc or "cc")
        return {
            "name": model.name,
            "compiler": compiler,
            "isa": build.isa,
            "threads": build.threads,
            "schedule": build.schedule,
        }

    @staticmethod
    def shown(contestant):
        """How progress names a peer, or ours by what it was compiled with."""
        return contestant if isinstance(contestant, str) else " ".join(["ours", *contestant.flags()])

    def round(self, contestants):
        """Seconds per call of all, there and back: the median over the batches of both turns."""
        line = [(n, p) for n, p in contestants.items() if not p.one_turn]
        turns = line + [(n, p) for n, p in contestants.items() if p.one_turn] + line[::-1]
        batches = {}
        for name, contestant in turns:
            share = 1 if contestant.one_turn else 2
            found = contestant.measure(self.options.seconds / share, -(-self.options.calls // share))
            batches.setdefault(name, []).extend(found)
        return {name: statistics.median(found) for name, found in batches.items()}

    def machine(self):
        cpu, flags = cpu_info()
        return {
            "cpu": cpu,
            "cores": os.cpu_count(),
            "isa": isa_of(flags),
            "kernel": platform.release().split("-")[0],
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
            "compiler": compiler_version("cc"),
            "load": round_to(os.getloadavg()[0], 2),
            "peers": self.versions,
        }


def milliseconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def columns(entry, name):
    peer = entry["peers"].get(name, {})
    if "ms" not in peer:
        return ["-", "-"]
    return [milliseconds(peer["ms"]), f"{peer['ratio']:.2f}"]


def shown_name(entry):
    threads = entry.get("threads", 1)
    return entry["name"] if threads == 1 else f"{entry['name']}, {threads} threads"


def unique(names):
    return ", ".join(dict.fromkeys(names))


def markdown(rows):
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def aligned_text(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        lines.append("  ".join([row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]))
    return "\n".join(lines)


TITLES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "iree": "IREE", "onnx2c": "onnx2c", "tvm": "TVM"}


def tables(results):
    """Rows of the networks and of the layers; a peer has columns where it was measured at all."""
    every = results["networks"] + results["layers"]
    shown = [name for name in TITLES if any("ms" in entry["peers"].get(name, {}) for entry in every)]
    heads = [head for name in shown for head in (f"{TITLES[name]}, ms", "ratio")]
    errors = ["error", "direct", "ONNX Runtime's"]
    networks = [["network", "ours, ms", "of peak", *errors, *heads, "arena / bound, KiB", "compile, s"]]
    for entry in results["networks"]:
        if "not_measured" in entry:
            continue
        arena = f"{entry['arena_bytes'] / 1024:.0f} / {entry['arena_lower_bound'] / 1024:.0f}"
        found = entry.get("errors", {}).get("float64", {})
        errors = [found.get(who) for who in ("ours", "ours_exact", "onnxruntime")]
        networks.append(
            [
                shown_name(entry),
                milliseconds(entry["ours_ms"]),
                f"{100 * entry['fraction_of_peak']:.0f} %",
                *("-" if error is None else f"{error:.1e}" for error in errors),
                *(cell for name in shown for cell in columns(entry, name)),
                arena,
                f"{entry['compile_s']:.1f}",
            ]
        )
    layers = [["layer", "compiler", "ISA", "schedule", "ms", "GFLOP/s", "of peak", *heads]]
    for entry in results["layers"]:
        if "not_measured" in entry:
            continue
        layers.append(
            [
                shown_name(entry),
                entry["compiler"],
                entry["isa"],
                entry.get("schedule", "auto"),
                milliseconds(entry["ms"]),
                f"{entry['gflops']:.1f}" if entry["gflops"] else "-",
                f"{100 * entry['fraction_of_peak']:.0f} %" if entry["gflops"] else "-",
                *(cell for name in shown for cell in columns(entry, name)),
            ]
        )
    return networks, layers


def remarks(results):
    """What was not measured, each reason once, and what is older than the rest."""
    found = {}
    for entry in results["networks"] + results["layers"]:
        if "not_measured" in entry:
            found.setdefault(("ours", entry["not_measured"]), []).append(shown_name(entry))
        for name, peer in entry.get("peers", {}).items():
            if "not_measured" in peer:
                found.setdefault((TITLES.get(name, name), peer["not_measured"]), []).append(shown_name(entry))
        if "not_measured" in entry.get("errors", {}):
            reason = entry["errors"]["not_measured"]
            found.setdefault(("Errors against double precision", reason), []).append(shown_name(entry))
    count = len(results["networks"]) + len(results["layers"])
    lines = [
        f"{who} not measured{'' if len(names) == count else ' for ' + unique(names)}: {why}."
        for (who, why), names in found.items()
    ]
    older = {}
    for entry in results["networks"] + results["layers"]:
        if entry["date"] != results["date"]:
            older.setdefault(entry["date"], []).append(shown_name(entry))
    return lines + [f"Of {date}: {unique(names)}." for date, names in older.items()]


def section(results):
    machine = results["machine"]
    versions = ", ".join(f"{TITLES[name]} {version}" for name, version in machine["peers"].items())
    networks, layers = tables(results)
    text = [
        BEGIN,
        f"## CPU, {results['date']}",
        "",
        "`scripts/bench cpu` ([how](../docs/benchmarks.md)): batch 1, float; one thread on one core where nothing else is",
        "said. A ratio is the peer's time over ours in the worst of the rounds: above 1 the generated C is faster. Times",
        "are medians. Errors are max|a-b| / max|b| against double precision: of ours, of ours without Winograd (direct),",
        "and of ONNX Runtime.",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['isa']}, peak {results['peak_gflops']:.0f} GFLOP/s;",
        f"{machine['system']}, {machine['compiler']}; load {machine['load']}.",
        f"{versions}.",
    ]
    for rows in (networks, layers):
        if len(rows) > 1:
            text += ["", markdown(rows)]
    if remarks(results):
        text += ["", *remarks(results)]
    return "\n".join([*text, END])


def write_table(results):
    text = TABLE.read_text()
    if BEGIN in text:
        head, rest = text.split(BEGIN, 1)
        tail = rest.split(END, 1)[1]
    else:
        head, tail = text.rstrip() + "\n\n", "\n"
    TABLE.write_text(head + section(results) + tail)


def key(entry):
    """What tells entries apart. Files of before these keys had one thread and one schedule."""
    fields = {"name": None, "compiler": None, "isa": None, "threads": 1, "schedule": "auto"}
    return tuple(entry.get(field, default) for field, default in fields.items())


def merge(old, new, order):
    """`new` entries replace those of the same key; the others stay."""
    entries = {key(entry): entry for entry in old}
    entries |= {key(entry): entry for entry in new}
    return sorted(entries.values(), key=lambda entry: order.index(entry["name"]) if entry["name"] in order else 99)


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench cpu", add_help=False)
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
    return parser.parse_args()


def main():
    options = parse()
    generator = ROOT / "build" / "bin" / "ddnn-bench-networks"
    listed = subprocess.run([generator, "--list"], capture_output=True, text=True, check=True).stdout
    kinds = {name: kind for kind, name in (line.split() for line in listed.splitlines())}
    order = list(kinds)
    if options.model:
        wanted = []
    elif options.only:
        unknown = [name for name in options.only if name not in kinds]
        if unknown:
            sys.exit(f"scripts/bench: error: no network '{unknown[0]}'; there are {', '.join(order)}")
        wanted = [name for name in order if name in options.only]
    else:
        wanted = [name for name in order if kinds[name] == "network" or options.layers]

    bench = Bench(options)
    progress(f"cores {bench.cores}, peak {bench.peak:.0f} GFLOP/s each")
    jobs = [(options.model.stem, options.model, False)] if options.model else []
    for name in wanted:
        path = WORK / f"{name}.onnx"
        subprocess.run([generator, name, "-o", path], check=True)
        jobs.append((name, path, kinds[name] == "layer"))
    measured = {"networks": [], "layers": []}
    for name, path, is_layer in jobs:
        try:
            entries = bench.measure(Model(name, path, options.threads), is_layer)
        except peers.NotMeasured as problem:
            sys.exit(f"scripts/bench: error: {path}: {problem}")
        measured["layers" if is_layer else "networks"] += entries

    results = {
        "machine": bench.machine(),
        "date": TODAY,
        "peak_gflops": round_to(bench.peak),
        **measured,
    }
    for rows in tables(results):
        if len(rows) > 1:
            print(aligned_text(rows) + "\n")
    print("ratio: the peer's time over ours in the worst round; above 1, ours is faster")
    for remark in remarks(results):
        print(remark)

    if options.cc or options.cpu:
        measured["networks"] = []  # the results have networks as ddnnc compiles them by default
    if not (options.model or options.peers or options.dry_run):
        old = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"networks": [], "layers": []}
        if old.get("machine", {}).get("cpu", results["machine"]["cpu"]) != results["machine"]["cpu"]:
            if options.only:
                sys.exit(f"scripts/bench: error: {RESULTS.relative_to(ROOT)} is of another machine; not merged")
            old = {"networks": [], "layers": []}
        results["machine"]["peers"] = old.get("machine", {}).get("peers", {}) | results["machine"]["peers"]
        for kind in measured:
            results[kind] = merge(old[kind], measured[kind], order)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        write_table(results)
        progress(f"wrote {RESULTS.relative_to(ROOT)} and {TABLE.relative_to(ROOT)}")
    sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()
