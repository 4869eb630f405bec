"""Pages about the ledger itself, a block, a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.analysis.answer import NOT_SEARCHED
from clew.cli.pages.frame import extent, foot, rules
from clew.cli.sheet import Cell, Column, Sheet, amount, count, identity
from clew.cli.units import ABSENT, btc, number, plural

if TYPE_CHECKING:
    from clew.analysis.answer import Answer
    from clew.cli.units import Clock


def status(answer: Answer, clock: Clock) -> Sheet:
    """The tip, how much there is, and how far behind the node's files."""
    sheet, result, tip = Sheet(), answer.result, answer.ledger["tip"]
    sheet.line(f"{answer.ledger['network']}, tip {number(tip['height'])}", "bold")
    unspent = result["unspent"]
    sheet.facts(
        [
            ("tip", tip["hash"]),
            ("work", tip["work"]),
            ("snapshot", answer.snapshot),
            *((name, number(value)) for name, value in result["counts"].items()),
            ("unspent", f"{plural(unspent['outputs'], 'output')}, {btc(unspent['value'])} BTC"),
            ("behind", _behind(result["source"])),
            ("block files", result["source"]["folder"] or ABSENT),
            ("rules", rules(result["rules"])),
        ]
    )
    for caveat in answer.caveats:
        sheet.prose(f"caveat: {caveat}", "dim")
    return sheet


def _behind(source: dict[str, Any]) -> str:
    if source["status"] == NOT_SEARCHED:
        return f"not searched ({source['reason']})" if source.get("reason") else "not searched"
    behind, undo = plural(source["blocks_behind"], "block"), source["blocks_to_undo"]
    off = f", and {plural(undo, 'block')} of it off the best chain" if undo else ""
    return f"{behind}{off}; the block files reach block {number(source['node_height'])}"


def digest(answer: Answer, clock: Clock) -> Sheet:
    """One line, as checksum programs print it."""
    sheet = Sheet()
    sheet.line(answer.result["digest"])
    return sheet


def block(answer: Answer, clock: Clock) -> Sheet:
    """A header, its sums, and the transactions."""
    sheet, result = Sheet(), answer.result
    sheet.line(f"block {number(result['height'])}", "bold")
    sheet.facts(
        [
            ("hash", result["hash"]),
            ("previous", result["previous"] if result["height"] else "none (this is the first block)"),
            ("merkle root", result["merkle_root"]),
            (clock.label, clock.text(result["time"])),
            ("median time past", clock.text(result["median_time"])),
            ("version", f"{result['version']}"),
            ("bits", result["bits"]),
            ("nonce", f"{result['nonce']}"),
            ("work", result["work"]),
            ("size", f"{number(result['size'])} bytes, {number(result['base_size'])} without witnesses"),
            ("weight", number(result["weight"])),
            ("fees", f"{btc(result['fee'])} BTC"),
        ]
    )
    sheet.heading(plural(result["count"], "transaction"))
    for txid in result["transactions"]:
        sheet.line(txid, "cyan")
    extent(sheet, answer, "transactions")
    foot(sheet, answer)
    return sheet


def tx(answer: Answer, clock: Clock) -> Sheet:
    """A transaction with its inputs, its outputs, and what the rules say of it."""
    sheet, result = Sheet(), answer.result
    sheet.line(f"transaction {result['txid']}", "bold")
    sheet.facts(
        [
            ("block", f"{number(result['height'])} {result['block']}"),
            (clock.label, clock.text(result["time"])),
            ("median time past", clock.text(result["median_time"])),
            ("confirmations", number(result["confirmations"])),
            ("in", "new coins" if result["coinbase"] else f"{btc(result['value_in'])} BTC"),
            ("out", f"{btc(result['value_out'])} BTC"),
            ("fee", "none (coinbase)" if result["coinbase"] else f"{btc(result['fee'])} BTC"),
            ("version", f"{result['version']}"),
            ("lock time", f"{result['lock_time']}"),
            ("size", f"{number(result['size'])} bytes, {number(result['base_size'])} without witness"),
            ("weight", number(result["weight"])),
            ("rules", _said(result["rules"])),
            *(
                (f"own rule {rule['name']} {rule['version']}", ", ".join(rule["answers"]))
                for rule in result["own_rules"]
            ),
        ]
    )
    _inputs(sheet, result)
    sheet.heading(plural(len(result["outputs"]), "output"))
    sheet.table(
        (count("vout"), amount("value"), count("entity"), Column("script type"), Column("spent"),
         identity("address"), identity("spent by")),
        [_output(row) for row in result["outputs"]],
    )  # fmt: skip
    foot(sheet, answer)
    return sheet


def _said(rules: dict[str, str]) -> str:
    """What the rules say; those of coinjoins only where it is not no."""
    always = list(rules)[: list(rules).index("strict") + 1]
    shown = [f"{name}: {said}" for name, said in rules.items() if name in always or said != "no"]
    return ", ".join(shown)


def _inputs(sheet: Sheet, result: dict[str, Any]) -> None:
    sheet.heading(plural(len(result["inputs"]), "input"))
    if result["coinbase"]:
        sheet.line("coinbase: it spends no output")
        return
    sheet.table(
        (amount("value"), count("entity"), Column("script type"), count("sequence"), identity("address"),
         identity("spends")),
        [
            (btc(row["value"]), _entity(row), row["script_type"], f"{row['sequence']}",
             row["address"] or ABSENT, f"{row['txid']}:{row['vout']}")
            for row in result["inputs"]
        ],
    )  # fmt: skip


def _output(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        f"{row['vout']}", btc(row["value"]), _entity(row), row["script_type"], row["spent"],
        row["address"] or ABSENT, row["spent_by"] or ABSENT,
    )  # fmt: skip


def _entity(row: dict[str, Any]) -> str:
    return ABSENT if row["entity"] is None else f"{row['entity']}"
