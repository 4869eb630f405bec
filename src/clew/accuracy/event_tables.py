"""Tables of what is said of transactions and outputs: links, coinjoins, change."""

from __future__ import annotations

from clew.accuracy.changes import CERTAIN, class_names
from clew.accuracy.figures import ACTOR, CHANGE, COINJOIN, LINKS
from clew.accuracy.validation import Validation
from clew.accuracy.words import (
    ABSENT,
    Sheet,
    base,
    between,
    counted,
    names,
    per_million,
    per_million_between,
    plain,
    rate,
    span,
    whole,
)


def links(found: Validation) -> Sheet:
    """Links of each set by rule, and rules of control by transaction."""
    rows = []
    for name in names(found, "set"):
        for row in found.part(LINKS, name, "links of one owner", ACTOR, "rule"):
            said = f"{name}: links by {row.key.group}"
            rows.append((said, rate(row), between(row), counted(row.tally), ABSENT, ABSENT))
    for name in names(found, "control"):
        alone = found.row(LINKS, name, "one owner signs", ACTOR)
        if alone is not None:
            recall = rate(found.row(LINKS, name, "found", ACTOR))
            said = f"{name} alone: transactions"
            rows.append((said, rate(alone), between(alone), counted(alone.tally), recall, base(alone)))
    return Sheet(
        "Links, by rule",
        "How many links join two addresses of one owner; of a rule alone, of how many transactions that it "
        "answers yes one owner signs all inputs, and how many of such it finds. A link to a key that "
        "everybody knows is wrong.",
        ("", "right>", "95 % interval>", "counted>", "found>", "base>"),
        tuple(rows),
    )


def coinjoins(found: Validation) -> Sheet:
    """Each coinjoin rule."""
    rows = []
    for name in names(found, "coinjoin"):
        recall, false = (found.row(COINJOIN, name, each) for each in ("recall", "ordinary taken for some"))
        precision = found.row(COINJOIN, name, "precision")
        rows.append(
            (
                name,
                rate(recall),
                between(recall),
                ABSENT if recall is None else whole(recall.tally.of),
                rate(precision),
                base(precision),
                per_million(None if false is None else false.tally),
                per_million_between(false),
            )
        )
    return Sheet(
        "Coinjoins, by rule",
        "Recall: rounds of the protocols that the rule is meant for. Precision: of its yeses. False: of a "
        "million transactions that are no coinjoin. Base: how frequent the wanted rounds are in these "
        "worlds, which have more of them than life.",
        ("rule", "recall>", "95 % interval>", "rounds>", "precision>", "base>", "false>", "95 % interval>"),
        tuple(rows),
    )


def rounds(found: Validation, by: str = "protocol and round size") -> Sheet:
    """Recall of each coinjoin rule by protocol and size."""
    rows = []
    for name in names(found, "coinjoin"):
        for row in found.part(COINJOIN, name, "recall", "", by):
            rows.append((name, row.key.group, rate(row), between(row), counted(row.tally)))
    return Sheet(
        f"Coinjoins found, by {by}",
        "The size of a round is its number of equal outputs; of a Tx0, of its premix outputs.",
        ("rule", by, "recall>", "95 % interval>", "counted>"),
        tuple(rows),
    )


def look_alikes(found: Validation) -> Sheet:
    """Ordinary transactions that a coinjoin rule takes for some, by form; forms without any are left out."""
    rows = []
    for name in names(found, "coinjoin"):
        for row in found.part(COINJOIN, name, "ordinary taken for some", "", "form"):
            if row.tally.hits:
                rows.append((name, row.key.group, counted(row.tally), rate(row), between(row)))
    for name in names(found, "lookalike"):
        for row in found.part(COINJOIN, name, "rounds taken for none", "", "protocol"):
            if row.tally.hits:
                said = f"a round of {row.key.group}, taken for none"
                rows.append((name, said, counted(row.tally), rate(row), between(row)))
    return Sheet(
        "What is taken for a coinjoin, by form",
        "Forms are those of the truth; those of which no transaction is taken for a coinjoin are left out.",
        ("rule", "form", "counted>", "share>", "95 % interval>"),
        tuple(rows),
    )


def changes(found: Validation) -> Sheet:
    """Each change rule."""
    rows = []
    for name in names(found, "change"):
        row = found.row(CHANGE, name, "precision")
        if row is None:
            continue
        control = found.row(CHANGE, name, "under the payer's control")
        recall, unknown = (found.row(CHANGE, name, each) for each in ("recall", "unknown"))
        rows.append(
            (name, rate(row), between(row), counted(row.tally), rate(recall), rate(unknown), rate(control),
             base(row))
        )  # fmt: skip
    return Sheet(
        "Change, by rule",
        "Precision: of the outputs that it calls change. Recall: of all change outside of "
        "coinjoins. Payer's: "
        "of its yeses, how many are under the payer's control, change or not. Base: how many of all outputs "
        "are change.",
        ("rule", "precision>", "95 % interval>", "counted>", "recall>", "unknown>", "payer's>", "base>"),
        tuple(rows),
    )


def models(found: Validation) -> Sheet:
    """Each model: loss, score, and what it is sure of."""
    rows = []
    for name in names(found, "model"):
        for measure in ("log loss", "Brier score"):
            row = found.row(CHANGE, name, measure)
            if row is not None and row.tally.of:
                share = None if row.base is None else row.base.rate
                rows.append(
                    (
                        f"{name}: {measure}",
                        plain(row.tally.rate),
                        span(row),
                        whole(row.tally.of),
                        plain(share),
                    )
                )
        for sure in (
            f"right at {CERTAIN} or more",
            f"found at {CERTAIN} or more",
            f"no change at {1 - CERTAIN:.2f} or less",
        ):
            row = found.row(CHANGE, name, sure)
            if row is not None and row.tally.of:
                rows.append((f"{name}: {sure}", rate(row), between(row), counted(row.tally), base(row)))
    return Sheet(
        "Change as probability",
        "The base of losses is that of who knows the share of change and nothing else; lower is better.",
        ("", "figure>", "95 % interval>", "counted>", "base>"),
        tuple(rows),
    )


def models_by(found: Validation, by: str = "wallet model") -> Sheet:
    """Each model by a class of transactions."""
    rows = []
    for name in names(found, "model"):
        for loss in found.part(CHANGE, name, "log loss", "", by):
            sure = found.row(CHANGE, name, f"right at {CERTAIN} or more", "", by, loss.key.group)
            rows.append(
                (
                    name,
                    loss.key.group,
                    plain(loss.tally.rate),
                    rate(sure),
                    between(sure),
                    ABSENT if sure is None else counted(sure.tally),
                )
            )
    return Sheet(
        f"Change as probability, by {by}",
        "By the software that made the transaction.",
        ("model", by, "log loss>", f"right at {CERTAIN}>", "95 % interval>", "counted>"),
        tuple(rows),
    )


def calibration(found: Validation, name: str) -> Sheet:
    """How often what a model states is so, by what it states."""
    rows = []
    for group in class_names():
        row = found.row(CHANGE, name, "change among", "", "probability", group)
        mean = found.row(CHANGE, name, "mean probability", "", "probability", group)
        if row is not None and mean is not None and row.tally.of:
            rows.append((group, rate(mean), rate(row), between(row), counted(row.tally)))
    return Sheet(
        f"Calibration of {name}",
        "Of the outputs to which the model gives a probability in a class, how many are change.",
        ("stated", "mean>", "change>", "95 % interval>", "counted>"),
        tuple(rows),
    )


__all__ = ["calibration", "changes", "coinjoins", "links", "look_alikes", "models", "models_by", "rounds"]
