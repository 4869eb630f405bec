"""Writes docs/worlds.md and docs/world.schema.json from the model of world files and the shipped worlds.

    python tools/make_worlds.py

What a section and a field mean is said once, in ``clew.simulate.worlds.model``; a test asserts that
both pages are up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from clew.simulate.worlds.checks import DOING, ROUTES, SCRIPTS
from clew.simulate.worlds.figures import Choice, Entry, Figure, Quantiles, Shares, Source, bounds, plain
from clew.simulate.worlds.figures import Path as PathOverTime
from clew.simulate.worlds.load import available, load
from clew.simulate.worlds.model import World, entries
from clew.simulate.worlds.schema import schema

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, SCHEMA, EXAMPLE = DOCS / "worlds.md", DOCS / "world.schema.json", DOCS / "small-world.yaml"

INTRODUCTION = """\
# Worlds

Made by `make docs`; do not edit it by hand.

A world says how people, wallets, exchanges, miners, a service, its operator and its payers behave. It is
data: one YAML file, which the simulator reads and nothing else. Each figure in it names its source, or says
that it is a guess. Rules and detectors may neither import worlds nor name their files, so that what is
judged and what judges have no author's mind in common; `tools/check_layers.py` sees to it.

```
clew simulate worlds                          the worlds that come with clew
clew simulate worlds 2015 --limit 0           all figures of one, with range and source
clew simulate worlds 2015 --yaml > mine.yaml  the whole file, to start from
clew simulate worlds --check mine.yaml        is it a world? if not: file, line, place, what to do
```

What a service sells is no part of any world.
"""

FORMS = """\
## Entries

Whatever is a number, a choice or a list of weights is an *entry*: a mapping whose `from` names one of the
file's `sources`.

| entry | written |
|---|---|
| figure | `{is: 0.3, between: [0.1, 0.5], from: guess}` |
| choice | `{is: bip69, from: bip69}` |
| shares | `{shares: {buy: 3, sell: 2}, between: {buy: [1, 6]}, from: guess}` |
| distribution | `{quantiles: {0: 5, 50: 40, 100: 900}, from: guess}` |
| path | `{points: {2015-06-01: 228, 2015-07-01: 262}, from: prices}` |

A *figure* is a number, with the range in which it may plausibly lie. A *choice* is one of some words, `true`
or `false`, or 1 or 2. *Shares* are names with weights in any unit; some may have a range. A *distribution*
gives the value below which each percentage lies, with straight lines between, from 0 to 100 in 2 to 16
points. A *path* gives values by day, with straight lines between, constant outside.

Shares of a whole (zones, wallets, customers, accounts) are weights too: they need not add up to 1.

A *source* is `{kind: code, title: "…", where: "…", note: "…"}`. Its kind is `code` (what a program does),
`protocol`, `study`, `statistics`, `case` (a case's published facts) or `guess`. `where` says where to read
it; `note` what to keep in mind, such as that it is from memory and still to be verified.

The YAML is plain: no anchors, tags or second documents, each key once, numbers and `true` and `false` as in
JSON, so that `NO` is a country.

## A world that differs from another

With `based_on`, a file says only what differs. The other is a shipped world, or a file beside this one whose
name ends in `.yaml`.

```
name: careful
era: "2015"
based_on: "2015"
about: The case, but nobody uses an address twice.

sources:
  wish: {kind: guess, title: "A wish"}

wallets:
  - name: web
    receive_reuse: {is: 0, from: wish}
    change_reuse: {is: 0, from: wish}
coinjoins: []
payers:
  routes: {shares: {exchange: 1, wallet: 1}, from: wish}
```

Sections merge key by key. Lists whose items have a name (zones, wallets, custodians; coinjoins by protocol)
merge item by item; new items come last. An entry is replaced whole, since a new number wants its own source;
so is any other list, and a list for which an empty one is given.

## Ranges, and the worst world

`between` says in which range a figure may plausibly lie. A search draws worlds from the ranges: uniformly,
or uniformly in the logarithm where a range spans more than a decade, so that small values are as likely as
large ones. Each drawn world is a file of its own that states what was drawn, and can be kept, read and run
again. Of many worlds the search keeps the one in which a conclusion is worst, and says which figures went
with the score. A wide range is honest; a figure without one stays as it is.

## What these worlds are not

- Sizes are a laptop's. The service has a far greater part in all traffic than it had, and so have coinjoins
  and transactions with several signers: there must be enough of them to be met.
- A wallet has one version and one habit for the whole span, and brings a new kind of address at most once
  (`later`). In 2015 to 2018 real wallets moved to version 2 as well; here they do not.
- Fees in dollars grow with `money.scale`, since fee rates are those of the real chain.
- Three figures in four are guesses: so little is known. How much a conclusion hangs on them is what the
  search is for.
"""

WORDS = (
    ("Kinds of scripts", SCRIPTS),
    ("What people do", DOING),
    ("Ways of paying the service", ROUTES),
)


def page() -> str:
    """docs/worlds.md, whole."""
    return "\n".join(_lines()) + "\n"


def schema_text() -> str:
    """docs/world.schema.json, whole."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield from _shipped()
    yield ""
    yield FORMS
    yield from ("## Sections", "")
    yield from _table(World)
    yield ""
    yield from (f"- {what}: {', '.join(f'`{word}`' for word in words)}." for what, words in WORDS)
    for name, field in World.model_fields.items():
        section = _section(field.annotation)
        if section is not None and section is not Source:
            yield from ("", f"### {name}", "", _sentence(section), "")
            yield from _table(section)
            yield from _inner(name, section)
    yield from ("", "## A whole small world", "", "[small-world.yaml](small-world.yaml):", "")
    yield from ("```", *EXAMPLE.read_text(encoding="utf-8").rstrip().splitlines(), "```")


def _shipped() -> Iterator[str]:
    yield from ("| world | span | figures | guesses | about |", "|---|---|---|---|---|")
    for name in available():
        world = load(name)
        kinds = [world.sources[entry.source].kind for _, entry in entries(world)]  # type: ignore[attr-defined]
        span = f"{world.time.start} to {world.time.end}"
        yield f"| `{name}` | {span} | {len(kinds)} | {kinds.count('guess')} | {world.about} |"


def _inner(name: str, section: type[Entry]) -> Iterator[str]:
    """Sections within a section."""
    for key, field in section.model_fields.items():
        inner = _section(field.annotation)
        if inner is not None:
            yield from ("", f"#### {name}.{key}", "", _sentence(inner), "")
            yield from _table(inner)


def _section(annotation: Any) -> type[Entry] | None:
    """The section that a field holds, may hold, or holds a list of; None for entries and plain values."""
    annotation = _given(annotation)
    kind = get_args(annotation)[-1] if get_origin(annotation) in {list, dict} else annotation
    if isinstance(kind, type) and issubclass(kind, Entry) and "source" not in kind.model_fields:
        return kind
    return None


def _given(annotation: Any) -> Any:
    """What a field holds that may be left out; of another, what it holds."""
    given = [each for each in get_args(annotation) if each is not type(None)]
    return given[0] if isinstance(annotation, UnionType) and len(given) == 1 else annotation


def _table(section: type[Entry]) -> Iterator[str]:
    yield from ("| key | what | meaning |", "|---|---|---|")
    limits = bounds(section)
    for name, field in section.model_fields.items():
        what = _what(_given(field.annotation))
        what += "" if field.is_required() or _section(field.annotation) is None else ", or none"
        if name in limits:
            what += f", {plain(limits[name][0])} to {plain(limits[name][1])}"
        meaning = " ".join((field.description or "").split()).replace("``", "`").replace("|", "\\|")
        if section is World and (inner := _section(field.annotation)) is not None:
            meaning = _sentence(inner)
        yield f"| `{name}` | {what} | {meaning} |"


def _what(annotation: Any) -> str:
    if get_origin(annotation) is list:
        return f"list of {_what(get_args(annotation)[0])}s"
    if get_origin(annotation) is dict:
        return "names with sources"
    args = get_args(annotation)
    if args and not isinstance(annotation, type):
        words = [each for each in args if isinstance(each, str)]
        return ", ".join(f"`{word}`" for word in words) if words else "text"
    if isinstance(annotation, type) and issubclass(annotation, Choice):
        return f"choice of {_choices(annotation)}"
    named = {Figure: "figure", Shares: "shares", Quantiles: "distribution", PathOverTime: "path"}
    plainly = {str: "text", bool: "`true` or `false`"}
    if annotation in named:
        return named[annotation]
    if annotation in plainly:
        return plainly[annotation]
    return "section" if _section(annotation) else "day"


def _choices(annotation: type[Entry]) -> str:
    value = annotation.model_fields["value"].annotation
    if value is bool:
        return "`true`, `false`"
    return ", ".join(f"`{word}`" for word in get_args(value))


def _sentence(section: type[Entry]) -> str:
    said = " ".join(cleandoc(section.__doc__ or "").split())
    return said.replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    SCHEMA.write_text(schema_text(), encoding="utf-8", newline="\n")
