"""Truth about coinjoins: each coin of each round, whose it is, and what it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from clew.kernels.economy_state import ADDRESS, SPENT, VALUE
from clew.simulate.economy.truth.chain_dictionary import KINDS_OF_PARTS, PROTOCOLS, SIDES
from clew.simulate.economy.truth.order import Laid
from clew.simulate.economy.truth.sources import Source, Texts, Words

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course


def coinjoins(course: Course, laid: Laid, txids: Any, texts: Texts) -> dict[str, Source]:
    """Columns of the table of coinjoins, in chain order."""
    rows = [
        (
            each.tx,
            PROTOCOLS.index(each.protocol),
            side,
            part.coin,
            part.actor,
            KINDS_OF_PARTS.index(part.kind),
        )
        for each in course.rounds
        for side, parts in enumerate((each.inputs, each.outputs))
        for part in parts
    ]
    tx, protocol, side, coin, actor, kind = np.array(rows, np.int64).reshape(-1, 6).T
    spent = laid.coin[coin, SPENT]
    vin = laid.record.vins[np.maximum(spent, 0)] if len(laid.record.vins) else spent
    index = np.where(side == 0, vin, laid.record.vouts[coin])
    number = laid.tx_number[tx]
    order = np.lexsort((index, side, number))
    address = laid.coin[coin, ADDRESS]
    return {
        "tx": number[order],
        "txid": Texts(txids, tx[order]),
        "height": laid.height[tx][order],
        "protocol": Words(protocol[order], PROTOCOLS),
        "side": Words(side[order], SIDES),
        "index": index[order],
        "part": Words(kind[order], KINDS_OF_PARTS),
        "value": laid.coin[coin, VALUE][order],
        "address": Texts(texts.values, address[order]),
        "address_id": address[order],
        "actor": actor[order],
    }
