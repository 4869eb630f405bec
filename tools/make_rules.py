"""Writes docs/rules.md: every rule that comes with Clew, with its documentation.

    python tools/make_rules.py

The page is made from the rules' docstrings, which ``clew rules NAME`` shows; a test asserts that it is up to
date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from clew.cli.rules import first_sentence
from clew.heuristics.registry import CHANGE, COINJOIN, CONTROL, LOOKALIKE, OTHER, Heuristic
from clew.heuristics.shelf import shipped

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"

INTRODUCTION = """\
# Rules

Made by `make docs` from the rules' own documentation; do not edit it by hand. `clew rules` lists them, and
`clew rules NAME` shows one.

A rule answers *yes*, *no* or *unknown* about a transaction, an output or an address. Rules combine with `&`,
`|` and `~`, and an unknown stays unknown unless the other side settles it. Every rule but
`same_key`, which indexing asks of all addresses, has two forms: one over whole ranges of transactions, and a
plain one for a single transaction, which are tested against each other.

A rule of your own is a Python file; `clew rules --rules FILE` lists what it registers, and
`clew tx TXID --rules FILE` asks it about a transaction:

```python
import numpy as np

from clew.heuristics.registry import heuristic


@heuristic("many_outputs", 1)
def many_outputs(transactions):
    \"\"\"Yes where a transaction has at least a hundred outputs.\"\"\"
    return np.where(np.diff(transactions.first_output) >= 100, 2, 0).astype(np.int8)
```

Answers are numbers: 0 no, 1 unknown, 2 yes, as int8, one for each transaction, or one for each output with
`about="output"`. The columns of a range are described in `clew.heuristics.transactions`.
"""

KINDS = {
    CONTROL: "Who is under one control",
    COINJOIN: "Transactions of several owners",
    LOOKALIKE: "What looks like several owners",
    CHANGE: "Change",
    OTHER: "Other",
}


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    known = shipped()
    yield from ("| rule | version | about | says |", "|---|---|---|---|")
    ordered = [rule for kind in KINDS for rule in sorted(known.values(), key=_name) if rule.kind == kind]
    for rule in ordered:
        says = _markdown(first_sentence(rule.doc)).replace("|", "\\|")
        yield f"| [`{rule.name}`](#{rule.name}) | {rule.version} | {rule.about} | {says} |"
    for kind, title in KINDS.items():
        mine = [rule for rule in ordered if rule.kind == kind]
        if mine:
            yield from ("", f"## {title}")
        for rule in mine:
            yield from ("", f"### {rule.name}", "", f"Version {rule.version}, about each {rule.about}.")
            yield from ("", _markdown(rule.doc))


def _name(rule: Heuristic) -> str:
    return rule.name


def _markdown(doc: str) -> str:
    """A docstring as Markdown: code in single ticks."""
    return re.sub(r"``([^`]+)``", r"`\1`", doc)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
