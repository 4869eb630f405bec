"""One transaction, and what the rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clew.analysis.answer import Answer
from clew.analysis.caveats import BLOCK_TIME, LOWER_BOUND
from clew.analysis.detectors import WORDS, detected, own, plainly
from clew.analysis.rows import Rows, answer
from clew.heuristics.registry import Heuristic
from clew.heuristics.rulesets import STRICT
from clew.ledger.ledger import Ledger
from clew.schema import FLAG_COINBASE, NO_OUTPUT, signing_names

_NO_INPUT = {"txid": None, "vout": None, "value": None, "address": None, "script_type": None, "entity": None}


def transaction(ledger: Ledger, txid: str | bytes, own_rules: Sequence[Heuristic] = ()) -> Answer:
    """The transaction of this id, with the outputs its inputs spend and who spent its outputs.

    ``fee`` and ``value_in`` of a coinbase are None. ``rules`` says what each rule answers, yes, no or
    unknown, and ``own_rules`` the same of rules of one's own. Raises UsageError, NotFoundError, and RuleError
    for those.
    """
    number = ledger.find_transaction(txid)
    rows = Rows(ledger)
    inputs = [_input(rows, row) for row in ledger.inputs_in(number)]
    outputs = [_output(rows, number, row) for row in ledger.outputs_in(number)]
    coinbase = is_coinbase(ledger, number)
    value_in = None if coinbase else sum(each["value"] for each in inputs)
    value_out = sum(each["value"] for each in outputs)
    column = {
        name: int(ledger.column(f"transactions.{name}")[number])
        for name in ("version", "lock_time", "size", "base_size")
    }
    place = rows.place(number)
    result = {
        **place,
        "block": ledger.block_hash(place["height"]),
        "confirmations": ledger.tip.height - place["height"] + 1,
        **column,
        "weight": 3 * column["base_size"] + column["size"],
        "coinbase": coinbase,
        "value_in": value_in,
        "value_out": value_out,
        "fee": None if value_in is None else value_in - value_out,
        "rules": rules(ledger, number),
        "own_rules": own(ledger, number, own_rules),
        "inputs": inputs,
        "outputs": outputs,
    }
    asked: dict[str, Any] = {"txid": result["txid"]}
    if own_rules:
        asked["rules"] = [rule.name for rule in own_rules]
    return answer(ledger, "tx", asked, result, (BLOCK_TIME, LOWER_BOUND))


def is_coinbase(ledger: Ledger, number: int) -> bool:
    """Whether a transaction is its block's coinbase."""
    return bool(ledger.column("transactions.flags")[number] & FLAG_COINBASE)


def rules(ledger: Ledger, number: int) -> dict[str, str]:
    """What each rule says of a transaction, and the set of them: ``strict`` yes joins its inputs."""
    seen = plainly(ledger, number, with_spenders=True)
    said = {rule.name: WORDS[rule.one(seen)] for rule in STRICT.leaves}
    return said | {"strict": WORDS[STRICT.one(seen)]} | detected(seen)


def _input(rows: Rows, row: int) -> dict[str, Any]:
    ledger = rows.ledger
    sequence = int(ledger.column("inputs.sequence")[row])
    spent = ledger.column("inputs.spent_output")[row]
    if spent == NO_OUTPUT:
        return {**_NO_INPUT, "sequence": sequence, "signing": []}
    made_in = ledger.transaction_of_output(spent)
    address = int(ledger.column("outputs.address")[spent])
    return {
        "txid": ledger.txid(made_in),
        "vout": rows.index(spent, made_in),
        "value": int(ledger.column("outputs.value")[spent]),
        "address": rows.address(address),
        "script_type": rows.script_type(spent),
        "entity": rows.entity_of(address),
        "sequence": sequence,
        "signing": signing_names(int(ledger.column("inputs.signing")[row])),
    }


def _output(rows: Rows, number: int, row: int) -> dict[str, Any]:
    address = int(rows.ledger.column("outputs.address")[row])
    return {
        "vout": rows.index(row, number),
        "value": int(rows.ledger.column("outputs.value")[row]),
        "address": rows.address(address),
        "script_type": rows.script_type(row),
        "entity": rows.entity_of(address),
        **rows.spend(row),
    }


__all__ = ["is_coinbase", "rules", "transaction"]
