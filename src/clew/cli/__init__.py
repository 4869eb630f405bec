"""Parses and prints, nothing else.

Start-up is kept short: this package imports click alone, and every command imports what it
needs when it runs.
"""

from __future__ import annotations

from clew.cli.program import main, program

__all__ = ["main", "program"]
