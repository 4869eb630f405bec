"""Small chains for each rule of change, in which the right answer is clear by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from clew.bitcoin.networks import network
from clew.bitcoin.script import push
from clew.build import index
from clew.heuristics.change.votes import votes
from clew.heuristics.registry import RULES
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Transactions
from clew.ledger.ledger import Ledger
from clew.simulate.blockfile import write_block_files
from clew.simulate.chain import Coin
from clew.simulate.scenarios import Pay, Story, tell
from clew.simulate.scenarios.owners import Habit, Owner
from naive import chain as made
from naive.ledger import build_ledger

WORDS = ("no", "unknown", "yes")
shipped()


class Told:
    """A ledger of a story, up to a height."""

    def __init__(self, story: Story, folder: Path, until: int | None = None) -> None:
        blocks = folder / "blocks"
        if not blocks.exists():
            write_block_files(blocks, story.chain.raw_blocks, network=network("regtest"))
        ledger = folder / f"ledger-{until}"
        index(ledger, blocks, network="regtest", until=until)
        self.story, self.ledger = story, Ledger(ledger)

    def rows(self, coin: Coin, tip_height: int | None = None) -> Transactions:
        number = self.ledger.find_transaction(coin.txid)
        columns, counts = self.ledger.column, self.ledger.counts
        return Transactions(columns, counts, range(number, number + 1), tip_height=tip_height)

    def says(self, rule: str, coin: Coin, tip_height: int | None = None) -> list[str]:
        """What a rule says of the outputs of the transaction that made a coin, asked in three ways."""
        answers = RULES[rule](self.rows(coin, tip_height)).tolist()
        assert RULES[rule].one(self.rows(coin, tip_height).one(0, with_spenders=True)) == answers
        found = votes(self.rows(coin, tip_height))
        assert found.answers[:, found.names.index(rule)].tolist() == answers
        return [WORDS[answer] for answer in answers]


Teller = Callable[..., Told]


@pytest.fixture
def told(tmp_path: Path) -> Teller:
    return lambda story, until=None: Told(story, tmp_path, until)


@cache
def shipped_story(name: str) -> Story:
    return tell(name)


@pytest.mark.parametrize(
    ("scenario", "label", "rule", "says"),
    [
        ("change-of-the-same-kind", "payment", "address_type", ["yes", "no"]),
        ("change-of-the-same-kind", "payment", "optimal_change", ["unknown", "unknown"]),
        ("round-payment", "payment", "round_value_2", ["no", "yes"]),
        ("round-payment", "payment", "round_value_3", ["no", "yes"]),
        ("round-payment", "payment", "round_value_5", ["no", "yes"]),
        ("round-payment", "payment", "round_value_6", ["no", "yes"]),
        ("round-payment", "payment", "round_value_7", ["unknown", "unknown"]),
        ("round-payment", "payment", "address_type", ["unknown", "unknown"]),
        # Wrong, and another rule is right.
        ("round-change", "payment", "round_value_4", ["yes", "no"]),
        ("round-change", "payment", "same_lock_time", ["no", "yes"]),
        ("round-change", "payment", "same_version", ["no", "yes"]),
        ("round-change", "payment", "fingerprint", ["no", "yes"]),
        ("optimal-change", "payment", "optimal_change", ["yes", "no"]),
        ("optimal-change", "payment", "optimal_change_fee", ["yes", "no"]),
        ("change-to-the-same-address", "payment", "address_reuse", ["no", "yes"]),
        # Something goes back, so that nothing is said of what is fresh.
        ("change-to-the-same-address", "payment", "fresh", ["unknown", "unknown"]),
        ("fresh-change", "payment by ann", "fresh", ["unknown", "unknown"]),
        ("fresh-change", "payment by ben", "fresh", ["no", "yes"]),
        ("fresh-change", "payment by ben", "address_reuse", ["unknown", "unknown"]),
        ("two-payments-no-change", "shop", "address_type", ["unknown", "unknown"]),
        ("two-payments-no-change", "shop", "same_version", ["unknown", "unknown"]),
    ],
)
def test_scenarios(told: Teller, scenario: str, label: str, rule: str, says: list[str]) -> None:
    story = shipped_story(scenario)
    assert told(story).says(rule, story.labels[label]) == says


def test_unknown_until_it_is_spent(told: Teller) -> None:
    """The shop spends first, then Ann; a ledger that ends in between knows a part."""
    story = shipped_story("change-spent-alike")
    paid = story.labels["payment"]
    for rule in ("same_version", "same_lock_time", "fingerprint"):
        # The height of the payment, of the shop's spend, of Ann's.
        wanted = [["unknown", "unknown"], ["no", "unknown"], ["no", "yes"]]
        for later, says in enumerate(wanted):
            until = paid.height + later
            assert told(story, until).says(rule, paid) == says
            # A view of the whole ledger at that height answers the same.
            assert told(story).says(rule, paid, until) == says
        assert told(story).rows(paid).tip_height == story.chain.height


def pays(
    story: Story,
    habits: tuple[Habit, Habit] = (Habit(), Habit()),
    kinds: tuple[str, str] = ("p2wpkh", "p2wpkh"),
) -> tuple[Owner, Owner, Coin, Coin]:
    """Ann pays the shop: both, the payment, and the change behind it."""
    ann = story.owner("ann", kinds[0], habit=habits[0])
    shop = story.owner("shop", kinds[1], habit=habits[1])
    story.fund(ann[1], "0.90123456")
    paid = story.pay(ann, shop, "0.31231231")
    assert story.change is not None
    return ann, shop, paid, story.change


PLAIN = Habit(1, 0xFFFFFFFF)


@pytest.mark.parametrize(
    ("rule", "other", "says"),
    [
        ("same_version", PLAIN._replace(version=2), ["no", "yes"]),
        ("same_version", PLAIN._replace(version=7), ["no", "yes"]),
        ("same_version", PLAIN, ["unknown", "unknown"]),
        ("same_lock_time", PLAIN._replace(height_as_lock_time=True), ["no", "yes"]),
        ("same_sequence", PLAIN._replace(sequence=0xFFFFFFFE), ["no", "yes"]),
        ("same_rbf", PLAIN._replace(sequence=0xFFFFFFFE), ["unknown", "unknown"]),
        ("same_rbf", PLAIN._replace(sequence=0xFFFFFFFD), ["no", "yes"]),
        ("same_rbf", PLAIN._replace(sequence=1), ["no", "yes"]),
        ("same_sequence", PLAIN._replace(sequence=0), ["no", "yes"]),
        ("fingerprint", PLAIN._replace(sequence=0xFFFFFFFD), ["no", "yes"]),
        ("fingerprint", PLAIN, ["unknown", "unknown"]),
    ],
)
def test_habits(told: Teller, rule: str, other: Habit, says: list[str]) -> None:
    story = Story()
    ann, shop, paid, change = pays(story, (PLAIN, other))
    story.sweep(shop, shop["till"], spend=[paid])
    story.sweep(ann, ann["savings"], spend=[change])
    assert told(story).says(rule, paid) == says
    # Were the payment made by the other, none would be left, or both.
    spent_first = told(story).says(rule, story.coins_of(ann)[0])
    assert spent_first == ["unknown"]


@pytest.mark.parametrize(
    ("rule", "kinds", "says"),
    [
        ("same_witness", ("p2wpkh", "p2pkh"), ["no", "yes"]),
        ("same_witness", ("p2pkh", "p2tr"), ["no", "yes"]),
        ("same_witness", ("p2tr", "p2wpkh"), ["unknown", "unknown"]),
        ("same_multisig", ("p2wsh", "p2wpkh"), ["no", "yes"]),
        ("same_multisig", ("p2pkh", "p2sh"), ["no", "yes"]),
        ("same_multisig", ("multisig", "p2pkh"), ["no", "yes"]),
        ("same_multisig", ("p2sh", "p2wsh"), ["unknown", "unknown"]),
        ("address_type", ("p2sh", "p2sh-p2wpkh"), ["unknown", "unknown"]),
        ("address_type", ("p2tr", "p2wpkh"), ["no", "yes"]),
    ],
)
def test_kinds_of_scripts(told: Teller, rule: str, kinds: tuple[str, str], says: list[str]) -> None:
    story = Story()
    ann, shop, paid, change = pays(story, kinds=kinds)
    story.sweep(ann, ann["savings"], spend=[change])
    story.sweep(shop, shop["till"], spend=[paid])
    assert told(story).says(rule, paid) == says


def test_a_whole_coin_is_paid(told: Teller) -> None:
    story = Story()
    ann = story.owner("ann")
    story.fund(ann[1], "1.70123456")
    paid = story.pay(ann, story.owner("shop"), "1")
    assert told(story).says("round_value_8", paid) == ["no", "yes"]


LONG_R = push(
    bytes.fromhex("3045022100") + b"\x81" + bytes(31) + bytes.fromhex("0220") + b"\x01" * 32 + b"\x01"
)
SHORT_R = push(bytes.fromhex("30440220") + b"\x01" * 32 + bytes.fromhex("0220") + b"\x01" * 32 + b"\x01")
SHORT_KEY, LONG_KEY = push(b"\x02" + b"\x05" * 32), push(b"\x04" + b"\x05" * 64)


@pytest.mark.parametrize(
    ("rule", "mine", "others", "says"),
    [
        # Three short ones in a row are software that makes them so; a long one is of other software.
        ("same_low_r", SHORT_R + SHORT_KEY, LONG_R + SHORT_KEY, ["no", "yes"]),
        ("same_low_r", SHORT_R + SHORT_KEY, SHORT_R + SHORT_KEY, ["unknown", "unknown"]),
        ("same_key_form", SHORT_R + LONG_KEY, SHORT_R + SHORT_KEY, ["no", "yes"]),
        ("same_key_form", SHORT_R + SHORT_KEY, LONG_R + LONG_KEY, ["no", "yes"]),
        ("same_key_form", SHORT_R + LONG_KEY, SHORT_R + LONG_KEY, ["unknown", "unknown"]),
    ],
)
def test_what_signatures_show(tmp_path: Path, rule: str, mine: bytes, others: bytes, says: list[str]) -> None:
    """Ann pays the shop from three coins; the shop spends what it got, and Ann her change with two more."""
    chain = made.Chain()
    coins = [(chain.mine([("ann", 50)]).transactions[0].txid, 0) for _ in range(5)]

    def signed(
        points: list[tuple[bytes, int]], shown: bytes, paid: list[tuple[str, int]]
    ) -> made.Transaction:
        """A transaction whose inputs all show the same."""
        outputs = [made.Output(value, made.script_of(to)) for to, value in paid]
        return made.Transaction.build([made.Input(*point, script=shown) for point in points], outputs)

    paid = signed(coins[:3], mine, [("shop", 90), ("ann's change", 60)])
    spends = [
        signed([(paid.txid, 0)], others, [("bank", 90)]),
        signed([(paid.txid, 1), *coins[3:]], mine, [("ann's savings", 160)]),
    ]
    chain.mine([("pool", 50)], [paid])
    chain.mine([("pool", 50)], spends)
    ledger = build_ledger(tmp_path / "ledger", chain.raw, "regtest")
    number = ledger.find_transaction(paid.txid)
    rows = Transactions(ledger.column, ledger.counts, range(number, number + 1))
    answers = RULES[rule](rows).tolist()
    assert answers == RULES[rule].one(rows.one(0, with_spenders=True))
    assert [WORDS[answer] for answer in answers] == says


def test_numbers_of_inputs_and_outputs(told: Teller) -> None:
    """Ann goes on with one input and two outputs; the shop gathers two coins into one."""
    story = Story()
    ann, shop, paid, change = pays(story)
    story.fund(shop["till"], "0.4")
    story.sweep(shop, shop["safe"])
    story.pay(ann, story.owner("cafe"), "0.01234567", spend=[change])
    for rule in ("same_input_count", "same_output_count"):
        assert told(story).says(rule, paid) == ["no", "yes"]


def test_fees(told: Teller) -> None:
    """Ann always leaves 1,000 satoshi, the shop an odd and much larger fee."""
    story = Story()
    ann, shop, paid, change = pays(story)
    story.sweep(shop, shop["till"], spend=[paid], fee="0.00054321")
    story.pay(ann, story.owner("cafe"), "0.01234567", spend=[change])
    for rule in ("same_fee_rate", "same_fee_form"):
        assert told(story).says(rule, paid) == ["no", "yes"]


def test_order(told: Teller) -> None:
    """Ann sorts her outputs, the shop puts the larger first."""
    story = Story()
    ann, shop, paid, change = pays(story)
    story.pay(ann, story.owner("cafe"), "0.01234567", spend=[change])
    story.pay(shop, story.owner("bank"), "0.2", spend=[paid])
    assert told(story).says("same_order", paid) == ["no", "yes"]
    # One input and one output say nothing of an order.
    assert story.change is not None
    assert told(story).says("same_order", story.change) == ["unknown", "unknown"]


def test_a_peeling_chain(told: Teller) -> None:
    story = Story()
    ann = story.owner("ann")
    [coin] = story.fund(ann[1], "5")
    firms = [story.owner(name) for name in ("a", "b", "c")]
    with_rest = [story.pay(ann, firms[0], "0.5", spend=[coin])]
    for firm in firms[1:]:
        assert story.change is not None
        with_rest.append(story.pay(ann, firm, "0.5", spend=[story.change]))
    found = [told(story).says("peeling_chain", each) for each in with_rest]
    # The last link's rest is unspent.
    assert found == [["no", "yes"], ["no", "yes"], ["unknown", "unknown"]]


def test_it_takes_two_whose_owner_can_be_told(told: Teller) -> None:
    """A note in an OP_RETURN is no candidate, nor is the one output of a sweep."""
    story = Story()
    ann, shop, paid, change = pays(story)
    note = story.pay_many(ann, [Pay(b"a note", 0)], spend=[change])
    swept = story.sweep(shop, shop["till"], spend=[paid])
    for rule in ("fresh", "round_value_2", "same_version"):
        assert told(story).says(rule, note[0]) == ["no", "unknown"]
        assert told(story).says(rule, swept) == ["unknown"]


def test_coinbases_and_coinjoins(told: Teller) -> None:
    story = Story()
    owners = story.people("ann", "ben")
    coins = [story.fund(each[1], "1.10000000")[0] for each in owners]
    made = story.join(coins, [Pay(each["mixed"], "1") for each in owners] + [Pay(owners[0]["rest"], "0.1")])
    for rule in ("optimal_change", "round_value_8", "same_version"):
        assert told(story).says(rule, made[0]) == ["unknown"] * 3
    coinbase = next(iter(story.chain.blocks[5].transfers))
    assert set(told(story).says("fresh", coinbase.outputs[0])) == {"no"}


def test_what_is_spent_in_a_coinjoin_tells_nothing(told: Teller) -> None:
    """Ann's change goes into a coinjoin made by other software, which says nothing about hers."""
    story = Story()
    ann, shop, paid, change = pays(story, (PLAIN, PLAIN._replace(version=2)))
    ben = story.owner("ben")
    [other] = story.fund(ben[1], "0.60000000")
    pays_out = [Pay(ann["mixed"], "0.5"), Pay(ben["mixed"], "0.5"), Pay(ben["rest"], "0.09")]
    story.join([change, other], pays_out, habit=Habit(2))
    story.sweep(shop, shop["till"], spend=[paid])
    assert told(story).says("same_version", paid) == ["no", "unknown"]
