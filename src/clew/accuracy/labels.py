"""Truth of the user's own: CSV files that say whose addresses are, what is change, what a coinjoin."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from clew.accuracy.coinjoins import ANY
from clew.accuracy.truth import NO_PROTOCOL, NOT_KNOWN, REAL, Truth, nothing_known
from clew.errors import AddressError, NotFoundError, UsageError
from clew.ledger.ledger import Ledger

YES_WORDS, NO_WORDS = ("1", "true", "yes"), ("0", "false", "no")
SERVICE = "service"
FORMS = (
    "address,owner[,wallet][,kind][,is_derived] or txid,vout,is_change or output,is_change or "
    "txid,is_coinjoin[,protocol]"
)


def read_labels(path: Path, ledger: Ledger, rank: int = REAL) -> Truth:
    """The truth that a CSV file tells, or those of a folder together, about a ledger.

    Each file's first line names its columns; see ``FORMS``. ``owner`` is any name; ``wallet`` tells an
    owner's wallets apart; ``kind`` may be ``service``; rows whose ``is_derived`` is true are left out,
    since a label that was derived from a cluster confirms none. Raises UsageError, which names file and
    line, for anything else.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{path}: expected CSV files with columns {FORMS}, found none")
    tip = ledger.tip
    source = {
        "name": str(path),
        "kind": "labels",
        "rank": rank,
        "world": "",
        "era": "",
        "seed": None,
        "blocks": tip.height + 1,
        "people": None,
        "tip": ledger.block_hash(tip.height),
        "time": int(ledger.column("blocks.time")[tip.height]),
    }
    truth = nothing_known(ledger, source)
    reader = _Reader(ledger, truth)
    for each in files:
        reader.read(each)
    reader.finish()
    return truth


class _Reader:
    """Gathers what files of labels tell."""

    def __init__(self, ledger: Ledger, truth: Truth) -> None:
        self.ledger, self.truth = ledger, truth
        self.owners: dict[str, int] = {}
        self.wallets: dict[tuple[str, str], int] = {}
        self.kinds: dict[str, str] = {}
        self.told: dict[int, set[tuple[int, int]]] = {}
        self.protocols: list[str] = [""]

    def read(self, path: Path) -> None:
        """One file."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.reader(file)
                head = [each.strip().lower() for each in next(rows, [])]
                take = self._form(path, head)
                for row in rows:
                    if row and any(each.strip() for each in row):
                        where = f"{path}:{rows.line_num}"
                        if len(row) != len(head):
                            raise UsageError(
                                f"{where}: expected {len(head)} columns, found {len(row)}; mend the line"
                            )
                        take(where, dict(zip(head, (each.strip() for each in row), strict=True)))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            raise UsageError(f"{path}: expected a CSV file of labels in UTF-8, found: {said}") from None

    def _form(self, path: Path, head: Sequence[str]):  # type: ignore[no-untyped-def]
        columns = set(head)
        if {"address", "owner"} <= columns and columns <= {
            "address",
            "owner",
            "wallet",
            "kind",
            "is_derived",
        }:
            return self._address
        if columns in ({"txid", "vout", "is_change"}, {"output", "is_change"}):
            return self._output
        if {"txid", "is_coinjoin"} <= columns and columns <= {"txid", "is_coinjoin", "protocol"}:
            return self._transaction
        raise UsageError(
            f"{path}:1: expected the columns {FORMS}, found {','.join(head) or 'nothing'}; "
            "mend the first line"
        )

    def _address(self, where: str, row: dict[str, str]) -> None:
        if _truth_of(where, "is_derived", row.get("is_derived") or "no"):
            self._leave_out("labels that were derived from a cluster")
            return
        if not row["owner"]:
            raise UsageError(f"{where}: expected an owner, found nothing; name one, or leave the line out")
        try:
            address = self.ledger.find_address(row["address"])
        except NotFoundError:
            self._leave_out("addresses that are not on the chain")
            return
        except AddressError as error:
            raise UsageError(f"{where}: {error}") from None
        owner = self.owners.setdefault(row["owner"], len(self.owners))
        wallet = self.wallets.setdefault((row["owner"], row.get("wallet", "")), len(self.wallets))
        if row.get("kind"):
            self.kinds[row["owner"]] = row["kind"]
        self.told.setdefault(address, set()).add((owner, wallet))

    def _output(self, where: str, row: dict[str, str]) -> None:
        txid, vout = row.get("txid", ""), row.get("vout", "")
        if "output" in row:
            txid, _, vout = row["output"].partition(":")
        if not (vout.isascii() and vout.isdigit()):
            raise UsageError(f"{where}: expected the number of an output, found {vout!r}; mend the line")
        is_change = _truth_of(where, "is_change", row["is_change"])
        try:
            output = self.ledger.find_output(txid, int(vout))
        except NotFoundError:
            self._leave_out("outputs that are not on the chain")
            return
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
        self._once(where, self.truth.change[output], int(is_change))
        self.truth.change[output] = int(is_change)

    def _transaction(self, where: str, row: dict[str, str]) -> None:
        is_coinjoin = _truth_of(where, "is_coinjoin", row["is_coinjoin"])
        try:
            transaction = self.ledger.find_transaction(row["txid"])
        except NotFoundError:
            self._leave_out("transactions that are not on the chain")
            return
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
        number = NO_PROTOCOL
        if is_coinjoin:
            name = row.get("protocol") or ANY
            if name not in self.protocols:
                self.protocols.append(name)
            number = self.protocols.index(name)
        self._once(where, self.truth.protocol[transaction], number)
        self.truth.protocol[transaction] = number

    def _once(self, where: str, known: int, told: int) -> None:
        if known not in (NOT_KNOWN, told):
            raise UsageError(
                f"{where}: expected one thing of each, found the opposite before; keep one of them"
            )

    def _leave_out(self, why: str) -> None:
        self.truth.left_out[why] = self.truth.left_out.get(why, 0) + 1

    def finish(self) -> None:
        """Put owners in their place; addresses of several owners are set aside."""
        truth = self.truth
        has_wallets = any(wallet for _, wallet in self.wallets)
        for address, told in self.told.items():
            if len({owner for owner, _ in told}) > 1:
                truth.joint[address] = frozenset(owner for owner, _ in told)
                continue
            owner, wallet = min(told)
            truth.actor[address] = owner
            if has_wallets and len(told) == 1:
                truth.wallet[address] = wallet
        if truth.joint:
            truth.left_out["addresses of several owners"] = len(truth.joint)
        truth.protocols = tuple(self.protocols)
        truth.services = frozenset(self.owners[name] for name, kind in self.kinds.items() if kind == SERVICE)
        if self.kinds:
            truth.kinds = tuple(self.kinds.get(name, "unknown") for name in self.owners)


def _truth_of(where: str, name: str, text: str) -> bool:
    word = text.lower()
    if word not in YES_WORDS + NO_WORDS:
        raise UsageError(f"{where}: expected {name} to be 1 or 0, found {text!r}; mend the line")
    return word in YES_WORDS


__all__ = ["FORMS", "read_labels"]
