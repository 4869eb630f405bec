"""The JSON Schemas of books of law and of matters, for editors and other programs; made from the models."""

from __future__ import annotations

from typing import Any

from clew.proceedings.matter import Matter
from clew.proceedings.provisions import Book
from clew.written.entry import Entry

DRAFT = "https://json-schema.org/draft/2020-12/schema"
"""The draft of JSON Schema that both keep to."""


def book_schema() -> dict[str, Any]:
    """The schema of a book of law."""
    return _schema(Book, "Book of law, for clew law")


def matter_schema() -> dict[str, Any]:
    """The schema of a matter: a case as it is publicly known."""
    return _schema(Matter, "Matter, for clew law")


def _schema(model: type[Entry], title: str) -> dict[str, Any]:
    """What the model says of forms and keys. Order, names and references are for ``clew law check``."""
    made = model.model_json_schema(by_alias=True)
    kinds = made.pop("$defs")
    return {
        "$schema": DRAFT,
        **{key: value for key, value in made.items() if key not in {"title", "type"}},
        "title": title,
        "type": "object",
        "$defs": {name: kinds[name] for name in sorted(kinds)},
    }
