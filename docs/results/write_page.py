#!/usr/bin/env python3
"""Writes docs/results.md, the page of results, from the records in this folder.

    docs/results/write_page.py            # after a line was added to a record
    docs/results/write_page.py --check    # changes nothing; code 1 where the page is not what the records give

page.md.in has the page's headings and sentences, and a line {{NAME.csv}} where the table of a record goes. README.md says
what a record is. A record that cannot be read is one line that says where, and code 1.
"""
import csv
import difflib
import re
import sys

sys.dont_write_bytecode = True  # the folder is part of the source tree

from records import HERE, MACHINES, Fault, read  # noqa: E402
from tables import section  # noqa: E402

PAGE = HERE.parent / "results.md"
PROSE = "page.md.in"
# What the sentences of page.md.in must not hold: percentages, decimal numbers, numbers of five digits and more.
FIGURE = re.compile(r"[0-9]+(\.[0-9]+)? %|[0-9]+\.[0-9]{2,}|[0-9]{1,3}([ ,][0-9]{3})+|[0-9]{5,}")


def page():
    """The whole page as text."""
    machines = [next(iter(line.values())) for _, line in read(MACHINES).lines]
    text, used = [], []
    for number, line in enumerate((HERE / PROSE).read_text(encoding="utf-8").splitlines(), 1):
        placed = re.fullmatch(r"\{\{([^{}]+)\}\}", line)
        if placed:
            used.append(placed[1])
            text += section(placed[1], machines)
        elif FIGURE.search(line):
            raise Fault(f"{PROSE}, line {number}: the figure {FIGURE.search(line)[0]!r} belongs into a record")
        else:
            text.append(line)
    there = {file.name for file in HERE.glob("*.csv")}
    odd = [name for name in sorted(there.union(used)) if used.count(name) != 1]
    if odd:
        raise Fault(f"{PROSE}: expected a line {{{{NAME}}}} for each record, once; not so {', '.join(odd)}")
    return "\n".join(text) + "\n"


def main(words):
    if words not in ([], ["--check"]):
        raise SystemExit(__doc__)
    try:
        text = page()
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if not words:
            PAGE.write_text(text, encoding="utf-8")
        elif text != before:
            names = "docs/results.md", "what the records give"
            changes = difflib.unified_diff(before.splitlines(), text.splitlines(), *names, n=0, lineterm="")
            raise SystemExit("\n".join([*changes, f"{names[0]} is not {names[1]}: run docs/results/write_page.py"]))
    except (Fault, OSError, UnicodeDecodeError, csv.Error) as error:
        raise SystemExit(f"docs/results: {error}") from error


if __name__ == "__main__":
    main(sys.argv[1:])
