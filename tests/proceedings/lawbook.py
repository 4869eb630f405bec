"""Small books of law, written in a test and read as any file of law is."""

from pathlib import Path
from textwrap import dedent, indent

from clew.proceedings.load import Law, load_law

HEAD = """\
name: {name}
jurisdiction: {jurisdiction}
title: A state
about: Law made up for tests.
as_of: {as_of}
sources:
  act: {{kind: statute, title: "The act as printed"}}
rules:
  - {{name: {name}.rule, act: The act, article: "Art. 9", says: What the rule says., source: act, mark: read}}
  - {{name: {name}.apart, act: The act, article: "Art. 10", says: Judged apart., source: act, mark: memory}}
"""


def book(
    folder: Path,
    versions: str,
    more: str = "",
    *,
    name: str = "xx",
    jurisdiction: str = "KR",
    as_of: str = "2024-12-31",
    others: str = "",
) -> Path:
    """A book with one provision, ``NAME.1``, of the versions given, and whatever else is given."""
    text = HEAD.format(name=name, jurisdiction=jurisdiction, as_of=as_of)
    text += "provisions:\n" + provision(f"{name}.1", versions) + others + dedent(more)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def provision(name: str, versions: str) -> str:
    """A provision with the versions given, one a line, as YAML."""
    head = (
        f'  - name: {name}\n    act: The act\n    article: "{name}"\n    title: An offence\n'
        "    conduct: [laundering]\n    versions:\n"
    )
    lines = "\n".join(
        line if ", source: " in line else line.replace("}", ", source: act, mark: read}")
        for line in dedent(versions).strip().splitlines()
    )
    return head + indent(lines, "      ") + "\n"


def law(folder: Path, versions: str, more: str = "", **about: str) -> Law:
    """The law of one such book."""
    return load_law([str(book(folder, versions, more, **about))])
