"""Patterns of concealment: for each a chain made by hand that shows it, and one that just misses it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.analysis.inquiry import Inquiry
from clew.analysis.patterns.registry import PATTERNS
from clew.analysis.patterns.scene import Reach, scene_of
from clew.analysis.patterns.under_threshold import _runs
from clew.errors import NotFoundError, UsageError
from naive.chain import REGTEST, Chain, Point, address_of, pay
from naive.ledger import build_ledger
from naive.paths import NAMES, NaiveCoins, chains, naive_coins
from naive.services import with_services

Ask = Callable[[Chain], Inquiry]
COIN = 100_000_000
DAY = 86_400
START = 1_600_000_000


class Story:
    """A chain told payment by payment, each in a block of its own; times in seconds from the start."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.now = START

    def fund(self, name: str, value: int) -> Point:
        """A coin from nowhere."""
        self.now += 600
        return self.chain.mine([(name, value)], time=self.now).transactions[0].txid, 0

    def pay(self, spends: Sequence[Point], *outputs: tuple[str, int], after: int = 600) -> list[Point]:
        """A payment; returns its coins."""
        made = pay(spends, outputs)
        self.now += after
        # The median time past follows a header's time only after six blocks.
        for _ in range(6):
            self.now += 1
            self.chain.mine([(f"miner at {self.now}", 1)], time=self.now)
        self.now += 1
        self.chain.mine([(f"miner at {self.now}", 1)], [made], time=self.now)
        return [(made.txid, place) for place in range(len(outputs))]


def found(inquiry: Inquiry, pattern: str, name: str = "a", **more: Any) -> list[dict[str, Any]]:
    """The candidates of one pattern."""
    findings: list[dict[str, Any]] = inquiry.patterns(address_of(name), only=[pattern], **more).result[
        "findings"
    ]
    return findings


def figures(finding: dict[str, Any]) -> dict[str, int]:
    return {each["name"]: each["value"] for each in finding["figures"]}


def peels(steps: int, *, before: int = 0, slice: int = 10, reused: bool = False) -> Chain:
    """a's coin of 1000 loses slices, each to a new shop; ``before``: steps by which it came to a."""
    story = Story()
    coin, left = story.fund("origin", 1000), 1000
    names = [f"early {step}" for step in range(before)]
    names[-1:] = ["a"] if before else []
    names += [f"rest {step}" for step in range(steps)]
    if not before:
        coin = story.pay([coin], ("a", left))[0]
    for place, name in enumerate(names):
        left -= slice
        to = "rest 0" if reused and name.startswith("rest") else name
        coin = story.pay([coin], (f"shop {place}", slice), (to, left))[1]
    return story.chain


def test_a_peeling_chain_is_followed_to_its_end_both_ways(ask: Ask) -> None:
    (chain,) = found(ask(peels(4, before=3)), "peeling chain")
    assert chain["ends"] == "unspent"
    # Seven steps, of which three came before a had the coin.
    assert figures(chain) | {"seconds": 0} == {
        "steps": 7, "started with": 1000, "left over": 930, "slices to services": 0, "seconds": 0,
    }  # fmt: skip
    assert chain["value"] == 70
    assert chain["transactions_found"] == 7
    heights = [each["height"] for each in chain["transactions"]]
    assert heights == sorted(heights)


def test_two_slices_are_no_chain(ask: Ask) -> None:
    assert found(ask(peels(2)), "peeling chain") == []


def test_change_to_one_address_is_no_chain(ask: Ask) -> None:
    assert found(ask(peels(5, reused=True)), "peeling chain") == []


def test_a_slice_larger_than_the_rest_ends_a_chain(ask: Ask) -> None:
    story = Story()
    coin = story.pay([story.fund("origin", 1000)], ("a", 1000))[0]
    for left in (900, 800, 300):
        coin = story.pay([coin], (f"shop {left}", 50), (f"rest {left}", left))[1]
    story.pay([coin], ("shop", 200), ("rest", 100))
    (chain,) = found(ask(story.chain), "peeling chain")
    # The last one's larger output is the shop's, which nobody spends.
    assert (figures(chain)["steps"], chain["ends"]) == (4, "unspent")
    assert figures(chain)["left over"] == 200


def divided(parts: Sequence[int], paid_before: str | None = None) -> Chain:
    story = Story()
    if paid_before:
        story.fund(paid_before, 5)
    coin = story.pay([story.fund("origin", sum(parts))], ("a", sum(parts)))[0]
    story.pay([coin], *((f"part {place}", value) for place, value in enumerate(parts)))
    return story.chain


def test_a_coin_divided_over_new_addresses(ask: Ask) -> None:
    (division,) = found(ask(divided([30, 40, 50])), "division")
    assert division["value"] == 120
    assert figures(division) == {"parts": 3, "smallest": 30, "largest": 50, "other outputs": 0}


@pytest.mark.parametrize(
    ("parts", "before"), [([30, 40], None), ([3, 40, 50], None), ([30, 40, 50], "part 1")]
)
def test_two_parts_uneven_parts_or_somebody_elses_address_are_no_division(
    ask: Ask, parts: list[int], before: str | None
) -> None:
    assert found(ask(divided(parts, before)), "division") == []


def kept_under(values: Sequence[int], apart: int) -> Chain:
    story = Story()
    coins = [story.pay([story.fund(f"origin {i}", value)], ("a", value))[0] for i, value in enumerate(values)]
    for place, (coin, value) in enumerate(zip(coins, values, strict=True)):
        story.pay([coin], (f"shop {place}", value), after=apart)
    return story.chain


def test_sums_just_under_a_threshold(ask: Ask) -> None:
    inquiry = ask(kept_under([COIN - 1, COIN // 2, COIN - 9], DAY))
    (run,) = found(inquiry, "splitting under a threshold")
    assert run["value"] == COIN - 1 + COIN // 2 + COIN - 9
    assert figures(run)["threshold"] == COIN
    assert (figures(run)["parts"], figures(run)["addresses"]) == (3, 3)
    assert found(inquiry, "splitting under a threshold", threshold="2 BTC") == []
    assert found(inquiry, "splitting under a threshold", threshold="0.99999999") == []


@pytest.mark.parametrize(
    ("values", "apart"),
    [
        ([COIN - 1, COIN - 1], DAY),
        ([COIN - 1, COIN, COIN - 1], DAY),
        ([COIN - 1, COIN // 2 - 1, COIN - 1], DAY),
        ([COIN - 1, COIN - 2, COIN - 3], 5 * DAY),
    ],
)
def test_two_sums_the_threshold_itself_less_than_half_or_too_slow_are_none(
    ask: Ask, values: list[int], apart: int
) -> None:
    assert found(ask(kept_under(values, apart)), "splitting under a threshold") == []


def test_sums_of_which_three_lie_in_any_seven_days_are_one_run(ask: Ask) -> None:
    (run,) = found(ask(kept_under([COIN - 1] * 5, 3 * DAY)), "splitting under a threshold")
    assert figures(run)["parts"] == 5
    assert figures(run)["seconds"] > 7 * DAY


@given(
    st.lists(st.tuples(st.integers(0, 30 * DAY), st.integers(0, 4)), max_size=30).map(sorted),
)
def test_runs_are_what_lies_with_two_others_in_seven_days(coins: list[tuple[int, int]]) -> None:
    kept = set()
    for begin, _ in coins:
        inside = [place for place, (time, _) in enumerate(coins) if 0 <= time - begin <= 7 * DAY]
        if len({coins[place][1] for place in inside}) >= 3:
            kept.update(inside)
    runs = list(_runs([time for time, _ in coins], [address for _, address in coins]))
    assert [place for first, last in runs for place in range(first, last)] == sorted(kept)


@pytest.mark.parametrize("threshold", ["0", "-1", "0.000000001", "much", "", "10 XYZ", "1e9", "5 USD"])
def test_thresholds_that_are_none(ask: Ask, threshold: str) -> None:
    inquiry = ask(divided([30, 40, 50]))
    with pytest.raises(UsageError, match="threshold") as caught:
        found(inquiry, "splitting under a threshold", threshold=threshold)
    assert "\n" not in str(caught.value)


def passed_on(steps: int, apart: int, kept: int = 0) -> Chain:
    story = Story()
    left = 1000
    coin = story.pay([story.fund("origin", left)], ("a", left))[0]
    for step in range(steps):
        left -= kept
        outputs = [(f"next {step}", left), *([(f"kept {step}", kept)] if kept else [])]
        coin = story.pay([coin], *outputs, after=apart)[0]
    return story.chain


def test_coins_that_are_passed_on_quickly(ask: Ask) -> None:
    (chain,) = found(ask(passed_on(4, 3600)), "layering in short time")
    assert figures(chain)["steps"] == 4
    assert figures(chain)["seconds"] <= DAY
    assert chain["value"] == 1000


@pytest.mark.parametrize(("steps", "apart", "kept"), [(2, 3600, 0), (3, 13 * 3600, 0), (3, 3600, 101)])
def test_two_steps_slow_ones_or_ones_that_keep_much_are_no_layering(
    ask: Ask, steps: int, apart: int, kept: int
) -> None:
    assert found(ask(passed_on(steps, apart, kept)), "layering in short time") == []


def test_a_row_longer_than_a_day_is_followed_while_three_are_quick(ask: Ask) -> None:
    (chain,) = found(ask(passed_on(5, 10 * 3600)), "layering in short time")
    assert figures(chain)["steps"] == 5
    assert figures(chain)["seconds"] > DAY


def test_a_fee_is_not_kept_back(ask: Ask) -> None:
    story = Story()
    coin = story.pay([story.fund("origin", 1000)], ("a", 1000))[0]
    for left in (700, 500, 300):
        coin = story.pay([coin], (f"next {left}", left))[0]
    (chain,) = found(ask(story.chain), "layering in short time")
    assert (figures(chain)["steps"], chain["value"]) == (3, 300)


@pytest.mark.parametrize("stays", [False, True])
def test_layering_goes_on_in_parts_that_go_on(ask: Ask, stays: bool) -> None:
    story = Story()
    coin = story.pay([story.fund("origin", 1000)], ("a", 1000))[0]
    coin = story.pay([coin], ("b", 1000))[0]
    one, other = story.pay([coin], ("c", 400), ("d", 600))
    story.pay([one], ("e", 400))
    if not stays:
        story.pay([other], ("f", 600))
    chains = found(ask(story.chain), "layering in short time")
    assert [figures(each)["steps"] for each in chains] == ([] if stays else [4])
    assert [each["value"] for each in chains] == ([] if stays else [1000])
    assert [figures(each)["started with"] for each in chains] == ([] if stays else [1000])


def test_strangers_transactions_are_no_layering_of_theirs(ask: Ask) -> None:
    """c has money of its own: that it passes coins on is its own affair."""
    story = Story()
    story.fund("c", 5)
    coin = story.pay([story.fund("origin", 1000)], ("a", 1000))[0]
    coin = story.pay([coin], ("b", 1000))[0]
    coin = story.pay([coin], ("c", 1000))[0]
    for name in ("d", "e", "f"):
        coin = story.pay([coin], (name, 1000))[0]
    assert found(ask(story.chain), "layering in short time") == []


def test_a_coin_that_rested_and_moved(ask: Ask) -> None:
    story = Story()
    coin = story.pay([story.fund("origin", 9)], ("a", 9))[0]
    story.pay([coin], ("b", 9), after=190 * DAY)
    inquiry = ask(story.chain)
    (rest,) = found(inquiry, "dormancy, then movement")
    assert rest["value"] == 9
    assert figures(rest)["coins"] == 1
    assert 180 <= figures(rest)["days"] <= 190
    assert found(inquiry, "dormancy, then movement", dormant_days=191) == []


def joined(names: Sequence[str]) -> Chain:
    story = Story()
    coins = [story.fund(name, 11_000) for name in names]
    story.pay(coins, *((f"{name} mixed", 10_000) for name in names), ("change", 900), ("more change", 901))
    return story.chain


def test_a_coinjoin_is_a_passage_and_nothing_is_followed_there(ask: Ask) -> None:
    inquiry = ask(joined(["a", "m", "n", "o", "p"]))
    (passage,) = found(inquiry, "coinjoin passage")
    assert passage["value"] == 11_000
    assert figures(passage) == {"coins": 1, "other inputs": 4, "equal outputs": 5, "each": 10_000}
    result = inquiry.patterns(address_of("a")).result
    assert [act["act"] for act in result["schedule"]] == ["into a coinjoin"]
    assert result["schedule"][0]["amount"] == 11_000
    assert result["scene"]["entities"] == 1


def test_equal_payments_of_one_owner_are_no_passage(ask: Ask) -> None:
    story = Story()
    coin = story.fund("a", 55_000)
    story.pay([coin], *((f"wage {place}", 10_000) for place in range(5)))
    assert found(ask(story.chain), "coinjoin passage") == []


def round_trip(back: int, through: Sequence[str] = ("b", "c")) -> Chain:
    """a's 100 go on through others, who have money of their own, and ``back`` comes back."""
    story = Story()
    for name in through:
        story.fund(name, 7)
    coin = story.pay([story.fund("origin", 100)], ("a", 100))[0]
    for name in through:
        coin = story.pay([coin], (name, 100))[0]
    story.pay([coin], ("a", back), ("elsewhere", 100 - back))
    return story.chain


def test_money_that_comes_back(ask: Ask) -> None:
    (trip,) = found(ask(round_trip(60)), "round trip")
    assert trip["value"] == 60
    assert (figures(trip)["steps"], figures(trip)["started with"]) == (3, 100)


def test_little_that_comes_back_and_change_are_no_round_trip(ask: Ask) -> None:
    assert found(ask(round_trip(19)), "round trip") == []


def test_change_is_no_round_trip(ask: Ask) -> None:
    assert found(ask(round_trip(60, through=())), "round trip") == []


def test_a_round_trip_that_was_not_looked_for_to_the_end_says_so(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiry = ask(round_trip(60))
    (whole,) = inquiry.patterns(address_of("a"), only=["round trip"]).result["patterns"]
    monkeypatch.setattr("clew.analysis.patterns.round_trip.MOST", 1)
    (cut,) = inquiry.patterns(address_of("a"), only=["round trip"]).result["patterns"]
    assert (whole["cut_by"], cut["cut_by"]) == ([], ["most"])


def test_nothing_comes_back_through_a_service(tmp_path: Path) -> None:
    assert found(with_services(tmp_path, round_trip(60), {"c": "exchange"}), "round trip") == []


def brought_together(coins: int, steps: int, apart: int = 600, addresses: int = 9) -> Chain:
    """a's coins at several addresses become one, which reaches x by ``steps`` more transactions."""
    story = Story()
    names = [f"a{place % addresses or ''}" for place in range(coins)]
    spent = [
        story.pay([story.fund(f"origin {place}", 10)], (name, 10))[0] for place, name in enumerate(names)
    ]
    whole = 10 * coins
    coin = story.pay(spent, ("x" if not steps else "till 0", whole))[0]
    for step in range(1, steps + 1):
        coin = story.pay([coin], ("x" if step == steps else f"till {step}", whole), after=apart)[0]
    return story.chain


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_coins_brought_together_and_cashed_out(tmp_path: Path, steps: int) -> None:
    inquiry = with_services(tmp_path, brought_together(5, steps), {"x": "exchange"})
    (found_one,) = found(inquiry, "consolidation before cash-out")
    assert found_one["value"] == 50
    assert (figures(found_one)["coins"], figures(found_one)["steps"]) == (5, steps)


@pytest.mark.parametrize(
    ("coins", "steps", "apart", "addresses"),
    [(4, 1, 600, 9), (5, 3, 600, 9), (5, 1, 31 * DAY, 9), (5, 1, 600, 2)],
)
def test_few_coins_a_long_way_a_long_time_or_few_addresses_are_none(
    tmp_path: Path, coins: int, steps: int, apart: int, addresses: int
) -> None:
    chain = brought_together(coins, steps, apart, addresses)
    inquiry = with_services(tmp_path, chain, {"x": "exchange"})
    assert found(inquiry, "consolidation before cash-out") == []


def test_what_a_coinjoin_pays_is_not_cashed_out(tmp_path: Path) -> None:
    """Somebody in it paid x: who, nobody can tell."""
    story = Story()
    names = ["a", "a1", "a2", "a3", "a4"]
    spent = [story.pay([story.fund(f"origin {name}", 2_200)], (name, 2_200))[0] for name in names]
    coin = story.pay(spent, ("till", 11_000))[0]
    others = [story.fund(name, 11_000) for name in ("m", "n", "o", "p")]
    outputs = [(f"{name} mixed", 10_000) for name in ("a", "m", "n", "o")]
    story.pay([coin, *others], ("x", 10_000), *outputs, ("change", 900), ("more change", 901))
    inquiry = with_services(tmp_path, story.chain, {"x": "exchange"})
    assert found(inquiry, "consolidation before cash-out") == []
    assert found(inquiry, "coinjoin passage")


def fed(deposits: Sequence[str]) -> Chain:
    """a pays several names, 10 each, one after the other."""
    story = Story()
    left = 10 * len(deposits)
    coin = story.pay([story.fund("origin", left)], ("a", left))[0]
    for name in deposits:
        left -= 10
        made = story.pay([coin], (name, 10), *([("a", left)] if left else []))
        coin = made[-1]
    return story.chain


def test_several_accounts_fed_by_one_flow(tmp_path: Path) -> None:
    inquiry = with_services(
        tmp_path, fed(["x", "y", "z", "x"]), {"x": "exchange", "y": "exchange", "z": "wallet_service"}
    )
    (accounts,) = found(inquiry, "several accounts fed by one flow")
    assert accounts["value"] == 40
    assert figures(accounts) | {"seconds": 0} == {"addresses": 3, "services": 3, "coins": 4, "seconds": 0}


def test_two_accounts_or_shops_are_none(tmp_path: Path) -> None:
    services = {"x": "exchange", "y": "exchange", "z": "shop"}
    inquiry = with_services(tmp_path, fed(["x", "y", "z"]), services)
    assert found(inquiry, "several accounts fed by one flow") == []


def test_nobody_else_paid_whom_is_looked_at_with_them(ask: Ask) -> None:
    """b is paid by a alone and goes on to c, whom a stranger paid, too: c is not followed."""
    story = Story()
    coin = story.pay([story.fund("origin", 50)], ("a", 50))[0]
    coin = story.pay([coin], ("b", 50))[0]
    story.fund("c", 5)
    coin = story.pay([coin], ("c", 50))[0]
    story.pay([coin], ("d", 50))
    result = ask(story.chain).patterns(address_of("a")).result
    assert result["scene"]["entities"] == 2
    assert result["scene"]["not_followed"]["paid_by_others"] == 1
    assert result["scene"]["status"] == "complete"
    assert [(act["act"], act["amount"], act["is_own"]) for act in result["schedule"]] == [
        ("moved on", 50, True), ("paid to others", 50, False),
    ]  # fmt: skip


def naive_scene(coins: NaiveCoins, asked: str) -> set[str]:
    """Round by round: whoever is paid by those who are in, and by nobody else; each address for itself."""
    payers: dict[int, set[str | None]] = {}
    for owner, spent in zip(coins.owner, coins.spent, strict=True):
        if spent is not None:
            payers.setdefault(spent, set()).add(owner)
    inside = {asked}
    while True:
        paid = {
            owner
            for owner, made in zip(coins.owner, coins.made, strict=True)
            if owner is not None and payers.get(made, {None}) & inside
        }
        new = {
            each
            for each in paid - inside
            if all(
                made in payers and payers[made] <= inside | {each}
                for owner, made in zip(coins.owner, coins.made, strict=True)
                if owner == each
            )
        }
        if not new:
            return inside
        inside |= new


@settings(max_examples=60, deadline=None)
@given(chains(), st.sampled_from(NAMES))
def test_the_scene_agrees_with_its_slow_twin(chain: Chain, name: str) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Inquiry(build_ledger(Path(folder), chain.raw, "regtest")) as inquiry,
    ):
        ledger = inquiry.ledger
        texts = [ledger.address_text(number) for number in range(ledger.counts["addresses"])]
        if address_of(name) not in texts:
            return
        scene = scene_of(ledger, np.array([texts.index(address_of(name))]), Reach())
        assert {texts[each] for each in scene.own} == naive_scene(
            naive_coins(chain.blocks, REGTEST), address_of(name)
        )


def test_all_rows_have_all_transactions(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.analysis.patterns.question.MOST_TRANSACTIONS", 2)
    inquiry = ask(peels(4))
    for limit, shown in ((1, 2), (0, 4)):
        (chain,) = found(inquiry, "peeling chain", limit=limit)
        assert (len(chain["transactions"]), chain["transactions_found"]) == (shown, 4)


def test_limits_cut_and_say_so(ask: Ask) -> None:
    inquiry = ask(passed_on(6, 600))
    scene = inquiry.patterns(address_of("a"), reach=Reach(hops=2)).result["scene"]
    assert (scene["status"], scene["cut_by"], scene["entities"]) == ("cut", ["hops"], 3)
    few = inquiry.patterns(address_of("a"), reach=Reach(most=1)).result["scene"]
    assert few["looked_at"] <= 1
    whole = inquiry.patterns(address_of("a")).result["scene"]
    assert (whole["status"], whole["entities"]) == ("complete", 7)


def test_the_number_of_entities_looked_at_is_bounded(tmp_path: Path) -> None:
    inquiry = with_services(tmp_path, divided([30, 40, 50]), {"origin": "exchange"})
    scene = inquiry.patterns(address_of("a"), reach=Reach(most=2)).result["scene"]
    assert (scene["status"], scene["cut_by"], scene["looked_at"]) == ("cut", ["most"], 2)


def test_what_cannot_be_asked(ask: Ask) -> None:
    inquiry = ask(divided([30, 40, 50]))
    for wrong in (
        {"reach": Reach(hops=-1)}, {"reach": Reach(hops=1001)}, {"reach": Reach(most=0)},
        {"dormant_days": 0}, {"within_hours": -1}, {"only": ["laundering"]}, {"value": ["coins"]},
    ):  # fmt: skip
        with pytest.raises(UsageError, match="expected"):
            inquiry.patterns(address_of("a"), **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="never seen"):
        inquiry.patterns(address_of("nobody"))


def test_each_pattern_states_its_rule_and_what_is_innocent() -> None:
    names = [each.name for each in PATTERNS]
    assert len(set(names)) == len(names)
    for each in PATTERNS:
        assert each.doc.endswith(".")
        assert len(each.innocent) >= 2
        assert each.rule


def test_acts_add_up_to_what_was_spent(ask: Ask) -> None:
    inquiry = ask(peels(4))
    result = inquiry.patterns(address_of("a")).result
    by_txid: dict[str, int] = {}
    for act in result["schedule"]:
        by_txid[act["txid"]] = by_txid.get(act["txid"], 0) + act["amount"]
    # No fees are paid here, so that what is spent is what is made.
    assert list(by_txid.values()) == [1000, 990, 980, 970]
    assert {act["act"] for act in result["schedule"]} == {"peeled on"}
    assert all(act["findings"][0] == 0 for act in result["schedule"])
    assert result["findings"][0]["pattern"] == "peeling chain"
