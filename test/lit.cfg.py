# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Configuration of the lit tests; lit.site.cfg.py of the build folder loads it.

import os
import shutil
import sys

import lit.formats
import lit.llvm

lit.llvm.initialize(lit_config, config)
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "ddnn"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".c"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.ddnn_binary_root, "test")

# Tests see a fixed locale and time zone, and never the user's colours.
llvm_config.with_environment("LC_ALL", "C")
llvm_config.with_environment("TZ", "UTC")
llvm_config.with_system_environment(["HOME", "TMP", "TEMP", "TMPDIR"])
llvm_config.with_environment(
    "PATH", [config.ddnn_tools_dir, config.llvm_tools_dir], append_path=True
)

config.substitutions.append(("%source_root", config.ddnn_source_root))
config.substitutions.append(("%build_root", config.ddnn_binary_root))
# What generated C must compile with.
config.substitutions.append(
    (
        "%cflags",
        "-std=c11 -Wall -Wextra -pedantic -Werror -I"
        + os.path.join(config.ddnn_source_root, "runtime", "include"),
    )
)
config.substitutions.append(("%python", '"%s"' % sys.executable))

tool_dirs = [config.ddnn_tools_dir, config.llvm_tools_dir]
tools = [
    "ddnn-opt",
    "ddnn-lsp-server",
    "ddnn-reduce",
    "ddnn-translate",
    "ddnnc",
    "ddnnd",
    "ddnn",
]
llvm_config.add_tool_substitutions(
    [ToolSubst(tool, unresolved="ignore") for tool in tools]
    + ["FileCheck", "not", "split-file"],
    tool_dirs,
)

# A tool that was not built is a reason to skip its tests, not to fail them.
for tool in tools:
    if os.path.exists(os.path.join(config.ddnn_tools_dir, tool)):
        config.available_features.add(tool)

for feature, program in {
    "arm-gcc": "arm-none-eabi-gcc",
    "aarch64-gcc": "aarch64-linux-gnu-gcc",
    "qemu-arm": "qemu-system-arm",
    "qemu-user": "qemu-aarch64",
    "ccache": "ccache",
    "clang": "clang-22",
    "mosquitto": "mosquitto",
}.items():
    if shutil.which(program) or shutil.which(program, path="/usr/sbin"):
        config.available_features.add(feature)

# Debian's libonnx-testdata.
onnx_testdata = "/usr/share/libonnx-testdata/data/node"
if os.path.isdir(onnx_testdata):
    config.available_features.add("onnx-testdata")
    config.substitutions.append(("%onnx_testdata", onnx_testdata))

# ONNX Runtime, where scripts/bench has installed it.
bench_python = os.path.join(config.ddnn_binary_root, "bench-venv", "bin", "python")
if os.path.exists(bench_python):
    config.available_features.add("bench-venv")
    config.substitutions.append(("%bench_python", bench_python))

# Evaluation data is no part of the repository; tests over it need REQUIRES.
shared = (
    os.environ.get("DDNN_SHARED")
    or config.ddnn_shared
    or os.path.join(os.path.dirname(config.ddnn_source_root), "shared")
)
if os.path.isdir(os.path.join(shared, "data")):
    config.available_features.add("shared-data")
    config.substitutions.append(("%shared", os.path.abspath(shared)))
