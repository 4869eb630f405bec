"""An economy's arrays as plain Python: who owned each coin, what made it, and what spent it."""

from __future__ import annotations

from collections.abc import Iterator

from clew.kernels.economy_state import (
    A_ROLE,
    A_USER,
    A_WALLET,
    ACTOR,
    ADDRESS,
    COINS,
    NONE,
    PURPOSE,
    T_FORM,
    T_HEIGHT,
    TX,
    TXS,
    VALUE,
)
from clew.simulate.economy.course import Course


class View:
    """Lists by number of coin or transaction."""

    def __init__(self, course: Course) -> None:
        state = course.society.state
        e = state.e
        self.value = e.coin[: e.count[COINS], VALUE].tolist()
        self.made_by = e.coin[: e.count[COINS], TX].tolist()
        self.purpose = e.coin[: e.count[COINS], PURPOSE].tolist()
        self.address = e.coin[: e.count[COINS], ADDRESS].tolist()
        wallets = e.address[:, A_WALLET]
        self.owner = e.wallet[wallets[self.address], ACTOR].tolist()
        self.role = e.address[self.address, A_ROLE].tolist()
        self.user = e.address[self.address, A_USER].tolist()
        self.inputs = [state.inputs(tx) for tx in range(int(e.count[TXS]))]
        self.outputs = [list(state.outputs(tx)) for tx in range(int(e.count[TXS]))]
        self.height = e.tx[: e.count[TXS], T_HEIGHT].tolist()
        self.form = e.tx[: e.count[TXS], T_FORM].tolist()
        self.spent_by = {coin: tx for tx, coins in enumerate(self.inputs) for coin in coins}

    def payers(self, coin: int) -> set[int]:
        """The actors who own what the transaction spends that made a coin."""
        return {self.owner[each] for each in self.inputs[self.made_by[coin]]}

    def onward(self, coin: int, whose: int) -> Iterator[tuple[int, int]]:
        """Every coin that ``coin`` reaches through transactions in which ``whose`` coins are spent.

        With the number of coins of ``whose`` that lie between, by the shortest way.
        """
        reached, layer, hops = {coin}, [coin], 0
        yield coin, 0
        while layer:
            hops += 1
            following = []
            for each in layer:
                tx = self.spent_by.get(each, NONE)
                if self.owner[each] != whose or tx == NONE:
                    continue
                for made in self.outputs[tx]:
                    if made not in reached:
                        reached.add(made)
                        following.append(made)
                        yield made, hops
            layer = following
