"""Shapes that look like coinjoins and have one owner; dust."""

from __future__ import annotations

from collections import Counter

from simulate.economy.joins.lived import Lived


def test_equal_payouts_look_like_coinjoins(lived: Lived) -> None:
    alike = 0
    payouts = lived.of_form("equal payout")
    assert len(payouts) > 50
    for payout in payouts:
        assert len(payout.owners) == 1
        paid = [each for each in payout.outputs if each.purpose == "payout"]
        assert len({each.value for each in paid}) == 1
        assert len({each.address for each in paid}) == len(paid) >= 3
        assert len(payout.outputs) - len(paid) <= 1
        alike += 3 <= len(paid) <= len({each.address for each in payout.inputs})
    # Those with as many scripts among the inputs are what a rule by equal outputs alone takes for coinjoins.
    assert alike >= 1


def test_equal_sweeps_look_like_coinjoins(lived: Lived) -> None:
    sweeps = lived.of_form("equal sweep")
    assert len(sweeps) > 20
    for sweep in sweeps:
        assert len(sweep.owners) == 1
        assert {each.owner for each in sweep.outputs} == sweep.owners
        value, times = Counter(each.value for each in sweep.outputs).most_common(1)[0]
        assert 3 <= times <= len({each.address for each in sweep.inputs})
        assert 2 * times >= len(sweep.outputs)
        assert value > 2_730


def test_dust_goes_to_strangers(lived: Lived) -> None:
    attacks = lived.of_form("dust")
    assert len(attacks) > 10
    victims, sizes = Counter(), Counter()
    for attack in attacks:
        attacker = next(iter(attack.owners))
        assert lived.course.society.actors[attacker].kind == "attacker"
        dust = [each for each in attack.outputs if each.purpose == "dust"]
        assert len({each.value for each in dust}) == 1
        assert 546 <= dust[0].value <= 1_000
        assert attacker not in {each.owner for each in dust}
        victims.update(each.address for each in dust)
        sizes["batch" if len(dust) > 50 else "one" if len(dust) == 1 else "few"] += 1
        for each in dust:
            # The attacker reads addresses off the ledger: each was paid before.
            first = min(coin for coin in coins_of(lived, each.address))
            assert first < each.coin
    assert set(sizes) == {"batch", "one"}
    swept = 0
    for attack in attacks:
        for each in attack.outputs:
            if each.purpose == "dust" and lived.is_spent(each.coin):
                spender = lived.transaction(spending(lived, each.coin))
                assert each.owner in spender.owners
                swept += spender.owners == {each.owner} and len(spender.inputs) > 1
                # Mixing software leaves dust alone.
                assert spender.at not in lived.coinjoined
    assert swept > 10


def coins_of(lived: Lived, address: int) -> list[int]:
    if not hasattr(lived, "paid"):
        paid: dict[int, list[int]] = {}
        e = lived.state.e
        for coin, at in enumerate(e.coin[: e.count[4], 1].tolist()):
            paid.setdefault(at, []).append(coin)
        lived.paid = paid  # type: ignore[attr-defined]
    return lived.paid[address]  # type: ignore[attr-defined, no-any-return]


def spending(lived: Lived, coin: int) -> int:
    """The transaction that spends a coin."""
    e = lived.state.e
    number = int(e.coin[coin, 5])
    firsts = e.tx[: e.count[5], 0]
    return int(firsts.searchsorted(number, side="right")) - 1
