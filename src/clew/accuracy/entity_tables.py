"""Tables of entities: each set of rules, whole and by classes of addresses."""

from __future__ import annotations

from clew.accuracy.figures import ACTOR, ADDRESSES, COLLISIONS, ENTITIES, JOINT, PAIRS, SERVICE, WALLET
from clew.accuracy.validation import Validation
from clew.accuracy.words import (
    Sheet,
    base,
    between,
    counted,
    plain,
    rate,
    span,
    whole,
)

_ENTITY_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("pairs of addresses put together: of one owner",
     PAIRS, "precision", ACTOR),
    ("pairs of one owner's addresses: put together",
     PAIRS, "recall", ACTOR),
    ("the same, of one wallet: precision",
     PAIRS, "precision", WALLET),
    ("the same, of one wallet: recall",
     PAIRS, "recall", WALLET),
    ("per address: the owner's part of its entity (B-cubed precision)",
     ADDRESSES, "B-cubed precision", ACTOR),
    ("per address: the found part of its owner (B-cubed recall)",
     ADDRESSES, "B-cubed recall", ACTOR),
    ("the same, of one wallet: precision",
     ADDRESSES, "B-cubed precision", WALLET),
    ("the same, of one wallet: recall",
     ADDRESSES, "B-cubed recall", WALLET),
    ("addresses in entities of several: alone with their owner's",
     ADDRESSES, "alone with its owner's", ACTOR),
    ("entities of several addresses: of several owners",
     ENTITIES, "of several owners", ACTOR),
    ("owners joined with another",
     ENTITIES, "owners joined with others", ACTOR),
    ("wallets joined with another",
     ENTITIES, "owners joined with others", WALLET),
    ("wallets of several addresses: in pieces",
     ENTITIES, "owners in pieces", WALLET),
    ("pieces of a wallet, on average",
     ENTITIES, "pieces per owner", WALLET),
    ("addresses in the service's entities: strangers'",
     SERVICE, "strangers' addresses in its entities", ACTOR),
    ("strangers drawn into the service's entities",
     SERVICE, "strangers drawn into its entities", ACTOR),
    ("services in one entity with another, tags withheld",
     COLLISIONS, "services that stand with another", ACTOR),
)  # fmt: skip


def entities(found: Validation, subject: str) -> Sheet:
    """The figures of one set of rules."""
    rows = []
    for said, about, measure, control in _ENTITY_ROWS:
        row = found.row(about, subject, measure, control)
        if row is None or not row.tally.of:
            continue
        is_plain = measure == "pieces per owner"
        show = plain(row.tally.rate) if is_plain else rate(row)
        interval = span(row) if is_plain else between(row)
        rows.append((said, show, interval, counted(row.tally), base(row)))
    for row in found.part(JOINT, subject, "stand with a stranger's", ACTOR, "address"):
        said = f"addresses {row.key.group}: with somebody who is no owner"
        rows.append((said, rate(row), between(row), counted(row.tally), base(row)))
    return Sheet(
        f"All addresses, by {subject}",
        "Control is the owner's (by actor), and the wallet's where that is said. Base: what would be so of "
        "addresses drawn blindly.",
        ("", "share>", "95 % interval>", "counted>", "base>"),
        tuple(rows),
    )


def entities_by(found: Validation, subject: str, by: str) -> Sheet:
    """B-cubed figures of one set of rules by a class of addresses."""
    rows = []
    for row in found.part(ADDRESSES, subject, "B-cubed precision", ACTOR, by):
        recall = {
            control: found.row(ADDRESSES, subject, "B-cubed recall", control, by, row.key.group)
            for control in (ACTOR, WALLET)
        }
        rows.append(
            (
                row.key.group,
                whole(row.tally.of),
                rate(row),
                between(row),
                rate(recall[ACTOR]),
                rate(recall[WALLET]),
            )
        )
    return Sheet(
        f"By {by}, by {subject}",
        "Per address (B-cubed): which part of its entity is its owner's, and which part of its owner, or of "
        "its wallet, was found.",
        (by, "addresses>", "precision>", "95 % interval>", "recall, owner>", "recall, wallet>"),
        tuple(rows),
    )


__all__ = ["entities", "entities_by"]
