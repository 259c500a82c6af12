#!/bin/sh
# Interesting (status 1) while the file has an exit.
grep -q 'ddnn.exit' "$1" && exit 1
exit 0
