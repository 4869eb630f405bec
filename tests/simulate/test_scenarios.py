"""Every scenario is a sound chain, its truth is true of its blocks, and it is the same each time."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from clew.bitcoin.address import encode
from clew.bitcoin.block import Transaction, check_block, parse_block
from clew.bitcoin.networks import network
from clew.bitcoin.script import classify
from clew.errors import UsageError
from clew.simulate.chain import subsidy
from clew.simulate.scenarios import SCENARIOS, Pay, Scenario, Story, find, scenario, tell, write
from clew.simulate.scenarios.amount import btc, satoshi
from clew.simulate.scenarios.rows import INNOCENT, PURPOSES, TOGETHER, Told
from simulate.consensus import judge

REGTEST = network("regtest")
EVERY = pytest.mark.parametrize("name", SCENARIOS)


@cache
def told(name: str) -> Story:
    return tell(name)


def transactions(story: Story) -> Iterator[tuple[int, Transaction]]:
    """Height and transaction, read off the bytes by the plain parser; coinbases too."""
    for height, raw in enumerate(story.chain.raw_blocks):
        for each in parse_block(raw).transactions:
            yield height, each


def address(script: bytes) -> str:
    return "" if script.startswith(b"\x6a") else encode(*classify(script)[1:], REGTEST)


def spent(story: Story) -> dict[str, list[tuple[str, int]]]:
    """Address and value of each input, by transaction id."""
    made = {
        (each.txid, vout): (address(output.script), output.value)
        for _, each in transactions(story)
        for vout, output in enumerate(each.outputs)
    }
    return {
        each.txid[::-1].hex(): [made[entry.previous_txid, entry.previous_index] for entry in each.inputs]
        for _, each in transactions(story)
        if not each.is_coinbase
    }


def by_transaction(story: Story) -> dict[str, list[Told]]:
    found = defaultdict(list)
    for row in story.told:
        found[row.txid].append(row)
    return found


@EVERY
def test_every_block_passes_the_plain_parser(name: str) -> None:
    previous = bytes(32)
    for height, raw in enumerate(told(name).chain.raw_blocks):
        block = parse_block(raw)
        check_block(block, REGTEST, height=height)
        assert block.header.previous == previous
        previous = block.header.hash


@EVERY
def test_every_satoshi_is_minted_held_or_a_fee(name: str) -> None:
    unspent: dict[tuple[bytes, int], int] = {}
    minted = 0
    for height, raw in enumerate(told(name).chain.raw_blocks):
        coinbase, *others = parse_block(raw).transactions
        fees = 0
        for each in others:
            came = sum(unspent.pop((entry.previous_txid, entry.previous_index)) for entry in each.inputs)
            fee = came - sum(output.value for output in each.outputs)
            assert fee >= 0
            fees += fee
            unspent.update({(each.txid, vout): output.value for vout, output in enumerate(each.outputs)})
        assert sum(output.value for output in coinbase.outputs) == subsidy(height) + fees
        if height:
            minted += subsidy(height)
            unspent.update({(coinbase.txid, vout): out.value for vout, out in enumerate(coinbase.outputs)})
    assert sum(unspent.values()) == minted


@EVERY
def test_a_node_accepts_it_signed(name: str, tmp_path: Path) -> None:
    pytest.importorskip("coincurve")
    story = tell(name, signed=True)
    verdict = judge(story.chain.raw_blocks, tmp_path / "node")
    assert verdict.refused == {}
    assert (verdict.height, verdict.tip) == (story.chain.height, story.chain.tip.header.hash)
    # The same story but for keys.
    assert [(row.name, row.role) for row in story.owned] == [(row.name, row.role) for row in told(name).owned]


@EVERY
def test_the_truth_tells_every_output_once(name: str) -> None:
    story = told(name)
    on_chain = {
        (each.txid[::-1].hex(), vout): (height, output.value, address(output.script))
        for height, each in transactions(story)
        if not each.is_coinbase
        for vout, output in enumerate(each.outputs)
    }
    in_truth = {(row.txid, row.vout): (row.height, row.value, row.address) for row in story.told}
    assert len(in_truth) == len(story.told)
    assert in_truth == on_chain


@EVERY
def test_every_address_has_one_owner(name: str) -> None:
    story = told(name)
    paid = {address(output.script) for _, each in transactions(story) for output in each.outputs}
    [genesis] = {
        address(output.script) for output in parse_block(story.chain.raw_blocks[0]).transactions[0].outputs
    }
    assert Counter(row.address for row in story.owned) == Counter(paid - {genesis, ""})
    actor = {row.address: row.actor for row in story.owned}
    user = {row.address: row.user for row in story.owned}
    for row in story.told:
        assert (row.payee, row.account) == (actor.get(row.address, ""), user.get(row.address, ""))


@EVERY
def test_inputs_are_owned_by_whom_the_truth_says(name: str) -> None:
    story = told(name)
    actor = {row.address: row.actor for row in story.owned}
    for txid, inputs in spent(story).items():
        owners = {name for text, _ in inputs for name in actor[text].split(TOGETHER)}
        sources = {name for row in by_transaction(story)[txid] for name in row.source.split(TOGETHER)}
        assert sources <= owners
        mixed = any(row.purpose == "coinjoin" for row in by_transaction(story)[txid])
        assert sources == owners or mixed or len(owners) > 1


@EVERY
def test_what_was_paid_passed_from_one_to_the_other(name: str) -> None:
    """What an owner put in, less what they paid, plus what they were paid, came back but for a fee."""
    story = told(name)
    actor = {row.address: row.actor for row in story.owned}
    checked = 0
    for txid, inputs in spent(story).items():
        rows = by_transaction(story)[txid]
        assert all(0 <= row.paid <= row.value for row in rows)
        names = {row.source for row in rows} | {actor[text] for text, _ in inputs}
        if any(row.purpose == "coinjoin" or row.customer for row in rows) or TOGETHER in "".join(names):
            continue
        left: Counter[str] = Counter()
        for text, value in inputs:
            left[actor[text]] += value
        for row in rows:
            left[row.payee] -= row.value
            if row.payee != row.payer:
                left[row.payee] += row.paid
                left[row.payer if row.payer in names else row.source] -= row.paid
        del left[""]
        assert min(left.values()) >= 0, (txid, left)
        checked += 1
    assert checked


@EVERY
def test_words_are_the_usual_ones(name: str) -> None:
    for row in told(name).told:
        assert row.purpose in PURPOSES
        assert row.innocent in ("", *INNOCENT)


def test_every_kind_of_innocent_is_there() -> None:
    rows = [row for name in SCENARIOS for row in told(name).told]
    assert {row.purpose for row in rows} == set(PURPOSES)
    visible = {row.purpose for row in rows if row.innocent == "visible"}
    assert visible == {"dust", "refund", "change", "purchase", "move"}
    invisible = {name for name in SCENARIOS if any(row.innocent == "invisible" for row in told(name).told)}
    assert invisible == {
        "account-taken-over", "account-resold", "gift", "typing-error", "bought-with-cash", "paid-by-a-friend"
    }  # fmt: skip


def digest_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_scenario_gives_the_same_bytes(tmp_path: Path) -> None:
    """In another process too, whose hashes fall in another order."""
    for name in SCENARIOS:
        write(name, tmp_path / "here" / name)
    code = "import sys, pathlib; from clew.simulate.scenarios import SCENARIOS, write\n"
    code += "for name in SCENARIOS: write(name, pathlib.Path(sys.argv[1]) / name)"
    environment = {**os.environ, "PYTHONHASHSEED": "5", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], env=environment, check=True)
    here = digest_of(tmp_path / "here")
    assert here == digest_of(tmp_path / "there")
    assert len(here) == 6 * len(SCENARIOS)


def test_the_bytes_are_the_same_on_every_machine() -> None:
    """Frozen; a change to what scenarios tell changes it on purpose."""
    tips = "".join(told(name).chain.tip.header.hash.hex() for name in SCENARIOS)
    assert (
        hashlib.sha256(tips.encode()).hexdigest()
        == "1ec4d3acb03c267e765e077bc89d6a174b7e0061716ca9e6373ccb275f15f699"
    )


def test_scenarios_differ_and_share_no_address() -> None:
    seen: Counter[str] = Counter()
    for name in SCENARIOS:
        seen.update({row.address for row in told(name).owned})
    assert [text for text, count in seen.items() if count > 1] == []


@EVERY
def test_a_folder_holds_blocks_truth_and_what_happened(name: str, tmp_path: Path) -> None:
    written = write(SCENARIOS[name], tmp_path / "it")
    assert sorted(each.name for each in written.folder.iterdir()) == ["README.md", "blocks", "truth"]
    with (written.folder / "truth" / "payments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["txid"], int(row["vout"]), int(row["value"])) for row in rows] == [
        (row.txid, row.vout, row.value) for row in written.story.told
    ]
    readme = (written.folder / "README.md").read_text(encoding="utf-8")
    assert written.scenario.title in readme
    assert written.scenario.answers in readme
    for row in written.story.told:
        assert (f"`{row.txid}:{row.vout}` |" in readme) == (row.payee != "miner")


def test_names_titles_and_answers() -> None:
    assert len(SCENARIOS) >= 20
    for name, each in SCENARIOS.items():
        assert re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", name)
        assert each.title.endswith(".")
        assert 30 <= len(each.title) <= 110, name
        assert len(each.answers) > 60, name
        assert each.answers.endswith("."), name
    assert len({each.title for each in SCENARIOS.values()}) == len(SCENARIOS)


def test_the_page_lists_every_scenario_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    part = page.partition("## Which there are\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(.+)` \| (.+) \|$", part, re.MULTILINE)
    assert listed == [(each.name, each.title) for each in SCENARIOS.values()]


# Telling a story.


def test_amounts_are_satoshi_or_text_in_btc() -> None:
    assert [satoshi(each) for each in (0, 5, "1", "0.3", "0.00000001", "20999999.9769")] == [
        0, 5, 10**8, 3 * 10**7, 1, 20_999_999_97_690_000
    ]  # fmt: skip
    assert [btc(each) for each in (0, 1, 10**8, 150_000_000)] == ["0", "0.00000001", "1", "1.5"]
    for bad in (0.3, -1, True, "0.000000001", "-1", "", "1,5", "1e3", "0.3 BTC", None):
        with pytest.raises(UsageError, match="expected satoshi"):
            satoshi(bad)  # type: ignore[arg-type]


def test_the_story_in_the_documentation() -> None:
    story = Story("rent")
    alice, bob = story.people("alice", "bob")
    story.fund(alice, "2", "1")
    rent = story.pay(alice, bob, "0.3", note="June")
    before = story.chain.tip.header.time
    story.wait(days=30)
    story.sweep(bob, bob["savings"])
    assert story.chain.tip.header.time - before == 30 * 86_400 + 600
    assert (rent.value, alice.balance, bob.balance) == (30_000_000, 269_999_000, 29_999_000)
    assert [place.name for place in story.places] == [
        "miner coinbase", "alice 1", "alice 2", "alice change 1", "bob 1", "bob savings"
    ]  # fmt: skip
    assert [(row.payer, row.payee, row.purpose, row.paid) for row in story.told[3:]] == [
        ("alice", "bob", "payment", 30_000_000),
        ("alice", "alice", "change", 0),
        ("bob", "bob", "sweep", 0),
    ]


def test_an_address_is_the_same_whenever_asked_for() -> None:
    story = Story()
    alice = story.owner("alice")
    assert alice[1] is alice[1]
    assert alice[1] is not alice[2]
    assert alice.fresh() is alice[3]
    assert alice.address(1, "p2pkh").lock.keys == alice[1].lock.keys
    assert alice.account("x").user == "x"
    with pytest.raises(TypeError, match="no last address"):
        list(alice)
    with pytest.raises(UsageError, match="kind of address"):
        alice.address(1, "p3pkh")


def test_several_transactions_can_stand_in_one_block() -> None:
    story = Story()
    alice, bob = story.people("alice", "bob")
    story.fund(alice, "1")
    height = story.chain.height
    with story.one_block():
        story.pay(alice, bob, "0.5")
        story.sweep(bob, bob["savings"])
    assert story.chain.height == height + 1
    assert len(story.chain.tip.transfers) == 3


def test_a_peeling_chain_may_end_in_nothing() -> None:
    story = Story()
    alice, bob = story.people("alice", "bob")
    story.fund(alice, "1")
    assert story.peel(alice, [bob, bob], "0.4", fee="0.1") is None
    story.fund(alice, "1")
    rest = story.peel(alice, [bob, bob], "0.4")
    assert rest is not None
    assert rest.value == 20_000_000 - 2_000
    story.fund(alice, "1")
    with pytest.raises(UsageError, match="nothing left to peel"):
        story.peel(alice, [bob] * 3, "0.4", fee="0.1")


def test_what_cannot_be_is_refused() -> None:
    story = Story()
    alice, bob = story.people("alice", "bob")
    [coin] = story.fund(alice, "1")
    with pytest.raises(UsageError, match=r"alice has 1 BTC here and cannot pay 1\.00001 BTC"):
        story.pay(alice, bob, "1")
    with pytest.raises(UsageError, match="bob has 0 BTC here"):
        story.sweep(bob, alice)
    with pytest.raises(UsageError, match="bob cannot spend a coin of alice 1"):
        story.pay(bob, alice, "0.1", spend=[coin])
    with pytest.raises(UsageError, match="in the story already"):
        story.owner("alice")
    with pytest.raises(UsageError, match="more than the inputs"):
        story.join([coin], [Pay(bob, "2")])
    with pytest.raises(UsageError, match="at least one coin"):
        story.pay(bob, alice, 0, fee=0)
    with pytest.raises(UsageError, match="has the script of alice 1, which is alice's"):
        bob.holds("stolen", alice[1].lock)
    story.pay(alice, bob, "0.1", label="rent")
    with pytest.raises(UsageError, match="two outputs have the label 'rent'"):
        story.pay(alice, bob, "0.1", label="rent")


def test_a_scenario_needs_a_docstring() -> None:
    def silent(story: Story) -> None:
        pass

    with pytest.raises(UsageError, match="no docstring"):
        scenario(silent)
    silent.__doc__ = "What it\n    shows.\n\n    Answers.\n\n    More.\n    "
    made = scenario(silent)
    assert isinstance(made, Scenario)
    assert (made.name, made.title, made.answers) == ("silent", "What it shows.", "Answers.\n\nMore.")


def test_names_are_found_and_mistyped_ones_guessed() -> None:
    assert find("peeling_chain") is find("peeling-chain") is SCENARIOS["peeling-chain"]
    with pytest.raises(UsageError, match="found 'pealing-chain'; did you mean peeling-chain"):
        find("pealing-chain")
    with pytest.raises(UsageError, match=r"found 'zzz'$"):
        find("zzz")
