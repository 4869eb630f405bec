"""Tables of what is said of origins of payments: how many routes are graded, and how many of them wrong."""

from __future__ import annotations

from clew.accuracy.origins import GRADED, LOOK_ALIKES, ORIGINS, PAYMENTS, REACHED, SATOSHI, WRONG
from clew.accuracy.validation import Validation
from clew.accuracy.words import ABSENT, Sheet, between, counted, percent, rate


def subjects(found: Validation) -> list[str]:
    """The coverages of tags that were tried, as figures name them, in order."""
    about = (row.key for row in found.rows if row.key.about == ORIGINS)
    return list(dict.fromkeys(key.subject for key in about))


def routes(found: Validation) -> Sheet:
    """Wrong ones of the routes that are graded direct or own wallet."""
    rows = []
    for subject in subjects(found):
        for name, by, group in (("both", "", ""), *((each, "grade", each) for each in GRADED)):
            row = found.row(ORIGINS, subject, WRONG, "", by, group)
            if row is not None and row.tally.of:
                upper = ABSENT if row.interval is None else percent(row.interval[1])
                rows.append((subject, name, counted(row.tally), rate(row), upper))
    return Sheet(
        "Origins, by coverage of tags",
        "Routes from payments back to an exchange, graded direct or own wallet. A route is wrong if the "
        "named withdrawal did not fund the payment, if others held the coins between, or if the ledger shows "
        "that the payment is none. What it cannot show (takeover, resale, gift) is not counted here.",
        ("", "grade", "wrong>", "share>", "95 % upper bound>"),
        tuple(rows),
    )


def hops(found: Validation) -> Sheet:
    """By hops of the shortest way: how many payments are graded, and how many routes are wrong."""
    rows = []
    for subject in subjects(found):
        for row in found.part(ORIGINS, subject, PAYMENTS, "", "hops"):
            wrong = found.row(ORIGINS, subject, WRONG, "", "hops", row.key.group)
            said = ABSENT if wrong is None else counted(wrong.tally)
            rows.append((subject, row.key.group, counted(row.tally), rate(row), said))
    return Sheet(
        "Origins, by hops",
        "Hops of the shortest way back that was found. A payment that is not graded well is no error: its "
        "answer says what stands in the way.",
        ("", "hops>", "payments graded>", "share>", "routes wrong>"),
        tuple(rows),
    )


def reached(found: Validation) -> Sheet:
    """What could be graded and was; look-alikes; satoshi."""
    rows = []
    for subject in subjects(found):
        for name, measure, group in (
            ("straight from an exchange", REACHED, "straight"),
            ("through one strict entity", REACHED, "own wallet"),
            ("both together", REACHED, ""),
            ("visible look-alikes graded", LOOK_ALIKES, ""),
            ("sums exact to the satoshi", SATOSHI, ""),
        ):
            row = found.row(ORIGINS, subject, measure, "", "way" if group else "", group)
            if row is not None and row.tally.of:
                rows.append((subject, name, counted(row.tally), rate(row), between(row)))
    return Sheet(
        "Origins: what is reached",
        "Of payments that came straight, or through one strict entity of the payer's, how many are graded "
        "so. Of look-alikes that the ledger shows none should be. Sums: shares of a payment and its truth.",
        ("", "", "counted>", "share>", "95 % interval>"),
        tuple(rows),
    )


__all__ = ["hops", "reached", "routes", "subjects"]
