"""The truth beside an economy, read by its documented form (docs/truth.md) into a ledger's numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from clew.accuracy.truth import NO_PROTOCOL, NOT_KNOWN, OWN_WORLDS, Truth, nothing_known
from clew.errors import UsageError
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger
from clew.schema import NO_ADDRESS

FOLDER, TOTALS = "truth", "totals.json"

SERVICES = ("exchange", "web-wallet", "swap", "merchant", "gambling", "pool", "charity", "operator")
"""Kinds of actors that serve many, and that a tag would name: two of them in one entity collide."""

SHARED, NOBODY = "shared", "nobody"
EVERYBODY = ("known-key", "anyone", "anchor")
"""Roles of addresses that no owner holds alone."""

ROUND_PARTS = ("equal", "premix")
"""Parts of a coinjoin's outputs that are counted as its size."""


def is_economy(folder: Path) -> bool:
    """Whether a folder is an economy's, or its truth."""
    return (_inside(folder) / TOTALS).is_file()


def read_economy(folder: Path, ledger: Ledger, rank: int = OWN_WORLDS) -> Truth:
    """The truth in ``folder``, about a ledger that was made of its blocks.

    Raises UsageError where it cannot be read, or is another chain's.
    """
    inside = _inside(folder)
    totals = _totals(inside)
    _same_chain(inside, totals, ledger)
    source = {
        "name": str(folder),
        "kind": "economy",
        "rank": rank,
        "world": str(totals["world"]),
        "era": str(totals["era"]),
        "seed": int(totals["seed"]),
        "blocks": int(totals["blocks"]),
        "people": None,
        "tip": str(totals["tip"]),
        "time": int(ledger.column("blocks.time")[ledger.tip.height]),
    }
    truth = nothing_known(ledger, source)
    _society(inside, truth)
    _transactions(inside, truth)
    outputs = _outputs(inside, ledger, truth)
    _addresses(inside, ledger, truth, *outputs)
    return truth


def _inside(folder: Path) -> Path:
    return folder / FOLDER if (folder / FOLDER).is_dir() else folder


def _totals(folder: Path) -> dict[str, Any]:
    try:
        totals = json.loads((folder / TOTALS).read_text(encoding="utf-8"))
        for name in ("world", "era", "seed", "blocks", "tip", "transactions"):
            totals[name]
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise UsageError(
            f"{folder / TOTALS}: expected the sums of an economy's truth, found {reason}; name the folder "
            "that clew simulate economy made"
        ) from None
    return dict(totals)


def _same_chain(folder: Path, totals: dict[str, Any], ledger: Ledger) -> None:
    """Raises UsageError unless truth and ledger tell of the same blocks."""
    height = int(totals["blocks"]) - 1
    mine = ledger.block_hash(ledger.tip.height)
    advice = "index the blocks that lie beside this truth, or name the truth of this ledger"
    if totals["tip"] != mine or height != ledger.tip.height:
        raise UsageError(
            f"{folder}: this truth belongs to another chain: expected its tip {totals['tip']} at height "
            f"{height}, found {mine} at height {ledger.tip.height} in {ledger.path}; {advice}"
        )
    table = read_table(folder, "blocks", ("height", "hash"))
    hashes = table["hash"].to_pylist()
    if table["height"].to_pylist() != list(range(len(hashes))) or len(hashes) != ledger.tip.height + 1:
        raise UsageError(
            f"{folder}: expected a row for each block of the chain (height 0 to {ledger.tip.height}) in the "
            f"table blocks, found {len(hashes)} rows; {advice}"
        )
    wire = np.frombuffer(b"".join(bytes.fromhex(each)[::-1] for each in hashes), np.uint8).reshape(-1, 32)
    differ = np.flatnonzero((wire != np.asarray(ledger.column("blocks.hash"))).any(axis=1))
    if len(differ):
        first = int(differ[0])
        raise UsageError(
            f"{folder}: this truth belongs to another chain: its table blocks has {hashes[first]} at height "
            f"{first}, the ledger {ledger.path} has {ledger.block_hash(first)}; {advice}"
        )


def read_table(folder: Path, name: str, columns: Iterable[str]) -> Any:
    """Columns of a table of truth as an Arrow table. Raises UsageError where it cannot be read."""
    try:
        from pyarrow import ArrowException
        from pyarrow import parquet as files
    except ImportError as error:
        raise UsageError(
            f"truth tables need the package {error.name}, which is not installed: pip install "
            "'clew[simulate]'"
        ) from error
    path = folder / f"{name}.parquet"
    wanted = list(columns)
    try:
        table = files.read_table(path, columns=wanted)
    except (OSError, ArrowException) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            f"{path}: expected the table {name} of an economy's truth, found that it cannot be read "
            f"({told}); simulate it again"
        ) from None
    missing = [each for each in wanted if each not in table.column_names]
    if missing:
        raise UsageError(
            f"{path}: expected the columns {', '.join(wanted)}, found none called {', '.join(missing)}; "
            "simulate it again with this version of clew"
        )
    return table


def _numbers(table: Any, name: str, absent: int = NOT_KNOWN) -> Array:
    """A column of whole numbers; ``absent`` where the table has none."""
    return np.asarray(table[name].fill_null(absent).to_numpy(), np.int64)


def _codes(table: Any, name: str) -> tuple[Array, tuple[str, ...]]:
    """A column of words as numbers, and the words, sorted."""
    words, codes = np.unique(
        np.array(table[name].fill_null("").to_pylist(), dtype=object), return_inverse=True
    )
    return codes.astype(np.int64), tuple(str(each) for each in words)


def _society(folder: Path, truth: Truth) -> None:
    actors = read_table(folder, "actors", ("actor", "kind"))
    truth.kinds = tuple(actors["kind"].to_pylist())
    truth.models = tuple(read_table(folder, "wallets", ("model",))["model"].to_pylist())
    truth.services = frozenset(i for i, kind in enumerate(truth.kinds) if kind in SERVICES)
    operators = [i for i, kind in enumerate(truth.kinds) if kind == "operator"]
    truth.service = operators[0] if operators else NOT_KNOWN


def _transactions(folder: Path, truth: Truth) -> None:
    table = read_table(folder, "transactions", ("tx", "form", "wallet"))
    rows = _numbers(table, "tx")
    if len(rows) != len(truth.form) - 1 or (len(rows) and int(rows.max()) >= len(truth.form)):
        raise UsageError(
            f"{folder}: expected {len(truth.form) - 1} transactions, each of the ledger's but the first, "
            f"found {len(rows)}; name the truth of this ledger"
        )
    codes, truth.forms = _codes(table, "form")
    truth.form[rows] = codes
    truth.maker[rows] = _numbers(table, "wallet")
    truth.protocol[:] = NO_PROTOCOL
    joins = read_table(folder, "coinjoins", ("tx", "protocol", "side", "part"))
    protocols, names = _codes(joins, "protocol")
    truth.protocols = ("", *names)
    of = _numbers(joins, "tx")
    truth.protocol[of] = protocols + 1
    parts, part_names = _codes(joins, "part")
    sides, side_names = _codes(joins, "side")
    counted = [i for i, name in enumerate(part_names) if name in ROUND_PARTS]
    outputs = [i for i, name in enumerate(side_names) if name == "output"]
    equal = np.isin(parts, counted) & np.isin(sides, outputs)
    truth.round_size[:] = np.bincount(of[equal], minlength=len(truth.round_size))


def _outputs(folder: Path, ledger: Ledger, truth: Truth) -> tuple[Array, Array]:
    """Mark change; return the ledger's address of each of truth's outputs, and truth's own."""
    table = read_table(folder, "outputs", ("tx", "vout", "address_id", "is_change"))
    first = np.asarray(ledger.column("transactions.first_output"))
    rows = first[_numbers(table, "tx")] + _numbers(table, "vout")
    if len(rows) and int(rows.max()) >= ledger.counts["outputs"]:
        raise UsageError(
            f"{folder}: expected outputs of this ledger ({ledger.counts['outputs']}), found one more; "
            "name the truth of this ledger"
        )
    truth.change[rows] = table["is_change"].to_numpy().astype(np.int8)
    return np.asarray(ledger.column("outputs.address")).astype(np.int64)[rows], _numbers(table, "address_id")


def _addresses(folder: Path, ledger: Ledger, truth: Truth, seen: Array, told: Array) -> None:
    """Say whose each address of the ledger is; addresses of several, or of nobody, are set aside."""
    table = read_table(folder, "addresses", ("actor", "wallet", "role", "outputs"))
    roles, role_names = _codes(table, "role")
    actors, wallets = _numbers(table, "actor"), _numbers(table, "wallet")
    paid = seen != NO_ADDRESS
    both = np.unique(np.stack([seen[paid], told[paid]], axis=1), axis=0)
    mine, rows = both[:, 0], both[:, 1]
    truth.actor[mine], truth.wallet[mine] = actors[rows], wallets[rows]
    truth.service_addresses = np.unique(mine[np.isin(roles[rows], _of(role_names, ("account", "till")))])
    kinds = np.array(truth.kinds, dtype=object)[actors[rows]]
    public = np.isin(roles[rows], _of(role_names, EVERYBODY)) | (kinds == NOBODY)
    # Rows of one address that name different owners: its key is known to them all.
    several = np.unique(mine[(truth.actor[mine] != actors[rows]) | (truth.wallet[mine] != wallets[rows])])
    truth.everybody = frozenset(mine[public].tolist()) | frozenset(several.tolist())
    shared = (kinds == SHARED) & ~public
    owners = _owners(folder)
    truth.joint = {
        int(address): owners.get(int(actor), frozenset())
        for address, actor in zip(mine[shared], actors[rows][shared], strict=True)
        if int(address) not in truth.everybody
    }
    aside = np.array(sorted(truth.everybody | truth.joint.keys()), np.int64)
    truth.actor[aside] = truth.wallet[aside] = NOT_KNOWN
    truth.left_out = {
        "addresses of several owners": len(truth.joint),
        "addresses that everybody can sign for or spend": len(truth.everybody),
        "addresses that were never paid": int((_numbers(table, "outputs", 0) == 0).sum()),
    }


def _of(names: tuple[str, ...], wanted: Iterable[str]) -> list[int]:
    return [i for i, name in enumerate(names) if name in set(wanted)]


def _owners(folder: Path) -> dict[int, frozenset[int]]:
    """Owners of each joint actor."""
    table = read_table(folder, "joint_owners", ("actor", "owner"))
    found: dict[int, set[int]] = {}
    for actor, owner in zip(table["actor"].to_pylist(), table["owner"].to_pylist(), strict=True):
        found.setdefault(actor, set()).add(owner)
    return {actor: frozenset(each) for actor, each in found.items()}


__all__ = ["SERVICES", "is_economy", "read_economy", "read_table"]
