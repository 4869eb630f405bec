"""What the checker accepts: every right trace, of any chain, forward and backward, by every policy."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from check.chains import Made
from clew import check
from naive.trace import trace


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), xor=st.booleans(), quick=st.booleans())
def test_right_traces_are_accepted(seed: int, xor: bool, quick: bool) -> None:
    made = Made(seed)
    sources, question = made.question()
    told = trace(made.blocks, sources, question, "regtest")
    with TemporaryDirectory() as folder:
        blocks = check.Blocks(made.write(Path(folder), xor), "regtest")
        assert check.examine(told, blocks, quick=quick) == []
