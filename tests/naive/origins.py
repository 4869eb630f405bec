"""A slow, obvious twin of an economy's origins: what each coin is made of, forward, in fractions."""

from __future__ import annotations

from fractions import Fraction

from simulate.economy.view import View

Parts = dict[int, Fraction]
"""Satoshi by the coin that somebody else sent."""


def made_of(view: View, whose: int, coin: int) -> Parts:
    """What ``coin``, which a transaction of ``whose`` made, is made of; transactions in order."""
    parts: dict[int, Parts] = {}
    for tx in range(view.made_by[coin] + 1):
        mine = [each for each in view.inputs[tx] if view.owner[each] == whose]
        outputs = [each for each in view.outputs[tx] if view.owner[each] == whose]
        if view.made_by[coin] == tx:
            outputs.append(coin)
        brought = sum(view.value[each] for each in mine)
        taken = sum(view.value[each] for each in outputs if view.owner[each] == whose)
        alone = len(mine) == len(view.inputs[tx])
        for each in outputs:
            if not mine:
                parts[each] = {each: Fraction(view.value[each])}
                continue
            share = Fraction(1) if alone else min(Fraction(1), Fraction(brought, max(taken, 1)))
            own: Parts = {}
            for spent in mine:
                for origin, value in parts[spent].items():
                    own[origin] = own.get(origin, Fraction(0)) + value
            scale = share * view.value[each] / brought
            found = {origin: value * scale for origin, value in own.items()}
            if share < 1:
                found[each] = (1 - share) * view.value[each]
            parts[each] = found
    return parts[coin]
