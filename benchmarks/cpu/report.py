# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tables of `scripts/bench`, in text and in RESULTS.md, and how new results join old ones."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results.json"
TABLE = ROOT / "benchmarks" / "RESULTS.md"


def milliseconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def columns(entry, name):
    peer = entry["peers"].get(name, {})
    if "ms" not in peer:
        return ["-", "-"]
    return [milliseconds(peer["ms"]), f"{peer['ratio']:.2f}"]


def shown_name(entry):
    threads = entry.get("threads", 1)
    return entry["name"] if threads == 1 else f"{entry['name']}, {threads} threads"


def unique(names):
    return ", ".join(dict.fromkeys(names))


def markdown(rows):
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def aligned_text(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        lines.append("  ".join([row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]))
    return "\n".join(lines)


TITLES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "iree": "IREE", "onnx2c": "onnx2c", "tvm": "TVM"}


def tables(results):
    """Rows of the networks and of the layers; a peer has columns where it was measured at all."""
    every = results["networks"] + results["layers"]
    shown = [name for name in TITLES if any("ms" in entry["peers"].get(name, {}) for entry in every)]
    heads = [head for name in shown for head in (f"{TITLES[name]}, ms", "ratio")]
    errors = ["error", "direct", "ONNX Runtime's"]
    networks = [["network", "ours, ms", "of peak", *errors, *heads, "arena / bound, KiB", "compile, s"]]
    for entry in results["networks"]:
        if "not_measured" in entry:
            continue
        arena = f"{entry['arena_bytes'] / 1024:.0f} / {entry['arena_lower_bound'] / 1024:.0f}"
        found = entry.get("errors", {}).get("float64", {})
        errors = [found.get(who) for who in ("ours", "ours_exact", "onnxruntime")]
        networks.append(
            [
                shown_name(entry),
                milliseconds(entry["ours_ms"]),
                f"{100 * entry['fraction_of_peak']:.0f} %",
                *("-" if error is None else f"{error:.1e}" for error in errors),
                *(cell for name in shown for cell in columns(entry, name)),
                arena,
                f"{entry['compile_s']:.1f}",
            ]
        )
    layers = [["layer", "compiler", "ISA", "schedule", "ms", "GFLOP/s", "of peak", *heads]]
    for entry in results["layers"]:
        if "not_measured" in entry:
            continue
        layers.append(
            [
                shown_name(entry),
                entry["compiler"],
                entry["isa"],
                entry.get("schedule", "auto"),
                milliseconds(entry["ms"]),
                f"{entry['gflops']:.1f}" if entry["gflops"] else "-",
                f"{100 * entry['fraction_of_peak']:.0f} %" if entry["gflops"] else "-",
                *(cell for name in shown for cell in columns(entry, name)),
            ]
        )
    return networks, layers


def remarks(results):
    """What was not measured, each reason once, and what is older than the rest."""
    found = {}
    for entry in results["networks"] + results["layers"]:
        if "not_measured" in entry:
            found.setdefault(("ours", entry["not_measured"]), []).append(shown_name(entry))
        for name, peer in entry.get("peers", {}).items():
            if "not_measured" in peer:
                found.setdefault((TITLES.get(name, name), peer["not_measured"]), []).append(shown_name(entry))
        if "not_measured" in entry.get("errors", {}):
            reason = entry["errors"]["not_measured"]
            found.setdefault(("Errors against double precision", reason), []).append(shown_name(entry))
    count = len(results["networks"]) + len(results["layers"])
    lines = [
        f"{who} not measured{'' if len(names) == count else ' for ' + unique(names)}: {why}."
        for (who, why), names in found.items()
    ]
    older = {}
    for entry in results["networks"] + results["layers"]:
        if entry["date"] != results["date"]:
            older.setdefault(entry["date"], []).append(shown_name(entry))
    return lines + [f"Of {date}: {unique(names)}." for date, names in older.items()]


ABOUT = {
    "cpu": [
        "## CPU, {date}",
        "",
        "`scripts/bench cpu` ([how](../docs/benchmarks.md)): batch 1, float; one thread on one core where nothing else is",
        "said. A ratio is the peer's time over ours in the worst of the rounds: above 1 the generated C is faster. Times",
        "are medians. Errors are max|a-b| / max|b| against double precision: of ours, of ours without Winograd (direct),",
        "and of ONNX Runtime.",
    ],
    "binary": [
        "## Binary, {date}",
        "",
        "`scripts/bench binary` ([how](../docs/benchmarks.md#binary)): binarized blocks against the peers in float on the",
        "same graph, batch 1, one core. Ratios, times and errors are as above; what is of a peak is of both, each for the",
        "operations of its kind. A layer reads and writes bits, the peers floats of +-1.",
    ],
}


def section(benchmark, results):
    machine = results["machine"]
    versions = ", ".join(f"{TITLES[name]} {version}" for name, version in machine["peers"].items())
    networks, layers = tables(results)
    peak = f"{results['peak_gflops']:.0f} GFLOP/s"
    if benchmark == "binary":
        peak += f" in single precision, {results['peak_binary_gops']:.0f} Gop/s binary"
    text = [
        *(line.format(date=results["date"]) for line in ABOUT[benchmark]),
        f"{machine['cpu']}, {machine['cores']} cores, {machine['isa']}, peak {peak};",
        f"{machine['system']}, {machine['compiler']}; load {machine['load']}.",
        f"{versions}.",
    ]
    for rows in (networks, layers):
        if len(rows) > 1:
            text += ["", markdown(rows)]
    if remarks(results):
        text += ["", *remarks(results)]
    return "\n".join(text)


def write(results, benchmark, text):
    """Puts `results` into results.json, all of them, and `text` between the benchmark's markers in RESULTS.md, or at
    its end where there are none.
    """
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    begin, end = f"<!-- {benchmark}: scripts/bench writes from here -->", f"<!-- {benchmark}: to here -->"
    found = TABLE.read_text()
    if begin in found:
        head, rest = found.split(begin, 1)
        tail = rest.split(end, 1)[1]
    else:
        head, tail = found.rstrip() + "\n\n", "\n"
    TABLE.write_text("\n".join([head + begin, text, end + tail]))
    print(f"wrote {RESULTS.relative_to(ROOT)} and {TABLE.relative_to(ROOT)}", file=sys.stderr, flush=True)


def key(entry):
    """What tells entries apart. Files of before these keys had one thread and one schedule."""
    fields = {"name": None, "compiler": None, "isa": None, "threads": 1, "schedule": "auto"}
    return tuple(entry.get(field, default) for field, default in fields.items())


def merge(old, new, order):
    """`new` entries replace those of the same key; the others stay."""
    entries = {key(entry): entry for entry in old}
    entries |= {key(entry): entry for entry in new}
    return sorted(entries.values(), key=lambda entry: order.index(entry["name"]) if entry["name"] in order else 99)
