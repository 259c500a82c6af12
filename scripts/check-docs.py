#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the documentation against the repository and the built tools.

Links to files and headings lead somewhere; files that are named in `code` exist; options that stand beside a tool's
name in a command are options that the tool's --help knows. Prints a line for each check and what breaks it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = ROOT / "build" / "bin"
status = 0


def report(name, problems):
    global status
    print(f"{'FAIL' if problems else 'PASS'}: {name}")
    for problem in problems:
        print(f"  {problem}")
        status = 1


def documents():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split() if (ROOT / name).is_file()]


def anchors(text):
    """The names that a Markdown viewer gives to headings."""
    headings = re.findall(r"^#+ +(.*?) *$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links():
    problems = []
    for document in documents():
        text = document.read_text()
        prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (document.parent / path).resolve() if path else document
            where = f"{document.relative_to(ROOT)}: {target}"
            if not file.exists():
                problems.append(f"{where}: no such file")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                problems.append(f"{where}: no such heading")
    report("links lead somewhere", problems)


def check_paths():
    """`runtime/core` in prose is a promise that it is there; build/ and out/ are made by the reader."""
    tops = {p.name for p in ROOT.iterdir() if p.is_dir()} - {"build", "out"}
    problems = []
    for document in documents():
        for token in re.findall(r"`([\w.@/-]+/[\w.@/-]*)`", document.read_text()):
            if token.split("/")[0] in tops and not (ROOT / token).exists() and not (document.parent / token).exists():
                problems.append(f"{document.relative_to(ROOT)}: {token}: no such file")
    report("files that the documentation names are there", problems)


def help_of(words, cache={}):
    key = tuple(words)
    if key not in cache:
        done = subprocess.run([BIN / words[0], *words[1:], "--help"], capture_output=True, text=True)
        cache[key] = done.stdout + done.stderr if done.returncode == 0 else None
    return cache[key]


def commands(text):
    """Commands of our tools in code blocks, continued lines joined, output lines left out."""
    for block in re.findall(r"^```(?:sh|console|bash)?\n(.*?)^```", text, re.M | re.S):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            line = re.sub(r"^\$ ", "", line.strip())
            words = re.split(r" [#|] ?", line)[0].removeprefix("build/bin/").split()
            if words and "/" not in words[0] and (BIN / words[0]).is_file():
                yield words


def check_options():
    problems = []
    for document in documents():
        for words in commands(document.read_text()):
            tool = [words[0]]
            if words[0] == "ddnn":
                for word in words[1:3]:
                    if re.fullmatch(r"[a-z]+", word) and help_of(tool + [word]) is not None:
                        tool.append(word)
                    else:
                        break
            known = help_of(tool)
            if known is None:
                problems.append(f"{document.relative_to(ROOT)}: {' '.join(tool)} --help fails")
                continue
            if words[0] == "ddnn-opt":
                continue  # its passes are listed by --help in another form
            for option in re.findall(r"(?<=\s)--?[a-z][\w-]*", " ".join(words)):
                if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", known):
                    problems.append(f"{document.relative_to(ROOT)}: {' '.join(tool)} has no option {option}")
    report("options of our tools in commands exist", problems)


def check_generated():
    folder = ROOT / "build" / "docs"
    names = ["Dialect.md", "Passes.md", "ConversionPasses.md"]
    problems = [f"build/docs/{name} was not generated" for name in names if not (folder / name).is_file()]
    report("dialect and pass documentation is generated", problems)


check_links()
check_paths()
if BIN.is_dir():
    check_options()
    check_generated()
else:
    print("SKIP: nothing is built: options and generated documentation")
sys.exit(status)
