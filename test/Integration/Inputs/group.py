# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Groups of devices in processes of their own, over a real broker: every sample
is answered once and in time, whoever is killed, and each answer is bit for bit
what the same places compute in one process with the same members missing."""

import argparse
import json
import os
import random
import signal
import struct
import time

import fleet

NODE = "hub"


class Model:
    """A deployment, its data, and what ddnn run makes of both."""

    def __init__(self, folder, views, scale):
        self.folder, self.scale = folder, scale
        self.manifest = fleet.manifest(folder)
        # Data of each device: its inputs'.
        self.views = views or [
            "view%d=%s,f32,64x4" % (d, os.path.join(folder, "view%d.f32" % d))
            for d in range(6)
        ]
        self.tiers = {}  # name: members
        for place in self.manifest["tiers"]:
            self.tiers.setdefault(place["tier"], []).append(place["name"])
        self.names = list(self.tiers)
        self.devices = self.tiers[self.names[0]]
        several = [len(self.tiers[name]) > 1 for name in self.names]
        self.aggregators = [
            name
            for i, name in enumerate(self.names)
            if i and several[i - 1] and not several[i]
        ]
        self.servers = [n for n in self.names[1:] if n not in self.aggregators]
        self.exits = [exit["name"] for exit in self.manifest["exits"]]
        self.known = {}

    def data(self, device=None):
        views = self.views if device is None else [self.views[device]]
        options = ["--images=" + view for view in views]
        return options + (["--scale=" + self.scale] if self.scale else [])

    def reference(self, f, missing):
        """Of all samples: which exit takes them, and all exits' scores."""
        names = sorted(
            "%s@%s" % (source, place) for place in missing for source in missing[place]
        )
        key = ",".join(names)
        if key not in self.known:
            option = ["--missing=" + key] if key else []
            path = lambda name: os.path.join(f.folder.name, name + ".npy")
            common = [self.folder, *self.data(), *option]
            rows = json.loads(f.ddnn("run", *common, "--json=-"))["samples"]
            f.ddnn("run", *common, *("--save=%s=%s" % (e, path(e)) for e in self.exits))
            scores = {e: fleet.read_npy(path(e)) for e in self.exits}
            self.known[key] = ([row["exit"] for row in rows], scores)
        return self.known[key]


class Group:
    """One group over a broker, every place in a process of its own."""

    def __init__(self, f, model, args, limit=0):
        self.f, self.model, self.args, self.limit = f, model, args, limit
        self.rows, self.read = [], 0
        self.workers = {name: self.worker(name) for name in reversed(model.servers)}
        self.hub = self.start_hub()
        self.epoch = time.time() + 2
        self.members = [self.member(d) for d in range(len(model.devices))]
        for member in self.members:
            f.await_ready(member)

    def worker(self, tier):
        return self.f.worker(
            tier,
            self.model.folder,
            "--threads=1",
            "--heartbeat=%d" % self.args.heartbeat,
        )

    def start_hub(self):
        hub = self.f.device(
            self.model.aggregators[0],
            self.model.folder,
            "--node=" + NODE,
            "--groups=1",
            "--scores",
            "--deadline=%d" % self.args.deadline,
            "--member-wait=%d" % self.args.member_wait,
            "--part-wait=%d" % self.args.part_wait,
            "--heartbeat=%d" % self.args.heartbeat,
            "--publish",
        )
        self.f.await_ready(hub)
        self.read = 0
        return hub

    def member(self, device):
        return self.f.device(
            self.model.devices[device],
            self.model.folder,
            "--group=1",
            "--aggregator=" + NODE,
            "--node=member-%d-%d" % (device, random.getrandbits(30)),
            "--rate=%g" % self.args.rate,
            "--epoch=%.6f" % self.epoch,
            "--heartbeat=%d" % self.args.heartbeat,
            *(["--limit=%d" % self.limit] if self.limit else []),
            *self.model.data(device),
        )

    def update(self):
        while self.read < len(self.hub.out):
            row = json.loads(self.hub.out[self.read])
            self.read += 1
            if "totals" not in row:
                self.rows.append(row)

    def await_row(self, what, wanted, seconds=15, since=0):
        """The first result after `since` (us) that is wanted."""
        seen = [len(self.rows)]

        def found():
            self.update()
            return next(
                (r for r in self.rows[seen[0] :] if r["ended_us"] >= since and wanted(r)),
                None,
            )

        fleet.wait_for(what, lambda: found() or not self.hub.running(), seconds)
        fleet.check(self.hub.running(), "the aggregator ended: %s" % self.hub.err)
        return found()

    def await_count(self, count, seconds):
        def enough():
            self.update()
            return len(self.rows) >= count

        fleet.wait_for("%d results" % count, enough, seconds)

    def end(self):
        """Everybody leaves in good order; the aggregator's totals."""
        for member in self.members:
            if member.running() and not self.limit:
                member.child.send_signal(signal.SIGTERM)
        for member in self.members:
            status = member.wait()
            fleet.check(status in (0, -signal.SIGKILL), "member: %s" % member.err)
        time.sleep(self.args.member_wait / 1000 + 0.3)
        self.hub.end()
        self.update()
        return json.loads(self.hub.out[-1])["totals"]

    def check(self, allow_fallbacks=True):
        """The promise, and agreement with the reference."""
        seen = set()
        late = [r for r in self.rows if r["T_total"] > 1000 * self.args.deadline]
        fleet.check(not late, "%d after the deadline: %s" % (len(late), late[:1]))
        for row in self.rows:
            fleet.check(row["index"] not in seen, "twice: %s" % row)
            seen.add(row["index"])
            fleet.check(row["error"] is None, "error: %s" % row)
            fleet.check(allow_fallbacks or not row["fallback"], "fallback: %s" % row)
            exits, scores = self.model.reference(self.f, row["missing"])
            at = row["index"] % len(exits)
            want = scores[row["exit"]][at]
            got = tuple(struct.unpack("<f", struct.pack("<f", s))[0] for s in row["scores"])
            fleet.check(got == want, "scores: %s, expected %s" % (row, want))
            fleet.check(row["answer"] == want.index(max(want)), "label: %s" % row)
            fleet.check(
                row["fallback"] or row["exit"] == exits[at],
                "left at another exit than '%s': %s" % (exits[at], row),
            )

    def quality(self):
        missing = sum(1 for row in self.rows if row["missing"])
        fallbacks = sum(1 for row in self.rows if row["fallback"])
        count = {e: sum(r["exit"] == e for r in self.rows) for e in self.model.exits}
        times = sorted(row["T_total"] for row in self.rows)
        return "%d results %s, %d incomplete, %d fallback, T_total p50 %.1f p99 %.1f ms" % (
            len(self.rows), count, missing, fallbacks,
            times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000,
        )  # fmt: skip


def agree(f, model, args):
    """N samples, all members there."""
    group = Group(f, model, args, args.samples)
    group.await_count(args.samples, args.samples / args.rate + 20)
    totals = group.end()
    group.check()
    fleet.check(totals["error"] == 0 and totals["overflow"] == 0, str(totals))
    indices = sorted(row["index"] for row in group.rows)
    fleet.check(indices == list(range(args.samples)), "not all, once: %s" % indices)
    # Processes that wait for a processor may miss one or the other.
    fleet.check(totals["incomplete"] <= args.samples // 10, "incomplete: %s" % totals)
    used = {row["exit"] for row in group.rows}
    fleet.check(used == set(model.exits), "exits in use: %s" % used)
    return group.quality()


def devices(f, model, args):
    """One, two, three devices are killed; one of them comes back."""
    rng = random.Random(args.seed)
    group = Group(f, model, args)
    group.await_row("complete results", lambda r: not r["missing"])
    victims = rng.sample(range(len(model.devices)), 3)
    join = model.aggregators[0]
    gone = set()
    for victim in victims:
        time.sleep(rng.uniform(0.05, args.pause))
        group.members[victim].end(signal.SIGKILL)
        gone.add(model.devices[victim])
        killed = fleet.now_us()
        group.await_row(
            "results without %s" % gone,
            lambda r: set(r["missing"].get(join, ())) == gone,
            since=killed,
        )
    rejoined = []
    for victim in victims if args.samples > 100 else victims[:1]:
        time.sleep(rng.uniform(0.05, args.pause))
        began = fleet.now_us()
        group.members[victim] = group.member(victim)
        name = model.devices[victim]
        row = group.await_row(
            "a result with %s" % name,
            lambda r: name not in r["missing"].get(join, ()),
            since=began,
        )
        rejoined.append((row["ended_us"] - began) / 1000)
    if args.samples > 100:
        group.await_count(args.samples, args.samples / args.rate + 20)
    totals = group.end()
    group.check()
    fleet.check(totals["error"] == 0, str(totals))
    limit = 2 * args.heartbeat
    fleet.check(max(rejoined) <= limit, "back only after %s ms" % rejoined)
    return "%s; back within %.0f ms of the start, two heartbeats are %d" % (
        group.quality(),
        max(rejoined),
        limit,
    )


def servers(f, model, args):
    """Workers and the aggregator are killed and come back."""
    rng = random.Random(args.seed + 1)
    group = Group(f, model, args)
    last = model.names[-1]
    group.await_row("the last tier", lambda r: r["tier"] == last)
    for tier in model.servers:
        time.sleep(rng.uniform(0.05, args.pause))
        group.workers[tier].end(signal.SIGKILL)
        killed = fleet.now_us()
        group.await_row("a fallback without " + tier, lambda r: r["fallback"], since=killed)
        group.workers[tier] = group.worker(tier)
        back = fleet.now_us()
        group.await_row(
            "answers with " + tier,
            lambda r: r["tier"] == last and not r["fallback"],
            since=back,
        )
    time.sleep(rng.uniform(0.05, args.pause))
    group.update()
    group.hub.end(signal.SIGKILL)
    time.sleep(0.2)
    group.update()
    before = len(group.rows)
    group.hub = group.start_hub()
    group.await_row("results of the new aggregator", lambda r: not r["missing"])
    fleet.check(len(group.rows) > before, "no results")
    totals = group.end()
    group.check()
    fleet.check(totals["error"] == 0, str(totals))
    return group.quality()


def results(f, model, args):
    """What the aggregator publishes reaches who listens."""
    listener = fleet.Process(
        [f.tool("ddnn"), "ctl", "results", *f.place(), model.folder, "--json=-"]
        + ["--limit=5", "--wait=10000"]
    )
    f.processes.append(listener)
    group = Group(f, model, args)
    fleet.check(listener.wait() == 0, "ctl results: %s" % listener.err)
    group.end()
    by_index = {row["index"]: row for row in group.rows}
    for line in listener.out:
        told = json.loads(line)
        row = by_index[told["index"]]
        for key in ("group", "answer", "label", "exit", "entropy", "fallback", "error"):
            fleet.check(told[key] == row[key], "%s: %s, published %s" % (key, row, told))
        fleet.check(told["aggregator"] == NODE, str(told))
    return "%d published" % len(listener.out)


def together(f, model, args):
    """All devices of two groups in one process."""
    for tier in reversed(model.servers):
        f.worker(tier, model.folder, "--threads=1")
    hub = f.device(
        model.aggregators[0],
        model.folder,
        "--node=" + NODE,
        "--groups=4,7",
        "--scores",
        "--limit=%d" % (2 * args.samples),
        "--deadline=%d" % args.deadline,
        "--member-wait=%d" % args.member_wait,
    )
    f.await_ready(hub)
    members = f.device(
        model.names[0],
        model.folder,
        "--groups=4,7",
        "--aggregator=" + NODE,
        "--rate=%g" % args.rate,
        "--epoch=%.6f" % (time.time() + 2.5),
        "--limit=%d" % args.samples,
        *model.data(),
    )
    fleet.check(hub.wait(args.samples / args.rate + 30) == 0, "aggregator: %s" % hub.err)
    fleet.check(members.wait() == 0, "members: %s" % members.err)
    lines = [json.loads(line) for line in hub.out]
    group = Group.__new__(Group)
    group.f, group.model, group.args = f, model, args
    for number in (4, 7):
        group.rows = [row for row in lines[:-1] if row["group"] == number]
        fleet.check(len(group.rows) == args.samples, "group %d: %d" % (number, len(group.rows)))
        group.check()
    totals = json.loads(members.out[-1])["totals"]
    fleet.check(totals["samples"] + totals["skipped"] == 12 * args.samples, str(totals))
    payload = totals["payload_bytes"] / totals["samples"]
    return "%d answers, %.1f bytes payload for each device and sample" % (
        len(lines) - 1,
        payload,
    )


TESTS = {t.__name__: t for t in (agree, devices, servers, results, together)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of ddnn and ddnnd")
    parser.add_argument("--model", required=True, nargs="+", help="folders that ddnnc wrote")
    parser.add_argument("--tests", default=",".join(TESTS))
    parser.add_argument("--view", action="append", help="NAME=DATA, of each device in turn")
    parser.add_argument("--scale", help="as for ddnnd")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--deadline", type=int, default=1000)
    parser.add_argument("--member-wait", type=int, default=100)
    parser.add_argument("--part-wait", type=int, default=100)
    parser.add_argument("--heartbeat", type=int, default=500)
    parser.add_argument("--pause", type=float, default=0.2, help="at most, between events")
    args = parser.parse_args()
    for folder in args.model:
        for name in args.tests.split(","):
            with fleet.Fleet(args.bin) as f:
                said = TESTS[name](f, Model(folder, args.view, args.scale), args)
            print("passed: %s of %s: %s" % (name, os.path.basename(folder), said), flush=True)


main()
