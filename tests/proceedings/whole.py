"""A matter with entries of nearly every kind, and the law of both states, to be spoilt by tests."""

from pathlib import Path

from proceedings.lawbook import book, provision
from proceedings.matters import COURTS, REGIME, SEVERAL

MATTER = """\
name: whole
title: A matter made up for tests
about: Counts of one state.
as_of: 2024-01-01
books: [xx.yaml, yy.yaml]
sources:
  press: {kind: press, title: "What was printed", read: 2023-05-01}
  own: {kind: notes, title: "What we wrote down"}
persons:
  - {name: person-1, role: operator, case_number: 18-cr-1, jurisdiction: US}
  - {name: person-2, role: payer, case_number: 18-cr-2, jurisdiction: US}
figures:
  accounts: {title: Accounts, unit: accounts}
claims:
  - {name: claim-1, figure: accounts, value: 5, date: 2018, scope: All of it, source: press, mark: read}
episodes:
  - {name: acts, person: person-1, begins: 2015-06, ends: 2018-03-04, conduct: [laundering], facts: [Paid],
     value: [100 XXX], source: press, mark: memory}
proceedings:
  - {name: charged, person: person-1, kind: criminal, court: xx.court, instance: first, finality: final,
     opened: 2018-08-01, decided: 2019-05-02, source: press, mark: read}
  - {name: appealed, person: person-1, kind: criminal, court: xx.upper, instance: appeal, after: charged,
     finality: open, opened: 2019-05-09, source: press, mark: read}
  - {name: asked, person: person-1, kind: extradition, court: yy.court, instance: first, finality: final,
     source: press, mark: read}
charges:
  - {name: count-1, person: person-1, proceeding: charged, number: 1, provision: xx.1, kind: laundering,
     episodes: [acts], source: press, mark: read}
  - {name: count-2, person: person-1, proceeding: charged, number: 2, kind: another kind,
     source: press, mark: read}
outcomes:
  - {name: judged, proceeding: charged, charges: [count-1], date: 2019-05-02, result: convicted,
     sentence: {imprisonment: 18 months, fine: 500 XXX}, source: press, mark: read, note: Seen}
confiscations:
  - {name: taken, proceeding: charged, kind: confiscation, date: 2019-05-02, what: Coins, value: [50 XXX],
     source: press, mark: read}
requests:
  - {name: ask, person: person-1, requesting: US, requested: KR, regimes: [yy.extradition], made: 2019-01-01,
     proceeding: asked, charges: [count-1, count-2], put_to_court: [count-1], confined_by: the ministry,
     source: press, mark: read}
findings:
  - {request: ask, ground: ground.yy.1, charges: [count-1], finding: left open,
     by: yy.court, when: 2020-07-06, source: press, mark: read}
counterparts:
  - {charge: count-1, provision: yy.1, by: counsel, why: By conduct, source: press, mark: inferred}
events:
  - {date: 2019-05-02, what: Judgment, what_ko: 판결, source: press, mark: read}
"""

_VERSION = "- {in_force_from: 2000-01-01, maximum: 5 years, fine: 1000 XXX, fine_relation: or}"
_UPPER = "  - {name: NAME.upper, title: A court above, level: appeal, source: act, mark: read}\n"


def books(folder: Path, versions: str = _VERSION) -> None:
    """Both books of law beside a matter."""
    for name, state, more in (("xx", "US", ""), ("yy", "KR", SEVERAL + REGIME)):
        courts = COURTS.rstrip() + "\n    " + _UPPER
        text = (courts.replace("NAME", name)) + more
        book(
            folder, versions if name == "xx" else _VERSION, text, name=name, jurisdiction=state,
            others=provision(f"{name}.2", _VERSION),
        )  # fmt: skip


def written(folder: Path, text: str = MATTER, versions: str = _VERSION) -> Path:
    """The matter as a file, with its books of law."""
    books(folder, versions)
    path = folder / "whole.yaml"
    path.write_text(text, encoding="utf-8")
    return path
