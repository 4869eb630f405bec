"""Clew follows money through the Bitcoin ledger, from a node's own block files.

``clew.open(path)`` opens a ledger and answers questions about it.
"""

from __future__ import annotations

import typing

from clew.errors import ClewError

if typing.TYPE_CHECKING:
    from pathlib import Path

    from clew.analysis.answer import Answer
    from clew.analysis.inquiry import Inquiry

__version__ = "0.1.0"

__all__ = ["Answer", "ClewError", "Inquiry", "__version__", "open"]

_HOMES = {"Answer": "clew.analysis.answer", "Inquiry": "clew.analysis.inquiry"}


def open(path: str | Path) -> Inquiry:
    """Open the ledger in folder ``path``, to ask it questions; close it, or use it in a ``with``.

    Raises NotALedgerError where the folder holds no finished ledger, LedgerVersionError where
    another version of Clew wrote it.
    """
    from clew.analysis.inquiry import Inquiry
    from clew.ledger.ledger import open_ledger

    return Inquiry(open_ledger(path))


def __getattr__(name: str) -> object:
    # NumPy is loaded when first needed, so that importing clew costs nothing.
    if name not in _HOMES:
        raise AttributeError(f"module 'clew' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(_HOMES[name]), name)
    return found
