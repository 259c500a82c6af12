#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-digits.py DEVICE-TABLE: is what `ddnnd --tier=device` printed for the digits what expected.json says?

Every image must have been answered, as often by each exit as expected, with the expected accuracy, and none by a
fallback.
"""

import json
import re
import sys
from pathlib import Path

expected = json.loads((Path(__file__).parents[1] / "models/digits/expected.json").read_text())
text = Path(sys.argv[1]).read_text()
wanted = [f"{expected['samples']} sent: {expected['samples']} answered, 0 fallback, 0 error, 0 duplicates"]
wanted += [f"{name} {100 * rate:.2f} %" for name, rate in expected["exit_rate"].items()]
wanted += [f"accuracy: {100 * expected['overall_accuracy']:.2f} %"]
missing = [line for line in wanted if line not in text]
for line in missing:
    print(f"not found: {line}")
if missing:
    print(*re.findall(r"^(?:\d+ sent|exits|accuracy).*", text, re.M), sep="\n")
sys.exit(1 if missing else 0)
