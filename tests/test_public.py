"""The names that Clew gives to other programs."""

from __future__ import annotations

from types import ModuleType

import clew


def test_public_names_are_sorted_and_single() -> None:
    assert list(clew.__all__) == sorted(set(clew.__all__))


def test_every_public_name_is_there() -> None:
    assert [name for name in clew.__all__ if not hasattr(clew, name)] == []


def test_no_other_name_looks_public() -> None:
    seen = {name for name, value in vars(clew).items() if not isinstance(value, ModuleType)}
    public = {name for name in seen if not name.startswith("_")} - {"annotations"}
    assert public <= set(clew.__all__)


def test_a_ledger_can_be_opened() -> None:
    assert "open" in clew.__all__
    assert callable(clew.open)
