"""A register of many proceedings, and a page published from it."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

from clew.proceedings.load import Law
from clew.proceedings.matter import Matter
from clew.proceedings.registry.register import add, create
from clew.report.public.publish import Published, publish
from proceedings import register_law

DAY = date(2026, 11, 25)
TERMS: dict[str, Any] = {
    "day": DAY,
    "reviewer": "A. Reviewer, attorney",
    "reviewed": date(2026, 11, 20),
    "expires": date(2027, 5, 25),
    "correction": "corrections@example.org",
}

MATTER = Matter.model_validate(
    {
        "name": "matter",
        "title": "A matter of tests",
        "title_ko": "시험용 사건",
        "about": "Two sources that differ.",
        "as_of": "2026-11-01",
        "books": ["zz"],
        "sources": {
            "press": {"kind": "press", "title": "Daily report"},
            "case": {"kind": "judgment", "title": "State v. John Smith"},
        },
        "persons": [
            {"name": "person-1", "role": "operator", "case_number": "2018-1", "jurisdiction": "KR"}
        ],
        "figures": {
            "payments": {"title": "Payments", "title_ko": "지급 건수", "unit": "payments"},
            "members": {"title": "Members", "unit": "persons"},
        },
        "claims": [
            {"name": "c1", "figure": "payments", "value": 7300, "date": "2019-10", "scope": "at least",
             "source": "case", "mark": "read"},
            {"name": "c2", "figure": "payments", "value": 7293, "date": "2018", "scope": "all",
             "source": "press", "mark": "memory"},
            {"name": "c3", "figure": "members", "value": 4073, "date": "2018", "scope": "paying",
             "source": "press", "mark": "read"},
        ],
    }
)  # fmt: skip


def register(folder: Path, number: int = 120) -> tuple[Path, Law]:
    """A register of so many proceedings, the same each time, and the law that they are of."""
    law = register_law.law(folder)
    path = folder / "register.jsonl"
    create(path, secret="0123456789abcdef" * 4)
    enter(path, law, number)
    return path, law


def enter(path: Path, law: Law, number: int, first: int = 0, seed: int = 3) -> None:
    """Enter so many proceedings, numbered from ``first`` on."""
    drawn = random.Random(seed)
    entries = [_one(drawn, first + each) for each in range(number)]
    add(path, law, entries, by="registry clerk", when=date(2026, 11, 1))


def _one(drawn: random.Random, number: int) -> dict[str, Any]:
    said = register_law.entry(
        case_number=f"2018-{number + 100}",
        role=drawn.choice(["operator", "member", "member"]),
        opened=f"20{drawn.randint(17, 20)}-0{drawn.randint(1, 9)}-05",
        acts_from="2015-06-01",
        acts_to="2016-03-02",
    )
    status = drawn.choices(["open", "under appeal", "final"], (5, 2, 8))[0]
    if status == "open":
        days = ["2026-12-03", "2027-01-09", "2027-01-20", "2027-02", "2027", "2025-01-02", "2029-01-01"]
        return {**said, "status": status, "next_date": drawn.choice(days)}
    result = drawn.choices(["convicted", "acquitted", "sentence changed"], (8, 2, 1))[0]
    said |= {
        "status": status,
        "outcome": result,
        "decided": f"202{drawn.randint(1, 2)}-0{drawn.randint(1, 9)}",
    }
    if result == "convicted":
        said["sentence"] = {"imprisonment": f"{drawn.choice([6, 18, 18, 30, 40, 70])} months"}
        if drawn.random() < 0.3:
            said["sentence"]["suspended"] = "2 years"
    return said


def published(folder: Path, path: Path, law: Law, **changes: Any) -> Published:
    """A page, with other terms where they are given."""
    return publish(folder, path, law, **{**TERMS, "matters": [MATTER], **changes})
