"""A small matter, written in a test: counts of one state, put in part to a court of another."""

from pathlib import Path

from clew.proceedings.load import Law, load_matter
from clew.proceedings.matter import Matter
from proceedings.lawbook import book, provision

COURTS = """
    courts:
      - {name: NAME.court, title: A court, level: first, source: act, mark: read}
    """
SEVERAL = """
    several:
      method: heaviest times factor
      factor: 1.5
      cap: 30 years
      cap_aggravated: 50 years
      rules: [yy.rule]
      apart: yy.apart
    """
REGIME = """
    regimes:
      - name: yy.extradition
        title: The act
        requested: [KR]
        in_force_from: 2000-01-01
        dual_criminality: {maximum: 1 year, strictly_more: false, rule: yy.rule}
        grounds:
          - {name: ground.yy.1, rule: Art. 1, title: A bar, kind: mandatory, decides: [yy.court],
             test: person, source: act, mark: read}
    """
MATTER = """\
name: small
title: A matter made up for tests
about: Counts of one state put to a court of another.
as_of: 2024-01-01
books: [xx.yaml, yy.yaml]
sources:
  act: {kind: press, title: "What was printed"}
persons:
  - {name: person-1, role: operator, case_number: 18-cr-1, jurisdiction: US}
episodes:
  - {name: acts, person: person-1, begins: 2015-06, ends: 2018-03-04, conduct: [laundering], facts: [Paid],
     source: act, mark: memory}
proceedings:
  - {name: charged, person: person-1, kind: criminal, court: xx.court, instance: first, finality: open,
     source: act, mark: read}
  - {name: asked, person: person-1, kind: extradition, court: yy.court, instance: first, finality: final,
     source: act, mark: read}
charges:
"""
COUNT = """\
  - {{name: count-{number}, person: person-1, proceeding: charged, number: {number}, kind: laundering,
     source: act, mark: read{more}}}
"""
DATED = ", provision: xx.1, episodes: [acts]"
REQUEST = """\
requests:
  - {{name: ask, person: person-1, requesting: US, requested: KR, regimes: [yy.extradition], made: 2019-01-01,
     proceeding: asked, charges: [{all}], put_to_court: [{put}], confined_by: the ministry,
     source: act, mark: read}}
"""
COUNTERPART = """\
  - {{charge: {charge}, provision: {provision}, by: counsel, why: By conduct, source: act, mark: inferred}}
"""


def matter(
    folder: Path,
    counts: list[str],
    put: list[str],
    counterparts: dict[str, list[str]],
    *,
    theirs: str = "- {in_force_from: 2000-01-01, maximum: 20 years}",
    ours: str = '- {in_force_from: 2000-01-01, maximum: 5 years, fine: "30,000,000 KRW", fine_relation: or}',
    law_of_theirs: str = "",
    more: str = "",
) -> tuple[Matter, Law]:
    """A matter of as many counts as there are texts, with the law of both states beside it."""
    book(folder, theirs, COURTS.replace("NAME", "xx") + law_of_theirs, jurisdiction="US")
    book(
        folder, ours, COURTS.replace("NAME", "yy") + SEVERAL + REGIME, name="yy",
        others=provision("yy.2", "- {in_force_from: 2000-01-01, maximum: 7 years}"),
    )  # fmt: skip
    names = [f"count-{number}" for number in range(1, len(counts) + 1)]
    text = MATTER + "".join(COUNT.format(number=n, more=each) for n, each in enumerate(counts, 1))
    if put:
        text += REQUEST.format(all=", ".join(names), put=", ".join(put))
    if counterparts:
        text += "counterparts:\n" + "".join(
            COUNTERPART.format(charge=charge, provision=each)
            for charge, named in counterparts.items()
            for each in named
        )
    path = folder / "small.yaml"
    path.write_text(text + more, encoding="utf-8")
    return load_matter(str(path))
