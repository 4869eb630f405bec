"""The slow twin of flows between two sets: every chain of transactions is walked, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

from clew.bitcoin.block import Block
from clew.bitcoin.networks import Network
from naive.chain import Chain, pay
from naive.flows import payee

Owner = str | None
NAMES = ("ann", "bob", "cat", "dan", "eve", "fay")


@dataclass
class NaiveCoins:
    """Who owns each coin, what it is worth, and which transactions (by number) made and spent it."""

    owner: list[Owner] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    spent: list[int | None] = field(default_factory=list)
    txids: list[str] = field(default_factory=list)


def naive_coins(blocks: list[Block], network: Network) -> NaiveCoins:
    """The coins of a chain, in chain order."""
    found = NaiveCoins()
    place: dict[tuple[bytes, int], int] = {}
    for block in blocks:
        for transaction in block.transactions:
            number = len(found.txids)
            found.txids.append(transaction.txid[::-1].hex())
            for each in transaction.inputs:
                if not each.spends_nothing:
                    found.spent[place[each.previous_txid, each.previous_index]] = number
            for vout, output in enumerate(transaction.outputs):
                place[transaction.txid, vout] = len(found.owner)
                found.owner.append(payee(output.script, network))
                found.value.append(output.value)
                found.made.append(number)
                found.spent.append(None)
    return found


def naive_chains(
    coins: NaiveCoins, a: set[str], b: set[str], hops: int, closed: frozenset[str] = frozenset()
) -> Iterator[tuple[int, list[int]]]:
    """Width and transactions of every chain from ``a`` to ``b`` of up to ``hops`` transactions.

    Addresses are taken as entities of their own; those ``closed`` are not passed.
    """
    numbers = range(len(coins.owner))
    entering: dict[int, int] = {}
    leaving: dict[int, int] = {}
    passing: dict[tuple[int, int], int] = {}
    for coin in numbers:
        owner, value, made, spent = coins.owner[coin], coins.value[coin], coins.made[coin], coins.spent[coin]
        if owner in a and spent is not None:
            entering[spent] = entering.get(spent, 0) + value
        elif owner in b:
            leaving[made] = leaving.get(made, 0) + value
        elif owner is not None and owner not in a and owner not in closed and spent is not None:
            passing[made, spent] = passing.get((made, spent), 0) + value

    def onward(width: int, chain: list[int]) -> Iterator[tuple[int, list[int]]]:
        if chain[-1] in leaving:
            yield min(width, leaving[chain[-1]]), chain
        if len(chain) < hops:
            for (one, other), value in passing.items():
                if one == chain[-1]:
                    yield from onward(min(width, value), [*chain, other])

    for first, value in entering.items():
        yield from onward(value, [first])


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """People pay each other from one coin at a time, so that each address is an entity of its own."""
    chain = Chain()
    unspent: list[tuple[bytes, int, int]] = []
    for _ in range(draw(st.integers(2, 14))):
        transactions = []
        for _ in range(draw(st.integers(0, 3))):
            if not unspent:
                break
            txid, vout, left = unspent.pop(draw(st.integers(0, len(unspent) - 1)))
            outputs = []
            for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)):
                value = draw(st.integers(0, left))
                left -= value
                outputs.append((name, value))
            made = pay([(txid, vout)], outputs)
            transactions.append(made)
            unspent += [(made.txid, place, value) for place, (_, value) in enumerate(outputs)]
        mined = chain.mine([(draw(st.sampled_from(NAMES)), 100)], transactions).transactions[0]
        unspent.append((mined.txid, 0, 100))
    return chain


__all__ = ["NAMES", "NaiveCoins", "chains", "naive_chains", "naive_coins"]
