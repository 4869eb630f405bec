"""What was found about a simulated service, beside what is true of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from clew.report import ReportAnswers
    from clew.simulate.economy.truth.read import CashOut, Payment, Truth

Coin = tuple[str, int | None]
"""An output: transaction id and number."""

Row = TypeVar("Row", "Payment", "CashOut")


@dataclass(frozen=True)
class Finding:
    """How much of one thing was found, how much of that is true, and how much there is in truth.

    Numbers are counts, or satoshi where ``money`` is set.
    """

    name: str
    found: int
    true: int
    in_truth: int
    money: bool = False

    @property
    def false(self) -> int:
        """What was found and is not true."""
        return self.found - self.true

    @property
    def share(self) -> float:
        """Which part of the truth was found; all of it where there is nothing to find."""
        return self.true / self.in_truth if self.in_truth else 1.0


def compare(answers: ReportAnswers, truth: Truth) -> Iterator[Finding]:
    """Findings about addresses, payments, money received, and cash-outs.

    Payments are counted by output, as the truth has them. What is found of cash-outs are all outflows,
    since the chain does not say which of them reach an exchange.

    An address counts as the service's in truth if its operator controls it and it was paid: what was
    given out and never paid cannot be found by anyone.
    """
    addresses = {row["address"] for entity in answers.entities for row in entity.result["addresses"]}
    seen = truth.controlled_used
    paid = truth.paid_addresses
    accounts = addresses & truth.given_addresses
    yield Finding("addresses", len(addresses), len(addresses & seen), len(seen))
    yield Finding("accounts paid", len(accounts), len(accounts & paid), len(paid))
    yield from _payments(answers.payments.result, truth)
    yield from _cash_outs(answers.outflows.result, truth)


def _payments(result: dict[str, Any], truth: Truth) -> Iterator[Finding]:
    real = _by_coin(truth.payments)
    found = {(row["txid"], output["vout"]) for row in result["payments"] for output in row["outputs"]}
    true = [real[coin] for coin in found & real.keys()]
    yield Finding("payments (outputs)", len(found), len(true), len(real))
    received = sum(payment.value for payment in true)
    yield Finding("received", result["total"]["value"], received, truth.received, money=True)


def _cash_outs(result: dict[str, Any], truth: Truth) -> Iterator[Finding]:
    real = _by_coin(truth.cash_outs)
    direct = {coin for coin, payment in real.items() if payment.is_direct}
    found: dict[Coin, int] = {(row["txid"], row["vout"]): row["value"] for row in result["outflows"]}
    true = found.keys() & real.keys()
    yield Finding("outflows: cash-outs", len(found), len(true), len(real))
    yield Finding("direct cash-outs among these", len(true), len(true & direct), len(direct))
    cashed_out, in_all = sum(found[coin] for coin in true), sum(truth.cashed_out.values())
    yield Finding("outflows: cashed out", result["total"]["value"], cashed_out, in_all, money=True)


def _by_coin(payments: tuple[Row, ...]) -> dict[Coin, Row]:
    return {(payment.txid, payment.vout): payment for payment in payments}
