"""How payers pay: straight from an exchange, through a wallet of their own, and by other hands."""

from __future__ import annotations

from clew.simulate.scenarios.cast import a_service, an_exchange
from clew.simulate.scenarios.rows import INVISIBLE
from clew.simulate.scenarios.scenario import scenario
from clew.simulate.scenarios.story import Pay, Story


@scenario
def straight_from_an_exchange(story: Story) -> None:
    """A member withdraws from an exchange straight to the account at the service.

    The route has no step between: direct. The exchange made the output that pays the service, and its
    books say for which customer.
    """
    exchange, service = an_exchange(story), a_service(story)
    story.pay(exchange, service.account("ann"), "0.05", "purchase", customer="ann", label="payment")


@scenario
def batched_withdrawal(story: Story) -> None:
    """An exchange pays six customers in one transaction; one of the outputs goes to the service.

    Direct, for that output alone. The other five customers have nothing to do with it: a request names
    the output, not the transaction.
    """
    exchange, service = an_exchange(story), a_service(story)
    pays = [
        Pay(each, "0.1", "withdrawal", customer=each.name) for each in story.people("b", "c", "d", "e", "f")
    ]
    pays.insert(3, Pay(service.account("ann"), "0.05", "purchase", customer="ann", label="payment"))
    story.pay_many(exchange, pays)


@scenario
def through_an_own_wallet(story: Story) -> None:
    """Two withdrawals to a wallet of the payer's own, which then pays from both.

    The two addresses sign together, and nothing else came to them: own wallet. Two withdrawals funded the
    payment, of 0.03 and 0.04 BTC; it took 0.06001, fee included. Two outputs for one request, to one
    exchange, which will find one customer.
    """
    exchange, service, ann = an_exchange(story), a_service(story), story.owner("ann")
    for amount in ("0.03", "0.04"):
        story.pay(exchange, ann, amount, "withdrawal", customer="ann", label=f"withdrawal of {amount}")
    story.pay(ann, service.account("ann"), "0.06", "purchase", label="payment")


@scenario
def through_many_hops(story: Story) -> None:
    """A withdrawal moves on through four addresses before it pays the service.

    All four are the payer's, and none signs with another: the route is inferred, not known. The coins
    did come from that withdrawal: 0.1 BTC, of which 0.05 paid the service and the rest came back as
    change on the way.
    """
    exchange, service, ann = an_exchange(story), a_service(story), story.owner("ann")
    coin = story.pay(exchange, ann[1], "0.1", "withdrawal", customer="ann", label="withdrawal")
    for hop, amount in ((2, "0.09"), (3, "0.08"), (4, "0.07")):
        coin = story.pay(ann, ann[hop], amount, "move", spend=[coin])
    story.pay(ann, service.account("ann"), "0.05", "purchase", spend=[coin], label="payment")


@scenario
def two_exchanges_fund_one_payment(story: Story) -> None:
    """A payment out of a withdrawal from one exchange and another from a second.

    Own wallet, with two shares: 0.02 BTC from the first, 0.03 from the second, and 0.05 less the fee of
    0.00001 arrived. Two requests, neither of which knows of the other.
    """
    service, ann = a_service(story), story.owner("ann")
    for name, amount in (("first", "0.02"), ("second", "0.03")):
        story.pay(
            an_exchange(story, name), ann, amount, "withdrawal", customer="ann", label=f"from the {name}"
        )
    story.sweep(ann, service.account("ann"), "purchase", label="payment")


@scenario
def bought_with_cash(story: Story) -> None:
    """A member buys coins for cash from a dealer, who sends them straight to the service.

    The route leads to the dealer's account at an exchange. The dealer sold coins, and did not pay the
    service: an innocent whom no ledger can tell from a payer.
    """
    exchange, service, dealer = an_exchange(story), a_service(story), story.owner("dealer")
    story.pay(exchange, dealer[1], "0.5", "withdrawal", customer="dealer", label="withdrawal")
    account = service.account("ann")
    story.pay(
        dealer, account, "0.05", "purchase", payer="ann", innocent=INVISIBLE, label="payment", note="for cash"
    )


@scenario
def paid_by_a_friend(story: Story) -> None:
    """A member has a friend pay, who is told that it is for something else.

    Direct from the exchange, whose books name the friend. Who meant to pay is the member: the
    ledger and the exchange lead to an innocent.
    """
    exchange, service = an_exchange(story), a_service(story)
    why = "the friend was told that it is for a game"
    account = service.account("ann")
    story.pay(
        exchange, account, "0.05", "purchase", payer="ann", customer="ben", innocent=INVISIBLE, note=why,
        label="payment",
    )  # fmt: skip
