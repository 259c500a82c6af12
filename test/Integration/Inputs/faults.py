# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Workers are killed and the broker is restarted at seeded moments; every
request still ends once and in time, and service resumes by itself."""

import bisect
import json
import signal
import time

import fleet


def in_flight(rows, moments):
    """How many requests were on their way at each moment."""
    begins = sorted(row["submitted_us"] for row in rows)
    ends = sorted(row["submitted_us"] + row["T_total"] for row in rows)
    return [
        bisect.bisect_right(begins, m) - bisect.bisect_right(ends, m) for m in moments
    ]


class Watch:
    """Follows the device's rows."""

    def __init__(self, device, last_tier):
        self.device, self.last_tier, self.at, self.rows = device, last_tier, 0, []

    def update(self):
        while self.at < len(self.device.out):
            self.rows.append(json.loads(self.device.out[self.at]))
            self.at += 1

    def resumed_at(self, after_us):
        """When the first request sent after that got its full answer."""
        self.update()
        for row in reversed(self.rows):
            end = row["submitted_us"] + row["T_total"]
            if end < after_us:
                return None
            if row["submitted_us"] >= after_us and row["tier"] == self.last_tier:
                return end
        return None

    def await_service(self, after_us, seconds, what):
        fleet.wait_for(
            "service after " + what,
            lambda: self.resumed_at(after_us) is not None or not self.device.running(),
            seconds,
        )
        fleet.check(self.device.running(), "the device ended: %s" % self.device.err)
        return (self.resumed_at(after_us) - after_us) / 1e6


def main():
    parser = fleet.arguments(__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=5)
    parser.add_argument("--inflight", type=int, default=8)
    parser.add_argument("--deadline", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=400)
    parser.add_argument("--patience", type=int, default=0, help="as for ddnnd")
    parser.add_argument("--least", type=int, default=4, help="in flight at each kill")
    args = parser.parse_args()
    rng = fleet.generator(args)
    description = fleet.manifest(args.model)
    tiers = [tier["name"] for tier in description["tiers"]]
    early = [exit["name"] for exit in description["exits"]][:-1]

    with fleet.Fleet(args.bin) as f:
        # Nothing leaves early: every request is at stake.
        f.threshold(args.model, *(name + "=0" for name in early))
        for tier in reversed(tiers[1:-1]):
            f.worker(tier, args.model)
        last = f.worker(tiers[-1], args.model, "--threads=1")
        device = f.device(
            tiers[0],
            args.model,
            *fleet.data_options(args),
            "--inflight=%d" % args.inflight,
            "--deadline=%d" % args.deadline,
            "--rate=%g" % args.rate,
            "--patience=%d" % args.patience,
            "--repeat=100000000",
        )
        watch = Watch(device, tiers[-1])
        watch.await_service(0, 20, "the start")

        events = ["kill"] * args.kills + ["broker"] * args.restarts
        rng.shuffle(events)
        kills, resumed = [], []
        for number, event in enumerate(events):
            time.sleep(rng.uniform(0.05, 0.35))
            if event == "kill":
                kills.append(fleet.now_us())
                last.end(signal.SIGKILL)
                time.sleep(rng.uniform(0, 0.3))
                last = f.worker(tiers[-1], args.model, "--threads=1")
            else:
                f.broker.stop(rng.choice([signal.SIGTERM, signal.SIGKILL]))
                time.sleep(rng.uniform(0, 0.3))
                f.broker.restart()
            back = fleet.now_us()
            seconds = watch.await_service(back, 15, "%s %d" % (event, number))
            resumed.append((event, seconds))
        # A restarted broker has forgotten the thresholds; the nodes have not.
        status = device.end(signal.SIGTERM)
        rows, totals = fleet.samples_of(device)

    fleet.check(status == 0, "device: exit status %d, %s" % (status, totals))
    fleet.check_promise(rows, totals, args.deadline)
    flying = in_flight(rows, kills)
    fleet.check(
        not flying or min(flying) >= args.least, "in flight at the kills: %s" % flying
    )
    early_answers = [
        row for row in rows if row["exit"] in early and not row["fallback"]
    ]
    fleet.check(not early_answers, "left early: %s" % early_answers[:1])
    for key in ("sent", "answered", "fallback", "error", "duplicates", "retries"):
        print("%s: %d" % (key, totals[key]))
    print("late answers dropped: %d" % totals["late_answers"])
    print("longest request: %.1f ms" % (max(r["T_total"] for r in rows) / 1000))
    print("in flight at the kills: %s" % flying)
    for event in ("kill", "broker"):
        times = sorted(s for e, s in resumed if e == event)
        if times:
            print("service back after %s: median %.2f s, worst %.2f s"
                  % (event, times[len(times) // 2], times[-1]))
    print("kept the promise through %d kills and %d broker restarts"
          % (args.kills, args.restarts))


main()
