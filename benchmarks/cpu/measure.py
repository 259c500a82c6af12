# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What `scripts/bench` measures and how: models, ways to compile them, rounds in which the contestants take turns."""

import ctypes
import dataclasses
import datetime
import functools
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnx.utils

import float64
import peers

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "bench"
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
    """An ONNX file with one float input, and the threads that it is run with. `bits_in`: the input is +-1."""

    def __init__(self, name, path, threads=1, bits_in=False):
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
        self.nodes = {node.name: node for node in graph.node}
        signs = self.signs(graph, {self.input_name} if bits_in else set())
        self.gflop = 2e-9 * sum(self.macs(node) for node in graph.node)
        self.binary_gop = 2e-9 * sum(self.macs(node) for node in graph.node if set(node.input[:2]) <= signs)

    @staticmethod
    def signs(graph, found):
        """Names of the tensors that hold nothing but +-1: `found` and those that the graph shows to be."""
        values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        found = found | {name for name, data in values.items() if np.all(np.abs(data) == 1)}
        for node in graph.node:
            chosen = {"Where": node.input[1:], "Flatten": node.input, "MaxPool": node.input}.get(node.op_type)
            if chosen and set(chosen) <= found:
                found.add(node.output[0])
        return found

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


class Job:
    """A network or layer: `whole` is what ddnnc compiles, `step` what is measured and what the peers get. Where they
    differ, cuts at IN and OUT make tiers, and `tier` is the one that is measured.
    """

    IN, OUT = "in/sign", "out/sign"

    def __init__(self, name, path, is_layer, threads, may_cut=True):
        self.name, self.is_layer = name, is_layer
        self.whole = self.step = Model(name, path, threads)
        self.cuts = [node for node in (self.IN, self.OUT) if may_cut and node in self.whole.nodes]
        self.tiers = ["device", "edge", "cloud"][: len(self.cuts) + 1]
        self.tier = self.tiers[self.IN in self.cuts]
        if self.cuts:
            ends = {node: [self.whole.nodes[node].output[0]] for node in self.cuts}
            begin, end = ends.get(self.IN, [self.whole.input_name]), ends.get(self.OUT, self.whole.output_names)
            whole = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
            step_path = path.with_suffix(".step.onnx")
            onnx.save(onnx.utils.Extractor(whole).extract_model(begin, end), str(step_path))
            self.step = Model(name, step_path, threads, self.IN in self.cuts)

    @property
    def binarized(self):
        return bool(self.cuts or self.whole.binary_gop)

    def image(self):
        """What the whole network gets, and what the step."""
        image = np.random.default_rng(0).uniform(-1, 1, self.whole.input_shape).astype(np.float32)
        # What computes in single precision everywhere: any image will do. With weights of +-1, sums of these are exact
        # and signs the same everywhere; some are 0, which makes +1.
        if self.binarized:
            image = np.round(image * 128) / 128
        signs = np.where(image >= 0, np.float32(1), np.float32(-1))
        return image, signs if self.IN in self.cuts else image

    def tier_flags(self):
        return [f"--tiers={','.join(self.tiers)}", *([f"--cut={','.join(self.cuts)}"] if self.cuts else [])]


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
        library = ctypes.CDLL(str(compile_c(HERE / "binary_peak.c", ["-O3"])))
        self.binary_peak_function = library.ddnn_binary_peak_gops
        self.binary_peak_function.restype = ctypes.c_double
        self.binary_peak_function.argtypes = [ctypes.c_double]
        self.versions = {}
        self.failures = 0
        self.isa = options.cpu or isa_of(cpu_info()[1])
        os.sched_setaffinity(0, self.cores)
        self.peak = self.binary_peak = 0.0
        self.measure_peaks(1.0)

    def measure_peaks(self, seconds):
        """GFLOP/s, and Gop/s of binary multiply-adds, of one core: the best so far."""
        self.peak = max(self.peak, self.peak_function(seconds))
        self.binary_peak = max(self.binary_peak, self.binary_peak_function(seconds))

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

    def compile(self, job, build):
        """Runs ddnnc as a user would, on all processors; returns what it made and the seconds."""
        folder = WORK / "out" / build.folder(job.name)
        shutil.rmtree(folder, ignore_errors=True)
        command = [self.options.ddnnc, job.whole.path, *job.tier_flags(), *build.flags(), "-o", folder]
        os.sched_setaffinity(0, self.all_cores)
        begin = time.monotonic()
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        finally:
            os.sched_setaffinity(0, self.cores)
        if done.returncode:
            raise peers.NotMeasured(f"ddnnc: {peers.last_line(done.stderr)}")
        return peers.Generated(self.timer, folder, job.tier), time.monotonic() - begin

    def fail(self, job, text):
        self.failures += 1
        progress(f"{job.name}: error: {text}")

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

    def errors(self, job, image, build, ours, onnxruntime):
        """max|a-b| / max|b| against double precision: as compiled, without Winograd, and ONNX Runtime's."""
        try:
            exact = float64.outputs(job.whole.path, image)
        except Exception as problem:  # whatever an operator that the evaluator lacks makes it raise
            return {"not_measured": peers.last_line(str(problem) or type(problem).__name__)}
        try:
            direct, _ = self.compile(job, dataclasses.replace(build, schedule="direct"))
        except peers.NotMeasured as problem:
            self.fail(job, f"--winograd=off: {problem}")
            return {"not_measured": str(problem)}
        found = {
            "ours": largest_difference(ours, exact),
            "ours_exact": largest_difference(direct.by_name(job.whole.output_names, image), exact),
            "onnxruntime": None if onnxruntime is None else largest_difference(onnxruntime, exact),
        }
        if not found["ours"] <= TOLERANCE:
            self.fail(job, f"differs from double precision by {found['ours']:.2e}")
        if found["onnxruntime"] is not None and not found["ours_exact"] <= 2 * found["onnxruntime"]:
            text = f"without Winograd, differs from double precision by {found['ours_exact']:.2e}"
            self.fail(job, f"{text}, ONNX Runtime by {found['onnxruntime']:.2e}")
        return {"float64": {name: error and round_to(error, 2) for name, error in found.items()}}

    def reference(self, job, image, outputs):
        """ONNX Runtime's outputs of the whole network; `outputs` are those of the step. Its optimizations fold batch
        norms into weights of +-1, which may turn the sign of a sum near a threshold: those networks go without.
        """
        if not job.binarized or "onnxruntime" not in outputs:
            return outputs.get("onnxruntime")
        return peers.OnnxRuntime(self.timer, job.whole, WORK, optimize=False).outputs(image)

    def measure(self, job):
        """The entries of one network or layer in results.json, one for each way to compile it."""
        step, is_layer = job.step, job.is_layer
        image, step_image = job.image()
        binary = f", {step.binary_gop:.3g} of them binary" if step.binary_gop else ""
        progress(f"{job.name}: {step.gflop:.3g} GFLOP{binary}")
        contestants, outputs, missing = self.contestants(step, step_image)
        reference = self.reference(job, image, outputs)
        ours, entries = {}, []
        builds = self.builds(job.name, is_layer)
        for build in builds:
            entry = self.heading(job, build)
            entries.append(entry)
            try:
                generated, compile_s = self.compile(job, build)
            except peers.NotMeasured as problem:
                self.fail(job, f"not measured: {problem}")
                entry |= {"not_measured": str(problem), "date": TODAY, "peers": {}}
                continue
            produced = generated.by_name(job.whole.output_names, image)
            error = None
            if reference is not None:
                error = largest_difference(produced, reference)
                if not error <= TOLERANCE:
                    self.fail(job, f"differs from ONNX Runtime by {error:.2e} ({' '.join(build.flags())})")
            ours[build] = generated
            entry["max_rel_error"] = None if error is None else round_to(error, 2)
            if not is_layer:
                entry["errors"] = self.errors(job, image, build, produced, reference)
                entry |= {key: generated.tier[key] for key in ("arena_bytes", "arena_lower_bound")}
                entry["compile_s"] = round_to(compile_s, 3)
        if not ours:
            return entries

        rounds = []
        for number in range(self.options.rounds):
            rounds.append(self.round(ours | contestants))
            shown = ", ".join(f"{self.shown(who)} {seconds * 1e3:.4g}" for who, seconds in rounds[-1].items())
            progress(f"{job.name}: round {number + 1}: {shown} ms")
        self.measure_peaks(0.2)
        for build, entry in zip(builds, entries):
            if build in ours:
                entry |= self.times(job, build, rounds)
                entry["peers"] = missing | {
                    name: self.peer_times(name, build, rounds, outputs) for name in contestants
                }
                entry["peers"] = {peer.name: entry["peers"][peer.name] for peer in peers.PEERS}
        return entries

    def times(self, job, build, rounds):
        step = job.step
        seconds = statistics.median(times[build] for times in rounds)
        if job.is_layer:
            found = {"ms": round_to(1e3 * seconds), "gflops": round_to(step.gflop / seconds)}
        else:
            found = {"ours_ms": round_to(1e3 * seconds), "gflop": round_to(step.gflop)}
        if step.binary_gop:
            found["binary_gop"] = round_to(step.binary_gop)
        best = (step.gflop - step.binary_gop) / self.peak + step.binary_gop / self.binary_peak
        found["fraction_of_peak"] = round_to(best / (build.threads * seconds), 3)
        return found | {"rounds": self.options.rounds, "date": TODAY}

    @staticmethod
    def peer_times(name, build, rounds, outputs):
        found = {
            "ms": round_to(1e3 * statistics.median(times[name] for times in rounds)),
            "ratio": round_to(min(times[name] / times[build] for times in rounds)),
        }
        if "onnxruntime" in outputs and name != "onnxruntime":
            found["max_rel_error"] = round_to(largest_difference(outputs[name], outputs["onnxruntime"]), 2)
        return found

    @staticmethod
    def heading(job, build):
        if not job.is_layer:
            return {"name": job.name, "threads": build.threads}
        compiler = compiler_version(build.cc or "cc")
        return {
            "name": job.name,
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
