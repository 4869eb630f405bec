"""Money that moves on: sweeps, peeling chains, mixtures, and what happens at an exchange."""

from __future__ import annotations

from clew.simulate.scenarios.cast import a_service, an_exchange, proceeds
from clew.simulate.scenarios.scenario import scenario
from clew.simulate.scenarios.story import Pay, Story


@scenario
def sweep(story: Story) -> None:
    """A service sweeps the accounts of its members: three together, one alone, one never.

    All five addresses are the service's. Signing together shows three of them; no rule can know the
    other two. From those three came 3 payments of 0.15 BTC in all; in truth there were 5, of 0.25
    BTC. The sweep itself is the operator's own money: no payment.
    """
    exchange, service = an_exchange(story), a_service(story)
    paid = [
        story.pay(exchange, service.account(member), "0.05", "purchase", customer=member, label=member)
        for member in ("ann", "ben", "cem", "dana", "eva")
    ]
    story.sweep(service, service["till"], spend=paid[:3], label="sweep of three")
    story.sweep(service, service["till"], spend=paid[3:4])


@scenario
def peeling_chain(story: Story) -> None:
    """A peeling chain: a large coin pays small amounts, one after the other, each time out of its change.

    Six steps, each of which pays 1.5 BTC into an exchange account, three in either of two names. 0.99994
    BTC are left: 10 less 9 and six fees of 0.00001. Followed from the first coin by change, the chain
    ends at an unspent output; followed back from the last, at that coin. No two of its addresses sign
    together, so that each stands alone.
    """
    operator, exchange = proceeds(story, "10"), an_exchange(story)
    accounts = [exchange.account("a nominee"), exchange.account("another nominee")] * 3
    story.peel(operator, accounts, "1.5", "cash-out")


@scenario
def fifo_is_not_haircut(story: Story) -> None:
    """Tainted money between clean: every convention leads it somewhere else.

    Clean 1, tainted 3 and clean 6 BTC, in this order, pay 2 to a shop, 4 to a broker, 3.9 to an exchange,
    and a fee of 0.1. Of the 3 tainted BTC arrive, by convention, at shop, broker, exchange and fee:
    FIFO 1, 2, 0, 0; LIFO 0, 0, 3, 0; haircut 0.6, 1.2, 1.17, 0.03; seniority 2, 1, 0, 0; juniority
    0, 0, 2.9, 0.1; to the highest output first 0, 3, 0, 0; poison taints all. By maximum flow the most that
    could have arrived is 2, 3, 3 and 0.1, the least that must have 0 for each.
    """
    service, operator = a_service(story), story.owner("operator")
    story.fund(service, "3.00001")
    first, last = story.fund(operator, "1", "6")
    tainted = story.pay(service, operator, "3", "move", label="tainted")
    shop, broker, exchange = story.people("shop", "broker", "exchange")
    pays = [Pay(shop, "2", label="shop"), Pay(broker, "4", label="broker")]
    pays.append(Pay(exchange.account("operator"), "3.9", "cash-out", label="exchange"))
    story.pay_many(operator, pays, spend=[first, tainted, last], fee="0.1")


@scenario
def permuted_outputs(story: Story) -> None:
    """The same payments twice, with outputs in another order: FIFO moves, haircut does not.

    Twice, clean 1, tainted 3 and clean 6 BTC pay 2 to a shop, 4 to a broker, 3.9 to an exchange, and a fee
    of 0.1. By FIFO, of the tainted 3 the exchange gets 0 the first time, when it stands last, and 2.9 the
    second time, when it stands first; the broker 2 and 0.1; the shop 1 and 0. By haircut it is 1.17, 1.2
    and 0.6 both times. The order was the wallet's choice, and says nothing about who got what.
    """
    service, operator = a_service(story), story.owner("operator")
    shop, broker, exchange = story.people("shop", "broker", "exchange")
    for time, order in (("first", (0, 1, 2)), ("second", (2, 1, 0))):
        story.fund(service, "3.00001")
        before, after = story.fund(operator, "1", "6")
        tainted = story.pay(service, operator, "3", "move", label=f"{time} tainted")
        pays = [Pay(shop, "2", label=f"{time} shop"), Pay(broker, "4", label=f"{time} broker")]
        pays.append(Pay(exchange.account("operator"), "3.9", "cash-out", label=f"{time} exchange"))
        story.pay_many(operator, [pays[n] for n in order], spend=[before, tainted, after], fee="0.1")


@scenario
def merged_at_a_deposit(story: Story) -> None:
    """Three small payments come together only at an exchange.

    Three members' accounts are moved one by one, never together, to one deposit address of the
    operator's account: 3 × 0.04999 = 0.14997 BTC arrive. Nothing joins the three accounts; the deposit
    address does, as a lead. The exchange then moves it together with another customer's deposit: that
    transaction is the exchange's, and a trace of the operator's money has ended before it.
    """
    exchange, service, other = an_exchange(story), a_service(story), story.owner("other customer")
    story.fund(other, "2")
    for member in ("ann", "ben", "cem"):
        story.pay(exchange, service.account(member), "0.05", "purchase", customer=member)
    for coin in service.coins:
        story.sweep(service, exchange.account("operator"), "cash-out", spend=[coin])
    story.pay(other, exchange.account("other customer"), "1", "deposit")
    deposited = [coin for coin in exchange.coins if story.place_of(coin).role == "account"]
    story.sweep(exchange, exchange["hot wallet"], spend=deposited)


@scenario
def deposit_and_withdrawal(story: Story) -> None:
    """The same amount goes into an exchange and out of it in the same hour: two customers.

    The operator deposits 0.5 BTC; a member withdraws 0.5 BTC, straight to the service. Two requests to
    one exchange: the withdrawal is an output that it made, the deposit one that it received at the address
    of an account. Of the service's two accounts one was paid 0.50001 BTC and sent 0.5; the other was paid
    0.5, which did not come from the first.
    """
    exchange, service = an_exchange(story), a_service(story)
    first = story.pay(exchange, service.account("ann"), "0.50001", "purchase", customer="ann")
    story.sweep(service, exchange.account("operator"), "cash-out", spend=[first], label="deposit")
    story.pay(exchange, service.account("ben"), "0.5", "purchase", customer="ben", label="withdrawal")


@scenario
def second_exchange(story: Story) -> None:
    """A payer moves coins to a second exchange before paying from there.

    The payment came from the second exchange, which knows its customer: one request, for its own withdrawal.
    The coins it paid with came from its hot wallet, not from that deposit, so that no route on the ledger
    leads on to the first exchange. That the same person used both is in the second one's records only.
    """
    first, second, service = an_exchange(story, "first"), an_exchange(story, "second"), a_service(story)
    story.pay(first, second.account("ann"), "0.3", "deposit", customer="ann")
    story.sweep(second, second["cold wallet"], spend=second.coins[-1:])
    story.pay(second, service.account("ann"), "0.2", "purchase", customer="ann", label="payment")


@scenario
def unknown_holder(story: Story) -> None:
    """Between the exchange and the service stands another service, which nobody has tagged.

    Ann and Ben each deposit 0.4 BTC with it, from the exchange. Cem, who never was at the exchange, is the
    one who pays the service, out of a pool whose first coins, by FIFO, were sent for Ann. A route that goes
    through leads to Ann, who paid nothing: it must end at the untagged service. What that is shows in its
    addresses for customers, emptied together, and in its payout of six at a time.
    """
    exchange, service = an_exchange(story), a_service(story)
    unknown, cem = story.owner("untagged service"), story.owner("cem")
    story.fund(cem, "1")
    for name in ("ann", "ben"):
        story.pay(
            exchange, unknown.account(name), "0.4", "deposit", customer=name, label=f"deposit of {name}"
        )
    story.pay(cem, unknown.account("cem"), "0.4", "deposit")
    pool = story.sweep(unknown, unknown["pool"])
    pays = [Pay(service.account("cem"), "0.2", "purchase", customer="cem", label="payment")]
    pays += [
        Pay(story.owner(f"customer {n}"), "0.1", "withdrawal", customer=f"customer {n}") for n in range(5)
    ]
    story.pay_many(unknown, pays, spend=[pool])


@scenario
def through_a_hot_wallet(story: Story) -> None:
    """A path leads from one customer of an exchange to another, and connects nobody.

    Ann's deposit goes to the hot wallet, and from it Ben is paid the same day. There is a path of three
    transactions from Ann to Ben; it says only that both are customers of one exchange.
    """
    exchange, ann, ben = an_exchange(story, holds="1"), *story.people("ann", "ben")
    story.fund(ann, "5.00001")
    story.sweep(ann, exchange.account("ann"), "deposit", label="from ann")
    story.sweep(exchange, exchange["hot wallet"])
    story.pay(exchange, ben, "3", "withdrawal", customer="ben", label="to ben")


@scenario
def layering(story: Story) -> None:
    """A coin passes through five addresses within one block and is cashed out in the next.

    Six transactions carry 2 BTC less six fees from the proceeds to an exchange account: 1.99994 BTC arrive.
    All addresses between are the operator's; none signs with another. Indications are the haste, and
    that nothing joins or leaves on the way. A wallet that moves house does the same.
    """
    operator, exchange = proceeds(story, "2"), an_exchange(story)
    with story.one_block():
        for station in range(1, 6):
            story.sweep(operator, operator[station], "move")
    story.sweep(operator, exchange.account("operator"), "cash-out", label="cash-out")


@scenario
def dormancy(story: Story) -> None:
    """Proceeds lie still for 400 days, then move to an exchange within an hour.

    1.99998 BTC arrive in two steps. The age of the coin when it moved is 400 days; that it was waiting for
    something is not on the ledger.
    """
    operator, exchange = proceeds(story, "2"), an_exchange(story)
    story.wait(days=400)
    story.sweep(operator, operator["on the way"], "move", label="moved")
    story.sweep(operator, exchange.account("operator"), "cash-out")


@scenario
def split_under_a_threshold(story: Story) -> None:
    """Nine and a half bitcoin become ten deposits, each a little below a limit of one.

    Ten days, ten deposits of 0.95 BTC, to four accounts in three names at two exchanges: 9.5 BTC in all. The
    limit of 1 BTC is made up; what counts as splitting depends on the one in force. Equal wages look the
    same.
    """
    operator = proceeds(story, "9.6")
    first, second = an_exchange(story, "first"), an_exchange(story, "second")
    accounts = [first.account("operator"), first.account("a nominee")]
    accounts += [second.account("another nominee"), second.account("operator")]
    for day in range(10):
        story.pay(operator, accounts[day % 4], "0.95", "cash-out")
        story.wait(days=1)


@scenario
def round_trip(story: Story) -> None:
    """Money leaves the operator, passes two brokers, and comes back to another wallet of his.

    Of 5 BTC that left, 4.9 come back; each broker kept 0.04999. It was not spent on anything. That the
    second wallet is the operator's shows only when he spends at once from it and from the first address.
    """
    operator = proceeds(story, "5")
    second = story.owner("second wallet", actor="operator")
    brokers = story.people("broker", "other broker")
    story.fund(operator["proceeds"], "0.2")
    story.sweep(operator, brokers[0], "payment", spend=operator.coins[:1], fee=0, label="left")
    story.pay(brokers[0], brokers[1], "4.95")
    story.pay(brokers[1], second[1], "4.9", label="came back")
    story.join([*operator.coins, *second.coins], [Pay(second, "5.09999", "sweep")])


@scenario
def consolidation_before_cash_out(story: Story) -> None:
    """Eight members' payments are gathered into one coin, which goes to an exchange at once.

    8 × 0.05 BTC, two fees of 0.00001: 0.39998 arrive. Signing together shows all eight accounts to be
    the service's, so that the register of payments is complete: 8 payments of 0.4 BTC in all.
    """
    exchange, service = an_exchange(story), a_service(story)
    for number in range(1, 9):
        member = f"member {number}"
        story.pay(exchange, service.account(member), "0.05", "purchase", customer=member)
    story.sweep(service, service["gathered"], label="gathered")
    story.sweep(service, exchange.account("operator"), "cash-out", label="cash-out")


@scenario
def accounts_fed_by_one_flow(story: Story) -> None:
    """One coin of proceeds feeds accounts in three names at two exchanges.

    Each name gets 1 BTC, by a transaction of its own from an address of its own; the three addresses were
    filled by one transaction of the operator's. Three persons who seem to have nothing to do with
    each other have one source.
    """
    operator = proceeds(story, "4")
    first, second = an_exchange(story, "first"), an_exchange(story, "second")
    pays = [Pay(operator[number], "1.00001", "move") for number in (1, 2, 3)]
    filled = story.pay_many(operator, pays)
    accounts = [first.account("operator"), first.account("a nominee"), second.account("another nominee")]
    for coin, account in zip(filled, accounts, strict=True):
        story.sweep(operator, account, "cash-out", spend=[coin])
        story.wait(days=3)
