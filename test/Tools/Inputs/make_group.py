# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make_group.py INCLUDE OUT {c,e,f} [-DTOY_...]: builds the places of group.c as
ddnnc would lay them out, and samples: view0.f32 to view5.f32 of SAMPLES x 4."""

import json
import os
import random
import struct
import subprocess
import sys

SAMPLES = 64
TIERS = {
    "c": [("device", 6), ("local", 1), ("cloud", 1)],
    "e": [("device", 6), ("local", 1), ("edge", 1), ("cloud", 1)],
    "f": [("device", 6), ("local", 1), ("edge", 2), ("area", 1), ("cloud", 1)],
}
EXITS = {
    "c": ("local", "cloud"),
    "e": ("local", "edge", "cloud"),
    "f": ("local", "area", "cloud"),
}


def main():
    include, out, config, *flags = sys.argv[1:]
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "group.c")
    salt = [int(f.split("=")[1]) for f in flags if f.startswith("-DTOY_SALT=")]
    places = []
    for number, (tier, count) in enumerate(TIERS[config]):
        for member in range(count):
            name = tier + str(member) if count > 1 else tier
            library = "%s/libgroup_%s.so" % (name, name)
            os.makedirs(os.path.join(out, name), exist_ok=True)
            subprocess.run(
                [os.environ.get("CC", "cc"), "-std=c11", "-O1", "-Wall", "-Wextra"]
                + ["-ffp-contract=off", "-shared", "-fPIC", "-I" + include]
                + ["-DTOY_CONFIG='%s'" % config, "-DTOY_TIER=%d" % number]
                + ["-DTOY_MEMBER=%d" % member, *flags, source]
                + ["-o", os.path.join(out, library)],
                check=True,
            )
            places.append(
                {"name": name, "tier": tier, "member": member}
                | {"directory": name, "library": library}
            )
    digest = 0x00FEDCBA98765400 + ord(config) + 0x100 * (salt[0] if salt else 0)
    manifest = {
        "format": 1,
        "name": "group",
        "hash": "%016x" % digest,
        "members": [{"tier": t, "count": n} for t, n in TIERS[config]],
        "tiers": places,
        "exits": [{"name": name, "tier": name} for name in EXITS[config]],
    }
    with open(os.path.join(out, "manifest.json"), "w") as file:
        json.dump(manifest, file)
    rng = random.Random(7)
    views = [[] for _ in range(6)]
    for _ in range(SAMPLES):
        # What all devices see, more or less clearly.
        truth, strength = rng.randrange(3), rng.choice((0.2, 1, 4))
        for view in views:
            x = [rng.gauss(0, 0.5) for _ in range(4)]
            x[truth] += strength * rng.random()
            view.append(struct.pack("<4f", *x))
    for number, view in enumerate(views):
        with open(os.path.join(out, "view%d.f32" % number), "wb") as file:
            file.write(b"".join(view))


main()
