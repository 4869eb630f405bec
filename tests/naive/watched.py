"""A chain on which somebody's money is watched. Every number that tests expect of it is worked out here.

One block a day from 2020-01-01 on (block 1 is of January 2nd), in BTC; *shop* is watched, *exchange* tagged:

====  =======================================================================================
 at   what happens
====  =======================================================================================
 1-4  alice, bob, carol and dave mine 50 each
 5    alice pays shop 10 (39.9 back to alice)
 6    bob pays shop 20 (29.9 back to bob)
 15   shop's 10, which lay for 10 blocks, pays exchange 6 and middle 3.9
 16   middle pays far 3.8 (hop 2), and exchange nothing
 17   far pays exchange 3.7: hop 3
 18   carol pays shop 5, and alice pays shop 1 again
 19   shop's 20 (13 blocks old) and 5 (1 block old) pay cold 24.9
 20   cold pays new 24.8, and within the block new pays exchange 24.7: hop 3
 21   shop's 1, carol and dave in a coinjoin: 0.9 three times, what is left to carol and dave
 22   the coinjoin's first 0.9 pays exchange 0.8: not followed
 23+  nothing, to the 40th block
====  =======================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clew.bitcoin.transaction import Transaction
from naive.chain import Chain, pay
from naive.shop import seconds

BTC = 100_000_000
LAST = 40
START = seconds(2020, 1, 1)
DAY = 86_400


def btc(amount: float) -> int:
    """Satoshi."""
    return round(amount * BTC)


@dataclass
class Story:
    """The chain, and its transactions by name."""

    chain: Chain = field(default_factory=Chain)
    made: dict[str, Transaction] = field(default_factory=dict)

    def txid(self, name: str) -> str:
        """Id of a transaction, as shown."""
        return self.made[name].txid[::-1].hex()

    def mine(self, *names: str, to: str = "pool") -> None:
        """A block of the day, with transactions made before."""
        height = len(self.chain.blocks)
        block = self.chain.mine(
            [(to, 50 * BTC)], [self.made[each] for each in names], time=START + height * DAY
        )
        self.made[to if to != "pool" else f"pool {height}"] = block.transactions[0]

    def spend(self, name: str, coins: list[tuple[str, int]], outputs: list[tuple[str, float]]) -> None:
        """Make a transaction; coins are named by what made them, and their place in it."""
        points = [(self.made[made].txid, place) for made, place in coins]
        self.made[name] = pay(points, [(to, btc(value)) for to, value in outputs])


def watched(last: int = LAST, *, moves: bool = True, pool: str = "pool", since: int = 15) -> Story:
    """The story up to block ``last``.

    Without ``moves`` nothing happens from block ``since`` on; ``pool`` mines these blocks, so that another
    name makes another branch.
    """
    story = Story()
    for name in ("alice", "bob", "carol", "dave"):
        story.mine(to=name)
    story.spend("first", [("alice", 0)], [("shop", 10), ("alice", 39.9)])
    story.spend("second", [("bob", 0)], [("shop", 20), ("bob", 29.9)])
    story.spend("out", [("first", 0)], [("exchange", 6), ("middle", 3.9)])
    story.spend("middle", [("out", 1)], [("far", 3.8)])
    story.spend("far", [("middle", 0)], [("exchange", 3.7)])
    story.spend("third", [("carol", 0)], [("shop", 5), ("carol", 44.9)])
    story.spend("again", [("first", 1)], [("shop", 1), ("alice", 38.8)])
    story.spend("aside", [("second", 0), ("third", 0)], [("cold", 24.9)])
    story.spend("cold", [("aside", 0)], [("new", 24.8)])
    story.spend("new", [("cold", 0)], [("exchange", 24.7)])
    story.spend(
        "joined",
        [("again", 0), ("third", 1), ("dave", 0)],
        [("x1", 0.9), ("x2", 0.9), ("x3", 0.9), ("carol3", 43), ("dave3", 49)],
    )
    story.spend("after", [("joined", 0)], [("exchange", 0.8)])
    at = {5: ["first"], 6: ["second"], 15: ["out"], 16: ["middle"], 17: ["far"], 18: ["third", "again"]}
    at |= {19: ["aside"], 20: ["cold", "new"], 21: ["joined"], 22: ["after"]}
    for height in range(5, last + 1):
        names = at.get(height, []) if moves or height < since else []
        story.mine(*names, to=pool if height >= since else "pool")
    return story


def median_times(story: Story) -> list[int]:
    """Median time of each block (BIP 113)."""
    times = [block.header.time for block in story.chain.blocks]
    ends = (sorted(times[max(0, height - 10) : height + 1]) for height in range(len(times)))
    return [each[len(each) // 2] for each in ends]
