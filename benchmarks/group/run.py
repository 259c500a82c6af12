# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Throughput and latency of groups: all devices of several groups in one
generator process, one aggregator, one worker for each tier behind, and one
broker, all on this machine. Prints a row for each rate.

    python3 benchmarks/group/run.py --bin build/bin --model out --rates 10,20,40

Samples lost are those that all devices took and the aggregator never ended;
incomplete are those where a member was missing, because it came too late."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "test/Integration/Inputs"))

import fleet  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(args, rate):
    manifest = fleet.manifest(args.model)
    several = {m["tier"]: m["count"] for m in manifest["members"]}
    names = list(several)
    aggregators = [
        n for i, n in enumerate(names) if i and several[names[i - 1]] > 1 and several[n] == 1
    ]
    views = args.view or [
        "view%d=%s,f32,64x4" % (d, os.path.join(args.model, "view%d.f32" % d))
        for d in range(several[names[0]])
    ]
    samples = int(rate * args.seconds)
    with fleet.Fleet(args.bin) as f:
        processes = {"broker": f.broker.process}
        for tier in reversed(names[1:]):
            if tier not in aggregators:
                processes[tier] = f.worker(tier, args.model, "--threads=1")
        hub = f.device(
            aggregators[0],
            args.model,
            "--node=hub",
            "--groups=1-%d" % args.groups,
            "--deadline=%d" % args.deadline,
            "--member-wait=%d" % args.member_wait,
            "--part-wait=%d" % args.part_wait,
        )
        f.await_ready(hub)
        processes["aggregator"] = hub
        devices = f.device(
            names[0],
            args.model,
            "--groups=1-%d" % args.groups,
            "--aggregator=hub",
            "--rate=%g" % rate,
            "--epoch=%.3f" % (time.time() + 3),
            "--limit=%d" % samples,
            *("--images=" + view for view in views),
            *(["--scale=" + args.scale] if args.scale else []),
            *(["--short"] if args.short else []),
        )
        processes["devices"] = devices
        f.await_ready(devices, 30)
        fleet.wait_for("a result", lambda: hub.out, 30)
        begin = time.monotonic()
        before = {role: processor_seconds(p.pid) for role, p in processes.items()}
        time.sleep(max(args.seconds - 1.5, 0.5))
        spent = {
            role: (processor_seconds(p.pid) - before[role]) / (time.monotonic() - begin)
            for role, p in processes.items()
        }
        fleet.check(devices.wait(args.seconds + 60) == 0, str(devices.err))
        time.sleep(args.deadline / 1000)
        hub.end()
    lines = [json.loads(line) for line in hub.out]
    rows, totals = lines[:-1], lines[-1]["totals"]
    sent = json.loads(devices.out[-1])["totals"]
    times = sorted(row["T_total"] for row in rows)
    ended = [row["ended_us"] for row in rows]
    pairs = {(row["group"], row["index"]) for row in rows}
    fleet.check(len(pairs) == len(rows), "a sample ended twice")
    taken = sent["samples"] / several[names[0]]
    return {
        "rate": rate,
        "groups": args.groups,
        "devices": args.groups * several[names[0]],
        "results": len(rows),
        "results_per_second": len(rows) / ((max(ended) - min(ended)) / 1e6),
        "lost": max(0, round(taken) - len(rows)),
        "skipped": sent["skipped"],
        "errors": totals["error"],
        "fallbacks": totals["fallback"],
        "incomplete": totals["incomplete"],
        "p50_ms": times[len(times) // 2] / 1000,
        "p99_ms": times[len(times) * 99 // 100] / 1000,
        "max_ms": times[-1] / 1000,
        "exit_count": totals["exit_count"],
        "payload_bytes_per_sample": sent["payload_bytes"] / max(1, len(rows)),
        "bytes_per_sample": sent["bytes"] / max(1, len(rows)),
        "cpu": spent,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", required=True, help="folder of ddnnd")
    parser.add_argument("--model", required=True, help="folder that ddnnc wrote")
    parser.add_argument("--view", action="append", help="NAME=DATA, of each device in turn")
    parser.add_argument("--scale", help="as for ddnnd")
    parser.add_argument("--short", action="store_true", help="scores in short frames")
    parser.add_argument("--groups", type=int, default=6)
    parser.add_argument("--rates", default="5,10,20,40,80", help="samples a second of each group")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--deadline", type=int, default=1000)
    parser.add_argument("--member-wait", type=int, default=100)
    parser.add_argument("--part-wait", type=int, default=150)
    parser.add_argument("--json", help="write the rows to this file")
    args = parser.parse_args()
    rows = []
    for rate in args.rates.split(","):
        row = measure(args, float(rate))
        if not rows:
            roles = list(row["cpu"])
            print("| Hz | results/s | p50 ms | p99 ms | lost | errors | fallback | incomplete "
                  "| skipped | B/sample | %s |" % " | ".join("CPU " + r for r in roles))
            print("|" + "---:|" * (10 + len(roles)))
        rows.append(row)
        print("| %g | %.1f | %.1f | %.1f | %d | %d | %d | %d | %d | %.0f | %s |" % (
            row["rate"], row["results_per_second"], row["p50_ms"], row["p99_ms"],
            row["lost"], row["errors"], row["fallbacks"], row["incomplete"],
            row["skipped"], row["bytes_per_sample"],
            " | ".join("%.0f %%" % (100 * row["cpu"][r]) for r in roles)), flush=True)
    if args.json:
        with open(args.json, "w") as file:
            json.dump(rows, file, indent=1)


main()
