"""A ledger that was closed, and is asked all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clew.analysis.inquiry import Inquiry
from clew.errors import UsageError
from naive.chain import Chain, address_of


def test_a_closed_ledger_says_that_it_is_closed(ask: Callable[[Chain], Inquiry]) -> None:
    chain = Chain()
    chain.mine([("ann", 50)])
    ann = address_of("ann")
    with ask(chain) as inquiry:
        assert inquiry.payments(ann).result["found"] == 1
        txid = inquiry.block(1).result["transactions"][0]
        with pytest.raises(KeyError, match="no such column"):
            inquiry.ledger.column("no such column")
    questions: list[Callable[[], object]] = [
        inquiry.digest, inquiry.entities, lambda: inquiry.block(1), lambda: inquiry.tx(txid),
        lambda: inquiry.address(ann), lambda: inquiry.entity(ann), lambda: inquiry.each_entity(ann),
        lambda: inquiry.payments(ann), lambda: inquiry.proceeds(ann), lambda: inquiry.outflows(ann),
    ]  # fmt: skip
    for question in questions:
        with pytest.raises(UsageError, match="the ledger is closed"):
            question()
    inquiry.close()
