"""A scenario: a function that tells a story, under a name, with its documentation."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb

from clew.errors import ClewError, UsageError
from clew.simulate.scenarios.story import Story


@dataclass(frozen=True)
class Scenario:
    """A scenario that can be told."""

    name: str
    title: str
    """What it shows, in a sentence or two."""
    answers: str
    """What the right answers are, and why."""
    topic: str
    """The file that it stands in."""
    play: Callable[[Story], None]
    file: Path | None = None
    """The user's own file; None for those that come with Clew."""

    def tell(self, *, signed: bool = False) -> Story:
        """The story, told from its beginning: the same each time. ``signed``: see ``Story``.

        Raises UsageError, with file and line, where the user's own function fails.
        """
        story = Story(self.name, signed=signed)
        try:
            self.play(story)
        except (Exception, SystemExit) as error:
            if self.file is None:
                raise
            raise UsageError(fault(error, self.file)) from error
        return story


def scenario(play: Callable[[Story], None]) -> Scenario:
    """Makes a scenario of a function that takes a Story and tells it.

    Its name is the function's, with dashes. The first paragraph of the docstring is what it shows;
    the others are what the right answers are, and why. Raises UsageError without a docstring.
    """
    title, _, answers = (inspect.getdoc(play) or "").partition("\n\n")
    if not title.strip():
        raise UsageError(f"the scenario {play.__name__} has no docstring: say in it what it shows")
    return Scenario(
        name=play.__name__.replace("_", "-"),
        title=" ".join(title.split()),
        answers=answers.strip(),
        topic=play.__module__.rpartition(".")[2],
        play=play,
    )


def fault(error: BaseException, file: Path) -> str:
    """One line that says what went wrong in a user's file, and in which line of it."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f"{file}, line {error.lineno or 1}: {error.msg}; correct the file"
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == str(file)]
    where = f"{file}, line {lines[-1]}" if lines else str(file)
    if isinstance(error, ClewError):
        return f"{where}: {error}"
    return f"{where}: {type(error).__name__}: {error}; correct the file"
