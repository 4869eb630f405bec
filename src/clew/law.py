"""What can be charged, where, and what came of it: the questions of ``clew law``, by the same names.

Law comes from books of law, YAML files in which every entry names its source; a matter is a file of public
facts. Without books given, those that come with clew count. Nothing here says that somebody is guilty, which
sentence is likely, that two offences are the same, or how a discretion will be exercised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.proceedings.days import Day
    from clew.proceedings.load import Law, Read
    from clew.proceedings.shown import Shown


def show(name: str | None = None, *, on: Day | str | None = None, law: Law | None = None) -> Shown:
    """The books of law, or what stands under a name, with versions and sources.

    ``on`` keeps only what was in force on a day. Raises UsageError for an unknown name, ValueError for a day
    that is none.
    """
    from clew.proceedings.days import day_of
    from clew.proceedings.load import load_law
    from clew.proceedings.shown import shown

    return shown(law or load_law(), name, on=None if on is None else day_of(on))


def check(file: str) -> Read:
    """All faults of a book of law or a matter, each with file and line. Raises UsageError for no file."""
    from clew.proceedings import load

    return load.check(file)
