"""Payments to the service as they were meant: who paid, by which way, and what it only looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from clew.kernels.economy_state import (
    CASH,
    DUST,
    FRIEND,
    GIFT,
    NONE,
    PURCHASE,
    REFUND,
    RESOLD,
    SERVICE_CHANGE,
    SERVICE_SWEEP,
    SHARED_WALLET,
    TAKEN_OVER,
    TYPING_ERROR,
)

Label = Literal["", "visible", "invisible"]


class Meaning(NamedTuple):
    """Whether the ledger can show what a payment really is, and what that is."""

    label: Label
    explanation: str


LABELS: dict[int, Meaning] = {
    PURCHASE: Meaning("", "a payer pays for an account of his or her own"),
    FRIEND: Meaning("invisible", "somebody else pays for the payer, from a wallet of their own"),
    CASH: Meaning("invisible", "a trader, who was given cash, pays from the trader's own wallet"),
    TAKEN_OVER: Meaning("invisible", "a stranger pays with somebody's exchange account or wallet"),
    RESOLD: Meaning("invisible", "an account that one person paid for, and another one uses"),
    GIFT: Meaning("invisible", "a payer pays for somebody else's account"),
    TYPING_ERROR: Meaning("invisible", "somebody picked the wrong address from a list, and meant another"),
    SHARED_WALLET: Meaning("visible", "a custodial wallet pays, whose coins are those of thousands of users"),
    DUST: Meaning("visible", "a stranger sends next to nothing to addresses seen on the ledger"),
    REFUND: Meaning("visible", "an exchange or merchant sends the operator's own money back"),
    SERVICE_CHANGE: Meaning("visible", "change of a payment to somebody else, the operator's or a payer's"),
    SERVICE_SWEEP: Meaning("visible", "the operator moves money from one address of the service to another"),
}
"""What each purpose of an output to the service means, by its place in ``PURPOSES``.

*visible*: the ledger shows that it is no purchase by whoever funded it; *invisible*: it cannot.
"""

LOOK_ALIKES = tuple(purpose for purpose in LABELS if purpose not in (PURCHASE, FRIEND, CASH))
"""Purposes that are rows on top of the world's number of payments."""


class Funding(NamedTuple):
    """A withdrawal that was made in order to pay.

    ``hops``: own addresses between the withdrawal and the payment; 0: it is the payment. ``through``:
    number of a custodian that held the coins between, so that no coin leads from one to the other; or NONE.
    """

    coin: int
    custodian: int
    customer: int
    hops: int
    through: int = NONE


@dataclass(frozen=True, slots=True)
class ServicePayment:
    """One output to an address of the service. Actors, coins and custodians are numbers."""

    coin: int
    purpose: int
    """A place in ``PURPOSES``; one of ``LABELS``."""
    payer: int
    """The actor who meant to pay."""
    source: int
    """The actor whose coins were spent: the payer, a custodian, a friend, a stranger's victim."""
    account: int
    """Number of the account that it credits; NONE if the address is no account's."""
    member: int
    """The actor who uses that account, or NONE."""
    country: str
    """Where the payer lives; empty if nobody paid."""
    route: str
    """A route of the world's payers, as it was in the end; or ``look-alike`` if there was none."""
    dollars: float
    """What it was meant to be worth; 0 if nothing was meant."""
    origin: tuple[Funding, ...] = ()
    """Withdrawals made for this payment; what is on the ledger, ``origins`` finds."""

    @property
    def label(self) -> Label:
        """Whether the ledger can show that it is no purchase; empty for a purchase."""
        return LABELS[self.purpose].label
