# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cortex_m_offload.py SOURCE BIN BRIDGE WORK COUNT CPU...: examples/cortex-m on
each core offloads through its UART, the bridge, a broker and real workers, and
answers as `ddnn run` on this machine does.
"""

import json
import subprocess
import sys
import tempfile

import fleet

source, programs, bridge, work, count, *cpus = sys.argv[1:]
images = source + "/models/digits/test_images.u8,u8,360x1x8x8"


def make_command(cpu, *words):
    return ["make", "-s", "-C", source + "/examples/cortex-m", f"CPU={cpu}", f"COUNT={count}",
            f"DDNNC={programs}/ddnnc", f"BUILD={work}/{cpu}", *words]


def make(cpu, *words):
    return subprocess.run(
        make_command(cpu, *words), check=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    ).stdout


def expect(f, out):
    """What the firmware has to print, and how often it has to offload."""
    path = work + "/host.json"
    f.ddnn("run", out, "--input", images, "--scale", "1/16", "--limit", count, "--json", path)
    with open(path) as file:
        samples = json.load(file)["samples"]
    sent = sum(sample["tier"] != "device" for sample in samples)
    fleet.check({s["exit"] for s in samples} == {"local", "edge", "cloud"}, "an exit is not used")
    lines = [f"image {s['index']}: exit '{s['exit']}', digit {s['label']}" for s in samples]
    return lines + [f"{sent} images offloaded, 0 without an answer"], sent


host = work + "/host"
subprocess.run(
    [programs + "/ddnnc", source + "/models/digits/digits.onnx", "--tiers=device,edge,cloud",
     "-o", host],
    check=True,
)
# A socket's name has to be short.
with fleet.Fleet(programs, site="default") as f, tempfile.TemporaryDirectory() as short:
    expected, sent = expect(f, host)
    started = False
    path = short + "/uart"

    def start_bridge(worker):
        line = fleet.Process([bridge, path, f.broker.url, worker])
        f.processes.append(line)
        fleet.wait_for("the bridge", lambda: line.err, 10)
        return line

    for cpu in cpus:
        make(cpu)
        if not started:
            f.worker("cloud", f"{work}/{cpu}/out")
            f.worker("edge", f"{work}/{cpu}/out", "--node=edge")
            started = True
        line = start_bridge("edge")
        lines = make(cpu, "offload", "SOCKET=" + path).splitlines()
        fleet.check(lines == expected, f"{cpu}: {lines} instead of {expected}")
        fleet.check(line.wait(20) == 0, "bridge: %s" % line.err)
        last = line.err[-1]
        fleet.check(last == f"bridge: {sent} requests, {sent} answers", last)
        print(f"{cpu}: {sent} of {count} images answered by workers")

    # Nobody there: after the deadline, 10 s, the exit on the device answers. The
    # first image is one that it would rather have sent on.
    line = start_bridge("nobody")
    command = make_command(cpu, "offload", "SOCKET=" + path, "COUNT=1")
    done = subprocess.run(command, text=True, timeout=120, capture_output=True,
                          stdin=subprocess.DEVNULL)
    fleet.check(done.returncode != 0, "no worker and yet no failure")
    fleet.check(done.stdout == "image 0: exit 'local', digit 8, nobody else answered\n"
                "1 images offloaded, 1 without an answer\n", done.stdout)
    fleet.check(line.wait(20) == 0 and line.err[-1].endswith(", 0 answers"), str(line.err))
    print("without a worker: the device answers")
