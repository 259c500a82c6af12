# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What ddnn eval measured of a network in models/cameras is what stands beside
the model: exits, staged answers, devices alone, and devices missing."""

import json
import sys


def same(what, measured, expected):
    if abs(measured - expected) > 1e-9:
        sys.exit("%s: %r, expected %r" % (what, measured, expected))


def check_row(what, exits, row, expected):
    for name in exits:
        same(what + ", exit " + name, row["exits"][name], expected["accuracy"][name])
        same(what + ", rate of " + name, row["exit_rate"][name], expected["exit_rate"][name])
    same(what + ", overall", row["accuracy"], expected["accuracy"]["overall"])


def main():
    measured = json.load(open(sys.argv[1]))
    missing = json.load(open(sys.argv[2]))
    exits = [exit["name"] for exit in measured["exits"]]
    for exit in measured["exits"]:
        if exit["other_labels"] != 0:
            sys.exit("exit %s: %d other labels" % (exit["name"], exit["other_labels"]))
    expected = {tuple(sorted(s["missing"])): s for s in missing["sets"]}
    rows = 0
    for row in measured["without"]:
        gone = tuple(sorted(int(name[len("device") :]) for name in row["missing"]))
        check_row("without %s" % (gone,), exits, row, expected[gone])
        rows += 1
    order = []
    for row in measured["added"]:
        there = [int(name[len("device") :]) for name in row["devices"]]
        order = there
        gone = tuple(d for d in range(6) if d not in there)
        check_row("with %s" % there, exits, row, expected[gone])
        rows += 1
    if order != missing["order"]:
        sys.exit("devices from worst to best: %s, expected %s" % (order, missing["order"]))
    for setting in measured["settings"]:
        for device in setting["devices"]:
            same("equation (1)", device["payload_bytes"], device["equation_bytes"])
    print("%d sets of devices as expected" % rows)


main()
