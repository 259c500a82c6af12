# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The contestants of `scripts/bench`: the generated C and its peers, each with as many threads as the model says.

A contestant has `outputs(image)`, the network's outputs as arrays, and `measure(seconds, calls)`, seconds per call in
each of many batches. Constructors raise NotMeasured where there is nothing to measure.
"""

import ctypes
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

POINTER = ctypes.c_void_p
SIZE = ctypes.c_size_t


class NotMeasured(Exception):
    pass


def aligned(shape, dtype=np.float32):
    """An array of zeros at a multiple of 64 bytes."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    block = np.zeros(size + 64, np.uint8)
    start = -block.ctypes.data % 64
    return block[start : start + size].view(dtype).reshape(shape)


def strings(values):
    return (ctypes.c_char_p * len(values))(*(value.encode() for value in values))


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no output"])[-1][:300]


class Timer:
    """timing.c."""

    CAPACITY = 1000

    def __init__(self, library):
        self.library = ctypes.CDLL(str(library))
        self.time_calls = self.library.time_calls
        self.time_calls.argtypes = [POINTER, POINTER, ctypes.c_double, ctypes.c_int, POINTER, ctypes.c_int]
        self.batches = (ctypes.c_double * self.CAPACITY)()

    def measure(self, call, context, seconds, calls):
        count = self.time_calls(
            ctypes.cast(call, POINTER), ctypes.addressof(context), seconds, calls, self.batches, self.CAPACITY
        )
        if count < 0:
            raise RuntimeError("a call failed while it was timed")
        return list(self.batches[:count])


class Called:
    """A contestant that timing.c calls."""

    one_turn = False

    def measure(self, seconds, calls):
        return self.timer.measure(self.call, self.context, seconds, calls)

    def outputs(self, image):
        np.copyto(self.image, image)
        if self.call(ctypes.byref(self.context)):
            raise RuntimeError("a call failed")
        return [output.copy() for output in self.results]


class PointerCall(ctypes.Structure):
    _fields_ = [("function", POINTER), ("count", ctypes.c_int), ("arguments", POINTER * 10)]


class Tier(Called):
    """The function NAME_TIER_run of one tier that ddnnc wrote. `given` holds the arrays of what travels to it."""

    def __init__(self, timer, folder, name, tier, given):
        self.timer, self.tier = timer, tier
        prefix = f"{name}_{tier['name']}"
        self.library = ctypes.CDLL(str(folder / tier["library"]))
        function = ctypes.cast(getattr(self.library, prefix + "_run"), POINTER)
        weights = ctypes.addressof(ctypes.c_uint8.in_dll(self.library, prefix + "_weights"))
        self.arena = aligned(tier["arena_bytes"], np.uint8)
        # Bits have room for as many floats.
        self.inputs = {t["name"]: given.get(t["name"], aligned(t["shape"])) for t in tier["inputs"]}
        self.produced = {t["name"]: aligned(t["shape"]) for t in tier["outputs"]}
        self.results = list(self.produced.values())
        arguments = [weights, self.arena.ctypes.data]
        arguments += [array.ctypes.data for array in [*self.inputs.values(), *self.results]]
        if len(arguments) > 6:
            raise NotMeasured("only networks with at most three outputs")
        self.context = PointerCall(function, len(arguments), (POINTER * 10)(*arguments))
        self.call = timer.library.call_pointers


class Generated:
    """What ddnnc wrote, all tiers in one process; what travels from one to the next stays as it lies in memory. The
    tier of the name `measured` is timed.
    """

    one_turn = False

    def __init__(self, timer, folder, measured):
        manifest = json.loads((folder / "manifest.json").read_text())
        first, last = manifest["tiers"][0], manifest["tiers"][-1]
        ends = first["inputs"] + last["outputs"]
        if len(first["inputs"]) != 1 or any(t["dtype"] != "f32" for t in ends):
            raise NotMeasured("only networks with one float input")
        self.tiers, given = {}, {}
        for tier in manifest["tiers"]:
            made = Tier(timer, folder, manifest["name"], tier, given)
            self.tiers[tier["name"]] = made
            given |= made.produced
        (self.image,) = self.tiers[first["name"]].inputs.values()
        self.produced = self.tiers[last["name"]].produced
        self.timed = self.tiers[measured]
        self.tier = self.timed.tier

    def measure(self, seconds, calls):
        return self.timed.measure(seconds, calls)

    def by_name(self, names, image):
        """The outputs in the order of `names`."""
        np.copyto(self.image, image)
        for tier in self.tiers.values():
            if tier.call(ctypes.byref(tier.context)):
                raise RuntimeError("a call failed")
        return [self.produced[name].copy() for name in names]


class OnnxRuntimeCall(ctypes.Structure):
    _fields_ = [
        ("run", POINTER),
        ("session", POINTER),
        ("input_names", POINTER),
        ("inputs", POINTER),
        ("input_count", SIZE),
        ("output_names", POINTER),
        ("output_count", SIZE),
        ("outputs", POINTER),
    ]


class OnnxRuntime(Called):
    """The C API of the library in the wheel: sequential, outputs allocated before, all optimizations or none."""

    name = "onnxruntime"
    # Positions in OrtApi, which only ever grows at its end.
    GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_SESSION_OPTIONS = 2, 3, 7, 9, 10
    SET_EXECUTION_MODE, SET_OPTIMIZATION_LEVEL, SET_INTRA_OP_THREADS, SET_INTER_OP_THREADS = 13, 23, 24, 25
    CREATE_TENSOR_WITH_DATA, CREATE_CPU_MEMORY_INFO = 49, 69
    API_VERSION = 16

    def __init__(self, timer, model, work, optimize=True):
        import onnxruntime

        self.timer = timer
        self.version = onnxruntime.__version__
        (path,) = Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime.so.*")
        library = ctypes.CDLL(str(path))
        library.OrtGetApiBase.restype = ctypes.POINTER(POINTER)
        get_api = ctypes.CFUNCTYPE(ctypes.POINTER(POINTER), ctypes.c_uint32)(library.OrtGetApiBase()[0])
        self.api = get_api(self.API_VERSION)
        env, options, session, memory = POINTER(), POINTER(), POINTER(), POINTER()
        error_level, sequential, device_allocator, default_memory = 3, 0, 0, 0
        level = 99 if optimize else 0
        self.invoke(self.CREATE_ENV, ctypes.c_int(error_level), b"bench", ctypes.byref(env))
        self.invoke(self.CREATE_SESSION_OPTIONS, ctypes.byref(options))
        self.invoke(self.SET_EXECUTION_MODE, options, ctypes.c_int(sequential))
        self.invoke(self.SET_OPTIMIZATION_LEVEL, options, ctypes.c_int(level))
        self.invoke(self.SET_INTRA_OP_THREADS, options, ctypes.c_int(model.threads))
        self.invoke(self.SET_INTER_OP_THREADS, options, ctypes.c_int(1))
        self.invoke(self.CREATE_SESSION, env, str(model.path).encode(), options, ctypes.byref(session))
        self.invoke(
            self.CREATE_CPU_MEMORY_INFO,
            ctypes.c_int(device_allocator),
            ctypes.c_int(default_memory),
            ctypes.byref(memory),
        )

        def value(array):
            tensor, float_type = POINTER(), 1
            shape = (ctypes.c_int64 * array.ndim)(*array.shape)
            self.invoke(
                self.CREATE_TENSOR_WITH_DATA,
                memory,
                POINTER(array.ctypes.data),
                SIZE(array.nbytes),
                shape,
                SIZE(array.ndim),
                ctypes.c_int(float_type),
                ctypes.byref(tensor),
            )
            return tensor.value

        self.image = aligned(model.input_shape)
        self.results = [aligned(shape) for shape in model.output_shapes]
        self.arrays = [
            strings([model.input_name]),
            (POINTER * 1)(value(self.image)),
            strings(model.output_names),
            (POINTER * len(self.results))(*map(value, self.results)),
        ]
        input_names, inputs, output_names, outputs = map(ctypes.addressof, self.arrays)
        self.context = OnnxRuntimeCall(
            self.api[self.RUN], session, input_names, inputs, 1, output_names, len(self.results), outputs
        )
        self.call = timer.library.call_onnxruntime

    def invoke(self, index, *arguments):
        status = ctypes.CFUNCTYPE(POINTER)(self.api[index])(*arguments)
        if status:
            message = ctypes.CFUNCTYPE(ctypes.c_char_p, POINTER)(self.api[self.GET_ERROR_MESSAGE])
            raise NotMeasured(last_line(message(status).decode()))


class OpenVinoCall(ctypes.Structure):
    _fields_ = [("infer", POINTER), ("request", POINTER)]


class OpenVino(Called):
    """The C API of the library in the wheel: CPU plugin, f32, one stream, for latency."""

    name = "openvino"
    PROPERTIES = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": "1",
        "ENABLE_CPU_PINNING": "NO",
    }

    def __init__(self, timer, model, work):
        import openvino

        self.timer = timer
        self.version = openvino.__version__.split("-")[0]
        (path,) = Path(openvino.__file__).parent.glob("libs/libopenvino_c.so.*")
        self.library = ctypes.CDLL(str(path))
        core, compiled, request = POINTER(), POINTER(), POINTER()
        self.invoke("ov_core_create", ctypes.byref(core))
        asked = self.PROPERTIES | {"INFERENCE_NUM_THREADS": str(model.threads)}
        properties = [ctypes.c_char_p(word.encode()) for pair in asked.items() for word in pair]
        self.invoke(
            "ov_core_compile_model_from_file",
            core,
            str(model.path).encode(),
            b"CPU",
            SIZE(len(properties)),
            ctypes.byref(compiled),
            *properties,
        )
        for key in ("INFERENCE_PRECISION_HINT", "INFERENCE_NUM_THREADS", "NUM_STREAMS"):
            value = ctypes.c_char_p()
            self.invoke("ov_compiled_model_get_property", compiled, key.encode(), ctypes.byref(value))
            if value.value.decode() != asked[key]:
                raise NotMeasured(f"{key} is {value.value.decode()}")
        self.invoke("ov_compiled_model_create_infer_request", compiled, ctypes.byref(request))

        def tensor(function, index, shape):
            handle, data, size = POINTER(), POINTER(), SIZE()
            self.invoke(function, request, SIZE(index), ctypes.byref(handle))
            self.invoke("ov_tensor_data", handle, ctypes.byref(data))
            self.invoke("ov_tensor_get_size", handle, ctypes.byref(size))
            if size.value != np.prod(shape):
                raise NotMeasured(f"a tensor of {size.value} elements instead of {shape}")
            floats = ctypes.cast(data, ctypes.POINTER(ctypes.c_float))
            return np.ctypeslib.as_array(floats, shape=tuple(shape))

        self.image = tensor("ov_infer_request_get_input_tensor_by_index", 0, model.input_shape)
        self.context = OpenVinoCall(ctypes.cast(self.library.ov_infer_request_infer, POINTER), request)
        self.call = timer.library.call_openvino
        self.call(ctypes.byref(self.context))
        self.results = [
            tensor("ov_infer_request_get_output_tensor_by_index", i, shape)
            for i, shape in enumerate(model.output_shapes)
        ]

    def invoke(self, function, *arguments):
        if getattr(self.library, function)(*arguments):
            self.library.ov_get_last_err_msg.restype = ctypes.c_char_p
            raise NotMeasured(last_line((self.library.ov_get_last_err_msg() or b"").decode()))


class Iree:
    """iree-compile for this CPU, then iree-benchmark-module, a process for each turn, with the synchronous device."""

    name = "iree"
    one_turn = True  # in a round, as each one starts a process

    def __init__(self, timer, model, work):
        if model.threads > 1:
            raise NotMeasured("the synchronous device has one thread")
        self.tools = Path(sys.executable).parent
        if not (self.tools / "iree-compile").exists():
            raise NotMeasured("not in the virtual environment")
        self.version = self.run("iree-compile", "--version").split("IREE compiler version ")[1].split()[0]
        self.version = self.version.split("rc")[0]
        self.model, self.work = model, work / "iree"
        self.work.mkdir(parents=True, exist_ok=True)
        self.module = self.work / f"{model.name}.vmfb"
        imported = self.work / f"{model.name}.mlir"
        self.run("iree-import-onnx", model.path, "--opset-version", "17", "-o", imported)
        self.run(
            "iree-compile",
            imported,
            "--iree-hal-target-device=local",
            "--iree-hal-local-target-device-backends=llvm-cpu",
            "--iree-llvmcpu-target-cpu=host",
            "--iree-opt-level=O3",
            "-o",
            self.module,
        )
        with imported.open(errors="replace") as file:
            header = next(line for line in file if "func.func @" in line)
        self.function = header.split("func.func @", 1)[1].split("(")[0].strip('"')

    def run(self, tool, *arguments):
        done = subprocess.run([self.tools / tool, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise NotMeasured(f"{tool}: {last_line(done.stderr)}")
        return done.stdout

    def arguments(self, image_file):
        return [
            f"--module={self.module}",
            "--device=local-sync",
            f"--function={self.function}",
            f"--input=@{image_file}",
        ]

    def outputs(self, image):
        self.image_file = self.work / f"{self.model.name}.npy"
        np.save(self.image_file, image)
        files = [self.work / f"{self.model.name}.{i}.npy" for i in range(len(self.model.output_shapes))]
        self.run("iree-run-module", *self.arguments(self.image_file), *(f"--output=@{file}" for file in files))
        return [np.load(file) for file in files]

    def measure(self, seconds, calls):
        out = self.run(
            "iree-benchmark-module",
            *self.arguments(self.image_file),
            f"--benchmark_min_time={seconds}s",
            "--benchmark_format=json",
        )
        (result,) = json.loads(out)["benchmarks"]
        return [result["real_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[result["time_unit"]]]


class Onnx2c(Called):
    """onnx2c, where it is on PATH; its C is compiled with the flags that ddnnc uses."""

    name = "onnx2c"

    def __init__(self, timer, model, work):
        program = shutil.which("onnx2c")
        if not program:
            raise NotMeasured("onnx2c is not on PATH")
        if model.threads > 1:
            raise NotMeasured("its C has one thread")
        self.timer = timer
        work = work / "onnx2c"
        work.mkdir(parents=True, exist_ok=True)
        source, library = work / f"{model.name}.c", work / f"lib{model.name}.so"
        done = subprocess.run([program, str(model.path)], capture_output=True, text=True)
        if done.returncode:
            raise NotMeasured(f"onnx2c: {last_line(done.stderr or done.stdout)}")
        source.write_text(done.stdout)
        flags = ["-std=gnu11", "-O3", "-march=native", "-fPIC", "-shared"]
        done = subprocess.run(["cc", *flags, source, "-lm", "-o", library], capture_output=True, text=True)
        if done.returncode:
            raise NotMeasured(f"onnx2c: {last_line(done.stderr)}")
        self.version = "on PATH"
        self.keep = ctypes.CDLL(str(library))
        self.image = aligned(model.input_shape)
        self.results = [aligned(shape) for shape in model.output_shapes]
        arguments = [array.ctypes.data for array in [self.image, *self.results]]
        if len(arguments) not in (2, 4):
            raise NotMeasured("only networks with one output or three")
        function = ctypes.cast(self.keep.entry, POINTER)
        self.context = PointerCall(function, len(arguments), (POINTER * 10)(*arguments))
        self.call = timer.library.call_pointers


class Tvm:
    name = "tvm"

    def __init__(self, timer, model, work):
        raise NotMeasured("0.27 without a tuning log compiles to plain loops, 70 times slower than ONNX Runtime on resnet20")


PEERS = [OnnxRuntime, OpenVino, Iree, Onnx2c, Tvm]
