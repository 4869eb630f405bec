"""What speaks against a route: each doubt a bit, its name and its sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Doubt:
    """One reason why a route is not graded ``direct`` or ``own wallet``.

    ``bit``: its number; ``name``: its key in answers; ``says``: the sentence. ``is_look_alike``: the ledger
    shows that the payment is no purchase by whoever funded it.
    """

    bit: int
    name: str
    says: str
    is_look_alike: bool = False


_GIVEN: tuple[tuple[str, str, bool], ...] = (
    (
        "dust",
        "it is so small that it is dust, which strangers send to addresses that they see on the ledger",
        True,
    ),
    (
        "refund",
        "as much as the paid address had sent to somebody before comes back, but for a fee at most",
        True,
    ),
    ("circle", "those asked about had paid the payer before: it may be their own money", True),
    (
        "swept",
        "everything that went in went to those asked about, as when somebody moves money of their own",
        True,
    ),
    (
        "several paid",
        "the same transaction paid others too, as a service does that pays for many",
        True,
    ),
    (
        "rest is a holder's",
        "what was left went to a service, or to what looks like one: the payer may be it",
        True,
    ),
    (
        "rest is a stranger's",
        "what was left went to an entity that others paid as well: that may be the payment, this the change",
        True,
    ),
    (
        "may be change",
        "the paid address had been paid before, and more went to it than to the new address of another "
        "entity: this may be the change, and that the payment",
        True,
    ),
    (
        "their own address",
        "those asked about bring coins of their own together at the paid address, or take change there",
        False,
    ),
    (
        "rest moved on",
        "what was left was joined with other coins, or moved on as a service moves change",
        False,
    ),
    ("recent", "it is too recent to tell what becomes of what was left", False),
    (
        "busy",
        "the paying wallet is large or busy for one person's, and may hold coins of several",
        False,
    ),
    ("small part", "it is a small part of what was withdrawn, as payouts are of what a service holds", False),
    (
        "not plain",
        "the transaction that brought the coins does not show which output went to a customer, and which "
        "stayed with the service; or it paid many the same, as wages",
        False,
    ),
    ("others between", "coins of other entities lie between", False),
    ("several sign", "a transaction between was signed by several entities", False),
    ("shares", "only a part of the payment surely came from services that are named", False),
    ("conflict", "tags name different holders of the service's entity", False),
    ("derived tags", "the service is named only by tags that were carried over from a cluster", False),
)

DOUBTS: tuple[Doubt, ...] = tuple(Doubt(1 << place, *each) for place, each in enumerate(_GIVEN))
"""Every doubt, in the order in which answers name them."""

(
    DUST, REFUND, CIRCLE, SWEPT, SEVERAL_PAID, REST_HELD, REST_STRANGE, MAY_BE_CHANGE, THEIR_OWN, REST_MOVED,
    RECENT, BUSY, SMALL, NOT_PLAIN, BETWEEN, SIGNED, SHARES, CONFLICT, DERIVED,
) = (each.bit for each in DOUBTS)  # fmt: skip


def doubts_of(bits: int) -> tuple[Doubt, ...]:
    """The doubts of some bits."""
    return tuple(each for each in DOUBTS if each.bit & bits)


__all__ = [
    "BETWEEN", "BUSY", "CIRCLE", "CONFLICT", "DERIVED", "DOUBTS", "DUST", "MAY_BE_CHANGE", "NOT_PLAIN",
    "RECENT", "REFUND", "REST_HELD", "REST_MOVED", "REST_STRANGE", "SEVERAL_PAID", "SHARES", "SIGNED",
    "SMALL", "SWEPT", "THEIR_OWN", "Doubt", "doubts_of",
]  # fmt: skip
