"""Coinjoins in the shape of each protocol, and transactions of one owner that look like coinjoins."""

from __future__ import annotations

from clew.simulate.chain import Coin
from clew.simulate.scenarios.amount import satoshi
from clew.simulate.scenarios.cast import a_service, an_exchange
from clew.simulate.scenarios.mixing import Share, coinjoin, wabisabi_takes
from clew.simulate.scenarios.owners import Owner
from clew.simulate.scenarios.scenario import scenario
from clew.simulate.scenarios.story import FEE, Pay, Story

MILLION = 1_000_000
POOL = MILLION
"""Satoshi of each output in the pool of Whirlpool that is played here: 0.01 BTC."""

POOL_FEE = 50_000
PREMIX = POOL + 10_000
"""What an output of Tx0 holds: the pool's value and a part of the mixing fee."""


def _strangers(story: Story, count: int, least: str) -> list[Share]:
    """People with a coin each, of ``least`` or up to a third more, as shares that take nothing yet."""
    people = story.people(*(f"stranger {number}" for number in range(1, count + 1)))
    low = satoshi(least)
    return [Share(story.fund(each, story.dice.between(low, low * 4 // 3)), ()) for each in people]


@scenario
def joinmarket(story: Story) -> None:
    """A payer withdraws from an exchange, joins three strangers as JoinMarket does, and pays the service.

    Four equal outputs of 0.5 BTC, four of change; the payer is the taker and pays each maker 0.00005. Nobody
    signs for another: no two inputs belong together. Behind it, one of four equal outputs pays the service:
    the way back is broken, though the change can still be told by its amount.
    """
    exchange, service, ann = an_exchange(story), a_service(story), story.owner("ann")
    coin = story.pay(exchange, ann, "0.8", "withdrawal", customer="ann", label="withdrawal")
    makers = [each._replace(takes=["0.5"], fee=-5_000) for each in _strangers(story, 3, "1.1")]
    mixed, *_ = coinjoin(story, [Share([coin], ["0.5"], 15_000 + FEE), *makers])
    story.pay(ann, service.account("ann"), "0.05", "purchase", spend=mixed, label="payment")


@scenario
def joinmarket_payment(story: Story) -> None:
    """The taker's equal output of a JoinMarket round is itself the payment.

    The service receives 0.5 BTC in the coinjoin. Any of its four owners may have paid: broken, with four
    candidates.
    """
    service, ann = a_service(story), story.owner("ann")
    payment = Pay(service.account("ann"), "0.5", "purchase", payer="ann", label="payment")
    makers = [each._replace(takes=["0.5"], fee=-5_000) for each in _strangers(story, 3, "1.1")]
    coinjoin(story, [Share(story.fund(ann, "0.8"), [payment], 15_000 + FEE), *makers])


@scenario
def wasabi_1(story: Story) -> None:
    """A round of Wasabi 1: ten people, ten outputs of about 0.1 BTC, and the coordinator's fee.

    Eleven inputs, since one person brought two coins; ten equal outputs of 0.1000412, ten of change, one of
    fee. The two coins of one person are the only inputs that belong together, and nothing shows it.
    """
    shares = [each._replace(takes=["0.1000412"], fee=FEE + 3_000) for each in _strangers(story, 9, "0.15")]
    last = story.owner("stranger with two coins")
    shares.append(Share(story.fund(last, "0.07", "0.06"), ["0.1000412"], FEE + 3_000))
    fee = Pay(story.owner("coordinator"), 30_000, "fee")
    coinjoin(story, shares, extra=[fee])


@scenario
def wasabi_1_1(story: Story) -> None:
    """A round of Wasabi 1.1: the same with levels, so that larger coins mix further.

    Twelve people take 0.1 BTC each; six of them another 0.2 at the second level, and three of those 0.4
    at the third. Twelve, six and three equal outputs in one transaction.
    """
    levels = (["0.1"], ["0.1", "0.2"], ["0.1", "0.2", "0.4"])
    shares = []
    for number, each in enumerate(_strangers(story, 12, "0.75")):
        level = 0 if number < 6 else 1 if number < 9 else 2
        shares.append(each._replace(takes=levels[level], fee=FEE + 3_000 * (level + 1)))
    fee = Pay(story.owner("coordinator"), 3_000 * (6 + 2 * 3 + 3 * 3), "fee")
    coinjoin(story, shares, extra=[fee])


@scenario
def wabisabi(story: Story) -> None:
    """A small round of Wasabi 2: standard amounts of many sizes, and no change.

    Twelve people with two coins each take out standard amounts, inputs and outputs sorted with the largest
    first. One of them, Ann, withdrew from an exchange before and pays the service after. The way
    back is broken: her coins have equals. 24 inputs, no two of which belong together for certain.
    """
    exchange, service, ann = an_exchange(story), a_service(story), story.owner("ann")
    story.pay(exchange, ann, "0.11", "withdrawal", customer="ann", label="withdrawal")
    story.pay(exchange, ann, "0.05", "withdrawal", customer="ann")
    shares = [Share(ann.coins, ())]
    for number in range(1, 12):
        person = story.owner(f"stranger {number}", "p2tr" if number % 3 == 0 else "p2wpkh")
        values = [8 * MILLION + 131_072 * story.dice.below(40), 3 * MILLION + 59_049 * story.dice.below(40)]
        shares.append(Share(story.fund(person, *values), ()))
    mixed, *_ = coinjoin(story, [_decomposed(each) for each in shares], descending=True)
    story.pay(ann, service.account("ann"), "0.05", "purchase", spend=mixed[:1], label="payment")


def _decomposed(share: Share) -> Share:
    """The share with standard amounts taken; what they leave is its fee."""
    value = sum(coin.value for coin in share.coins)
    takes = wabisabi_takes(value - 2 * FEE)
    return share._replace(takes=takes, fee=value - sum(takes))


@scenario
def whirlpool(story: Story) -> None:
    """Whirlpool: Tx0 splits coins to the pool's size, two rounds mix them, and one is spent.

    Pool of 0.01 BTC, five in and five out. Five people come by a Tx0 each (one OP_RETURN, the pool's fee,
    two premix outputs of 0.0101, change). The first round has five newcomers, as only a pool's first can;
    the second has two newcomers, who pay its fee, and three who mix again for nothing. Ann pays the service
    after her second round: broken, with five candidates for each round. Tx0's change is still hers.
    """
    exchange, service = an_exchange(story), a_service(story)
    people = story.people("ann", "ben", "cem", "dana", "eva")
    coordinator = story.owner("coordinator")
    premixed = []
    for each in people:
        story.pay(
            exchange, each, "0.03", "withdrawal", customer=each.name, label=f"withdrawal of {each.name}"
        )
        premixed.append(_tx0(story, each, coordinator))
    pool = [Share([coins[0]], [POOL], PREMIX - POOL) for coins in premixed]
    first = [taken[0] for taken in coinjoin(story, pool)]
    pool = [Share([coin], [POOL], 0) for coin in first[:3]]
    pool += [Share([coins[1]], [POOL], PREMIX - POOL) for coins in premixed[3:]]
    second = [taken[0] for taken in coinjoin(story, pool)]
    story.pay(people[0], service.account("ann"), "0.005", "purchase", spend=second[:1], label="payment")


def _tx0(story: Story, owner: Owner, coordinator: Owner) -> list[Coin]:
    """Two premix outputs out of the owner's coin, and what belongs to a Tx0 beside them."""
    pays = [Pay(story.dice.data(64), 0, "data"), Pay(coordinator, POOL_FEE, "fee")]
    pays += [Pay(owner.fresh("premix"), PREMIX, "move") for _ in range(2)]
    return story.pay_many(owner, pays)[2:]


@scenario
def batch_payout(story: Story) -> None:
    """An exchange pays five customers the same amount out of five addresses: it looks like a coinjoin.

    Five inputs of five addresses, five outputs of 0.1 BTC, one of change: JoinMarket's shape, and one owner.
    What tells is that the five have signed together before, in a payout that looks like nothing else.
    """
    exchange = story.owner("exchange")
    places = [exchange[number] for number in range(1, 6)]
    before = [story.fund(place, "0.3")[0] for place in places]
    story.pay(exchange, story.owner("first customer"), "1.4", "withdrawal", spend=before)
    coins = [story.fund(place, "0.11")[0] for place in places]
    customers = [story.owner(f"customer {number}") for number in range(1, 6)]
    pays = [Pay(each, "0.1", "withdrawal", customer=each.name, label=each.name) for each in customers]
    story.pay_many(exchange, pays, spend=coins)


@scenario
def exchange_sweep(story: Story) -> None:
    """An exchange sweeps six deposits into three cold addresses of 1 BTC each: it looks like a coinjoin.

    Six inputs of six addresses, three equal outputs and one of change; one owner. What tells is that the
    six have signed together before, and that the three equal outputs are spent together afterwards.
    """
    exchange = story.owner("exchange")
    places = [exchange.account(f"customer {number}") for number in range(1, 7)]
    for amount in ("0.2", "0.55"):
        coins = [story.fund(place, amount)[0] for place in places]
        if amount == "0.2":
            story.sweep(exchange, exchange["hot wallet"], spend=coins)
    pays = [Pay(exchange[f"cold {number}"], "1", "move") for number in (1, 2, 3)]
    cold = story.pay_many(exchange, pays, spend=coins)
    story.sweep(exchange, exchange["vault"], spend=cold)


@scenario
def stonewall(story: Story) -> None:
    """A payment dressed up as a coinjoin of two: one owner, two equal outputs, two of change.

    Ann pays 0.2 BTC, and sends herself another 0.2 in the same transaction. It has the shape of a coinjoin of
    two people; the inputs are all hers. No rule can tell it from one with a second person: it is reported
    apart, and joins nothing.
    """
    ann, shop = story.people("ann", "shop")
    coins = story.fund(ann, "0.35", "0.33")
    pays = [
        Pay(shop, "0.2", label="payment"),
        Pay(ann, "0.2", "move", note="to look like a second payment"),
        Pay(ann.fresh("change"), "0.149995", "change"),
        Pay(ann.fresh("change"), "0.129995", "change"),
    ]
    story.join(coins, pays)
