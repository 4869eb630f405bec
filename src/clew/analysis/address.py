"""One address."""

from __future__ import annotations

from typing import Any

from clew.analysis.answer import Answer, list_status
from clew.analysis.caveats import ADDRESS_ALONE, BLOCK_TIME, LOWER_BOUND
from clew.analysis.rows import Rows, answer, page
from clew.ledger.ledger import Ledger
from clew.schema import SCRIPT_TYPES


def address(ledger: Ledger, number: int, *, limit: int = 0, offset: int = 0) -> Answer:
    """What address ``number`` (an id) received and sent, and its outputs in chain order.

    ``received`` and ``sent`` are gross sums over its outputs; ``balance`` is what is unspent at the
    tip: received - sent - overwritten - unspendable. ``script_type`` is the address's own type: a
    pay-to-pubkey output counts for the address of its key's hash.
    """
    rows = Rows(ledger)
    outputs = ledger.outputs_of(number)
    sums = ledger.address_sums(number, outputs)
    shown = page(len(outputs), limit, offset)
    made_in = ledger.transactions_of_outputs(outputs[shown])
    first, last = (ledger.transaction_of_output(int(outputs[at])) for at in (0, -1))
    last = max(last, sums.last)
    text = rows.address(number)
    owner = ledger.entity_of(number)
    # What is said of the address itself comes before what is said of others of its entity.
    tags = sorted(rows.tags.of_entity(owner), key=lambda each: each.address != number)
    result: dict[str, Any] = {
        "address": text,
        "script_type": SCRIPT_TYPES[ledger.column("addresses.type")[number]],
        **{key: rows.card(owner)[key] for key in ("entity", "size")},
        **rows.tags.said(tags[page(len(tags), limit, 0)], tags, number),
        "received": sums.received,
        "sent": sums.sent,
        "balance": sums.balance,
        "overwritten": sums.overwritten,
        "unspendable": sums.unspendable,
        "first": rows.moment(first),
        "last": rows.moment(last),
        "count": len(outputs),
        "outputs": [
            _output(rows, output, transaction)
            for output, transaction in zip(outputs[shown].tolist(), made_in.tolist(), strict=True)
        ],
    }
    result |= list_status(len(result["outputs"]), len(outputs))
    parameters = {"address": text, "limit": limit, "offset": offset}
    return answer(
        ledger, "address", parameters, result, (ADDRESS_ALONE, LOWER_BOUND, *rows.tags.caveats, BLOCK_TIME)
    )


def _output(rows: Rows, output: int, transaction: int) -> dict[str, Any]:
    place = rows.place(transaction)
    return {
        "txid": place["txid"],
        "vout": rows.index(output, transaction),
        "value": int(rows.ledger.column("outputs.value")[output]),
        "script_type": rows.script_type(output),
        "height": place["height"],
        "time": place["time"],
        "median_time": place["median_time"],
        **rows.spend(output),
    }


__all__ = ["address"]
