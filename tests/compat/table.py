#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The table of docs/compatibility.md, from the cells that the suites have recorded.

    table.py BUILD            TAP: the document says what was seen
    table.py --write BUILD    rewrites the document's table
    table.py --print BUILD    prints the table
    table.py --summary        prints a line a program, from the document

Suites compat, containerd, hook and vm record cells (cells.sh); a cell that is not there was not run
with these programs, and fails. Versions are told, not compared: Debian's suites move on. That a cell
says otherwise than the document is a failure in either direction.
"""
import os
import subprocess
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "../../docs/compatibility.md")
BEGIN, END = "<!-- table: tests/compat -->", "<!-- end -->"

# Heading, and the column as the scripts call it.
COLUMNS = ["start", "exec", "capabilities", "no_new_privs", "AppArmor", "error", "passes on", "configure",
           "hook", "hook exec", "hook error", "attest", "inspect", "compiled filter", "own filter"]
RUNTIME = ["start", "exec", "capabilities", "no_new_privs", "AppArmor", "error", "passes on", "hook",
           "hook exec", "hook error", "attest", "inspect"]
LIBRARY = ["start", "exec", "capabilities", "no_new_privs", "hook", "hook exec", "attest", "inspect"]
ENGINE = ["start", "exec", "capabilities", "no_new_privs", "error", "passes on", "configure"]
KERNEL = ["start", "exec", "capabilities", "no_new_privs", "hook", "hook exec", "attest", "inspect"]
# "PROGRAM SUITE", and the columns that it must have a cell in.
ROWS = {
    "runc bookworm": RUNTIME, "runc trixie": RUNTIME, "runc sid": RUNTIME,
    "crun bookworm": RUNTIME + ["compiled filter"], "crun trixie": RUNTIME + ["compiled filter"],
    "crun sid": RUNTIME + ["compiled filter"],
    "containerd bookworm": ENGINE, "containerd trixie": ENGINE, "containerd sid": ENGINE,
    "podman bookworm": ENGINE + ["hook", "hook exec", "hook error", "attest", "inspect"],
    "podman trixie": ENGINE + ["hook", "hook exec", "hook error", "attest", "inspect"],
    "libseccomp bookworm": LIBRARY + ["own filter"], "libseccomp trixie": LIBRARY + ["own filter"],
    "libseccomp sid": LIBRARY + ["own filter"],
    "kernel 6.1": KERNEL + ["AppArmor"], "kernel 6.12": KERNEL + ["AppArmor"], "kernel host": KERNEL,
}
NAMES = {"kernel": "Linux", "bookworm": "Debian 12", "trixie": "Debian 13", "sid": "unstable",
         "host": "the machine's", "6.1": "Debian 12", "6.12": "Debian 13"}
# Why a cell is "no": (column, what a row's name must begin with, the sentence). The first counts.
REASONS = [
    ("hook exec", "", "No hook sees an exec. runc and crun give its process the filter of config.json and what"
     " the engine asks for; the wrapper holds it too."),
    ("hook error", "podman", "Where podman runs crun; see there. With runc it is told."),
    ("hook error", "crun", "crun tells of a hook that failed its exit code, not what it said. The system's log has"
     " the sentence; the container does not start all the same."),
]


class Cells:
    def __init__(self, build):
        self.values, self.versions, self.stale = {}, {}, []
        directory = os.path.join(build, "tests/compat/cells")
        programs = subprocess.run([os.path.join(HERE, "programs.sh"), build], check=True,
                                  capture_output=True, text=True).stdout.strip()
        for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                lines = [line.rstrip("\n").split("\t") for line in file]
            if lines[:1] != [["programs", programs]]:
                self.stale.append(name)
                continue
            for kind, row, *rest in lines[1:]:
                if kind == "version":
                    self.versions[row] = rest[0]
                else:
                    key = (row, rest[0])
                    self.values[key] = "no" if "no" in (rest[1], self.values.get(key)) else "yes"


def reason_of(row, column):
    for of_column, of_row, sentence in REASONS:
        if column == of_column and row.startswith(of_row):
            return sentence
    return None


def render(cells):
    """The table's lines."""
    reasons, lines = [], []
    for row in ROWS:
        program, suite = row.split()
        line = [f"{NAMES.get(program, program)} {cells.versions.get(row, '?')} ({NAMES[suite]})"]
        for column in COLUMNS:
            value = cells.values.get((row, column))
            if value == "no":
                sentence = reason_of(row, column)
                if sentence not in reasons:
                    reasons.append(sentence)
                value = f"no ({reasons.index(sentence) + 1})"
            line.append(value or "")
        lines.append("| " + " | ".join(line) + " |")
    head = ["| version | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    tail = [""]
    for number, sentence in enumerate(reasons, 1):
        tail += textwrap.wrap(f"{number}. {sentence}", 100, subsequent_indent="   ")
    return head + lines + tail


def parts(text):
    """The document before, in and behind the table."""
    before, rest = text.split(BEGIN + "\n", 1)
    inside, after = rest.split(END, 1)
    return before, inside, after


def without_versions(inside):
    """Every line, with what stands in a row's first cell cut down to program and suite."""
    out = []
    for line in inside.strip().splitlines():
        cut = line.split("|")
        if len(cut) > 3 and "(" in cut[1]:
            cut[1] = cut[1].split()[0] + cut[1][cut[1].rindex("("):]
        out.append("|".join(cut))
    return out


def summary(inside):
    """A line a program: its versions, in how many columns all hold, and which do not."""
    programs = {}
    for line in [line for line in inside.splitlines() if line.startswith("| ")][1:]:
        name, *values = [cell.strip() for cell in line.strip("|").split("|")]
        program, version = name.split()[0], name.split()[1].strip(",")
        versions, holds, fails = programs.setdefault(program, ([], set(), set()))
        versions.append(version)
        holds.update(c for c, v in zip(COLUMNS, values) if v == "yes")
        fails.update(c for c, v in zip(COLUMNS, values) if v.startswith("no"))
    return ["| program | versions | holds wherever it was tried | does not everywhere |", "|---|---|---|---|"] + [
        f"| {program} | {', '.join(versions)} | {', '.join(c for c in COLUMNS if c in holds - fails)} "
        f"| {', '.join(c for c in COLUMNS if c in fails)} |"
        for program, (versions, holds, fails) in programs.items()]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, *why):
        self.count += 1
        self.failed += not good
        print("ok" if good else "not ok", self.count, "-", name)
        for line in why if not good else ():
            print("#  ", line)


def check(cells, inside):
    tap = Tap()
    tap.ok(not cells.stale, "all cells are of these programs", "run these again: " + " ".join(cells.stale))
    for row, columns in ROWS.items():
        lacking = [c for c in columns if (row, c) not in cells.values]
        tap.ok(not lacking, f"{row}: {cells.versions.get(row)}: everything was run",
               "not recorded by suites compat, containerd, vm: " + ", ".join(lacking))
    odd = [f"{row}: {column}" for (row, column), value in cells.values.items()
           if value == "no" and reason_of(row, column) is None]
    tap.ok(not odd, "what does not hold has a reason", *odd)
    unknown = sorted({row for row, _ in cells.values} - set(ROWS))
    tap.ok(not unknown, "there is a line for everything", *unknown)
    if not odd and not unknown:
        got, wanted = without_versions("\n".join(render(cells))), without_versions(inside)
        tap.ok(got == wanted, "docs/compatibility.md says what was seen (else: table.py --write)",
               *[f"seen:     {line}" for line in got if line not in wanted],
               *[f"document: {line}" for line in wanted if line not in got])
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


def main(words):
    action = words.pop(0) if words[0].startswith("--") else "--check"
    if action == "--summary":
        with open(DOCUMENT, encoding="utf-8") as file:
            print("\n".join(summary(parts(file.read())[1])))
        return 0
    cells = Cells(words[0])
    if action == "--print":
        print("\n".join(render(cells)))
        return 0
    with open(DOCUMENT, encoding="utf-8") as file:
        before, inside, after = parts(file.read())
    if action == "--check":
        return check(cells, inside)
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + "\n".join(render(cells)) + "\n" + END + after)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
