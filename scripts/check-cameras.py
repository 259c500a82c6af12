#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what scripts/demo --cameras printed: each sample ended once, none in an
error, the cameras that were killed were missed, and one came back.

usage: check-cameras.py FILE"""

import sys

SAMPLES = 360


def main():
    rows = []
    for line in open(sys.argv[1]):
        words = line.split()
        if len(words) > 4 and words[0] == "1" and words[1].isdigit():
            rows.append((int(words[1]), words[2], " ".join(words[6:])))
    problems = []
    samples = [row[0] for row in rows]
    if len(set(samples)) != len(samples):
        problems.append("a sample ended twice")
    # The cameras may have begun a little late, never left one out after that.
    if set(samples) != set(range(min(samples, default=0), SAMPLES)) or len(samples) < SAMPLES - 30:
        problems.append("%d samples of %d" % (len(samples), SAMPLES))
    problems += ["sample %d: %s" % (s, note) for s, answer, note in rows if answer == "-"]
    last = [note for sample, _, note in sorted(rows)[-30:]]
    if not any("device2@" in note and "device5@" in note for _, _, note in rows):
        problems.append("nobody missed cameras 2 and 5")
    if not any("device5@" in note and "device2@" not in note for note in last):
        problems.append("camera 2 did not come back")
    for problem in problems[:20]:
        print("check-cameras: " + problem, file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
