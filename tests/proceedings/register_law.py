"""A small book of law with two courts, and entries of a register that refer to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from clew.proceedings.load import Law, load_law

DAY = date(2021, 3, 1)

BOOK = """\
name: zz
jurisdiction: ZZ
title: Law of a state that is none
about: Two offences and two courts, for tests.
as_of: 2026-01-01
sources:
  read: {kind: statute, title: "Text of the act"}
courts:
  - {name: zz.first-court, title: First Court, level: first, source: read, mark: read}
  - {name: zz.high-court, title: High Court, level: appeal, source: read, mark: read}
provisions:
  - name: zz.act.1
    act: Act of that state
    article: art. 1
    title: Concealing proceeds
    conduct: [laundering]
    versions:
      - in_force_from: 2010-01-01
        in_force_to: 2019-12-31
        minimum: 1 year
        maximum: 5 years
        source: read
        mark: read
      - in_force_from: 2020-01-01
        minimum: 1 year
        maximum: 7 years
        source: read
        mark: memory
  - name: zz.act.2
    act: Act of that state
    article: art. 2
    title: Distribution
    conduct: [distribution]
    versions:
      - {in_force_from: 2010-01-01, source: read, mark: memory, unread: "Nobody has read it."}
rules:
  - {name: zz.rule.38, act: Act, article: art. 38, says: "Half more.", source: read, mark: read}
several: {method: heaviest times factor, factor: 1.5, rules: [zz.rule.38]}
"""


def law(folder: Path) -> Law:
    """The book above, read."""
    path = folder / "zz.yaml"
    path.write_text(BOOK, "utf-8")
    return load_law([str(path)])


def entry(**changes: Any) -> dict[str, Any]:
    """An entry, with other values where they are given; None takes a key away."""
    said: dict[str, Any] = {
        "jurisdiction": "ZZ",
        "court": "zz.first-court",
        "case_number": "2018-1234",
        "role": "operator",
        "stage": "first instance",
        "offences": ["zz.act.1"],
        "status": "open",
        "opened": "2018-03-05",
        "source": {"kind": "press", "title": "Daily report of the court", "read": "2020-07-06"},
    }
    return {key: each for key, each in {**said, **changes}.items() if each is not None}


def sentenced(term: str, **changes: Any) -> dict[str, Any]:
    """An entry with a final term of imprisonment."""
    return entry(
        **{"status": "final", "decided": "2018-09-10", "outcome": "convicted",
           "sentence": {"imprisonment": term}, **changes}
    )  # fmt: skip
