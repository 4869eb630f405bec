"""Who controls what: addresses that belong together, and transactions that join strangers."""

from __future__ import annotations

from clew.simulate.locks import (
    KNOWN_KEY,
    SIGHASH_ANYONECANPAY,
    SIGHASH_SINGLE,
    pay_to_anchor,
    pay_to_anyone,
    pay_to_multisig,
    pay_to_pubkeyhash,
    pay_to_witness_anyone,
    pay_to_witness_multisig,
)
from clew.simulate.scenarios.cast import a_service
from clew.simulate.scenarios.owners import Habit, Owner
from clew.simulate.scenarios.scenario import scenario
from clew.simulate.scenarios.story import Pay, Story


def _wallet_of_three(story: Story, name: str, actor: str = "") -> Owner:
    """A wallet whose three addresses have signed together, and whose first has 0.2 BTC more."""
    made = story.owner(name, actor=actor)
    story.fund(made, "1", "1", "1")
    story.sweep(made, made["kept"])
    story.fund(made[1], "0.2")
    return made


@scenario
def mistaken_join(story: Story) -> None:
    """Two wallets are joined by one mistaken transaction.

    Ann and Ben have three addresses each. Once Ben pays with a paper wallet of Ann's that he had scanned by
    mistake: from then on all six are one entity, and no rule can know better. What can be said is that
    everything hangs on that one transaction: without it there are three and three.
    """
    ann, ben = _wallet_of_three(story, "ann"), _wallet_of_three(story, "ben")
    shop = story.owner("shop")
    pays = [
        Pay(shop, "0.3", payer="ben", label="mistake", note="with ann's coin, too"),
        Pay(ben, "0.09999", "change", payer="ben"),
    ]
    story.join([ben.coins[-1], ann.coins[-1]], pays)


@scenario
def bridge(story: Story) -> None:
    """Part of an entity hangs on a single transaction.

    Eight addresses, one operator. Five have signed together twice, the other three twice, and one
    transaction joins the five to the three: of 8 addresses 5 stand without any one transaction, and 3,
    which have received 2.9 BTC, hang on the bridge. Seen from one of the three, 3 stand and 5 hang.
    """
    service = a_service(story)
    five, three = [service[n] for n in range(1, 6)], [service[n] for n in range(6, 9)]
    for together in (five, three):
        for amount in ("0.5", "0.4"):
            coins = [story.fund(place, amount)[0] for place in together]
            story.sweep(service, service.fresh("kept"), spend=coins)
    ends = [story.fund(place, "0.2")[0] for place in (five[-1], three[0])]
    story.sweep(service, service.fresh("kept"), spend=ends, label="bridge")


@scenario
def ring(story: Story) -> None:
    """Two chains of reasons lead from one address to another.

    Four addresses, one wallet: the first signs with the second, the second with the third, the third with the
    fourth, the fourth with the first. From the first to the third there are two chains of two steps that
    share no transaction, so that two transactions would have to be wrong for them to be two wallets; none of
    the four hangs on any one. A fifth signs with the fourth alone, and hangs on that.
    """
    wallet = story.owner("wallet")
    places = [wallet[number] for number in range(1, 6)]
    for first, second in ((0, 1), (1, 2), (2, 3), (3, 0), (3, 4)):
        coins = [story.fund(places[at], amount)[0] for at, amount in ((first, "0.2"), (second, "0.3"))]
        story.sweep(wallet, wallet.fresh("kept"), spend=coins, label=f"{first + 1} with {second + 1}")


@scenario
def late_merge(story: Story) -> None:
    """Two services turn out to have one operator, a hundred blocks after the last of either was heard of.

    Three addresses each. Up to the block before the last transaction there are two entities of three, and
    whoever asks about that height must be told so; since then there is one of six, and the id of the
    younger entity leads to the older.
    """
    first = _wallet_of_three(story, "first service", "operator")
    second = _wallet_of_three(story, "second service", "operator")
    story.wait(100)
    coins = [first.coins[-1], second.coins[-1]]
    story.join(coins, [Pay(first["after"], "0.39999", "sweep", label="merge")])


@scenario
def payjoin(story: Story) -> None:
    """A PayJoin: the payee adds a coin of their own to the payment.

    Ann pays a shop 0.3 BTC. The shop's output holds 0.8, because 0.5 of it was the shop's own before. Two
    owners signed: to join their addresses is wrong, and so is the amount of 0.8. Nothing proves it; a
    flag is all there can be, as for every payment of two inputs and two outputs in which the smaller input
    would not have been needed.
    """
    ann, shop = story.people("ann", "shop")
    [mine], [theirs] = story.fund(ann[1], "1"), story.fund(shop[1], "0.5")
    paid = Pay(shop[2], "0.8", "payment", payer="ann", paid="0.3", label="payment", note="BIP 78")
    story.join([mine, theirs], [paid, Pay(ann["change"], "0.69999", "change", payer="ann", source="ann")])


@scenario
def same_key(story: Story) -> None:
    """One key stands behind four scripts: bare, hashed, witness, and witness in a script hash.

    All four are one person's, and each was spent alone: signing together shows nothing, the key does.
    Bare and hashed are one address, so that there are three, with 0.5 (twice 0.25), 0.25 and 0.25 BTC.
    """
    ann, shop = story.people("ann", "shop")
    for kind in ("p2pk", "p2pkh", "p2wpkh", "p2sh-p2wpkh"):
        story.fund(ann.address("key", kind), "0.25")
    for coin in ann.coins:
        story.sweep(ann, shop, "payment", spend=[coin])


@scenario
def shared_multisig(story: Story) -> None:
    """Three people's keys stand in one bare multisig, and each has an address of the same key, too.

    Any two of them can spend from it; that does not make them one. The three addresses belong to three
    people, and the multisig to none of them alone.
    """
    people = story.people("ann", "ben", "cem", kind="p2pkh")
    keys = [each["key"].lock.keys[0] for each in people]
    together = story.owner("family", actor=" + ".join(each.name for each in people))
    shared = together.holds("box", pay_to_multisig(2, keys), kind="multisig")
    for each in people:
        story.fund(each["key"], "0.5")
    story.pay_many(people[0], [Pay(shared, "0.3", "escrow")], change=people[0]["key"])
    for each in (together, *people[1:]):
        story.sweep(each, story.owner(f"shop of {each.name}"), "payment")


@scenario
def known_key(story: Story) -> None:
    """Coins lie at a key that everybody knows, and strangers pick them up together with their own.

    It is the private key 1. Ann and Ben each spend a coin from it beside one of their own: signing together
    joins Ann, Ben and the key's address, and is wrong. Of an input that everybody can sign nothing
    follows: unknown.
    """
    everybody, (ann, ben) = story.owner("everybody", "p2pkh"), story.people("ann", "ben")
    place = everybody.holds("known key", pay_to_pubkeyhash(KNOWN_KEY), kind="p2pkh")
    for finder in (ann, ben):
        [own], [found] = story.fund(finder[1], "0.1"), story.fund(place, "0.01")
        story.join([own, found], [Pay(finder[2], "0.10999", "sweep")])


@scenario
def anyone_can_spend(story: Story) -> None:
    """Outputs without any lock, spent by strangers beside coins of their own.

    Ann and Ben pick up one each of a script that is a bare OP_TRUE, Cem and Dana one each of a witness script
    hash, which shows only when it is spent that OP_TRUE is all there is. That joins nobody: unknown.
    """
    everybody = story.owner("everybody")
    boxes = [
        everybody.holds("open box", pay_to_anyone()),
        everybody.holds("hidden box", pay_to_witness_anyone()),
    ]
    for number, finder in enumerate(story.people("ann", "ben", "cem", "dana")):
        [own], [found] = story.fund(finder[1], "0.1"), story.fund(boxes[number // 2], "0.01")
        story.join([own, found], [Pay(finder[2], "0.10999", "sweep")])


@scenario
def anchors(story: Story) -> None:
    """Pay-to-anchor outputs of two strangers' transactions are gathered by a third.

    All anchors of the world are one address, which needs no signature. That Cem spends Ann's and Ben's
    makes them neither each other nor him: unknown.
    """
    ann, ben, cem = story.people("ann", "ben", "cem")
    anchor = story.owner("everybody").holds("anchor", pay_to_anchor(), kind="anchor")
    story.fund(cem[1], "0.1")
    for each in (ann, ben):
        story.fund(each[1], "0.5")
        story.pay_many(each, [Pay(each[2], "0.3", "move"), Pay(anchor, 240, "data")])
    story.join([*cem.coins, *anchor.owner.coins], [Pay(cem[2], "0.09999", "sweep")])


@scenario
def exchange_order(story: Story) -> None:
    """Two trades, each offered by one signature and completed by a stranger.

    The seller signs input and price alone, SINGLE|ANYONECANPAY (0x83 at the end of the signature): take
    this coin, if that output pays me. The buyer adds the rest. Two owners sign, and must not be joined;
    only the type of signature shows it: unknown. The second is the same in taproot.
    """
    order = SIGHASH_SINGLE | SIGHASH_ANYONECANPAY
    for kind, names in (("p2wpkh", ("ann", "ben")), ("p2tr", ("cem", "dana"))):
        seller, buyer = story.people(*names, kind=kind)
        [thing], [money] = story.fund(seller[1], "0.0001"), story.fund(buyer[1], "1")
        pays = [
            Pay(
                seller[2], "0.4", "trade", payer=buyer.name, source=buyer.name, label=f"price by {buyer.name}"
            ),
            Pay(buyer[2], "0.0001", "trade", payer=seller.name, source=seller.name),
            Pay(buyer[3], "0.59999", "change", payer=buyer.name, source=buyer.name),
        ]
        story.join([thing, money], pays, hash_types=[order, None])


@scenario
def dual_funded_channel(story: Story) -> None:
    """Two people fund a channel together, pay each other within it, and close it in agreement.

    Ann puts in 0.6 and Ben 0.4 BTC, by one transaction that both sign: a two-of-two output, and change
    for each. It must not join them. Within the channel 0.1 passes from Ann to Ben, which the ledger
    shows nowhere but in what each gets back: 0.49999 and 0.5. The channel's address is both's.
    """
    ann, ben = story.people("ann", "ben")
    keys = sorted(story.chain.key(f"channel of {each}") for each in ("ann", "ben"))
    both = story.owner("channel", actor="ann + ben")
    channel = both.holds("1", pay_to_witness_multisig(2, keys), kind="p2wsh")
    [first], [second] = story.fund(ann[1], "1"), story.fund(ben[1], "0.7")
    pays = [
        Pay(channel, "1", "channel", label="channel"),
        Pay(ann["change"], "0.399995", "change", payer="ann", source="ann"),
        Pay(ben["change"], "0.299995", "change", payer="ben", source="ben"),
    ]
    [funded, *_] = story.join([first, second], pays)
    story.wait(30)
    back = [
        Pay(ann["back"], "0.49999", "channel", payer="ann", source="ann"),
        Pay(ben["back"], "0.5", "channel", payer="ann", paid="0.1", note="0.1 paid within the channel"),
    ]
    story.join([funded], back, habit=Habit(sequence=0xFFFFFFFF))


@scenario
def escrow(story: Story) -> None:
    """A buyer's money is held by two of three: buyer, seller, arbiter. One deal is released, one refunded.

    The held coins belong to nobody alone. The seller spends the released coin with one of his own in one
    transaction, signed by the buyer as well: to take the escrow's address for the seller's is wrong, and to
    join it to the buyer, too. 0.5 BTC were paid to the seller, 0.3 went back.
    """
    buyer, seller, arbiter = story.people("buyer", "seller", "arbiter")
    story.fund(buyer, "1")
    [own] = story.fund(seller[1], "0.2")
    held = []
    for deal, amount in (("first", "0.5"), ("second", "0.3")):
        keys = [story.chain.key(f"{deal} deal of {each.name}") for each in (buyer, seller, arbiter)]
        box = story.owner(f"{deal} escrow", actor="buyer + seller + arbiter")
        place = box.holds("2 of 3", pay_to_witness_multisig(2, keys), kind="p2wsh")
        held.append(story.pay(buyer, place, amount, "escrow", spend=buyer.coins[-1:], label=f"{deal} deal"))
    done = Pay(seller[2], "0.69999", "escrow", payer="buyer", paid="0.5", label="released")
    story.join([held[0], own], [done])
    story.join([held[1]], [Pay(buyer, "0.29999", "refund", source="buyer", label="refunded")])


@scenario
def address_reuse(story: Story) -> None:
    """One address takes six donations, pays bills, and gets its own change back.

    From outside came 6 payments, of 0.6 BTC in all; what came back as change, twice, is none. One address,
    one entity: there is nothing to join.
    """
    donors = story.people("ann", "ben", "cem", "dana", "eva", "finn")
    charity = story.owner("charity", "p2pkh", habit=Habit(reuses=True))
    shop = story.owner("shop")
    for donor in donors:
        story.fund(donor, "0.2")
        story.pay(donor, charity["donations"], "0.1", "gift")
    for _ in range(2):
        story.pay(charity, shop, "0.15")
