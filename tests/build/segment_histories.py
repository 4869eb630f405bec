"""Chains that grow and are replaced, the ledgers that follow them, and what every question must answer."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from build.nodes import built, every_lock, node, spend, spendable
from clew.analysis.ranking import Ranking
from clew.errors import NotFoundError
from clew.ledger.keys import address_key, transaction_key
from clew.ledger.ledger import Ledger
from clew.schema import UNSPENT
from clew.simulate.chain import Chain
from clew.simulate.locks import KNOWN_KEY, SINGLE_KEY, Lock, lock
from naive.ledger import build_ledger

OWNERS = 30
KINDS = ("p2pkh", "p2wpkh", "p2tr", "p2sh-p2wpkh")
# One key behind several scripts, which are paid in any order; and one that everybody knows.
LOCKS = [lock(f"owner {owner}", kind) for owner in range(OWNERS) for kind in KINDS]
LOCKS += [SINGLE_KEY[kind](KNOWN_KEY) for kind in KINDS]
ODD = every_lock("somebody odd")


def grow(chain: Chain, blocks: int, chance: random.Random) -> Chain:
    """Mine blocks in which old and new addresses pay, are paid, and sign together."""
    for _ in range(blocks):
        for _ in range(chance.randrange(3)):
            coins = spendable(chain)
            if coins:
                chosen = chance.sample(coins, min(len(coins), chance.choice([1, 1, 2, 3])))
                total = sum(coin.value for coin in chosen)
                paid = chance.choices([*LOCKS, *ODD], k=chance.randrange(1, 5))
                spend(chain, chosen, [(each, _amount(each, total // len(paid))) for each in paid])
        chain.mine(chance.choice(LOCKS))
    return chain


def _amount(to: Lock, value: int) -> int:
    return 0 if to.script[:1] == b"\x6a" else value


class History:
    """A ledger that follows a chain, a fresh one of each state, and the slow twin's."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.ledger = room / "ledger"
        self.count = 0
        self.readers: list[tuple[Ledger, str, dict[str, Any]]] = []

    def follow(self, blocks: Sequence[bytes], **how: object) -> Ledger:
        """Bring the ledger to a chain, and compare all there is to compare; returns it."""
        self.count += 1
        folder = node(self.room / f"blocks-{self.count}", blocks)
        built(self.ledger, folder, **how)
        if how.get("until") is not None:
            # From there on everything is compared at the tip.
            assert (
                Ledger(self.ledger).digest()
                == build_ledger(
                    self.room / f"half-{self.count}", blocks[: int(str(how["until"])) + 1], "regtest"
                ).digest()
            )
            built(self.ledger, folder, **{**how, "until": None})
        ledger = Ledger(self.ledger)
        fresh = self.room / f"fresh-{self.count}"
        built(fresh, folder)
        twin = build_ledger(self.room / f"twin-{self.count}", blocks, "regtest")
        assert ledger.digest() == Ledger(fresh).digest() == twin.digest()
        expected = plain_answers(twin)
        for each in (ledger, Ledger(fresh)):
            assert answers(each) == expected
        self.readers.append((ledger, ledger.digest(), expected))
        return ledger

    def nobody_lost_anything(self) -> None:
        """Whoever opened the ledger at any time sees what was there then."""
        for reader, digest, expected in self.readers:
            assert reader.digest() == digest
            assert answers(reader) == expected


def plain_answers(twin: Ledger) -> dict[str, Any]:
    """What ``answers`` must say, value by value, from rows, spends and entities alone."""
    paid, values = (twin.column(f"outputs.{name}")[:].tolist() for name in ("address", "value"))
    spent_by, entities = (
        twin.column("spends.spent_by")[:].tolist(),
        twin.column("entities.entity")[:].tolist(),
    )
    members, outputs = defaultdict(list), defaultdict(list)
    for address, entity in enumerate(entities):
        members[entity].append(address)
    for output, address in enumerate(paid):
        outputs[address].append(output)
    totals = {}
    for entity, group in members.items():
        mine = [output for address in group for output in outputs[address]]
        unspent = [output for output in mine if spent_by[output] == UNSPENT]
        totals[entity] = (len(mine), sum(values[at] for at in mine), sum(values[at] for at in unspent))
    transactions: dict[int, list[int]] = defaultdict(list)
    for number in range(twin.counts["transactions"]):
        transactions[transaction_key(bytes.fromhex(twin.txid(number))[::-1])].append(number)
    addresses: dict[int, list[int]] = defaultdict(list)
    for number in range(len(entities)):
        addresses[address_key(*twin.address_payload(number))].append(number)
    return {
        "spent_by": spent_by,
        "entities": entities,
        "members": dict(sorted(members.items())),
        "sizes": {entity: len(group) for entity, group in sorted(members.items())},
        "totals": dict(sorted(totals.items())),
        "outputs": [outputs[address] for address in range(len(entities))],
        "keys": {"transaction": dict(transactions), "address": dict(addresses)},
        "ranking": sorted(members, key=lambda entity: (-len(members[entity]), entity)),
        "sums": (len(members), sum(each == UNSPENT for each in spent_by)),
    }


def answers(ledger: Ledger) -> dict[str, Any]:
    """What a ledger says to every question about what follows from its rows."""
    derived, counts = ledger.derived, ledger.counts
    outputs, addresses = np.arange(counts["outputs"]), np.arange(counts["addresses"])
    spent_by, entities = derived.spent_by(outputs), derived.entity_of(addresses)
    chance = np.random.default_rng(counts["outputs"])
    _the_same_by_parts(ledger, spent_by, entities, chance)
    distinct = np.unique(entities).astype(np.int64)
    sizes = derived.sizes_of(distinct)
    assert derived.members_of(distinct).tolist() == addresses.tolist()
    for wrong in (*np.setdiff1d(addresses, distinct)[:3].tolist(), counts["addresses"]):
        for ask in (derived.totals_of, ledger.members):
            with pytest.raises(NotFoundError):
                ask(wrong)
    some = chance.permutation(addresses)[: len(addresses) // 2]
    found = [derived.outputs_of(np.array([address])).tolist() for address in addresses.tolist()]
    assert derived.outputs_of(some).tolist() == sorted(at for each in some.tolist() for at in found[each])
    ranking = Ranking(ledger)
    size = max(1, counts["entities"] // 7)
    pages = [ranking.page(at, at + size).tolist() for at in range(0, counts["entities"] + size, size)]
    return {
        "spent_by": spent_by.tolist(),
        "entities": entities.tolist(),
        "members": {each: ledger.members(each).tolist() for each in distinct.tolist()},
        "sizes": dict(zip(distinct.tolist(), sizes.tolist(), strict=True)),
        "totals": {each: derived.totals_of(each) for each in distinct.tolist()},
        "outputs": found,
        "keys": {subject: _keys(ledger, subject) for subject in ("transaction", "address")},
        "ranking": [entity for each in pages for entity in each],
        "sums": (ledger.manifest.sums.entities, ledger.manifest.sums.unspent_outputs),
    }


def _the_same_by_parts(ledger: Ledger, spent_by: Any, entities: Any, chance: np.random.Generator) -> None:
    """Columns at the tip, by index, by slice, in any order, by mask."""
    for name, whole in (("spends.spent_by", spent_by), ("entities.entity", entities)):
        column, size = ledger.column(name), len(whole)
        order = chance.permutation(size)
        assert len(column) == size
        assert (column[order] == whole[order]).all()
        assert (column[order % 2 == 0] == whole[order % 2 == 0]).all()
        for start, stop in chance.integers(0, size + 1, (6, 2)).tolist():
            for step in (1, 3):
                assert column[start:stop:step].tolist() == whole[start:stop:step].tolist()
        for row in chance.integers(-size, size, 5).tolist():
            assert column[row] == whole[row]


def _keys(ledger: Ledger, subject: str) -> dict[int, list[int]]:
    """Ids by look-up key: of all that have it, which the look-ups must name among their candidates."""
    if subject == "transaction":
        numbers = range(ledger.counts["transactions"])
        keys = [transaction_key(bytes.fromhex(ledger.txid(number))[::-1]) for number in numbers]
    else:
        keys = [address_key(*ledger.address_payload(number)) for number in range(ledger.counts["addresses"])]
    found = {}
    for key in keys:
        # Where bits of two keys agree there may be more.
        candidates = ledger.derived.candidates(subject, key)
        assert candidates == sorted(candidates)
        found[key] = [number for number in candidates if keys[number] == key]
    asked = np.array(keys, np.uint64)
    places, ids = ledger.derived.candidates_of(subject, asked)
    assert sorted(zip(places.tolist(), ids.tolist(), strict=True)) == [
        (place, number)
        for place, key in enumerate(keys)
        for number in ledger.derived.candidates(subject, key)
    ]
    return found
