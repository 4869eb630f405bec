"""Chains of reasons, bridges and what-ifs: against the slow twin, on random chains."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from build.nodes import spend, spendable
from build.segment_histories import grow
from clew.analysis import bridges as bridging
from clew.analysis import nearby, sources
from clew.analysis.absorbed import Absorbed, absorbed
from clew.analysis.inquiry import Inquiry
from clew.ledger.ledger import Ledger
from clew.schema import MAX_TRANSACTIONS, UNSPENT
from clew.simulate.chain import Chain
from clew.simulate.locks import lock
from naive import reasons as naive

Index = Callable[..., Ledger]


@pytest.fixture(scope="module", params=range(3))
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Inquiry:
    """A chain in which few addresses sign together often."""
    from build.nodes import built, node

    room = tmp_path_factory.mktemp("why")
    chance = random.Random(request.param)
    chain = grow(Chain(seed=f"why {request.param}"), 30, chance) if request.param else Chain(seed="why")
    signed_often(chain, 60, chance)
    built(room / "ledger", node(room / "blocks", chain.raw_blocks))
    return Inquiry(Ledger(room / "ledger"))


def signed_often(chain: Chain, blocks: int, chance: random.Random) -> None:
    """Two groups of addresses that sign together again and again, and seldom across."""
    groups = [[lock(f"group {group} address {number}") for number in range(9)] for group in range(2)]
    for group in groups:
        for each in group:
            chain.mine(each)
    for _ in range(blocks):
        scripts = {each.script for each in chance.choice(groups)}
        coins = [coin for coin in spendable(chain) if coin.lock.script in scripts]
        if chance.random() < 0.05:
            coins = spendable(chain)
        chosen = chance.sample(coins, min(len(coins), chance.choice([2, 2, 3])))
        total = sum(coin.value for coin in chosen)
        # Unequal outputs, which no detector takes for a coinjoin.
        paid = [total // 4, total - total // 4 - 1_000]
        back = chance.sample([coin.lock for coin in coins], 2) if len(coins) > 1 else [chosen[0].lock] * 2
        spend(chain, chosen, list(zip(back, paid, strict=True)))
        chain.mine(chance.choice(chance.choice(groups)))


def entities(ledger: Ledger) -> dict[int, list[int]]:
    """Members of each entity of several."""
    found: dict[int, list[int]] = {}
    for address, entity in enumerate(ledger.column("entities.entity")[:].tolist()):
        found.setdefault(entity, []).append(address)
    return {entity: members for entity, members in found.items() if len(members) > 1}


def text(ledger: Ledger, address: int) -> str:
    return str(ledger.address_text(address))


def test_an_absorbed_id_is_looked_up_once(asked: Inquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = asked.ledger
    views = (ledger.at(height) for height in range(ledger.tip.height, 0, -1))
    had = (each for view in views for each in np.unique(view.column("entities.entity")[:]).tolist())
    entity = next(each for each in had if ledger.entity_of(each) != each)
    looked_up: list[int] = []

    def counted(ledger: Ledger, number: int) -> Absorbed | None:
        looked_up.append(number)
        return absorbed(ledger, number)

    monkeypatch.setattr(sources, "absorbed", counted)
    for ask in (asked.payments, asked.entity, asked.address, asked.bridges):
        looked_up.clear()
        assert ask([f"entity:{entity}", f"entity:{entity}"]).parameters["absorbed"]
        assert looked_up == [entity]


@pytest.mark.parametrize("enough", [0, nearby.ENOUGH])
def test_the_shortest_chain(asked: Inquiry, monkeypatch: pytest.MonkeyPatch, enough: int) -> None:
    """Found step by step, or in the entity as a whole: the same chain."""
    monkeypatch.setattr(nearby, "ENOUGH", enough)
    ledger, rows = asked.ledger, naive.rows_of(asked.ledger)
    chance = random.Random(1)
    pairs = [pair for members in entities(ledger).values() for pair in combinations(members, 2)]
    assert len(pairs) > 20
    lengths = set()
    for a, b in chance.sample(pairs, min(len(pairs), 60)):
        result = asked.explain(text(ledger, a), text(ledger, b)).result
        steps = [
            (ledger.find_transaction(each["txid"]), each["rule"], each["from"], each["to"])
            for each in result["steps"]
        ]
        expected = [
            (transaction, ledger.rules[rule].name, text(ledger, before), text(ledger, after))
            for transaction, rule, before, after in naive.shortest(rows, a, b)
        ]
        assert steps == expected
        assert result["joined"] is True
        lengths.add(len(steps))
    assert len(lengths) > 1


def test_disjoint_chains_are_as_many_as_would_have_to_be_wrong(asked: Inquiry) -> None:
    ledger, rows = asked.ledger, naive.rows_of(asked.ledger)
    pairs = [pair for members in entities(ledger).values() for pair in combinations(members, 2)]
    found = set()
    for a, b in random.Random(2).sample(pairs, min(len(pairs), 40)):
        disjoint = asked.explain(text(ledger, a), text(ledger, b)).result["disjoint"]
        cut = [ledger.find_transaction(each["txid"]) for each in disjoint["cut"]]
        assert b not in naive.stays(rows, a, cut)
        if disjoint["bound"] == "exact":
            assert len(cut) == disjoint["paths"]
        else:
            # A transaction stands for two reasons: several signed, and among what it pays is a shared key.
            assert disjoint["bound"] == "at most"
            assert len(cut) <= disjoint["paths"]
            continue
        transactions = sorted({row[2] for row in rows if a in naive.stays(rows, row[0], [])})
        for size in range(min(disjoint["paths"], 2)):
            for some in combinations(transactions, size):
                assert b in naive.stays(rows, a, some)
        found.add(disjoint["paths"])
    assert len(found) > 1


def test_bridges(asked: Inquiry) -> None:
    ledger, rows = asked.ledger, naive.rows_of(asked.ledger)
    values, owners, spent_by = (
        ledger.column(name)[:].tolist() for name in ("outputs.value", "outputs.address", "spends.spent_by")
    )
    for entity, members in sorted(entities(ledger).items()):
        for seen_from in (members[0], members[-1]):
            result = asked.bridges(text(ledger, seen_from)).result
            whole = set(members)
            transactions = sorted({row[2] for row in rows if row[0] in whole})
            falls = {each: whole - naive.stays(rows, seen_from, [each]) for each in transactions}
            falls = {each: part for each, part in falls.items() if part}
            order = sorted(falls, key=lambda each: (-len(falls[each]), each))
            assert [ledger.find_transaction(row["txid"]) for row in result["bridges"]] == order
            for row, transaction in zip(result["bridges"], order, strict=True):
                part = falls[transaction]
                assert row["addresses"] == len(part)
                mine = [at for at, owner in enumerate(owners) if owner in part]
                assert row["received"] == sum(values[at] for at in mine)
                assert row["balance"] == sum(values[at] for at in mine if spent_by[at] == UNSPENT)
                assert sum(each["addresses"] for each in row["parts"]) == len(part)
                assert sum(each["received"] for each in row["parts"]) == row["received"]
                starts = [ledger.find_address(each["first_address"]) for each in row["parts"]]
                pieces = [naive.stays(rows, start, [transaction]) for start in starts]
                assert set().union(*pieces) == part
                assert [min(piece) for piece in pieces] == starts
            hanging = set().union(*falls.values())
            assert result["standing"] == len(whole) - len(hanging)
            assert result["hanging_received"] == sum(
                value for value, owner in zip(values, owners, strict=True) if owner in hanging
            )
            strong = {row["transactions"]: row["addresses"] for row in result["strength"]}
            assert strong.get(1, 0) == len(hanging)
            assert sum(strong.values()) == len(whole) - 1
            assert {row["bound"] for row in result["strength"]} <= {"exact", "at most"}
            assert entity == result["entity"]


def test_strength_is_a_minimum_cut_or_says_that_it_is_not(
    asked: Inquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = asked.ledger
    largest = max(entities(ledger).values(), key=len)
    start = text(ledger, largest[0])
    exact = asked.bridges(start).result["strength"]
    counted: dict[int, int] = {}
    for other in largest[1:]:
        paths = min(
            asked.explain(start, text(ledger, other)).result["disjoint"]["paths"], bridging.MOST_PATHS
        )
        counted[paths] = counted.get(paths, 0) + 1
    assert {row["transactions"]: row["addresses"] for row in exact} == counted
    monkeypatch.setattr(bridging, "MOST_WORK", -1)
    rough = asked.bridges(start).result["strength"]
    assert sum(row["addresses"] for row in rough) == sum(counted.values())
    for row in rough:
        if row["bound"] == "exact":
            assert row["transactions"] <= 2
        else:
            assert row["bound"] == "at most"
    # An upper bound is never too low: so many addresses need at most so many transactions.
    for limit in range(1, 16):
        below = sum(row["addresses"] for row in rough if row["transactions"] <= limit)
        assert below <= sum(number for paths, number in counted.items() if paths <= limit)


def test_what_if_a_transaction_were_wrong(asked: Inquiry) -> None:
    ledger, rows = asked.ledger, naive.rows_of(asked.ledger)
    for members in list(entities(ledger).values())[:6]:
        whole = set(members)
        transactions = sorted({row[2] for row in rows if row[0] in whole})
        for some in [[each] for each in transactions[:4]] + [transactions[:2], transactions]:
            left = naive.stays(rows, members[0], some)
            answer = asked.whatif(text(ledger, members[0]), [ledger.txid(each) for each in some])
            result = answer.result
            assert result["after"]["addresses"] == len(left)
            assert sum(part["addresses"] for part in result["parts"]) == len(whole - left)
            assert result["changes"] == (left != whole)
            fallen = [sum(row[2] == each and row[0] in whole for row in rows) for each in some]
            assert [each["links"] for each in result["without"]] == fallen
            require_sums(ledger, result["before"], whole)
            require_sums(ledger, result["after"], left)
            assert result["joins"] == []


def require_sums(ledger: Ledger, told: dict[str, int], addresses: set[int]) -> None:
    """What addresses received and hold, and the payments from outside that have no input of theirs."""
    owners, values = ledger.column("outputs.address")[:].tolist(), ledger.column("outputs.value")[:].tolist()
    spent_by = ledger.column("spends.spent_by")[:].tolist()
    mine = [at for at, owner in enumerate(owners) if owner in addresses]
    assert told["received"] == sum(values[at] for at in mine)
    assert told["balance"] == sum(values[at] for at in mine if spent_by[at] == UNSPENT)
    spends = {spent_by[at] for at in mine if spent_by[at] < MAX_TRANSACTIONS}
    made_in = ledger.transactions_of_outputs(np.array(mine)).tolist()
    assert told["payments"] >= len(set(made_in) - spends)


def test_what_if_no_rule_joined(asked: Inquiry) -> None:
    ledger = asked.ledger
    rows = naive.rows_of(ledger)
    for number in sorted({row[3] for row in rows}):
        entity, members = next(
            (entity, members)
            for entity, members in entities(ledger).items()
            if any(row[0] in members and row[3] == number for row in rows)
        )
        kept = [row for row in rows if row[3] != number]
        left = naive.stays(kept, entity, [])
        result = asked.whatif(text(ledger, entity), [ledger.rules[number].name]).result
        assert result["after"]["addresses"] == len(left)
        assert sum(part["addresses"] for part in result["parts"]) == len(members) - len(left)


def test_the_past_is_explained_as_it_was(asked: Inquiry) -> None:
    """Each question asked of a height rests on the links up to it."""
    height = asked.ledger.tip.height - 8
    then = asked.seen(at=height)
    rows = naive.rows_of(asked.ledger, then.ledger.counts["transactions"])
    assert rows == naive.rows_of(then.ledger)
    groups = entities(then.ledger)
    for entity, members in list(groups.items())[:8]:
        assert naive.stays(rows, entity, []) == set(members)
        a, b = text(then.ledger, members[0]), text(then.ledger, members[-1])
        found = [each["txid"] for each in then.explain(a, b).result["steps"]]
        assert found == [then.ledger.txid(step[0]) for step in naive.shortest(rows, members[0], members[-1])]
        assert then.bridges(a).ledger["tip"]["height"] == height


def test_absorbed_ids_lead_to_their_heirs(asked: Inquiry) -> None:
    """At each height an id that an entity has there; at the tip it names what the entity became."""
    ledger = asked.ledger
    ids: dict[int, int] = {}
    for height in range(ledger.tip.height):
        then = ledger.at(height)
        for entity in np.unique(then.column("entities.entity")[:]).tolist():
            ids[entity] = height
    absorbed = [each for each in ids if ledger.entity_of(each) != each]
    assert len(absorbed) > 5
    for entity in absorbed:
        answer = asked.entity(f"entity:{entity}")
        (told,) = answer.parameters["absorbed"]
        assert answer.result["entity"] == told["heir"] == ledger.entity_of(entity)
        assert told["height"] == ids[entity] + 1
        after = ledger.at(told["height"]) if told["height"] < ledger.tip.height else ledger
        assert after.entity_of(entity) == told["into"]
        assert told["says"] in answer.caveats[0]
        for question in (asked.address, asked.bridges, lambda text: asked.whatif(text, ["multi_input"])):
            one = question(f"entity:{entity}")
            assert one.parameters["absorbed"] == [told]
            assert one.caveats[0] == told["says"]
            assert one.result["entity"] == told["heir"]
        (each,) = asked.each_address([f"entity:{entity}"])
        assert each.as_dict() == asked.address(f"entity:{entity}").as_dict()
        end = text(ledger, told["heir"])
        assert asked.explain(f"entity:{entity}", end).parameters["absorbed"] == [told]
        assert asked.explain(end, f"entity:{entity}").caveats[0] == told["says"]
    both = asked.each_address([f"entity:{absorbed[0]}", text(ledger, absorbed[1]), f"entity:{absorbed[2]}"])
    assert ["absorbed" in answer.parameters for answer in both] == [True, False, True]
    still = next(each for each in ids if ledger.entity_of(each) == each)
    answer = asked.entity(f"entity:{still}")
    assert answer.result["entity"] == still
    assert "absorbed" not in answer.parameters
