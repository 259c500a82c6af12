# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Separate processes over MQTT give the answers that one process gives."""

import json
import signal

import fleet


def main():
    parser = fleet.arguments(__doc__)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--inflight", type=int, default=1)
    parser.add_argument("--threshold", action="append", default=[])
    args = parser.parse_args()
    data = fleet.data_options(args) + ["--limit=%d" % args.limit]
    tiers = [tier["name"] for tier in fleet.manifest(args.model)["tiers"]]
    thresholds = ["--threshold=" + t for t in args.threshold]
    deadline = 10000

    with fleet.Fleet(args.bin) as f:
        alone = json.loads(f.ddnn("run", args.model, *data, *thresholds, "--json=-"))
        if args.threshold:
            f.threshold(args.model, *args.threshold)
        workers = [f.worker(tier, args.model) for tier in reversed(tiers[1:])]
        device = f.device(
            tiers[0],
            args.model,
            *data,
            "--inflight=%d" % args.inflight,
            "--deadline=%d" % deadline,
        )
        status = device.wait(600)
        rows, totals = fleet.samples_of(device)
        for worker in workers:
            fleet.check(worker.end(signal.SIGTERM) == 0, "a worker did not drain")
            fleet.check("stopped:" in worker.err[-1], "no last line: %s" % worker.err)

    fleet.check(status == 0, "device: exit status %d" % status)
    fleet.check_promise(rows, totals, deadline)
    fleet.check(totals["fallback"] == totals["error"] == 0, "lost: %s" % totals)
    fleet.check(len(rows) == len(alone["samples"]), "not all samples were sent")
    rows.sort(key=lambda row: row["index"])
    for mine, theirs in zip(rows, alone["samples"]):
        for key in ("index", "answer", "exit", "tier", "entropy", "payload_bytes"):
            fleet.check(mine[key] == theirs[key], "%s: %s, alone: %s" % (key, mine, theirs))
        fleet.check((mine["worker"] is None) == (mine["tier"] == tiers[0]), str(mine))
    print(json.dumps(totals, indent=2))
    print("same answers from %d samples" % len(rows))


main()
