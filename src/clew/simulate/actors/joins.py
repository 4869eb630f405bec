"""Equal-output coinjoins among people who do not know one another."""

from __future__ import annotations

from dataclasses import dataclass

from clew.simulate.actors.people import Person
from clew.simulate.chain import COIN, Coin, Transfer
from clew.simulate.dice import Dice
from clew.simulate.locks import Lock, input_vsize
from clew.simulate.truth import JoinedCoin
from clew.simulate.world import World

_DENOMINATIONS = (COIN // 10, COIN // 5, COIN // 2)
_FEWEST = 4
_LEAST_CHANGE = 10_000


@dataclass(frozen=True, slots=True)
class _Share:
    """What one participant puts in and takes out."""

    person: Person
    coins: list[Coin]
    equal: Lock
    change: Lock
    change_value: int


def join(world: World, people: list[Person], dice: Dice) -> list[tuple[Person, Coin]]:
    """One round: who took part, and the coin that each has from it; empty if too few could.

    Each puts in one coin or two and takes out the denomination and change.
    """
    value = dice.pick(_DENOMINATIONS)
    wanted = dice.between(5, 9)
    shares: list[_Share] = []
    for person in dice.shuffled(people):
        share = _share(world, person, value)
        if share is not None:
            shares.append(share)
        if len(shares) == wanted:
            break
    if len(shares) < _FEWEST:
        return []
    return _settle(world, shares, value, dice)


def _share(world: World, person: Person, value: int) -> _Share | None:
    fee = world.rate * 80
    chosen: list[Coin] = []
    total = 0
    for coin in sorted(person.wallet.coins.values(), key=lambda coin: coin.outpoint):
        chosen.append(coin)
        fee += world.rate * input_vsize(coin.lock)
        total += coin.value
        change = total - value - fee
        if change >= _LEAST_CHANGE:
            equal, back = person.wallet.address("coinjoin"), person.wallet.address("change")
            # One address for both would make the outputs fewer than the participants.
            return _Share(person, chosen, equal, back, change) if equal != back else None
        if len(chosen) == 2:
            break
    return None


def _settle(world: World, shares: list[_Share], value: int, dice: Dice) -> list[tuple[Person, Coin]]:
    inputs = dice.shuffled([coin for share in shares for coin in share.coins])
    outputs: list[tuple[Lock | bytes, int]] = [(share.equal, value) for share in shares]
    outputs += [(share.change, share.change_value) for share in shares]
    made = world.chain.pay(inputs, dice.shuffled(outputs))
    world.register.deliver(made)
    _record(world, made, shares)
    by_script = {coin.lock.script: coin for coin in made.outputs}
    return [(share.person, by_script[share.equal.script]) for share in shares]


def _record(world: World, made: Transfer, shares: list[_Share]) -> None:
    equal = {share.equal.script for share in shares}
    txid = made.txid[::-1].hex()
    sides = [("input", index, coin) for index, coin in enumerate(made.inputs)]
    sides += [("equal" if coin.lock.script in equal else "change", coin.vout, coin) for coin in made.outputs]
    for side, index, coin in sides:
        world.joined.append(
            JoinedCoin(
                txid=txid,
                height=made.outputs[0].height,
                side=side,
                index=index,
                value=coin.value,
                participant=world.register.owner(coin.lock).wallet.actor,
                address=world.address(coin.lock),
            )
        )
