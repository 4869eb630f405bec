"""Payment channels: a funding output of both sides, and how it is closed.

After BOLT 2 and BOLT 3 (lightning/bolts): the funding output is P2WSH of 2 of 2 keys; where both sides
fund it, the transaction has inputs and outputs of both in random order, version 2 and signals
replacement. A cooperative close pays each side (legacy closing transaction: version 2, final sequence,
outputs in BIP 69 order). A close by one side is the commitment transaction: version 2, lock time
0x20...... and sequence 0x80...... with the number of the state hidden in them; its outputs are P2WSH to
oneself, which must rest, P2WSH to the other side, and anchors: 330 satoshi of P2WSH for each side, or,
in the newest form, one pay-to-anchor of at most 240. An anchor is spent to raise the fee, or collected by
strangers, since after 16 blocks anybody may. A channel is nobody's alone: it has an actor of its own.
"""

from __future__ import annotations

import heapq
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from clew.kernels.economy_state import (
    ANCHOR_FORM,
    ANCHOR_ROLE,
    BIP69,
    CHANGE,
    CHANGE_ROLE,
    CHANNEL,
    CHANNEL_CLOSE,
    CHANNEL_FORM,
    CHANNEL_ROLE,
    CLOSE_FORM,
    OWN,
    OWN_ROLE,
    REST,
    SHUFFLED,
    TO_ANCHOR,
    TO_CHANNEL,
    WHO,
)
from clew.simulate.economy.actors.commons import Commons, lying, unspent
from clew.simulate.economy.actors.people import (
    SEGWIT,
    cover,
    is_ripe,
    possible,
    ripe,
    some_model,
    somebody,
    weight_fee,
)
from clew.simulate.economy.arrivals import arrivals
from clew.simulate.economy.settings import DAY
from clew.simulate.economy.state import Order

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.society import Person

ANCHOR_VALUE, SHARED_ANCHOR = 330, 240
_KEYLESS_SINCE = date(2025, 1, 1)
_LEAST = 20_000
_DUST = 546
_REST_BLOCKS = 16
"""Blocks after which an anchor is anybody's."""

_COLLECTED_AT = 10_000
"""Thousandths of a satoshi per virtual byte: at higher fees nobody collects anchors."""


class Channel(NamedTuple):
    """An open channel: its coin, both sides, and satoshi that are the opener's."""

    coin: int
    wallet: int
    opener: Person
    other: Person
    share: int


class Channels:
    """Everybody's channels."""

    def __init__(self, course: Course, commons: Commons) -> None:
        shared = course.world.shared
        self._dice = course.dice.separate("channels")
        self._arrivals = arrivals(course, self._dice, shared.channels)
        self._dual, self._broken = float(shared.dual_funded), float(shared.anchors)
        self._commons = commons
        self._open: list[tuple[int, int, Channel]] = []
        self._resting: list[tuple[int, int, Person]] = []
        self._anchors: list[tuple[int, int]] = []
        self._nodes: dict[int, int] = {}
        self._number = 0

    def step(self, course: Course) -> None:
        """Open channels, close those whose time has come, and let coins that rested move on."""
        for _ in range(self._arrivals.due(course.now)):
            self._fund(course)
        while self._open and self._open[0][0] <= course.now:
            _, number, channel = heapq.heappop(self._open)
            if is_ripe(course, channel.coin):
                self._close(course, channel)
            else:
                heapq.heappush(self._open, (course.now + DAY, number, channel))
        while self._resting and self._resting[0][0] <= course.now:
            self._move_on(course, *heapq.heappop(self._resting)[1:])
        if len(self._anchors) > 3 and course.society.state.rate <= _COLLECTED_AT:
            self._collect(course)

    def node(self, course: Course, person: Person) -> int:
        """The wallet of somebody's node."""
        if person.number not in self._nodes:
            model = some_model(course.world, self._dice)
            self._nodes[person.number] = course.society.wallet(person.actor, model, "p2wpkh")
        return self._nodes[person.number]

    # Opening

    def _fund(self, course: Course) -> None:
        dice = self._dice
        opener = somebody(course, dice, 4 * _LEAST, kinds=SEGWIT)
        if opener is None or not possible(course, "p2wpkh"):
            return
        other = somebody(course, dice, 4 * _LEAST, kinds=SEGWIT, unlike=opener.actor)
        if other is None:
            return
        state = course.society.state
        value = min(dice.spread(_LEAST, 9), state.balance(opener.wallet) // 2)
        if dice.happens(0.5):
            value = value // 10_000 * 10_000
        dual = dice.happens(self._dual)
        given = min(dice.spread(_LEAST, 9), state.balance(other.wallet) // 2) if dual else 0
        self._number += 1
        model = some_model(course.world, dice)
        joint, wallet = course.society.open(f"channel-{self._number}", "shared", model, "p2wpkh")
        course.joint[joint] = opener.actor, other.actor
        address = state.address(wallet, CHANNEL_ROLE, opener.actor, kind=CHANNEL)
        order = Order(value + given, TO_CHANNEL, address=address, who=opener.actor)
        if dual:
            coin = self._fund_together(course, opener, other, value, given, order)
        else:
            made = state.pay(opener.wallet, [order], form=CHANNEL_FORM)
            coin = made.coins[0] if made is not None else None
        if coin is not None:
            share = value if dual else value - value * dice.below(80) // 100
            until = course.now + dice.spread(2, 6) * DAY
            channel = Channel(coin, wallet, opener, other, share)
            heapq.heappush(self._open, (until, self._number, channel))

    def _fund_together(
        self, course: Course, opener: Person, other: Person, value: int, given: int, order: Order
    ) -> int | None:
        state = course.society.state
        # The opener pays for the frame and the channel, each side for its own inputs and change.
        first = cover(course, opener.wallet, value, 4 * 43 + 4 * 43)
        second = cover(course, other.wallet, given, 4 * 43)
        if first is None or second is None:
            return None
        orders = [order]
        for person, found in ((opener, first), (other, second)):
            if found.left >= _DUST:
                back = state.address(person.wallet, CHANGE_ROLE)
                orders.append(Order(found.left, CHANGE, address=back, who=person.actor))
        made = state.compose(
            opener.wallet,
            [*first.coins, *second.coins],
            orders,
            form=CHANNEL_FORM,
            order=SHUFFLED,
            version=2,
            lock_time=course.height - 1,
            sequence=0xFFFFFFFD,
        )
        return None if made is None else made.coins[0]

    # Closing

    def _close(self, course: Course, channel: Channel) -> None:
        if self._dice.happens(self._broken):
            self._break(course, channel)
            return
        state = course.society.state
        total = state.value(channel.coin)
        shares = self._shares(channel.share, total, weight_fee(course, 676))
        orders = [
            Order(
                value,
                CHANNEL_CLOSE,
                address=state.address(self.node(course, person), OWN_ROLE),
                who=person.actor,
            )
            for person, value in zip((channel.opener, channel.other), shares, strict=True)
            if value >= _DUST
        ]
        if not orders:
            return
        made = state.compose(
            channel.wallet,
            [channel.coin],
            orders,
            form=CLOSE_FORM,
            order=BIP69,
            version=2,
            lock_time=0,
            sequence=0xFFFFFFFF,
        )
        for coin, order in zip(made.coins, orders, strict=True) if made is not None else ():
            person = channel.opener if order.who == channel.opener.actor else channel.other
            heapq.heappush(self._resting, (course.now + self._dice.spread(1, 4) * DAY, coin, person))

    def _break(self, course: Course, channel: Channel) -> None:
        """Close from one side, with anchors."""
        state, dice = course.society.state, self._dice
        total = state.value(channel.coin)
        keyless = course.calendar.date(course.height) >= _KEYLESS_SINCE and dice.happens(0.5)
        anchors = SHARED_ANCHOR if keyless else 2 * ANCHOR_VALUE
        fee = weight_fee(course, 900) // 4 + anchors
        shares = self._shares(channel.share, total, min(fee, total // 4))
        orders, people = [], [channel.opener, channel.other]
        for person, value in zip(people, shares, strict=True):
            if value >= _DUST:
                address = state.address(self.node(course, person), CHANNEL_ROLE, kind=CHANNEL)
                orders.append(Order(value, CHANNEL_CLOSE, address=address, who=person.actor))
        if not orders:
            return
        paid = len(orders)
        closer = dice.pick([each for each in people if each.actor in {order.who for order in orders}])
        if keyless:
            orders.append(
                Order(SHARED_ANCHOR, TO_ANCHOR, address=self._commons.anchor(course), who=closer.actor)
            )
        else:
            for person in [each for each in people if each.actor in {order.who for order in orders[:paid]}]:
                address = state.address(self.node(course, person), ANCHOR_ROLE, kind=CHANNEL)
                orders.append(Order(ANCHOR_VALUE, TO_ANCHOR, address=address, who=person.actor))
        number = dice.below(1 << 48)
        made = state.compose(
            channel.wallet,
            [channel.coin],
            orders,
            form=CLOSE_FORM,
            order=BIP69,
            version=2,
            lock_time=0x20000000 | number & 0xFFFFFF,
            sequence=0x80000000 | number >> 24,
        )
        if made is None:
            return
        for coin, order in zip(made.coins, orders, strict=True):
            if order.purpose == TO_ANCHOR:
                self._anchors.append((course.height, coin))
            else:
                person = next(each for each in people if each.actor == order.who)
                heapq.heappush(self._resting, (course.now + dice.between(1, 14) * DAY, coin, person))
        if dice.happens(0.4):
            self._raise_fee(course, closer, made.coins[paid:])

    def _shares(self, share: int, total: int, fee: int) -> tuple[int, int]:
        """What each side gets; the fee is the opener's, as far as that goes."""
        first = max(0, share - fee)
        return first, total - first - fee

    # Afterwards

    def _raise_fee(self, course: Course, closer: Person, anchors: tuple[int, ...]) -> None:
        """Spend the own anchor with another coin, in the same block, so that a miner takes both."""
        state = course.society.state
        coins = ripe(course, closer.wallet)
        mine = [each for each in anchors if state.e.coin[each, WHO] == closer.actor]
        if coins and mine:
            coin = max(coins, key=state.value)
            order = Order(REST, OWN, wallet=closer.wallet, who=closer.actor)
            state.pay(closer.wallet, [order], coins=[mine[0], coin], form=ANCHOR_FORM)

    def _move_on(self, course: Course, coin: int, person: Person) -> None:
        """Send a coin of a closed channel to the usual wallet."""
        if is_ripe(course, coin):
            order = Order(REST, OWN, wallet=person.wallet, who=person.actor)
            course.society.state.send(self.node(course, person), [coin], order)

    def _collect(self, course: Course) -> None:
        """Let a stranger collect anchors that were left, with a coin of his or her own."""
        left = set(unspent(course, (coin for _, coin in self._anchors)))
        self._anchors = [each for each in self._anchors if each[1] in left]
        old = [coin for height, coin in self._anchors if course.height - height > _REST_BLOCKS]
        old = lying(course, old)
        if len(old) < 2 + self._dice.below(10) or not self._dice.happens(0.2):
            return
        stranger = somebody(course, self._dice, 20_000)
        if stranger is None:
            return
        coins = ripe(course, stranger.wallet)
        if not coins:
            return
        state = course.society.state
        taken = old[: self._dice.between(2, 20)]
        order = Order(REST, OWN, wallet=stranger.wallet, who=stranger.actor)
        state.pay(stranger.wallet, [order], coins=[*taken, max(coins, key=state.value)], form=ANCHOR_FORM)
