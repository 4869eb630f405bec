"""A validation as tables of text: what a page and a report show, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clew.accuracy.changes import CERTAIN, class_names
from clew.accuracy.figures import (
    ACTOR,
    ADDRESSES,
    CHANGE,
    COINJOIN,
    COLLISIONS,
    ENTITIES,
    JOINT,
    LINKS,
    PAIRS,
    SERVICE,
    WALLET,
    Tally,
)
from clew.accuracy.intervals import wilson
from clew.accuracy.validation import Row, Validation

ABSENT = "-"
MILLION = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """A table: its title, a sentence on how to read it, headings (those of numbers end in ``>``), rows."""

    title: str
    said: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def percent(rate: float | None) -> str:
    """A share in per cent, with as many digits as tell it from none and from all."""
    if rate is None:
        return ABSENT
    if rate in (0.0, 1.0):
        return f"{100 * rate:.0f} %"
    for digits in (1, 2, 3, 4, 5, 6, 7):
        text = f"{100 * rate:.{digits}f}"
        if float(text) not in (0.0, 100.0) and (digits > 1 or 0.02 < rate < 0.98):
            return f"{text} %"
    return f"{100 * rate:.8f} %"


def plain(value: float | None) -> str:
    """A number that is no share."""
    return ABSENT if value is None else f"{value:.4f}" if value < 10 else f"{value:,.1f}"


def counted(tally: Tally) -> str:
    """``3 of 1,000``."""
    return f"{_whole(tally.hits)} of {_whole(tally.of)}"


def _whole(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}"


def rate(row: Row | None) -> str:
    """A figure's rate, in per cent."""
    return ABSENT if row is None else percent(row.tally.rate)


def between(row: Row | None) -> str:
    """A figure's interval, in per cent."""
    if row is None or row.interval is None:
        return ABSENT
    low, high = row.interval
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def base(row: Row | None) -> str:
    """A figure's base rate, in per cent."""
    return ABSENT if row is None or row.base is None else percent(row.base.rate)


def per_million(tally: Tally | None) -> str:
    """How many of a million."""
    return ABSENT if tally is None or tally.rate is None else f"{MILLION * tally.rate:,.1f}"


def per_million_between(row: Row | None) -> str:
    """An interval, of a million."""
    if row is None or row.interval is None:
        return ABSENT
    return " to ".join(f"{MILLION * each:,.1f}" for each in row.interval)


def names(found: Validation, *kinds: str) -> list[str]:
    """Names of the subjects of some kinds."""
    return [str(each["name"]) for each in found.subjects if each["kind"] in kinds]


def economies(found: Validation) -> Sheet:
    """What was scored."""
    rows = []
    for place, each in enumerate(found.economies):
        truth, counts = each["truth"], each["counts"]
        seed = ABSENT if truth["seed"] is None else str(truth["seed"])
        numbers = [f"{counts[name]:,}" for name in ("blocks", "transactions", "addresses", "owners_known")]
        rows.append((str(place + 1), str(truth["world"]) or str(truth["name"]), seed, *numbers))
    return Sheet(
        "Economies",
        "Of some addresses nobody's single ownership is known; they are left out, and counted apart.",
        ("", "world", "seed>", "blocks>", "transactions>", "addresses>", "with a known owner>"),
        tuple(rows),
    )


_ENTITY_ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("pairs of addresses put together: of one owner", PAIRS, "precision", ACTOR, "share"),
    ("pairs of one owner's addresses: put together", PAIRS, "recall", ACTOR, "share"),
    ("the same, of one wallet: precision", PAIRS, "precision", WALLET, "share"),
    ("the same, of one wallet: recall", PAIRS, "recall", WALLET, "share"),
    ("per address: the owner's part of its entity (B-cubed precision)", ADDRESSES, "B-cubed precision", ACTOR, "share"),
    ("per address: the found part of its owner (B-cubed recall)", ADDRESSES, "B-cubed recall", ACTOR, "share"),
    ("the same, of one wallet: precision", ADDRESSES, "B-cubed precision", WALLET, "share"),
    ("the same, of one wallet: recall", ADDRESSES, "B-cubed recall", WALLET, "share"),
    ("addresses in entities of several: alone with their owner's", ADDRESSES, "alone with its owner's", ACTOR, "share"),
    ("entities of several addresses: of several owners", ENTITIES, "of several owners", ACTOR, "share"),
    ("owners joined with another", ENTITIES, "owners joined with others", ACTOR, "share"),
    ("wallets joined with another", ENTITIES, "owners joined with others", WALLET, "share"),
    ("wallets of several addresses: in pieces", ENTITIES, "owners in pieces", WALLET, "share"),
    ("pieces of a wallet, on average", ENTITIES, "pieces per owner", WALLET, "plain"),
    ("addresses in the service's entities: strangers'", SERVICE, "strangers' addresses in its entities", ACTOR, "share"),
    ("strangers drawn into the service's entities", SERVICE, "strangers drawn into its entities", ACTOR, "share"),
    ("services in one entity with another, tags withheld", COLLISIONS, "services that stand with another", ACTOR, "share"),
)  # fmt: skip


def entities(found: Validation, subject: str) -> Sheet:
    """The figures of one set of rules."""
    rows = []
    for said, about, measure, control, form in _ENTITY_ROWS:
        row = found.row(about, subject, measure, control)
        if row is None or not row.tally.of:
            continue
        show = plain(row.tally.rate) if form == "plain" else rate(row)
        span = _span(row) if form == "plain" else between(row)
        rows.append((said, show, span, counted(row.tally), base(row)))
    for row in found.part(JOINT, subject, "stand with a stranger's", ACTOR, "address"):
        said = f"addresses {row.key.group}: with somebody who is no owner"
        rows.append((said, rate(row), between(row), counted(row.tally), base(row)))
    return Sheet(
        f"Entities by {subject}",
        "Control is the owner's (by actor), and the wallet's where that is said. Base: what would be so of "
        "addresses drawn blindly.",
        ("", "share>", "95 % interval>", "counted>", "base>"),
        tuple(rows),
    )


def _span(row: Row) -> str:
    return ABSENT if row.interval is None else f"{plain(row.interval[0])} to {plain(row.interval[1])}"


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
                _whole(row.tally.of),
                rate(row),
                between(row),
                rate(recall[ACTOR]),
                rate(recall[WALLET]),
            )
        )
    return Sheet(
        f"Entities by {subject}, by {by}",
        "Per address (B-cubed): which part of its entity is its owner's, and which part of its owner, or of "
        "its wallet, was found.",
        (by, "addresses>", "precision>", "95 % interval>", "recall, owner>", "recall, wallet>"),
        tuple(rows),
    )


def by_world(found: Validation, rows: Iterable[tuple[str, Row | None]]) -> Sheet:
    """Some figures of each world."""
    listed = []
    for name, row in rows:
        if row is not None:
            shares = [_of_world(row, tally) for _, tally in found.by_world(row)]
            listed.append((name, *shares))
    return Sheet(
        "By world",
        "Each figure of each world alone, over its seeds.",
        ("", *(f"{world or 'labels'}>" for world in found.worlds)),
        tuple(listed),
    )


def _of_world(row: Row, tally: Tally) -> str:
    if row.key.about == COINJOIN and row.key.measure == "ordinary taken for some":
        return per_million(tally)
    return plain(tally.rate) if row.key.measure in ("log loss", "Brier score") else percent(tally.rate)


def main_figures(found: Validation) -> Iterator[tuple[str, Row | None]]:
    """The figures that a world is judged by."""
    for name in names(found, "set"):
        yield f"{name}: B-cubed precision", found.row(ADDRESSES, name, "B-cubed precision", ACTOR)
        yield f"{name}: B-cubed recall, wallets", found.row(ADDRESSES, name, "B-cubed recall", WALLET)
        measure = "services that stand with another"
        yield f"{name}: services that collide", found.row(COLLISIONS, name, measure, ACTOR)
    for name in names(found, "coinjoin"):
        yield f"{name}: recall", found.row(COINJOIN, name, "recall")
        yield f"{name}: false, per million", found.row(COINJOIN, name, "ordinary taken for some")
    for name in names(found, "change"):
        yield f"{name}: precision", found.row(CHANGE, name, "precision")
    for name in names(found, "model"):
        yield f"{name}: log loss", found.row(CHANGE, name, "log loss")
        yield f"{name}: right at {CERTAIN} or more", found.row(CHANGE, name, f"right at {CERTAIN} or more")


def links(found: Validation) -> Sheet:
    """Links of each set by rule, and rules of control by transaction."""
    rows = []
    for name in names(found, "set"):
        for row in found.part(LINKS, name, "links of one owner", ACTOR, "rule"):
            said = f"{name}: links by {row.key.group}"
            rows.append((said, rate(row), between(row), counted(row.tally), ABSENT, ABSENT))
    for name in names(found, "control"):
        row = found.row(LINKS, name, "one owner signs", ACTOR)
        if row is not None:
            recall = rate(found.row(LINKS, name, "found", ACTOR))
            said = f"{name} alone: transactions"
            rows.append((said, rate(row), between(row), counted(row.tally), recall, base(row)))
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
                ABSENT if recall is None else _whole(recall.tally.of),
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
            (name, rate(row), between(row), counted(row.tally), rate(recall), rate(unknown), rate(control), base(row))
        )  # fmt: skip
    return Sheet(
        "Change, by rule",
        "Precision: of the outputs that it calls change. Recall: of all change outside of coinjoins. Payer's: "
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
                rows.append((f"{name}: {measure}", plain(row.tally.rate), _span(row), _whole(row.tally.of), plain(share)))
        for measure in (
            f"right at {CERTAIN} or more",
            f"found at {CERTAIN} or more",
            f"no change at {1 - CERTAIN:.2f} or less",
        ):
            row = found.row(CHANGE, name, measure)
            if row is not None and row.tally.of:
                rows.append((f"{name}: {measure}", rate(row), between(row), counted(row.tally), base(row)))
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


def failures(found: Validation, most: int = 5) -> Sheet:
    """What fails most often, of each rule and way to fail, with an example."""
    rows = []
    number: dict[tuple[str, str], int] = {}
    for each in found.failures:
        if not each["count"]:
            continue
        way = (each["subject"], each["what"])
        number[way] = number.get(way, 0) + 1
        if number[way] <= most:
            first: dict[str, Any] = each["examples"][0]
            where = f"{each['form']}, made by {each['model']}"
            rows.append((each["subject"], each["what"], where, f"{each['count']:,}", f"{first['economy'] + 1}: {first['id']}"))
    return Sheet(
        "Known failures",
        f"At most {most} forms of each way to fail, the most frequent first; the example stands in the "
        "economy of that number above.",
        ("rule", "what", "where", "how often>", "example"),
        tuple(rows),
    )


def every(found: Validation) -> Iterator[Sheet]:
    """All tables in order; those without rows are left out."""
    yield from (each for each in _every(found) if each.rows)


def _every(found: Validation) -> Iterator[Sheet]:
    yield economies(found)
    for name in names(found, "set"):
        yield entities(found, name)
        for by in ("wallet size", "wallet model", "owner"):
            yield entities_by(found, name, by)
    yield links(found)
    yield coinjoins(found)
    yield rounds(found)
    yield look_alikes(found)
    yield changes(found)
    yield models(found)
    yield models_by(found)
    for name in names(found, "model"):
        yield calibration(found, name)
    if len(found.worlds) > 1:
        yield by_world(found, main_figures(found))
    yield failures(found)


def interval_of(tally: Tally) -> str:
    """Wilson's interval of a tally of whole items, as text."""
    found = wilson(int(tally.hits), int(tally.of))
    return ABSENT if found is None else f"{percent(found[0])} to {percent(found[1])}"


def is_number(head: str) -> bool:
    """Whether a heading is one of numbers."""
    return head.endswith(">")


def heading(head: str) -> str:
    """A heading as shown."""
    return head.removesuffix(">")


Sheets = Sequence[Sheet]

__all__ = ["Sheet", "every", "heading", "is_number", "names", "percent", "per_million"]
