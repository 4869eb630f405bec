"""What only the truth of an economy tells: who made transactions, where change went, what was joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clew.kernels.economy_state import (
    A_KIND,
    A_WALLET,
    ACTOR,
    ADDRESS,
    ADDRESSES,
    CHANGE,
    COINBASE,
    COINS,
    DATA,
    FORMS,
    I_COIN,
    INPUTS,
    JOINMARKET,
    MODEL,
    OWN,
    PURPOSE,
    REWARD,
    STORE,
    SWEEP,
    T_FORM,
    T_HEIGHT,
    T_INPUT,
    T_WALLET,
    TX,
    TXS,
    VALUE,
    WHIRLPOOL,
)
from likeness.measure import BINARY, NO, YES
from likeness.tally import Mark, Tally

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

Ints = npt.NDArray[np.int64]

CUSTODIANS = ("exchange", "web-wallet", "swap")
MAKERS = (
    "people",
    "exchanges and other custodians",
    "merchants and charities",
    "gambling",
    "pools",
    "others",
)
_MAKER = {
    "person": 0, "exchange": 1, "web-wallet": 1, "swap": 1, "merchant": 2, "charity": 2, "gambling": 3,
    "pool": 4,
}  # fmt: skip
CHANGES = ("back to an address spent", "to a fresh address", "to another used address")
TIMES_PAID = ("once", "2 times", "3-9 times", "10 times and more")
_JOINS = tuple(range(JOINMARKET, WHIRLPOOL + 1))


class Truth:
    """Tallies of an economy that has run, of its transactions from height ``first`` on but coinbases."""

    def __init__(self, course: Course, first: int) -> None:
        e = course.society.state.e
        self._course = course
        self._tx: Ints = e.tx[: e.count[TXS]]
        self._coin: Ints = e.coin[: e.count[COINS]]
        self._inputs: Ints = e.input[: e.count[INPUTS], I_COIN].astype(np.int64)
        self._address: Ints = e.address[: e.count[ADDRESSES]].astype(np.int64)
        self._wallet: Ints = e.wallet
        counted = (self._tx[:, T_HEIGHT] >= first) & (self._tx[:, T_FORM] != COINBASE)
        self._counted = np.flatnonzero(counted)
        self._kinds = [each.kind for each in course.society.actors]
        bounds = np.append(self._tx[:, T_INPUT], len(self._inputs))
        self._spender = np.repeat(np.arange(len(self._tx)), np.diff(bounds))
        self._is_counted = counted

    def tallies(self) -> dict[str, Tally]:
        """All of them, by name."""
        return {
            "forms": self._of(FORMS, self._tx[self._counted, T_FORM]),
            "makers": self._makers(),
            "models": self._models(),
            "joins": _truths(np.isin(self._tx[self._counted, T_FORM], _JOINS)),
            "change": self._change(),
            "one-time": self._one_time(),
            "used": self._used(),
            "paid": self._paid(),
            "found": self._found(),
            "exchange volume": self._volume(),
        }

    def _of(self, names: Sequence[str], rows: Ints) -> Tally:
        counts = np.bincount(rows, minlength=len(names))
        used = [(name, float(count)) for name, count in zip(names, counts, strict=True) if count]
        return Tally(tuple(name for name, _ in used), dict(used), len(rows))

    def _makers(self) -> Tally:
        actors = self._wallet[self._tx[self._counted, T_WALLET], ACTOR]
        other = len(MAKERS) - 1
        table = np.array([_MAKER.get(kind, other) for kind in self._kinds])
        return self._of(MAKERS, table[actors])

    def _models(self) -> Tally:
        names = [each.name for each in self._course.world.wallets]
        return self._of(names, self._wallet[self._tx[self._counted, T_WALLET], MODEL])

    def _counted_coins(self) -> Ints:
        return np.flatnonzero(self._is_counted[self._coin[:, TX]])

    def _first_payments(self) -> npt.NDArray[np.bool_]:
        """For each coin, whether it is the first that its address got."""
        first = np.zeros(len(self._coin), np.bool_)
        first[np.unique(self._coin[:, ADDRESS], return_index=True)[1]] = True
        return first

    def _change(self) -> Tally:
        spent: dict[int, set[int]] = {}
        for tx, coin in zip(self._spender.tolist(), self._inputs.tolist(), strict=True):
            spent.setdefault(tx, set()).add(int(self._coin[coin, ADDRESS]))
        first = self._first_payments()
        found = Tally(CHANGES)
        coins = self._counted_coins()
        for coin in coins[self._coin[coins, PURPOSE] == CHANGE].tolist():
            back = int(self._coin[coin, ADDRESS]) in spent[int(self._coin[coin, TX])]
            found.add([Mark(CHANGES[0] if back else CHANGES[1] if first[coin] else CHANGES[2])])
        return found

    def _one_time(self) -> Tally:
        """Of all change, how much goes to an address that is paid just once in the whole chain?"""
        times = np.bincount(self._coin[:, ADDRESS], minlength=len(self._address))
        coins = self._counted_coins()
        changes = coins[self._coin[coins, PURPOSE] == CHANGE]
        return _truths(times[self._coin[changes, ADDRESS]] == 1)

    def _used(self) -> Tally:
        """Outputs to an address that was paid before, at any time."""
        coins = self._counted_coins()
        coins = coins[self._address[self._coin[coins, ADDRESS], A_KIND] != DATA]
        return _truths(~self._first_payments()[coins])

    def _paid(self) -> Tally:
        times = np.bincount(self._coin[:, ADDRESS], minlength=len(self._address))
        times = times[(times > 0) & (self._address[:, A_KIND] != DATA)]
        return self._of(TIMES_PAID, np.digitize(times, (2, 3, 10)).astype(np.int64))

    def _found(self) -> Tally:
        """Of a person's addresses that were paid, the part that common inputs tie to one of them."""
        parent = _joined(
            self._coin[self._inputs, ADDRESS], self._spender, np.isin(self._tx[:, T_FORM], _JOINS)
        )
        people = {
            wallet
            for wallet in range(len(self._wallet))
            if self._kinds[self._wallet[wallet, ACTOR]] == "person"
        }
        clusters: dict[int, Counter[int]] = {}
        for address in np.unique(self._coin[:, ADDRESS]).tolist():
            wallet = int(self._address[address, A_WALLET])
            if wallet in people:
                clusters.setdefault(wallet, Counter())[_root(parent, address)] += 1
        found = Tally(BINARY)
        for counts in clusters.values():
            whole = sum(counts.values())
            if whole > 1:
                part = sum(count * count for count in counts.values()) / whole / whole
                found.add([Mark(YES, part), Mark(NO, 1 - part, 0)])
        return found

    def _volume(self) -> Tally:
        """Of what goes from one actor to another, by value: does an exchange pay or receive it?"""
        payer = self._wallet[self._tx[self._coin[:, TX], T_WALLET], ACTOR]
        payee = self._wallet[self._address[self._coin[:, ADDRESS], A_WALLET], ACTOR]
        moved = (payer != payee) & ~np.isin(self._coin[:, PURPOSE], (CHANGE, OWN, REWARD, SWEEP, STORE))
        moved &= self._is_counted[self._coin[:, TX]]
        exchange = np.array([kind in CUSTODIANS for kind in self._kinds])
        linked = exchange[payer] | exchange[payee]
        values = self._coin[:, VALUE].astype(np.float64)
        found = Tally(BINARY)
        yes, no = float(values[moved & linked].sum()), float(values[moved & ~linked].sum())
        found.add([Mark(YES, yes, int(moved.sum())), Mark(NO, no, 0)])
        return found


def _truths(values: npt.NDArray[np.bool_]) -> Tally:
    yes = int(values.sum())
    return Tally(BINARY, {YES: float(yes), NO: float(len(values) - yes)}, len(values))


def _joined(addresses: Ints, spender: Ints, joins: npt.NDArray[np.bool_]) -> dict[int, int]:
    """Addresses united by the transactions that spend them together, coinjoins left out."""
    parent: dict[int, int] = {}
    last, first = -1, -1
    for tx, address in zip(spender.tolist(), addresses.tolist(), strict=True):
        if joins[tx]:
            continue
        if tx != last:
            last, first = tx, address
        else:
            parent[_root(parent, address)] = _root(parent, first)
    return parent


def _root(parent: dict[int, int], at: int) -> int:
    while (up := parent.get(at, at)) != at:
        parent[at] = parent.get(up, up)
        at = up
    return at
