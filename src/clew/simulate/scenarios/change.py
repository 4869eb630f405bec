"""Which output is change: transactions in which a rule tells, and some in which rules mislead."""

from __future__ import annotations

from clew.simulate.scenarios.owners import Habit
from clew.simulate.scenarios.scenario import scenario
from clew.simulate.scenarios.story import Pay, Story


@scenario
def change_of_the_same_kind(story: Story) -> None:
    """A witness wallet pays an old address: the change is of the wallet's kind, the payment is not.

    Change is the output of the inputs' kind (p2wpkh), at place 0.
    """
    ann, shop = story.owner("ann"), story.owner("shop", "p2pkh")
    story.fund(ann[1], "0.70531112")
    story.pay(ann, shop, "0.21843377", label="payment", change_first=True)


@scenario
def round_payment(story: Story) -> None:
    """A round amount is paid, and the change is not round.

    0.25 BTC was paid, 0.14786643 is change. The other way round happens, too: see round-change.
    """
    ann, shop = story.people("ann", "shop")
    story.fund(ann[1], "0.39787643")
    story.pay(ann, shop, "0.25", label="payment")


@scenario
def round_change(story: Story) -> None:
    """The wrong way round: the price was in won, and the change happens to be round.

    0.14786643 BTC was paid, 0.25 is change. The rule of round values names the wrong output, and one that
    looks at how the change was spent, by lock time and version, the right one: contradiction is a reason to
    say nothing.
    """
    ann, shop = story.owner("ann", habit=Habit(1, height_as_lock_time=True)), story.owner("shop")
    story.fund(ann[1], "0.39787643")
    paid = story.pay(ann, shop, "0.14786643", label="payment")
    story.pay(ann, story.owner("cafe"), "0.01", label="change spent")
    story.sweep(shop, shop["till"], spend=[paid])


@scenario
def optimal_change(story: Story) -> None:
    """Two coins are spent where the larger output needs both.

    Inputs 0.5 and 0.4 BTC; outputs 0.71234567 and 0.18764433. Change of 0.71 would have made one
    input needless, so the change is the one below the smallest input.
    """
    ann, shop = story.people("ann", "shop")
    story.fund(ann, "0.5", "0.4")
    story.pay(ann, shop, "0.71234567", label="payment", change_first=True)


@scenario
def change_to_the_same_address(story: Story) -> None:
    """A wallet that sends change back to the address that it spends from.

    The output that pays an input's own address is change: certain, as far as anything is.
    """
    ann, shop = story.owner("ann", habit=Habit(reuses=True)), story.owner("shop")
    story.fund(ann[1], "0.9")
    story.pay(ann, shop, "0.31231231", label="payment")


@scenario
def fresh_change(story: Story) -> None:
    """A shop with one address for everybody is paid again: the other output is new, and is change.

    Of the second payment's two outputs exactly one was never seen before. Of the first one's, both.
    """
    ann, ben, shop = story.people("ann", "ben", "shop")
    for payer in (ann, ben):
        story.fund(payer, "0.9")
        story.pay(payer, shop["everybody"], "0.31231231", label=f"payment by {payer.name}")


@scenario
def change_spent_alike(story: Story) -> None:
    """How an output is spent shows whose it is.

    Ann's wallet makes version 1 with the height as lock time, the shop's version 2 without. The output
    spent by version 1 with a lock time is Ann's change. While it is unspent, the answer is unknown.
    """
    ann, shop = story.owner("ann", habit=Habit(1, height_as_lock_time=True)), story.owner("shop")
    story.fund(ann[1], "0.90123456")
    paid = story.pay(ann, shop, "0.31231231", label="payment")
    story.sweep(shop, shop["till"], spend=[paid])
    story.pay(ann, story.owner("cafe"), "0.12121212", label="change spent")


@scenario
def two_payments_no_change(story: Story) -> None:
    """Two outputs, and neither is change: both are payments, and the fee took the rest.

    0.31231231 BTC to a shop, 0.18765769 to a cafe. Every rule that names one of them as change is wrong.
    """
    ann, shop, cafe = story.people("ann", "shop", "cafe")
    story.fund(ann[1], "0.5")
    pays = [Pay(shop, "0.31231231", label="shop"), Pay(cafe, "0.18765769", label="cafe")]
    story.pay_many(ann, pays, fee="0.00003")
