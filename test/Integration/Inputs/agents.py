# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Several models in one worker, provisional answers, shared topics, draining;
on two deployments of the toy model (--model and --other)."""

import os
import signal

import fleet


def library(model, tier):
    return os.path.join(model, tier, "libtoy_%s.so" % tier)


def finished(device, deadline=1000):
    """Rows and totals of a device that must have got all its answers."""
    fleet.check(device.wait() == 0, "device: %s" % device.err)
    rows, totals = fleet.samples_of(device)
    fleet.check_promise(rows, totals, deadline)
    return rows, totals


def complete(totals):
    fleet.check(totals["answered"] == totals["sent"] > 0, "not all answered: %s" % totals)


def several_models(f, args, data):
    """One process serves two models, and each device gets its own."""
    for tier in ("cloud", "edge"):
        f.worker(tier, [library(args.model, tier), library(args.other, tier)])
    both = [f.device("device", library(m, "device"), *data) for m in (args.model, args.other)]
    for device in both:
        complete(finished(device)[1])
    names = f.ddnn("ctl", "status", *f.place(), args.model, args.other)
    fleet.check("toy/cloud other/cloud" in names, names)


def provisional(f, args, data):
    """Each exit passed on the way speaks before the final answer."""
    device = f.device("device", args.model, *data, "--provisional", "--limit=4")
    rows, totals = finished(device)
    complete(totals)
    for index in range(4):
        exits = [row["exit"] for row in rows if row["index"] == index]
        fleet.check(
            exits == ["local", "edge", "cloud"][: len(exits)], "%d: %s" % (index, exits)
        )
        flags = [row.get("provisional", False) for row in rows if row["index"] == index]
        fleet.check(flags == [True] * (len(flags) - 1) + [False], str(flags))


def shared(f, args, data):
    """The simple mode: the broker deals out."""
    for tier in ("cloud", "edge"):
        f.worker(tier, args.model, "--shared")
    rows, totals = finished(f.device("device", args.model, *data, "--shared", "--repeat=5"))
    complete(totals)
    fleet.check(all(row["worker"] is None for row in rows), "a name out of nowhere")


def drain(f, args, data):
    """What a leaving worker has, it finishes; the rest goes to the other."""
    f.threshold(args.model, "local=0", "edge=0")
    f.worker("edge", args.model)
    workers = [f.worker("cloud", args.model, "--threads=1") for _ in range(2)]
    device = f.device("device", args.model, *data, "--inflight=6", "--repeat=60", "--deadline=5000")
    fleet.wait_for("answers", lambda: len(device.out) > 60, 30)
    fleet.check(workers[0].end(signal.SIGTERM) == 0, "not drained: %s" % workers[0].err)
    _, totals = finished(device, 5000)
    complete(totals)
    fleet.check(totals["exit_count"]["cloud"] == totals["sent"], "left early: %s" % totals)
    fleet.check(workers[1].end(signal.SIGTERM) == 0, "not drained")
    received = [int(w.err[-1].split("stopped: ")[1].split()[0]) for w in workers]
    fleet.check(min(received) > 3, "one worker had it all: %s" % received)


def alone(f, args, data):
    """No worker: the exit at hand answers, and says that it is second best."""
    rows, totals = finished(f.device("device", args.model, *data, "--wait=100"))
    fleet.check(totals["fallback"] == 3 and totals["error"] == 0, str(totals))
    fleet.check({r["tier"] for r in rows} == {"device"}, "someone was there")
    # Patience: a worker that comes in time still gets them.
    device = f.device(
        "device", args.model, *data, "--wait=0", "--patience=9000", "--deadline=10000"
    )
    for tier in ("cloud", "edge"):
        f.worker(tier, args.model)
    complete(finished(device, 10000)[1])


def main():
    parser = fleet.arguments(__doc__)
    parser.add_argument("--other", required=True)
    parser.add_argument("--slow", required=True)
    args = parser.parse_args()
    data = fleet.data_options(args)
    for test in (several_models, provisional, shared, drain, alone):
        with fleet.Fleet(args.bin) as f:
            if test is provisional:
                for tier in ("cloud", "edge"):
                    f.worker(tier, args.model)
            if test is drain:
                args.model, quick = args.slow, args.model
            test(f, args, data)
            if test is drain:
                args.model = quick
        print("passed:", test.__name__)


main()
