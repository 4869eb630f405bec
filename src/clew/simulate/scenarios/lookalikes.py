"""Innocents: what looks like somebody's payment to the service, and is not theirs."""

from __future__ import annotations

from clew.simulate.scenarios.cast import a_service, an_exchange
from clew.simulate.scenarios.owners import Habit
from clew.simulate.scenarios.rows import INVISIBLE, VISIBLE
from clew.simulate.scenarios.scenario import scenario
from clew.simulate.scenarios.story import Pay, Story


@scenario
def account_taken_over(story: Story) -> None:
    """A thief with Ann's password withdraws from her account at an exchange, straight to the service.

    On the ledger it is a payment like any other: direct, 0.05 BTC. The exchange's books name Ann, who
    did not pay. Nothing on the ledger can show it; the exchange's log of devices and addresses may.
    """
    exchange, service = an_exchange(story), a_service(story)
    story.pay(
        exchange, service.account("thief"), "0.05", "purchase", payer="thief", customer="ann",
        innocent=INVISIBLE, label="payment", note="with a stolen password",
    )  # fmt: skip


@scenario
def account_resold(story: Story) -> None:
    """Ann opened an account at an exchange and sold it; the buyer pays the service from it.

    Direct. The exchange's books name Ann, who has not had the account for a year. The ledger cannot
    show it.
    """
    exchange, service = an_exchange(story), a_service(story)
    story.pay(exchange, story.owner("ann"), "0.1", "withdrawal", customer="ann")
    story.wait(days=365)
    story.pay(
        exchange, service.account("buyer"), "0.05", "purchase", payer="buyer", customer="ann",
        innocent=INVISIBLE, label="payment", note="ann sold the account",
    )  # fmt: skip


@scenario
def gift(story: Story) -> None:
    """Ann withdraws coins to Ben's address, a present; Ben pays the service with them.

    The ledger shows a withdrawal, one address, and the payment: own wallet, since nobody else's coins
    came between. The exchange names Ann, who gave a present. The ledger cannot show that the address was
    not hers.
    """
    exchange, service, ben = an_exchange(story), a_service(story), story.owner("ben")
    present = story.pay(
        exchange, ben[1], "0.1", "gift", customer="ann", innocent=INVISIBLE, label="gift", note="a birthday"
    )
    story.pay(ben, service.account("ben"), "0.05", "purchase", spend=[present], label="payment")


@scenario
def typing_error(story: Story) -> None:
    """Ann means to pay a shop and pastes an address that she had copied from a warning about the service.

    A payment of 0.05 BTC to the service from an own wallet. She paid the shop ten minutes later, the same
    amount; that is all the ledger has to say.
    """
    exchange, service = an_exchange(story), a_service(story)
    ann, shop = story.people("ann", "shop")
    story.pay(exchange, ann[1], "0.2", "withdrawal", customer="ann")
    account = service.account("warned of")
    story.pay(ann, account, "0.05", "mistake", innocent=INVISIBLE, label="payment", note="meant for the shop")
    story.pay(ann, shop, "0.05")


@scenario
def dust(story: Story) -> None:
    """A stranger sends 700 satoshi to each of four accounts of the service, to see where they go.

    Four outputs to the service, none of them a payment for anything: the amount is less than the fee
    of spending it, and one transaction made all four. One true payment of 0.05 BTC remains. Some dust is
    swept along with it, which shows everybody that two of the accounts belong together.
    """
    exchange, service, stranger = an_exchange(story), a_service(story), story.owner("stranger")
    story.fund(stranger, "0.01")
    accounts = [service.account(member) for member in ("ann", "ben", "cem", "dana")]
    story.pay(exchange, accounts[0], "0.05", "purchase", customer="ann", label="payment")
    story.pay_many(stranger, [Pay(each, 700, "dust", innocent=VISIBLE) for each in accounts])
    swept = [coin for coin in service.coins if story.place_of(coin) in accounts[:2]]
    story.sweep(service, service["till"], spend=swept)


@scenario
def refund(story: Story) -> None:
    """An exchange sends a rejected deposit back to the address of the service that it came from.

    It looks as if a customer of the exchange had paid the service 0.1 BTC. Two hours earlier 0.1 BTC went
    the other way, from that address to the exchange: visible. From outside came one payment, of
    0.10001 BTC.
    """
    exchange, service = an_exchange(story), a_service(story)
    account = service.account("ann")
    story.pay(exchange, account, "0.10001", "purchase", customer="ann", label="payment")
    story.sweep(service, exchange.account("operator"), "cash-out", label="rejected")
    story.wait(12)
    story.pay(exchange, account, "0.1", "refund", customer="operator", innocent=VISIBLE, label="refund")


@scenario
def change_that_looks_like_a_payment(story: Story) -> None:
    """The operator buys something from a private wallet, and has the change sent to the service.

    It looks as if the private wallet had paid the service 0.69999 BTC. Later the operator spends from
    both at once, and the change turns out to be his own money: from outside came one payment, of 0.05 BTC,
    and the coins that the private wallet began with.
    """
    exchange, service = an_exchange(story), a_service(story)
    private, shop = story.owner("private wallet", actor="operator"), story.owner("shop")
    story.fund(private[1], "1", "0.2")
    paid = story.pay(exchange, service.account("ann"), "0.05", "purchase", customer="ann", label="payment")
    change = Pay(service.account("nobody"), "0.69999", "change", innocent=VISIBLE, label="change")
    made = story.pay_many(private, [Pay(shop, "0.3"), change], spend=private.coins[:1])
    story.join([*private.coins, paid, made[1]], [Pay(service["till"], "0.94998", "sweep")])


@scenario
def custodial_payer(story: Story) -> None:
    """A wallet shared by many pays the service for one of them.

    Its app gives everybody the same address to fill up. Ann's, Ben's and Cem's coins come from an
    exchange; Dana's do not, and Dana pays the service, with the coin that came for Ann. To take the wallet
    for a person's own leads to Ann, who paid nothing. Visible: three customers of one exchange fill one
    address, which pays four strangers within the day.
    """
    exchange, service = an_exchange(story), a_service(story)
    dana, custodian = story.owner("dana"), story.owner("custodian", habit=Habit(reuses=True))
    story.fund(dana, "1")
    for name in ("ann", "ben", "cem"):
        story.pay(exchange, custodian["everybody"], "0.3", "deposit", customer=name, label=f"for {name}")
    story.pay(dana, custodian["everybody"], "0.3", "deposit")
    story.pay(
        custodian, service.account("dana"), "0.1", "purchase", customer="dana", innocent=VISIBLE,
        label="payment", note="with coins that came for ann",
    )  # fmt: skip
    for name in ("cafe", "baker", "cinema"):
        story.pay(custodian, story.owner(name), "0.05", customer="ben")


@scenario
def service_pays_itself(story: Story) -> None:
    """The operator moves coins to an account of his own service, as a test purchase.

    It looks as if a wallet had paid 0.02 BTC. Once both addresses sign together it is seen to be
    the service's own money: from outside came one payment of 0.1 BTC.
    """
    exchange, service = an_exchange(story), a_service(story)
    story.pay(exchange, service.account("ann"), "0.1", "purchase", customer="ann", label="payment")
    story.pay(
        service, service.account("test"), "0.02", "move", innocent=VISIBLE, label="test",
        change=service.account("ann"),
    )  # fmt: skip
    story.sweep(service, exchange.account("operator"), "cash-out")
