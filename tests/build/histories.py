"""Chains that grow and fork at random, with a bit of everything in them."""

from __future__ import annotations

import random

from build.nodes import every_lock, spend, spendable
from clew.simulate.chain import Chain
from clew.simulate.locks import lock


def grown(chain: Chain, count: int, chance: random.Random) -> Chain:
    """The chain with ``count`` blocks more: spends of old and new outputs, and empty blocks."""
    for _ in range(count):
        if chain.height > 2:
            for _ in range(chance.choice((0, 1, 1, 2))):
                coins = spendable(chain)
                chosen = chance.sample(coins, min(len(coins), chance.randrange(1, 4)))
                locks = chance.sample(every_lock(f"owner {chance.randrange(30)}"), 3)
                share = sum(coin.value for coin in chosen) // len(locks)
                spend(chain, chosen, [(each, 0 if each.script[:1] == b"\x6a" else share) for each in locks])
        chain.mine(lock(f"miner {chance.randrange(3)}", "p2wpkh"))
    return chain


def forked(chain: Chain, height: int, count: int, chance: random.Random) -> Chain:
    """A rival of the chain with ``count`` blocks of its own after the one at ``height``."""
    rival = chain.fork(height)
    rival.coins = {key: coin for key, coin in rival.coins.items() if coin.height <= height}
    return grown(rival, count, chance)
