#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# make_toy.sh INCLUDE OUT [-DTOY_...]: builds the three tiers of toy.c as ddnnc
# would lay them out, and four samples: x.npy and labels.u8.
set -e
here=$(dirname "$0")
include=$1
out=$2
shift 2
number=0
rm -rf "$out"
for tier in device edge cloud; do
  mkdir -p "$out/$tier"
  ${CC:-cc} -std=c11 -O1 -Wall -Wextra -shared -fPIC -I"$include" \
    -DTOY_TIER=$number "$@" "$here/toy.c" -o "$out/$tier/libtoy_$tier.so"
  number=$((number + 1))
done
salt=0
for flag; do
  case $flag in -DTOY_SALT=*) salt=${flag#-DTOY_SALT=} ;; esac
done
cat > "$out/manifest.json" <<END
{"format": 1, "name": "toy", "hash": "0123456789abcde$salt",
 "labels": ["ant", "bee", "cat"],
 "tiers": [{"name": "device", "directory": "device", "library": "device/libtoy_device.so"},
           {"name": "edge", "directory": "edge", "library": "edge/libtoy_edge.so"},
           {"name": "cloud", "directory": "cloud", "library": "cloud/libtoy_cloud.so"}],
 "exits": [{"name": "local", "tier": "device"}, {"name": "edge", "tier": "edge"}, {"name": "cloud", "tier": "cloud"}]}
END
# Rows: 4 0 0 0 leaves at local (ant); 0 0 1 0 goes to the edge (bee);
# 0.25 0 0 0.5 reaches the cloud (bee); 0 0 0 0 has entropy 1 everywhere.
printf '%b' '\0\0\0200\0100\0\0\0\0\0\0\0\0\0\0\0\0' \
  '\0\0\0\0\0\0\0\0\0\0\0200\0077\0\0\0\0' \
  '\0\0\0200\0076\0\0\0\0\0\0\0\0\0\0\0\0077' \
  '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' > "$out/x.f32"
printf '\0\1\1\2' > "$out/labels.u8"
