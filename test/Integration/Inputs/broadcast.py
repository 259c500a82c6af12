# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A threshold broadcast reaches running devices, and those that start later."""

import json

import fleet


def main():
    parser = fleet.arguments(__doc__)
    parser.add_argument("--exit", required=True, help="an exit of the first tier")
    args = parser.parse_args()
    tiers = [tier["name"] for tier in fleet.manifest(args.model)["tiers"]]

    with fleet.Fleet(args.bin) as f:
        f.threshold(args.model, args.exit + "=0")
        for tier in reversed(tiers[1:]):
            f.worker(tier, args.model)
        device = f.device(
            tiers[0], args.model, *fleet.data_options(args), "--rate=200", "--repeat=1000000"
        )

        def exits(lines):
            return [json.loads(line)["exit"] for line in lines]

        fleet.wait_for("answers", lambda: len(device.out) >= 20, 20)
        first = f.threshold(args.model, args.exit + "=1")
        before = len(device.out)
        fleet.wait_for("answers", lambda: len(device.out) >= before + 40, 20)
        second = f.threshold(args.model, args.exit + "=0")
        between = len(device.out)
        fleet.wait_for("answers", lambda: len(device.out) >= between + 40, 20)
        fleet.check(second["version"] > first["version"], "versions do not grow")
        fleet.check(device.running(), "the device ended")
        fleet.check(device.end() == 0, "device: %s" % device.err)
        rows, totals = fleet.samples_of(device)
        # A few that were under way when the message came may be on either side.
        fleet.check(args.exit not in exits(device.out[:15]), "local before the first")
        fleet.check(
            set(exits(device.out[before + 5 : before + 35])) == {args.exit}, "not obeyed"
        )
        fleet.check(
            args.exit not in exits(device.out[between + 5 : between + 35]), "not undone"
        )
        fleet.check_promise(rows, totals, 1000)

        f.threshold(args.model, args.exit + "=1")
        late = f.device(tiers[0], args.model, *fleet.data_options(args), "--limit=20")
        late.wait()
        rows, totals = fleet.samples_of(late)
        fleet.check(
            totals["exit_count"][args.exit] == totals["sent"], "the retained one is not heard"
        )

        status = json.loads(
            f.ddnn("ctl", "status", *f.place(), "--json=-", args.model)
        )
        served = sorted(s for w in status["workers"] for s in w["serves"])
        name = fleet.manifest(args.model)["name"]
        fleet.check(
            served == sorted("%s/%s" % (name, tier) for tier in tiers[1:]), str(status)
        )
        fleet.check({w["state"] for w in status["workers"]} == {"online"}, str(status))
    print("thresholds are obeyed without a restart")


main()
