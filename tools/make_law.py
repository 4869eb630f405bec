"""Writes docs/law.md, docs/law.schema.json and docs/matter.schema.json from the models and the shipped books.

    python tools/make_law.py

What a key means is said once, in ``clew.proceedings``; a test asserts that all three are up to date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from clew.proceedings.load import Law, load_law, shipped_matters
from clew.proceedings.matter import Matter
from clew.proceedings.provisions import Book
from clew.proceedings.schema import book_schema, matter_schema
from law_keys import sections
from law_tables import book_tables, from_memory, marks_of, not_entered

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "law.md"

INTRODUCTION = """\
# Law as data

Made by `make docs`; do not edit it by hand.

What Clew knows of law stands in books, one YAML file each, so that a lawyer can read and correct it. A
case as it is publicly known stands in a matter, a file of the same kind. Nothing is computed from
anything else.

```
clew law show                     the books of law that come with clew
clew law show kr --yaml > my.yaml a whole book, to start from
clew law check my.yaml            every fault: file, line, place, what to do
clew law example --yaml           a whole matter
```

No result says that somebody is guilty, what sentence is likely, that two offences are the same, or how a
discretion will be exercised. Nobody is named: a person is a role and a case number.

## How sure an entry is

Each entry names a source of its file and has a mark.

| mark | means | shown as |
|---|---|---|
| `read` | somebody read it in that source | nothing beside it |
| `memory` | from memory; look it up before you rely on it | unverified: from memory |
| `inferred` | concluded from other facts | unverified: inferred |

`unverified` lists keys of an entry that are from memory although the rest was read; they are shown as
unverified wherever the entry is. A source of kind `notes` is no text to read: an entry that rests on one
cannot be marked `read`. `unread` in place of a penalty says that a version was in force whose text nobody
entered; `absent` says that there was no such offence. Results that need such a version are undetermined.

## How to correct a book

1. Save it: `clew law show kr --yaml > kr.yaml`.
2. Correct the entry. If you read the text, set `mark: read`, clear `unverified`, and let the source say
   where you read it (`where`), when (`read`), and, if you have the text as a file, its SHA-256
   (`digest`).
3. Check it: `clew law check kr.yaml`. It names the line of every fault, and changes nothing.
4. In a matter, name your file in `books` in place of the shipped name.

Versions of one provision stand in the order of time, without overlap or gap. If the law was amended, give
the last version its last day (`in_force_to`) and add the new one. If you know only that it was amended,
add a version with `unread` and the reason.

The YAML is plain: no anchors, tags or second documents, each key once, numbers and `true` and `false` as
in JSON. Editors that know JSON Schema can use [law.schema.json](law.schema.json) and
[matter.schema.json](matter.schema.json); they say which keys there are and what form a value has. Order
in time, references and names of persons are checked by `clew law check` only.

## How values are written

| what | written | note |
|---|---|---|
| day | `2020-06-02` | one day |
| | `2020-06`, `2020` | a day in that month or year, which one is not known |
| | `before 2020-06-02`, `after 2020-06-02` | a day on that side |
| term | `5 years`, `18 months`, `60 days`, `life` | of the calendar |
| amount | `30,000,000 KRW` | with its currency; BTC, too; between braces in quotes, for the commas |
| name | `kr.proceeds.3` | small letters, digits, dots, hyphens; no name is in two books |
| state | `KR`, `US`, `GB` | ISO 3166-1 alpha-2 |

## What `clew law check` says

Each line is `file:line: place: what was expected, what was found, what to do`. There are three kinds.

- A *fault* cannot be: versions that overlap or leave a gap, days in the wrong order, an unknown court,
  key or name, a table of limitation that does not fall, an outcome before the act, an appeal before the
  first judgment, a text that seems to name a person. Nothing is computed from a file with a fault; exit
  code 2.
- A *conflict* can be, since the law as entered, or the public record, may be wrong: a sentence above the
  maximum, a count under a provision of which nothing is entered for the days of the acts, a finding by a
  court that, as entered, does not decide on that ground. It is shown, and a person looks at it.
- *Missing* is an amount that no rate states in a currency of the matter. It is said, never guessed.

A message does not repeat a text that seems to name somebody. No rule knows all names: what passes has to
be read by somebody, too.
"""


def page() -> str:
    """docs/law.md, whole."""
    return "\n".join(_lines()) + "\n"


def schema_text(schema: Callable[[], dict[str, Any]]) -> str:
    """A schema, whole."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


FILES: dict[Path, Callable[[], str]] = {
    PAGE: page,
    DOCS / "law.schema.json": lambda: schema_text(book_schema),
    DOCS / "matter.schema.json": lambda: schema_text(matter_schema),
}
"""Each file and what makes its text."""


def _lines() -> Iterator[str]:
    law = load_law()
    yield INTRODUCTION
    yield from _shipped(law)
    for book in law.books:
        yield from book_tables(book)
    yield from from_memory(law)
    yield from not_entered(law)
    yield from ("", "## Keys of a book of law", "")
    yield from sections(Book)
    yield from ("", "## Keys of a matter", "")
    yield from (
        "Matters that come with clew: " + ", ".join(f"`{name}`" for name in shipped_matters()) + ".",
        "",
    )
    yield from sections(Matter)


def _shipped(law: Law) -> Iterator[str]:
    yield from ("## Books that come with clew", "")
    yield "| book | title | up to | offences | rules | grounds | periods | read | partly | memory |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for book in law.books:
        read, partly, memory = marks_of(book)
        grounds = sum(len(regime.grounds) for regime in book.regimes)
        yield (
            f"| `{book.name}` | {book.title} | {book.as_of} | {len(book.provisions)} | {len(book.rules)} | "
            f"{grounds} | {len(book.deadlines)} | {read} | {partly} | {memory} |"
        )
    yield from ("", "*Read*, *partly* and *memory* count entries: read in their source; read, with keys from")
    yield from ("memory; wholly from memory or inferred.", "")


if __name__ == "__main__":
    for path, made in FILES.items():
        path.write_text(made(), encoding="utf-8", newline="\n")
