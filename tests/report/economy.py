"""Answers of the shape that the read wing gives, made from a fixed seed."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime
from typing import Any

from clew.analysis.answer import NOTICE, Answer, list_status
from clew.report import ReportAnswers

LEDGER = {
    "network": "regtest",
    "tip": {
        "height": 512_340,
        "hash": "0000000000000000002f1c4a" + "5b" * 20,
        "work": "000000000000000000000000000000000000000001a2b3c4d5e6f708192a3b4c",
    },
    "rule_set": "strict",
    "rules": [{"name": "multi_input", "version": 1}, {"name": "coinjoin", "version": 1}],
}
SNAPSHOT = hashlib.sha256(b"snapshot").hexdigest()
ASKED = "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3"
SCRIPT = "script:" + "9f" * 32
START = 1_433_116_800
COIN = 100_000_000
CAVEAT = "entities join addresses by the multi-input rule only: a lower bound, which may also join strangers"


def txid(n: int) -> str:
    return hashlib.sha256(f"tx {n}".encode()).hexdigest()


def address(n: int) -> str:
    digest = hashlib.sha256(f"address {n}".encode()).hexdigest()
    forms = (
        f"bcrt1q{digest[:38]}",
        f"1{digest[:33]}",
        f"bcrt1p{digest[:58]}",
        f"script:{digest}",
        f"2{digest[:34]}",
    )
    return forms[n % len(forms)]


def place(n: int, count: int) -> dict[str, Any]:
    time = START + n * 86_000_000 // max(count, 1)
    return {"txid": txid(n), "height": 359_000 + n, "time": time, "median_time": time - 2_713}


def payer(n: int, addresses: int = 1) -> dict[str, Any]:
    return {
        "entity": 70_000 + n,
        "size": addresses + n % 7,
        "addresses": [address(n + i) for i in range(addresses)],
    }


def payment(n: int, count: int, kind: str, value: int) -> dict[str, Any]:
    payers = {"coinbase": [], "coinjoin": [payer(n + i) for i in range(5)], "mixed": [payer(n, 2)]}
    outputs = [{"vout": n % 3, "address": ASKED if n % 2 else address(n), "value": value}]
    if n % 11 == 5 and value > 1:
        outputs = [
            {"vout": i, "address": address(n + i), "value": part} for i, part in enumerate((value - 1, 1))
        ]
    return {
        **place(n, count),
        "value": value,
        "mixed": kind == "mixed",
        "coinbase": kind == "coinbase",
        "coinjoin": kind == "coinjoin",
        "outputs": outputs,
        "payers": payers.get(kind, [payer(n, 1 + n % 3)]),
    }


def outflow(n: int, count: int, kind: str, value: int) -> dict[str, Any]:
    known = kind != "mixed"
    return {
        **place(n, count),
        "vout": n % 2 if known else None,
        "value": value,
        "mixed": not known,
        "address": address(n % 9) if known else None,
        "script_type": "witness_v0_keyhash" if known else None,
        "entity": 90_000 + n % 9 if known else None,
        "size": 1 + n % 9 if known else None,
    }


def by_entity(outflows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sums: dict[int | None, dict[str, Any]] = {}
    for row in outflows:
        new = {key: row[key] for key in ("entity", "size", "address")} | {"value": 0, "payments": 0}
        receiver = sums.setdefault(row["entity"], new)
        receiver["value"] += row["value"]
        receiver["payments"] += 1
    return list(sums.values())


def months(payments: list[dict[str, Any]], outflows: list[dict[str, Any]], fee: int) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for row, key, number in [(p, "received", "payments") for p in payments] + [
        (o, "spent", "outflows") for o in outflows
    ]:
        name = datetime.fromtimestamp(row["time"], UTC).strftime("%Y-%m")
        month = rows.setdefault(
            name,
            {"month": name, "received": 0, "spent": 0, "fee": 0, "held": 0, "payments": 0, "outflows": 0},
        )
        month[key] += row["value"]
        month[number] += 1
        month["fee"] += fee if number == "outflows" else 0
    held = 0
    for name in sorted(rows):
        held += rows[name]["received"] - rows[name]["spent"] - rows[name]["fee"]
        rows[name]["held"] = held
    return [rows[name] for name in sorted(rows)]


def economy(count: int, *, size: int | None = None, asked: tuple[str, ...] = (ASKED,)) -> ReportAnswers:
    """``count`` payments in, about a fifth as many out, and everything that the sums need."""
    chance = random.Random(count)
    size = max(1, count // 4) if size is None else size
    kinds = ["coinbase", "plain", "coinjoin", "mixed", *["plain"] * 16]
    payments = [
        payment(n, count, kinds[n % len(kinds)], int(10 ** chance.uniform(5, 8.4))) for n in range(count)
    ]
    outflows, fee = [], 1_234
    for n in range(count):
        if n % 5 == 4:
            value = sum(row["value"] for row in payments[n - 4 : n + 1]) * 9 // 10
            outflows.append(outflow(n, count, "mixed" if n % 50 == 49 else "plain", value - fee))
    received, spent = sum(row["value"] for row in payments), sum(row["value"] for row in outflows)
    total = {"received": received, "spent": spent, "fee": fee * len(outflows), "overwritten": 0}
    total["held"] = received - spent - total["fee"]
    members = [{"entity": 9, "size": size, "address": asked[0]}]

    def answer(question: str, result: dict[str, Any]) -> Answer:
        parameters = {"addresses": list(asked)}
        return Answer(question, parameters, LEDGER, SNAPSHOT, result, (CAVEAT,), None)

    entity = {
        "entity": 9,
        "size": size,
        "address": asked[0],
        "lower_bound": True,
        "received": received * 2,
        "sent": received * 2 - total["held"],
        "balance": total["held"],
        "from_outside": received,
        "to_outside": spent,
        "fee": total["fee"],
        "addresses": [
            {"address": ASKED if n == 0 else address(n), "id": 9 + n, "received": COIN * n, "balance": n}
            for n in range(size)
        ],
        "links": [
            {"a": ASKED, "b": address(n), "txid": txid(n), "height": n, "time": START + n}
            | {"rule": "multi_input", "version": 1}
            for n in range(1, size)
        ],
        "lists": {"addresses": list_status(size, size), "links": list_status(size - 1, size - 1)},
        "first": place(0, count) if count else None,
        "last": place(count - 1, count) if count else None,
    }
    totals = {
        "payments": count,
        "value": received,
        "coinbase": sum(row["coinbase"] for row in payments),
        "mixed": sum(row["mixed"] for row in payments),
        "payers": len({p["entity"] for row in payments for p in row["payers"]}),
    }
    sums = {"outflows": len(outflows), "value": spent, "fee": total["fee"]}
    return ReportAnswers(
        entity=answer("entity", entity),
        payments=answer(
            "payments",
            {"entities": members, "payments": payments, "total": totals, "notice": NOTICE}
            | list_status(count, count),
        ),
        proceeds=answer(
            "proceeds", {"entities": members, "months": months(payments, outflows, fee), "total": total}
        ),
        outflows=answer(
            "outflows",
            {"entities": members, "outflows": outflows, "by_entity": by_entity(outflows), "total": sums}
            | {"notice": NOTICE}
            | list_status(len(outflows), len(outflows)),
        ),
        tip_time=START + 90_000_000,
    )
