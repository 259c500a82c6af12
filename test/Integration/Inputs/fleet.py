# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Real processes over a real broker on loopback, for the integration tests.

Everything that is started here is ended here, also when the test is killed.
"""

import argparse
import ctypes
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

LIBC = ctypes.CDLL(None)


def die_with_parent():
    LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def now_us():
    """The clock that the agents' submitted_us is read from."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def fail(message):
    print("FAILED:", message)
    sys.exit(1)


def check(condition, message):
    if not condition:
        fail(message)


def read_npy(path):
    """Rows of a float array of two dimensions."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10 : 10 + size], {})  # a literal that ddnn wrote
    rows, columns = header["shape"]
    check(header["descr"] == "<f4", "not floats: %s" % header)
    values = struct.unpack("<%df" % (rows * columns), data[10 + size :])
    return [values[r * columns : (r + 1) * columns] for r in range(rows)]


def wait_for(what, condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            fail("waited %g s for %s" % (seconds, what))
        time.sleep(0.005)


class Process:
    """A child whose output is collected by threads."""

    def __init__(self, command, **kwargs):
        self.command = command
        self.out, self.err = [], []
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,
            **kwargs,
        )
        self.readers = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.child.stdout, self.out), (self.child.stderr, self.err))
        ]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def end(self, number=signal.SIGTERM, seconds=20):
        """Sends a signal and waits; the exit status."""
        if self.running():
            self.child.send_signal(number)
        return self.wait(seconds)

    def wait(self, seconds=60):
        try:
            status = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            fail("did not end: " + " ".join(self.command))
        for reader in self.readers:
            reader.join()
        return status


class Broker:
    """A mosquitto of our own, on a free port that it keeps over restarts."""

    def __init__(self, folder):
        self.program = shutil.which("mosquitto") or shutil.which(
            "mosquitto", path="/usr/sbin"
        )
        check(self.program, "no mosquitto")
        self.config = os.path.join(folder, "mosquitto.conf")
        self.process = None
        for _ in range(20):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            with open(self.config, "w") as file:
                file.write(
                    "listener %d 127.0.0.1\nallow_anonymous true\n"
                    "set_tcp_nodelay true\npersistence false\n"
                    "log_dest stderr\nlog_type error\n" % self.port
                )
            if self.start():
                return
        fail("no free port for the broker")

    @property
    def url(self):
        return "tcp://127.0.0.1:%d" % self.port

    def start(self):
        self.process = Process([self.program, "-c", self.config])
        end = time.monotonic() + 10
        while time.monotonic() < end and self.process.running():
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return True
            except OSError:
                time.sleep(0.01)
        if self.process.running():
            self.process.end(signal.SIGKILL)
        return False

    def stop(self, number=signal.SIGTERM):
        self.process.end(number)

    def restart(self):
        end = time.monotonic() + 10
        while not self.start():
            check(time.monotonic() < end, "the broker does not come back")


class Fleet:
    """A broker and the programs that talk over it."""

    def __init__(self, bin_folder, site="test"):
        self.bin, self.site = bin_folder, site
        self.processes = []

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))
        self.folder = tempfile.TemporaryDirectory(prefix="ddnn-test-")
        self.broker = Broker(self.folder.name)
        return self

    def __exit__(self, *_):
        for process in self.processes + [self.broker.process]:
            if process.running():
                process.end(signal.SIGKILL)
        self.folder.cleanup()

    def tool(self, name):
        return os.path.join(self.bin, name)

    def place(self):
        return ["--broker=" + self.broker.url, "--site=" + self.site]

    def worker(self, tier, models, *options, ready=True):
        models = [models] if isinstance(models, str) else models
        process = Process(
            [self.tool("ddnnd"), "--tier=" + tier, *models, *self.place(), *options]
        )
        self.processes.append(process)
        if ready:
            self.await_ready(process)
        return process

    def await_ready(self, process, seconds=15):
        wait_for(
            "readiness of " + " ".join(process.command),
            lambda: any(l.startswith("ddnnd: ready") for l in process.err)
            or not process.running(),
            seconds,
        )
        check(process.running(), "ended early: " + "\n".join(process.err))

    def device(self, tier, model, *options):
        process = Process(
            [self.tool("ddnnd"), "--tier=" + tier, model, *self.place(), "--json=-", *options]
        )
        self.processes.append(process)
        return process

    def ddnn(self, *arguments):
        """Runs ddnn to its end and returns what it printed."""
        done = subprocess.run(
            [self.tool("ddnn"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=600,
            preexec_fn=die_with_parent,
        )
        check(done.returncode == 0, "ddnn %s: %s" % (arguments, done.stderr))
        return done.stdout

    def threshold(self, model, *settings):
        return json.loads(
            self.ddnn("ctl", "threshold", *self.place(), "--json=-", model, *settings)
        )


def samples_of(process):
    """A device's rows and totals, after it has ended."""
    lines = [json.loads(line) for line in process.out]
    check(lines and "totals" in lines[-1], "no totals: " + "\n".join(process.err))
    return lines[:-1], lines[-1]["totals"]


def check_promise(rows, totals, deadline_ms):
    """Every request ended exactly once and by its deadline."""
    final = [row for row in rows if not row.get("provisional")]
    check(len(final) == totals["sent"], "%d rows, %d sent" % (len(final), totals["sent"]))
    indices = sorted(row["index"] for row in final)
    check(indices == list(range(len(final))), "a sample is missing or there twice")
    check(
        totals["sent"] == totals["answered"] + totals["fallback"] + totals["error"],
        "the totals do not add up: %s" % totals,
    )
    check(totals["duplicates"] == 0, "%d duplicates" % totals["duplicates"])
    late = [row for row in final if row["T_total"] > 1000 * deadline_ms]
    worst = max(late, key=lambda row: row["T_total"], default=None)
    check(not late, "%d of %d answers after the deadline, worst: %s" % (len(late), len(final), worst))
    for row in final:
        parts = row["T_device"] + row["T_link"] + row["T_server"]
        check(parts == row["T_total"], "times do not add up: %s" % row)


def manifest(model):
    with open(os.path.join(model, "manifest.json")) as file:
        return json.load(file)


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", required=True, help="folder of ddnn and ddnnd")
    parser.add_argument("--model", required=True, help="folder that ddnnc wrote")
    parser.add_argument("--images", required=True, help="data for the device")
    parser.add_argument("--scale", help="as for ddnnd")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def data_options(args):
    options = ["--images=" + args.images]
    if args.scale:
        options.append("--scale=" + args.scale)
    return options


def generator(args):
    return random.Random(args.seed)
