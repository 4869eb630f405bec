"""The slow twin of the flows of an entity: from the blocks themselves, one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from clew.bitcoin.address import encode
from clew.bitcoin.block import Block
from clew.bitcoin.networks import Network
from clew.bitcoin.script import classify
from clew.schema import MAX_SCRIPT_SIZE, NULLDATA


@dataclass
class NaiveFlows:
    """Payments as (txid, value, mixed), outflows as (txid, vout, value), and sums in satoshi."""

    payments: list[tuple[str, int, bool]] = field(default_factory=list)
    outflows: list[tuple[str, int | None, int]] = field(default_factory=list)
    fee: int = 0
    held: int = 0
    overwritten: int = 0
    unspendable: int = 0


def payee(script: bytes, network: Network) -> str | None:
    """The address that a script pays to; None for OP_RETURN."""
    script_type, address_type, payload = classify(script)
    return None if script_type == NULLDATA else encode(address_type, payload, network)


def naive_flows(blocks: Iterable[Block], addresses: set[str], network: Network) -> NaiveFlows:
    """What came into and went out of ``addresses``, taken as one."""
    found = NaiveFlows()
    unspent: dict[tuple[bytes, int], tuple[bool, int]] = {}
    for height, block in enumerate(blocks):
        for transaction in block.transactions:
            spent = [
                unspent.pop((each.previous_txid, each.previous_index))
                for each in transaction.inputs
                if not each.spends_nothing
            ]
            for key in [key for key in unspent if key[0] == transaction.txid]:
                own, value = unspent.pop(key)
                found.overwritten += own * value
            own_in = [value for own, value in spent if own]
            own_out = 0
            foreign: list[tuple[int, int]] = []
            for vout, output in enumerate(transaction.outputs):
                own = payee(output.script, network) in addresses
                dead = height == 0 or len(output.script) > MAX_SCRIPT_SIZE or output.script[:1] == b"\x6a"
                own_out += own * output.value
                found.unspendable += own * dead * output.value
                if not own:
                    foreign.append((vout, output.value))
                if not dead:
                    unspent[transaction.txid, vout] = (own, output.value)
            paid = any(payee(output.script, network) in addresses for output in transaction.outputs)
            txid = transaction.txid[::-1].hex()
            if not own_in and paid:
                found.payments.append((txid, own_out, False))
            elif own_in and len(own_in) == len(transaction.inputs):
                found.outflows += [(txid, vout, value) for vout, value in foreign]
                found.fee += sum(own_in) - sum(output.value for output in transaction.outputs)
            elif own_in and own_out > sum(own_in):
                found.payments.append((txid, own_out - sum(own_in), True))
            elif own_in and own_out < sum(own_in):
                found.outflows.append((txid, None, sum(own_in) - own_out))
    found.held = sum(value for own, value in unspent.values() if own)
    return found


def naive_between(blocks: Iterable[Block], groups: list[set[str]], network: Network) -> dict[str, int]:
    """Payments from one of ``groups`` to another, in transactions that they alone funded."""
    owner = {address: number for number, group in enumerate(groups) for address in group}
    paid: dict[tuple[bytes, int], int | None] = {}
    found = {"payments": 0, "value": 0}
    for block in blocks:
        for transaction in block.transactions:
            payers = {paid.get((each.previous_txid, each.previous_index)) for each in transaction.inputs}
            values = []
            for vout, output in enumerate(transaction.outputs):
                address = payee(output.script, network)
                payee_group = None if address is None else owner.get(address)
                paid[transaction.txid, vout] = payee_group
                if None not in payers and payee_group is not None and payee_group not in payers:
                    values.append(output.value)
            found["payments"] += bool(values)
            found["value"] += sum(values)
    return found
