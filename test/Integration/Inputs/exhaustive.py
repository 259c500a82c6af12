# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The thresholds that ddnn calibrate chose for two exits before the last are as
good as the best of all pairs: every distinct entropy of either exit, and never
and always, tried one by one."""

import json
import math
import sys

import fleet


def entropy(scores):
    top = max(scores)
    weights = [math.exp(s - top) for s in scores]
    total = sum(weights)
    return -sum(w / total * math.log(w / total) for w in weights if w) / math.log(len(scores))


def main():
    result = json.load(open(sys.argv[1]))
    labels = open(sys.argv[2], "rb").read()
    count = int(sys.argv[3])
    payload = [int(b) for b in sys.argv[4].split(",")]  # of the two links
    exits = [fleet.read_npy(path)[:count] for path in sys.argv[5:]]
    right = [[s.index(max(s)) == labels[i] for i, s in enumerate(rows)] for rows in exits]
    eta = [[entropy(s) for s in rows] for rows in exits[:2]]
    best = None
    for first in [-1.0] + sorted(set(eta[0])):
        stay = [e <= first for e in eta[0]]
        base = sum(r for r, here in zip(right[0], stay) if here)
        rest = [i for i in range(count) if not stay[i]]
        for second in [-1.0] + sorted(eta[1][i] for i in rest):
            good, cost = base, payload[0] * len(rest)
            for i in rest:
                here = eta[1][i] <= second
                good += right[1 if here else 2][i]
                cost += 0 if here else payload[1]
            if best is None or (good, -cost) > best:
                best = (good, -cost)
    chosen = result["chosen"]["search"]
    found = (round(chosen["accuracy"] * count), -round(chosen["payload_bytes_per_sample"] * count))
    if found != best:
        sys.exit("calibrate found %s, all pairs %s" % (found, best))
    print("as good as all pairs: %d of %d right, %d bytes" % (best[0], count, -best[1]))


main()
