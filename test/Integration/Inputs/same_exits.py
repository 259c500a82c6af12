# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""As many samples left at each exit in ddnn run as ddnn eval says; --fallback:
some of them because nobody could compute the exit that they wanted."""

import collections
import json
import sys


def main():
    rates = json.load(open(sys.argv[1]))["settings"][0]["exit_rate"]
    rows = json.load(open(sys.argv[2]))["samples"]
    count = collections.Counter(row["exit"] for row in rows)
    for name, rate in rates.items():
        if round(rate * len(rows)) != count[name]:
            sys.exit("exit %s: %d samples, ddnn eval says %g" % (name, count[name], rate))
    fallbacks = sum(row["fallback"] for row in rows)
    if (fallbacks > 0) != ("--fallback" in sys.argv):
        sys.exit("%d fallbacks" % fallbacks)


main()
