"""Ledgers to see at other heights and through other rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from build.nodes import built, node
from clew.analysis.inquiry import Inquiry
from clew.ledger.ledger import Ledger
from clew.simulate.scenarios import Story, tell


@pytest.fixture
def index(tmp_path: Path) -> Callable[..., Ledger]:
    """Builds the ledger of some blocks, or of the first of them."""
    made: list[Path] = []

    def build(blocks: list[bytes], **how: object) -> Ledger:
        room = tmp_path / f"{len(made)}"
        made.append(room)
        built(room / "ledger", node(room / "blocks", blocks), **how)
        return Ledger(room / "ledger")

    return build


@pytest.fixture
def told(index: Callable[..., Ledger]) -> Callable[[str], tuple[Story, Inquiry]]:
    """Tells a scenario; gives its story, and its ledger to ask."""

    def tale(name: str) -> tuple[Story, Inquiry]:
        story = tell(name)
        return story, Inquiry(index(story.chain.raw_blocks))

    return tale
