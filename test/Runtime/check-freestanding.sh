#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# check-freestanding.sh [RUNTIME_DIR]
# Compiles core, session, member and aggregator for a Cortex-M3 without an operating system
# and looks at what they reference: nothing but the memory functions that every
# freestanding compiler may call, and the compiler's own arithmetic helpers. In
# particular no malloc, no free, no printf. Prints code and data size.
# Exit status 77 where the cross compiler is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
runtime=${1:-$here/../../runtime}
cc=${ARM_CC:-arm-none-eabi-gcc}
prefix=${cc%gcc}
if ! command -v "$cc" >/dev/null 2>&1; then
  echo "SKIP: no $cc"
  exit 77
fi
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

compile() { # GROUP SOURCE...
  group=$1
  shift
  objects=
  for source in "$@"; do
    object=$build/$group-$(basename "$source" .c).o
    "$cc" -mcpu=cortex-m3 -mthumb -ffreestanding -std=c11 -Os \
      -ffunction-sections -Wall -Wextra -pedantic -Werror \
      -I"$runtime/include" -c "$source" -o "$object"
    objects="$objects $object"
  done
  # One relocatable object: what is still undefined comes from outside.
  # shellcheck disable=SC2086
  "${prefix}ld" -r -o "$build/$group.o" $objects
  echo "$group:"
  # shellcheck disable=SC2086
  "${prefix}size" -t $objects | tail -n 1 |
    awk '{ print "  text " $1 ", data " $2 ", bss " $3 " bytes" }'
  foreign=$("${prefix}nm" -u "$build/$group.o" | awk '{ print $2 }' |
    grep -v -E "$allowed" || true)
  if [ -n "$foreign" ]; then
    echo "error: $group references: $foreign"
    exit 1
  fi
  if "${prefix}nm" "$build/$group.o" |
    grep -E ' (malloc|calloc|realloc|free|printf|puts|exit|abort)$'; then
    echo "error: $group references the above"
    exit 1
  fi
  writable=$("${prefix}size" -A "$build/$group.o" |
    awk '$1 ~ /^\.(data|bss)/ { n += $2 } END { print n + 0 }')
  if [ "$writable" -ne 0 ]; then
    echo "error: $group has $writable bytes of writable globals"
    exit 1
  fi
}

allowed='^(__aeabi_.*|mem(cpy|set|move|cmp))$'
compile core "$runtime"/core/*.c
# What follows stands on the core, and the aggregator on peers.c.
allowed="$allowed|^ddnn_"
compile session "$runtime/session/peers.c" "$runtime/session/policy.c" \
  "$runtime/session/session.c"
compile member "$runtime/group/inbox.c" "$runtime/group/member.c"
compile aggregator "$runtime/group/inbox.c" "$runtime/group/arrivals.c" \
  "$runtime/group/samples.c" "$runtime/group/aggregator.c" \
  "$runtime/session/peers.c"
echo "ok"
