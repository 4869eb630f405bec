"""Entities of other sets of rules: as the slow twin has them, the same bytes however built, never half."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from build.nodes import built, contents, node, spend, spendable
from clew.build import sets
from clew.build.constrained import Labels
from clew.errors import NotALedgerError, NotFoundError, RuleError, StoppedError, StorageError, UsageError
from clew.heuristics.change.candidates import candidates
from clew.heuristics.change.fresh import plain as fresh
from clew.heuristics.change.model import ChangeModel, column_names
from clew.heuristics.multi_input import multi_input
from clew.heuristics.plain import Transaction
from clew.heuristics.registry import CONTROL, RULES, Answers, heuristic
from clew.heuristics.rulesets import EXTENDED, RuleSet, set_of
from clew.heuristics.transactions import Transactions
from clew.ledger import sets as held
from clew.ledger.checks import Damage
from clew.ledger.files import check_files
from clew.ledger.ledger import Ledger
from clew.ledger.tables import TableWriter
from clew.schema import NO, SKIP_REASONS, UNKNOWN, YES
from clew.simulate.chain import Chain, Coin
from clew.simulate.locks import lock
from clew.training.train import write
from naive.sets import NaiveSet, extended

CHANCES = {NO: 4_000, UNKNOWN: 300_000, YES: 995_000}
"""What the model of these tests makes of the answer of one rule."""


def model() -> ChangeModel:
    """A model that looks at one rule: whether an output alone is fresh."""
    place = column_names().index("fresh")
    trees = {
        "feature": [place, place], "threshold": [NO, UNKNOWN], "left": [-1, -2], "right": [1, -3],
        "leaf": [-10, 0, 10], "roots": [0],
    }  # fmt: skip
    return ChangeModel(1, column_names(), trees, (-10, 0, 10), tuple(CHANCES.values()), {"made": "by hand"})


def chances(seen: Transaction) -> list[int]:
    """The same in plain Python."""
    mine = {id(each) for each in candidates(seen)}
    found = [CHANCES[answer] for answer in fresh(seen)]
    total = sum(chance for chance, each in zip(found, seen.outputs, strict=True) if id(each) in mine)
    return [chance * 1_000_000 // total if total > 1_000_000 else chance for chance in found]


@cache
def payments(height: int = 80) -> tuple[bytes, ...]:
    """A chain on which a few people pay each other: to old and new addresses, with change to old and new
    ones, from one coin or several."""
    dice = random.Random(5)
    chain = Chain(seed="payments")
    people = range(6)
    coins: dict[int, list[Coin]] = {person: [] for person in people}
    known: dict[int, list[str]] = {person: [f"{person} first"] for person in people}

    def address(person: int, fresh: float) -> str:
        if dice.random() < fresh:
            known[person].append(f"{person} {len(known[person])}")
            return known[person][-1]
        return dice.choice(known[person])

    chain.mine(lock("0 first", "p2wpkh"), count=3)
    coins[0] = spendable(chain)
    while chain.height < height:
        for _ in range(3):
            payer, payee = dice.sample(people, 2)
            chosen = coins[payer][: dice.choice([1, 1, 2, 3])]
            total = sum(coin.value for coin in chosen)
            if total < 100_000:
                continue
            coins[payer] = coins[payer][len(chosen) :]
            paid = total // dice.choice([2, 3, 5]) // 1_000 * 1_000
            wanted = [(payee, address(payee, 0.3), paid), (payer, address(payer, 0.8), total - paid - 500)]
            if dice.random() < 0.2:
                # Two new addresses at once: nobody can tell them apart.
                wanted[0] = (payee, address(payee, 1.0), paid)
            dice.shuffle(wanted)
            made = spend(chain, chosen, [(lock(name, "p2wpkh"), value) for _, name, value in wanted])
            for (person, _, _), coin in zip(wanted, made.outputs, strict=True):
                coins[person].append(coin)
        chain.mine(lock("pool", "p2wpkh"))
    return tuple(chain.raw_blocks)


@pytest.fixture
def ledger(room: Path) -> Path:
    """A ledger with segments behind its base."""
    node(room / "node", payments())
    built(room / "ledger", room / "node", until=60)
    built(room / "ledger", room / "node")
    return room / "ledger"


@pytest.fixture
def leads(room: Path) -> RuleSet:
    """Extended, by the model of these tests."""
    write(room / "model.json", model())
    return replace(EXTENDED, change=room / "model.json", must_link=990_000, large=12)


@pytest.fixture(autouse=True)
def own_rules() -> Iterator[None]:
    """Rules that a test defines are gone after it."""
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def labels(ledger: Path) -> Labels:
    """Some addresses, attributed to three services."""
    count = Ledger(ledger).counts["addresses"]
    chosen = sorted(random.Random(7).sample(range(count), count // 4))
    service = [address % 3 for address in chosen]
    return Labels(np.array(chosen, np.uint32), np.array(service, np.int32), "ab" * 32)


def opened(ledger: Path, name: str) -> held.NamedSet:
    state = Ledger(ledger)
    return held.open_set(state, ledger / held.FOLDER / name)


def told(found: held.NamedSet) -> NaiveSet:
    """What a set's tables say, as the slow twin says it."""

    def rows(table: str, *more: str) -> list[Any]:
        names = ("a", "b", "transaction", "chance", *more)
        return list(zip(*(found.column(f"{table}.{name}").tolist() for name in names), strict=True))

    return NaiveSet(
        found.column("entities.entity").tolist(),
        rows("set_links"),
        [((a, b, where, chance), reason) for a, b, where, chance, reason in rows("skipped", "reason")],
    )


@pytest.mark.parametrize("with_services", [False, True])
def test_a_set_is_as_the_slow_twin_has_it(ledger: Path, leads: RuleSet, with_services: bool) -> None:
    services = labels(ledger) if with_services else Labels.none()
    done = sets.cluster(ledger, leads, services=services)
    found = opened(ledger, "extended")
    by_address = dict(zip(services.address.tolist(), services.service.tolist(), strict=True))
    expected = extended(Ledger(ledger), chances, leads, by_address)
    assert told(found) == expected
    assert expected.links
    assert {reason for _, reason in expected.skipped} >= ({2, 4} if with_services else {1, 4})
    assert done.entities == found.count == len(set(expected.entities)) < done.strict
    counted = [reason for _, reason in expected.skipped]
    assert done.skipped == {name: counted.count(reason) for reason, name in SKIP_REASONS.items()}


def test_entities_have_their_members_and_sums(ledger: Path, leads: RuleSet, monkeypatch: Any) -> None:
    monkeypatch.setattr(sets, "MANY_OUTPUTS", 20)
    sets.cluster(ledger, leads)
    state = Ledger(ledger)
    found = opened(ledger, "extended")
    seen = state.seen_by(found)
    entities = np.asarray(found.column("entities.entity")).tolist()
    listed = {
        int(each): int(size) for ids, sizes in found.several() for each, size in zip(ids, sizes, strict=True)
    }
    kept = 0
    for entity in sorted(set(entities)):
        members = [address for address, of in enumerate(entities) if of == entity]
        assert found.members_of(np.array([entity])).tolist() == members
        assert found.sizes_of(np.array([entity])).tolist() == [len(members)]
        assert listed.get(entity, 1) == len(members)
        outputs = state.outputs_of_addresses(np.array(members))
        values = state.column("outputs.value")[outputs]
        unspent = state.column("spends.spent_by")[outputs] == 0xFFFFFFFF
        sums = (len(outputs), int(values.sum()), int(values[unspent].sum()))
        assert seen.entity_totals(entity) == sums
        kept += found.totals_of(entity) is not None
        assert found.totals_of(entity) in (None, sums)
    assert kept
    stranger = next(address for address, of in enumerate(entities) if of != address)
    for wrong in (stranger, len(entities) + 5):
        with pytest.raises(NotFoundError, match="no entity of extended has this id"):
            found.members_of(np.array([wrong]))


def test_links_are_those_of_the_ledger_and_those_by_change(ledger: Path, leads: RuleSet) -> None:
    sets.cluster(ledger, leads)
    state, found = Ledger(ledger), opened(ledger, "extended")
    links = found.links_in(np.arange(state.counts["transactions"]))
    own = len(found.column("set_links.a"))
    assert len(links.a) == own + len(state.column("links.a"))
    assert (np.diff(links.transaction.astype(np.int64)) >= 0).all()
    assert links.chance is not None
    assert int(np.isfinite(links.chance).sum()) == own
    assert found.rules[int(links.rule[np.isfinite(links.chance)][0])].name == "change_model"
    address = int(found.column("set_links.b")[0])
    mine = found.links_of(np.array([address]))
    assert address in mine.b.tolist()


def test_the_same_bytes_whatever_the_threads_and_ranges(
    ledger: Path, leads: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets.cluster(ledger, leads, services=labels(ledger))
    folder = ledger / "sets" / "extended"
    first = contents(folder / "tables-0001")
    for threads, range_, chunk in ((1, 5, 3), (3, 7, 11), (2, 1 << 15, 64)):
        monkeypatch.setattr(sets, "_RANGE", range_)
        monkeypatch.setattr(sets, "_CHUNK", chunk)
        sets.cluster(ledger, leads, services=labels(ledger), threads=threads, memory=0.2)
        (tables,) = folder.glob("tables-*")
        found = contents(tables)
        assert first is not None
        assert found is not None
        # Checks stand in the order in which chunks of files were full.
        assert {k: v for k, v in found.items() if "checks" not in k} == {
            k: v for k, v in first.items() if "checks" not in k
        }


def test_rules_of_a_file_that_say_what_strict_says_make_the_same_entities(ledger: Path) -> None:
    state = Ledger(ledger)
    done = sets.cluster(ledger, set_of("same", (multi_input,)))
    found = opened(ledger, "same")
    parents = np.asarray(found.column("entities.entity"))
    links = state.column("links.a"), state.column("links.b"), state.column("links.rule")
    by_input = [pair for *pair, rule in zip(*(each.tolist() for each in links), strict=True) if rule == 0]
    for a, b in by_input:
        assert parents[a] == parents[b]
    assert done.entities == len(set(parents.tolist()))
    assert not done.model
    assert next(rule.name for rule in done.rules) == "multi_input"


def pairs_only(transactions: Transactions) -> Answers:
    """Two inputs."""
    return np.where(np.diff(transactions.first_input) == 2, YES, NO).astype(np.int8)


def test_a_set_of_ones_own_links_what_its_rule_says(ledger: Path) -> None:
    rule = heuristic("pairs", 1, kind=CONTROL)(pairs_only)
    sets.cluster(ledger, RuleSet("pairs", rule))
    state, found = Ledger(ledger), opened(ledger, "pairs")
    whole = Transactions(state.column, state.counts, range(state.counts["transactions"]))
    for row in range(len(whole)):
        inputs = {each.address for each in whole.one(row).inputs}
        links = found.links_in(np.array([row]))
        assert len(links.a) == (len(inputs) - 1 if len(whole.one(row).inputs) == 2 else 0)
    earlier = state.at(30).seen_by(found.at(state.at(30)))
    assert earlier.counts["entities"] > 0


def test_links_of_ones_own_and_of_change_are_all_found_by_transaction(ledger: Path, leads: RuleSet) -> None:
    rule = heuristic("pairs", 1, kind=CONTROL)(pairs_only)
    sets.cluster(ledger, replace(leads, name="both", linking=rule))
    state, found = Ledger(ledger), opened(ledger, "both")
    where = np.asarray(found.column("set_links.transaction"))
    # Those of change follow all others, so that the column as a whole does not ascend.
    assert (np.diff(where.astype(np.int64)) < 0).any()
    links = found.links_in(np.arange(state.counts["transactions"]))
    assert links.transaction.tolist() == sorted(where.tolist())
    for transaction in sorted(set(where.tolist())):
        one = found.links_in(np.array([transaction]))
        assert len(one.a) == int((where == transaction).sum())
        assert set(one.transaction.tolist()) == {transaction}


def test_a_flipped_bit_in_a_set_is_found(ledger: Path, leads: RuleSet) -> None:
    sets.cluster(ledger, leads)
    state = Ledger(ledger)
    assert not [each for each in check_files(ledger, state.manifest) if isinstance(each, Damage)]
    (column,) = (ledger / "sets" / "extended").glob("tables-*/entities.entity")
    data = bytearray(column.read_bytes())
    data[len(data) // 2] ^= 1
    column.write_bytes(data)
    (damage,) = (each for each in check_files(ledger, state.manifest) if isinstance(each, Damage))
    assert damage.path == str(column)
    (ledger / "sets" / "extended" / held.FILE_NAME).write_text("{")
    (damage,) = (each for each in check_files(ledger, state.manifest) if isinstance(each, Damage))
    assert damage.path.endswith(held.FILE_NAME)


def test_a_manifest_that_cannot_be_read_now_costs_no_tables(
    ledger: Path, leads: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets.cluster(ledger, leads)
    folder = ledger / "sets" / "extended"
    before = contents(folder)

    def denied(path: Path, *_: Any) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    def stop(*_: Any) -> None:
        # From here on nothing of it can be read.
        monkeypatch.setattr(Path, "read_text", denied)
        raise KeyboardInterrupt

    monkeypatch.setattr(sets._Build, "_filled", stop)
    with pytest.raises(StoppedError):
        sets.cluster(ledger, leads)
    monkeypatch.undo()
    now = contents(folder)
    assert before is not None
    assert now is not None
    assert {name: now[name] for name in before} == before
    opened(ledger, "extended")
    sets.cluster(ledger, leads)
    assert len(list(folder.glob("tables-*"))) == 1


def test_a_rule_that_raises_for_one_block_is_named_and_nothing_is_built(ledger: Path, leads: RuleSet) -> None:
    sets.cluster(ledger, leads)
    before = contents(ledger)

    @heuristic("broken", 1, kind=CONTROL)
    def broken(transactions: Transactions) -> Answers:
        """Fails at block 33."""
        if (transactions.height == 33).any():
            raise ValueError("thirty-three")
        return np.zeros(len(transactions), np.int8)

    with pytest.raises(RuleError, match="broken: ValueError: thirty-three at block 33"):
        sets.cluster(ledger, RuleSet("mine", broken))
    assert contents(ledger) == before


def test_a_rule_of_the_wrong_shape_is_named(ledger: Path) -> None:
    rule = heuristic("shapeless", 1, kind=CONTROL)(lambda_of_five)
    with pytest.raises(RuleError, match=r"shapeless: expected .* answers"):
        sets.cluster(ledger, RuleSet("mine", rule))
    assert not (ledger / "sets").exists()


def lambda_of_five(transactions: Transactions) -> Answers:
    """Five answers, whatever was asked."""
    return np.zeros(5, np.int8)


@pytest.mark.parametrize("fault", [StorageError("full"), KeyboardInterrupt()])
@pytest.mark.parametrize("table", ["set_links", "entities", "totals"])
def test_stopped_or_failed_the_former_set_stands(
    ledger: Path, leads: RuleSet, monkeypatch: pytest.MonkeyPatch, fault: BaseException, table: str
) -> None:
    sets.cluster(ledger, leads)
    before = contents(ledger)
    append = TableWriter.append

    def fail(writer: TableWriter, name: str, columns: Any) -> None:
        append(writer, name, columns)
        if name == table:
            raise fault

    monkeypatch.setattr(TableWriter, "append", fail)
    with pytest.raises((StorageError, StoppedError)):
        sets.cluster(ledger, replace(leads, must_link=994_000))
    assert contents(ledger) == before


def test_a_set_of_another_tip_is_refused_and_can_be_made_again(room: Path, leads: RuleSet) -> None:
    node(room / "node", payments())
    built(room / "ledger", room / "node", until=60)
    sets.cluster(room / "ledger", leads)
    built(room / "ledger", room / "node")
    with pytest.raises(UsageError, match=r"made at the ledger's tip, height 80, found one of height 60"):
        held.seen_by_set(Ledger(room / "ledger"), "extended")
    sets.cluster(room / "ledger", leads)
    assert held.seen_by_set(Ledger(room / "ledger"), "extended").control.name == "extended"
    assert [each.name for each in (room / "ledger" / "sets" / "extended").glob("tables-*")] == ["tables-0002"]


def test_what_looks_ahead_cannot_be_cut_back(ledger: Path, leads: RuleSet) -> None:
    sets.cluster(ledger, leads)
    with pytest.raises(UsageError, match=r"looked at who spends up to height 80.*height 40"):
        held.seen_by_set(Ledger(ledger), "extended").at(40)


def test_removing_and_what_is_not_there(ledger: Path, leads: RuleSet) -> None:
    before = contents(ledger)
    sets.cluster(ledger, leads)
    assert held.names(Ledger(ledger)) == ("strict", "extended")
    sets.remove(ledger, "extended")
    assert contents(ledger) == before
    for name in ("extended", "strict"):
        with pytest.raises(UsageError, match="beside its own"):
            sets.remove(ledger, name)
    with pytest.raises(UsageError, match="expected one of strict, extended"):
        sets.named("loose")
    with pytest.raises(UsageError, match="the ledger's own entities"):
        sets.cluster(ledger, sets.named("strict"))


def test_a_damaged_set_is_named(ledger: Path, leads: RuleSet) -> None:
    sets.cluster(ledger, leads)
    path = ledger / "sets" / "extended" / held.FILE_NAME
    values = json.loads(path.read_text())
    values["entities"] += 1
    path.write_text(json.dumps(values))
    with pytest.raises(NotALedgerError, match="its checksum differs; make the set again"):
        opened(ledger, "extended")
    path.write_text("{")
    with pytest.raises(NotALedgerError, match="cannot be read"):
        opened(ledger, "extended")
    sets.cluster(ledger, leads)
    (column,) = path.parent.glob("tables-*/entities.entity")
    column.write_bytes(b"")
    with pytest.raises(NotALedgerError, match=r"entities\.entity: expected at least"):
        opened(ledger, "extended")


@pytest.mark.parametrize(("must", "cannot"), [(10_000, 990_000), (1_000_001, 0), (500_000, -1)])
def test_thresholds_that_contradict_each_other(must: int, cannot: int) -> None:
    with pytest.raises(UsageError, match="thresholds: expected 0 <= cannot-link <= must-link <= 1"):
        replace(EXTENDED, must_link=must, cannot_link=cannot)


@pytest.mark.parametrize("name", ["", "Mine", "../x", "a" * 33, "1st"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(RuleError, match="expected a name"):
        RuleSet(name, multi_input)


def test_only_strict_may_serve_exhibits() -> None:
    assert [each.may_serve_exhibits for each in (sets.named("strict"), EXTENDED)] == [True, False]
