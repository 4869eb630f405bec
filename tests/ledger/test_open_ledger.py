"""Opening a ledger, and finding rows in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clew.ledger.ledger as opened
import naive.ledger as twin
from clew.bitcoin.address import encode
from clew.bitcoin.block import parse_block
from clew.bitcoin.script import classify, multisig_script, pubkey_script, witness_script
from clew.errors import LedgerVersionError, NotALedgerError, NotFoundError, UsageError
from clew.ledger import manifest as manifests
from clew.ledger.columns import column_files
from clew.ledger.keys import address_key, transaction_key
from clew.ledger.ledger import Ledger, expand, open_ledger
from clew.ledger.manifest import Building, Rule
from clew.schema import NO_ADDRESS, ROW_TABLES, TABLES
from naive.chain import REGTEST, Chain, pay, script_of
from naive.ledger import NaiveLedger, build_ledger
from naive.shop import shop_chain

KEYS = [bytes([2]) + bytes([n]) * 32 for n in range(3)]
SCRIPTS = {
    "pubkey": pubkey_script(KEYS[0]),
    "pubkeyhash": script_of("somebody"),
    "scripthash": bytes.fromhex("a914" + "07" * 20 + "87"),
    "multisig": multisig_script(2, KEYS),
    "witness_v0_keyhash": witness_script(0, bytes(20)),
    "witness_v0_scripthash": witness_script(0, bytes(range(32))),
    "witness_v1_taproot": witness_script(1, bytes(range(32))),
    "anchor": witness_script(1, bytes.fromhex("4e73")),
    "witness_unknown": witness_script(16, bytes(range(40))),
    "a short unknown witness": witness_script(2, b"ab"),
    "nonstandard": b"\x51",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with every script type; tests that change it copy it first."""
    chain = shop_chain()
    chain.mine([(script, 10 + n) for n, script in enumerate(SCRIPTS.values())])
    return build_ledger(tmp_path_factory.mktemp("ledger"), chain.raw, "regtest").path


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_every_address_is_found_by_its_text_again(folder: Path) -> None:
    ledger = open_ledger(folder)
    texts = [ledger.address_text(number) for number in range(ledger.counts["addresses"])]
    assert len(set(texts)) == len(texts)
    assert [ledger.find_address(text) for text in texts if text] == list(range(len(texts)))


@pytest.mark.parametrize("kind", SCRIPTS)
def test_an_address_keeps_its_whole_payload(folder: Path, kind: str) -> None:
    ledger = open_ledger(folder)
    _, address_type, payload = classify(SCRIPTS[kind])
    number = ledger.find_address(encode(address_type, payload, REGTEST))
    assert ledger.address_payload(number) == (address_type, payload)
    (output,) = ledger.outputs_of(number)[-1:]
    assert ledger.block_of_transaction(ledger.transaction_of_output(output)) in (8, 13)


def test_nobody_has_no_text(folder: Path) -> None:
    assert open_ledger(folder).address_text(NO_ADDRESS) is None


def test_every_transaction_and_block_is_found_again(folder: Path) -> None:
    ledger = open_ledger(folder)
    for number in range(ledger.counts["transactions"]):
        txid = ledger.txid(number)
        assert ledger.find_transaction(txid) == number
        assert ledger.find_transaction(bytes.fromhex(txid)[::-1]) == number
    for height in range(ledger.counts["blocks"]):
        shown = ledger.block_hash(height)
        assert ledger.height_of(shown) == ledger.height_of(str(height)) == height
        assert ledger.height_of(bytes.fromhex(shown)[::-1]) == height


@pytest.mark.parametrize("text", ["", "12", "zz" * 32, "ab" * 33])
def test_what_is_no_transaction_id_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        open_ledger(folder).find_transaction(text)


def test_a_transaction_never_seen_says_up_to_where(folder: Path) -> None:
    with pytest.raises(NotFoundError, match="never seen on regtest up to height 13"):
        open_ledger(folder).find_transaction("ab" * 32)


def test_keys_that_collide_are_told_apart_by_whole_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blunt(key: Callable[..., int]) -> Callable[..., int]:
        return lambda *parts: key(*parts) & 1 << 63

    for module in (opened, twin):
        monkeypatch.setattr(module, "address_key", blunt(address_key))
        monkeypatch.setattr(module, "transaction_key", blunt(transaction_key))
    ledger = build_ledger(tmp_path / "blunt", shop_chain().raw, "regtest")
    sizes = np.diff(ledger.column("address_buckets.start"))
    assert sizes.max() > 4
    for number in range(ledger.counts["addresses"]):
        assert ledger.find_address(str(ledger.address_text(number))) == number
    for number in range(ledger.counts["transactions"]):
        assert ledger.find_transaction(ledger.txid(number)) == number


def test_rows_of_transactions_agree_with_the_twin(folder: Path) -> None:
    ledger = open_ledger(folder)
    naive = NaiveLedger("regtest")
    for raw in shop_chain().raw:
        naive.add_block(parse_block(raw))
    every = np.arange(naive.count("transactions"))
    for number in every.tolist():
        assert ledger.outputs_in(number) == naive.span(number, "output")
        assert ledger.inputs_in(number) == naive.span(number, "input")
    starts, ends = ledger.output_ranges(every)
    owners = np.repeat(every, ends - starts)
    outputs = np.arange(naive.count("outputs"))
    assert ledger.transactions_of_outputs(outputs).tolist() == owners.tolist()
    assert [ledger.transaction_of_output(output) for output in outputs.tolist()] == owners.tolist()
    backwards = outputs[::-1].copy()
    assert ledger.transactions_of_outputs(backwards).tolist() == owners[::-1].tolist()
    heights = [height for height, raw in enumerate(shop_chain().raw) for _ in parse_block(raw).transactions]
    assert ledger.blocks_of_transactions(every).tolist() == heights


def test_the_outputs_and_members_agree_with_the_columns(folder: Path) -> None:
    ledger = open_ledger(folder)
    paid = ledger.column("outputs.address")[:]
    entities = ledger.column("entities.entity")[:]
    for number in range(ledger.counts["addresses"]):
        assert ledger.outputs_of(number).tolist() == np.flatnonzero(paid == number).tolist()
        entity = ledger.entity_of(number)
        assert ledger.members(entity).tolist() == np.flatnonzero(entities == entity).tolist()
    several = np.unique(entities)
    assert ledger.entity_sizes(several).tolist() == [(entities == each).sum() for each in several]
    assert ledger.members_of(several).tolist() == list(range(ledger.counts["addresses"]))
    with pytest.raises(NotFoundError, match="no entity"):
        ledger.members(ledger.counts["addresses"])


@given(st.lists(st.tuples(st.integers(0, 1 << 40), st.integers(0, 5))))
def test_expand_lists_all_numbers(ranges: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in ranges], np.int64)
    lengths = np.array([length for _, length in ranges], np.int64)
    expected = [start + step for start, length in ranges for step in range(length)]
    assert expand(starts, lengths).tolist() == expected


# What is no ledger, or no longer


def test_a_folder_that_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotALedgerError, match="clew index"):
        open_ledger(tmp_path)
    with pytest.raises(NotALedgerError, match="no such folder"):
        open_ledger(tmp_path / "nowhere")


def test_a_ledger_that_is_not_finished_says_how_far_it_is(copied: Path) -> None:
    manifest = manifests.read(copied)
    building = Building(14, manifest.counts, manifest.rows[0].checked, 0)
    manifests.write(copied, replace(manifest, tip=None, building=building))
    with pytest.raises(NotALedgerError, match="indexed to height 13; run clew index again"):
        open_ledger(copied)
    manifests.write(copied, replace(manifest, tip=None))
    with pytest.raises(NotALedgerError, match="nothing is indexed yet"):
        open_ledger(copied)


def test_another_version_and_another_network_are_refused(copied: Path) -> None:
    manifest = manifests.read(copied)
    manifests.write(copied, replace(manifest, version=99))
    with pytest.raises(LedgerVersionError, match="99"):
        open_ledger(copied)
    manifests.write(copied, replace(manifest, network="moon"))
    with pytest.raises(NotALedgerError, match="moon"):
        open_ledger(copied)


@pytest.mark.parametrize("name", ["rows/outputs.value.low", "base/spends.spent_by", "rows/inputs.sequence"])
def test_a_missing_or_short_file_is_named(copied: Path, name: str) -> None:
    path = copied / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NotALedgerError, match=path.name):
        open_ledger(copied)
    path.unlink()
    with pytest.raises(NotALedgerError, match=path.name):
        open_ledger(copied)


def test_a_reader_follows_a_commit_that_comes_while_it_opens(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = manifests.read(copied)
    assert old.base is not None
    new = replace(old, base=replace(old.base, folder="base-2"))
    (copied / "base").rename(copied / "base-2")
    manifests.write(copied, new)
    answers = iter([old, new])
    monkeypatch.setattr(manifests, "read", lambda path: next(answers))
    assert Ledger(copied).manifest == new


def test_a_reader_keeps_what_it_opened(copied: Path) -> None:
    ledger = open_ledger(copied)
    before = ledger.digest()
    shutil.rmtree(copied)
    assert ledger.digest() == before


# Digest and snapshot


def test_the_digest_is_that_of_the_same_chain_built_again(folder: Path, copied: Path) -> None:
    assert open_ledger(folder).digest() == open_ledger(copied).digest()


def test_the_digest_depends_on_the_chain(tmp_path: Path) -> None:
    chain = Chain()
    chain.mine([("ann", 5)])
    one = build_ledger(tmp_path / "one", chain.raw, "regtest").digest()
    chain.mine([("bob", 5)], [pay([(chain.blocks[1].transactions[0].txid, 0)], [("bob", 5)])])
    assert build_ledger(tmp_path / "two", chain.raw, "regtest").digest() != one


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


FILES = [
    (table.group, name)
    for table in TABLES
    # Nobody repeats a coinbase here, or pays to a key that everybody knows.
    if table.logical and table.name not in ("overwritten", "known_keys")
    for column in table.columns
    for name, _, _ in column_files(table, column)[:1]
]


@pytest.mark.parametrize(("group", "name"), FILES)
def test_a_flipped_bit_anywhere_shows_in_the_digest(copied: Path, group: str, name: str) -> None:
    before = open_ledger(copied).digest()
    _flip(copied / group / name)
    ledger = open_ledger(copied)
    if group != "rows":
        assert ledger.digest() != before
    else:
        with pytest.raises(NotALedgerError, match="damaged"):
            ledger.digest()


def test_every_row_table_has_rows_here_but_the_repeated_one(folder: Path) -> None:
    counts = manifests.read(folder).counts
    empty = [table.name for table in ROW_TABLES if table.logical and not counts[table.name]]
    assert empty == ["overwritten"]


def test_the_snapshot_changes_with_what_answers_depend_on(copied: Path) -> None:
    ledger = open_ledger(copied)
    before = ledger.snapshot()
    assert len(bytes.fromhex(before)) == 32
    assert open_ledger(copied).snapshot() == before
    rules = (Rule("multi_input", 2, "00" * 32), *ledger.manifest.rules[1:])
    changes: list[dict[str, Any]] = [
        {"digest": "11" * 32},
        {"rules": rules},
        {"tip": replace(ledger.tip, hash="22" * 32)},
    ]
    found = {before}
    for change in changes:
        manifests.write(copied, replace(ledger.manifest, **change))
        found.add(open_ledger(copied).snapshot())
    assert len(found) == 4


def test_the_snapshot_does_not_change_with_where_things_lie(copied: Path) -> None:
    before = open_ledger(copied).snapshot()
    (copied / "base").rename(copied / "elsewhere")
    manifest = manifests.read(copied)
    assert manifest.base is not None
    base = replace(manifest.base, folder="elsewhere")
    manifests.write(copied, replace(manifest, base=base, blocks_folder="/a/b"))
    assert open_ledger(copied).snapshot() == before
