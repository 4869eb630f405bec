"""Small states, an extradition act and a treaty, and a matter with a request, as YAML written in a test."""

from __future__ import annotations

from pathlib import Path

from clew.proceedings.load import Law, load_matter
from clew.proceedings.matter import Matter

ASKED = """\
name: asked
jurisdiction: KR
title: The state that is asked
about: Law made up for tests.
as_of: 2024-12-31
sources:
  act: {kind: statute, title: "The act of the state that is asked"}
courts:
  - {name: asked.court, title: High court, level: first, source: act, mark: read}
  - {name: asked.trial, title: Trial court, level: first, source: act, mark: read}
  - {name: asked.minister, title: Minister, level: authority, source: act, mark: memory}
rules:
  - {name: asked.6, act: Act, article: "Art. 6", says: At least one year., source: act, mark: read}
  - {name: asked.10, act: Act, article: "Art. 10", says: Only what was granted., source: act, mark: memory}
  - {name: treaty.2, act: Treaty, article: "Art. 2", says: More than one year., source: act, mark: read}
provisions:
  - name: asked.low
    act: Penal act
    article: Art. 1
    title: A light offence
    conduct: [laundering]
    versions:
      - {in_force_from: 2000-01-01, maximum: 1 year, source: act, mark: read}
  - name: asked.heavy
    act: Penal act
    article: Art. 2
    title: A heavy offence
    conduct: [laundering]
    versions:
      - {in_force_from: 2000-01-01, maximum: 5 years, source: act, mark: memory}
  - name: asked.raised
    act: Penal act
    article: Art. 3
    title: An offence made heavier
    conduct: [laundering]
    versions:
      - {in_force_from: 2000-01-01, in_force_to: 2015-12-31, maximum: 6 months, source: act, mark: read}
      - {in_force_from: 2016-01-01, maximum: 5 years, source: act, mark: read}
regimes:
  - name: asked.act
    title: Act
    requested: [KR]
    in_force_from: 1990-01-01
    dual_criminality: {maximum: 1 year, strictly_more: false, rule: asked.6}
    specialty: asked.10
    grounds:
      - {name: g.dual, rule: "Art. 6", title: Threshold, kind: mandatory, decides: [asked.court],
         test: dual criminality, source: act, mark: read}
      - {name: g.time, rule: "Art. 7(1)", title: Lapse of time, kind: mandatory, decides: [asked.court],
         test: limitation, source: act, mark: memory}
      - {name: g.twice, rule: "Art. 7(2)", title: Judged before, kind: mandatory,
         decides: [asked.court], test: double jeopardy, source: act, mark: read}
      - {name: g.third, rule: "Art. 9(4)", title: Judged elsewhere, kind: discretionary,
         decides: [asked.court], test: double jeopardy, judged_in: third state, source: act, mark: read}
      - {name: g.own, rule: "Art. 9(1)", title: A national, kind: discretionary,
         decides: [asked.court, asked.minister], test: nationality, source: act, mark: read}
      - {name: g.there, rule: "Art. 9(2)", title: Done here, kind: discretionary, decides: [asked.court],
         test: territory, source: act, mark: read}
  - name: treaty
    title: Treaty
    requested: [KR]
    requesting: [US]
    in_force_from: 1999-12-20
    prevails_over: [asked.act]
    dual_criminality: {maximum: 1 year, strictly_more: true, rule: treaty.2}
    grounds:
      - {name: t.dual, rule: "Art. 2", title: Threshold, kind: mandatory, decides: [asked.court],
         test: dual criminality, source: act, mark: read}
      - {name: t.time, rule: "Art. 6", title: Lapse of time, kind: discretionary, decides: [asked.court],
         test: limitation, source: act, mark: read}
"""
ASKING = """\
name: asking
jurisdiction: US
title: The state that asks
about: Law made up for tests.
as_of: 2024-12-31
sources:
  act: {kind: statute, title: "The act of the state that asks"}
courts:
  - {name: asking.court, title: Federal court, level: first, source: act, mark: read}
provisions:
  - name: asking.heavy
    act: Code
    article: s. 1
    title: A heavy offence
    conduct: [laundering]
    versions:
      - {in_force_from: 2000-01-01, maximum: 20 years, source: act, mark: read}
  - name: asking.light
    act: Code
    article: s. 2
    title: A petty offence
    conduct: [laundering]
    versions:
      - {in_force_from: 2000-01-01, maximum: 6 months, source: act, mark: read}
"""
THIRD = """\
name: third
jurisdiction: GB
title: A third state
about: Law made up for tests.
as_of: 2024-12-31
sources:
  act: {kind: statute, title: "The act of a third state"}
courts:
  - {name: third.court, title: Crown court, level: first, source: act, mark: read}
"""
MATTER = """\
name: small
title: A matter made up for tests
about: Counts of one state, put in part to a court of another.
as_of: 2024-01-01
books: [asked.yaml, asking.yaml, third.yaml]
sources:
  paper: {kind: press, title: "What was printed"}
persons:
  - {name: person-1, role: operator, case_number: 18-cr-1, jurisdiction: US}
episodes:
  - {name: acts, person: person-1, begins: 2015-06, ends: 2018-03-04, places: [KR], conduct: [laundering],
     facts: [Paid], source: paper, mark: read}
proceedings:
  - {name: charged, person: person-1, kind: criminal, court: asking.court, instance: first, finality: open,
     source: paper, mark: read}
  - {name: asked, person: person-1, kind: extradition, court: asked.court, instance: first, finality: final,
     source: paper, mark: read}
  - {name: home, person: person-1, kind: criminal, court: asked.trial, instance: first, finality: final,
     source: paper, mark: read}
  - {name: away, person: person-1, kind: criminal, court: third.court, instance: first, finality: final,
     source: paper, mark: read}
charges:
  - {name: one, person: person-1, proceeding: charged, number: 1, kind: selling, source: paper, mark: memory}
  - {name: two, person: person-1, proceeding: charged, number: 2, provision: asking.heavy, kind: laundering,
     episodes: [acts], source: paper, mark: read}
  - {name: three, person: person-1, proceeding: charged, number: 3, provision: asking.heavy, kind: laundering,
     episodes: [acts], source: paper, mark: read}
requests:
  - {name: ask, person: person-1, requesting: US, requested: KR, regimes: [asked.act, treaty],
     made: 2019-01-01, proceeding: asked, charges: [one, two, three], put_to_court: [two, three],
     confined_by: Ministry, confined_why: Because of what was judged., source: paper, mark: read}
outcomes:
  - {name: judged, proceeding: home, conduct: [distribution], date: 2019-05-02, result: convicted,
     source: paper, mark: read}
  - {name: dropped, proceeding: home, conduct: [laundering], date: 2019-05-02, result: not charged,
     source: paper, mark: read}
  - {name: elsewhere, proceeding: away, conduct: [laundering], date: 2019-06-02, result: acquitted,
     source: paper, mark: read}
"""


def matter(
    folder: Path, more: str = "", *, outcomes: str = "", change: tuple[str, str] | None = None
) -> tuple[Law, Matter]:
    """The matter with more lists, and more outcomes, read as any file is."""
    for name, text in (("asked", ASKED), ("asking", ASKING), ("third", THIRD)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    text = MATTER + outcomes + more
    if change is not None:
        assert change[0] in text
        text = text.replace(*change)
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    found, law = load_matter(str(path))
    return law, found


def finding(
    ground: str, found: str, *, by: str = "asked.court", when: str = "2020-07-06", counts: str = "two"
) -> str:
    """One entry of ``findings``."""
    return (
        f"  - {{request: ask, ground: {ground}, charges: [{counts}], finding: {found}, by: {by}, "
        f"when: {when}, source: paper, mark: read}}\n"
    )


def mapping(count: str, outcome: str, mark: str = "read") -> str:
    """One entry of ``mappings``."""
    return (
        f"  - {{request: ask, charge: {count}, outcome: {outcome}, by: Ministry, when: 2020-04-01, "
        f"why: It is about it., source: paper, mark: {mark}}}\n"
    )


def counterpart(count: str, provision: str) -> str:
    """One entry of ``counterparts``."""
    return (
        f"  - {{charge: {count}, provision: {provision}, by: counsel in 18-cr-1, why: As examined there., "
        "source: paper, mark: inferred}\n"
    )
