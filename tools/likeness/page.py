"""docs/realism.md: the tables, what is unlike, and how to make them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from likeness.compare import NEAR, PARTS, Comparison, Row
from likeness.measure import BINARY, YES
from likeness.published import PUBLISHED, Published
from likeness.reasons import BESIDES, REASONS, reasons_for
from likeness.tally import Tally

LEAST_SHOWN = 0.0005
"""A share below this is left out of a cell."""


@dataclass(frozen=True)
class World:
    """An economy that was measured. ``truth``: tallies by name; ``heights``: from where on, up to where."""

    name: str
    seed: int
    heights: tuple[int, int]
    transactions: int
    truth: dict[str, Tally]
    comparisons: Sequence[Comparison]


INTRODUCTION = """\
# How like the real ledger simulated economies are

Made by `python tools/realism.py -o docs/realism.md`; do not edit it by hand.

Every claim of accuracy is measured on simulated economies, so this page says how like the real ledger they
are, and how they are not. Real blocks and simulated ones are read from their bytes by the same parser and
measured by the same functions (`tools/likeness`); what only the truth of an economy tells stands beside
published figures.

```
python tools/realism.py --help
python tools/realism.py --world 2015 --blocks 2000 --seed 1
python tools/realism.py -o docs/realism.md --picture docs/realism.svg
```
"""

HOW_TO_READ = """\
## How to read the tables

A cell gives shares in per cent, of the things in the second column; where the answer is yes or no, the share
of yes. *Not known*: the shared data do not tell. Most real blocks come without the outputs that they spend;
kinds, keys and addresses of inputs are then read off what unlocks them, as far as it shows them, of simulated
inputs too. (Of the two blocks whose spent outputs are known, what was read off 28,789 inputs was compared: no
contradiction but in the 20,000 inputs of one transaction, which spend scripts of no bytes.) Where the inputs
of a transaction are counted, each transaction counts once.

*Distance* is the total variation: the part of the simulated things that would have to be otherwise to give
the real shares; 0 is the same, 1 has nothing in common. *Among real* is the median distance of one real block
from the others of its years. **Near** is what is at most {near} apart, or at most as far as real blocks are
from one another; the rest is **unlike**, with the numbers of the reasons below. Real blocks are few, of a day
each: by chance alone, a share of a block of 2,500 transactions is uncertain by a per cent or two, and by far
more since each block has its senders. Seeds matter little: with seeds 1, 2 and 3, 95 of 100 distances stay
within 0.014 and all within 0.10, and 5 of 180 verdicts change, each at its edge (tried on 2026-11-24).

The worlds were tuned with these blocks in view, so that *near* is partly by construction; of the published
figures, those of keys, self-change, bets and replacement were in view too. Age of coins, common inputs,
volume of exchanges and reuse were not.
"""


def page(worlds: Sequence[World], today: date, picture: str | None) -> str:
    """The whole page."""
    return "\n".join(_lines(worlds, today, picture)) + "\n"


def _lines(worlds: Sequence[World], today: date, picture: str | None) -> Iterator[str]:
    yield INTRODUCTION
    sizes = ", ".join(f"{each.name} ({each.transactions:,} transactions)" for each in worlds)
    first, last = worlds[0].heights
    yield (
        f"Measured on {today.isoformat()}: worlds {sizes}, seed {worlds[0].seed}, {last + 1:,} blocks, of "
        f"which those from height {first} on count."
    )
    if picture:
        yield f"\n![Real blocks and simulated ones, measure by measure]({picture})"
    yield "\n" + HOW_TO_READ.format(near=f"{NEAR:.2f}")
    yield from _summary(worlds)
    for world in worlds:
        for comparison in world.comparisons:
            yield from _era(world, comparison)
    yield from _published(worlds)
    yield from _truth(worlds)
    yield from _unlike(worlds)


def _summary(worlds: Sequence[World]) -> Iterator[str]:
    yield "## In short\n"
    yield "| | near | unlike | not known | farthest apart |"
    yield "|---|---|---|---|---|"
    for world in worlds:
        for comparison in world.comparisons:
            rows = list(comparison.rows())
            verdicts = [each.verdict for each in rows]
            far = sorted(
                (each for each in rows if each.verdict == "unlike"), key=lambda each: -(each.apart or 0)
            )
            names = ", ".join(f"{each.measure.title.lower()} ({each.apart:.2f})" for each in far[:3])
            yield (
                f"| {comparison.era.name} | {verdicts.count('near')} | {verdicts.count('unlike')} "
                f"| {verdicts.count('not known')} | {names} |"
            )
    yield ""


def _era(world: World, comparison: Comparison) -> Iterator[str]:
    era = comparison.era
    yield f"## {era.name}\n"
    blocks = ", ".join(f"{each.height}" for each in comparison.blocks)
    count = "Block" if len(comparison.blocks) == 1 else "Blocks"
    yield (
        f"{count} {blocks}: {era.about}; {comparison.real.transactions:,} transactions. World "
        f"`{world.name}`, blocks of {era.start.isoformat()} to {era.end.isoformat()}: "
        f"{comparison.mine.transactions:,} transactions; windows of {comparison.window:,}.\n"
    )
    yield "| measure | of | real | simulated | distance | among real | verdict |"
    yield "|---|---|---|---|---|---|---|"
    for row in comparison.rows():
        yield _row(row, era.name)
    yield ""
    yield "| quantiles | " + " | ".join(f"{part:.0%}".replace("%", " %") for part in PARTS) + " |"
    yield "|---|" + "---|" * len(PARTS)
    pairs = zip(comparison.real.amounts.rows().items(), comparison.mine.amounts.rows().values(), strict=True)
    for (name, real), mine in pairs:
        cells = [_pair(real, mine, at) for at in range(len(PARTS))]
        yield f"| {name}: real / simulated | " + " | ".join(cells) + " |"
    yield ""


def _pair(real: Sequence[float], mine: Sequence[float], at: int) -> str:
    return " / ".join(_amount(each[at]) if each else "not known" for each in (real, mine))


def _amount(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value >= 0.001 else f"{value:.7f}".rstrip("0")


def _row(row: Row, era: str) -> str:
    verdict = row.verdict
    if verdict == "unlike":
        numbers = ", ".join(map(str, reasons_for(row.measure.name, era))) or "not explained"
        verdict = f"**unlike** ({numbers})"
    cells = (
        row.measure.title, row.measure.of, _shares(row.real, row.measure.labels),
        _shares(row.mine, row.measure.labels), _number(row.apart), _number(row.among), verdict,
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _shares(tally: Tally, labels: Sequence[str]) -> str:
    shares = tally.shares
    if shares is None:
        return "not known"
    if tuple(labels) == BINARY:
        return _per_cent(shares[YES])
    shown = [f"{label}: {_per_cent(share, '')}" for label, share in shares.items() if share >= LEAST_SHOWN]
    return "; ".join(shown)


def _per_cent(share: float, unit: str = " %") -> str:
    return f"{100 * share:.1f}{unit}" if share < 0.1 else f"{100 * share:.0f}{unit}"


def _published(worlds: Sequence[World]) -> Iterator[str]:
    yield "## Beside published figures\n"
    yield (
        "Figures of the whole ledger of those days, not of single blocks. They were read in the source "
        "named, or in what tells of it; where it says *from memory*, they are to be verified.\n"
    )
    yield "| years | figure | published | simulated | source |"
    yield "|---|---|---|---|---|"
    for each in PUBLISHED:
        mine = "; ".join(_mine(each, worlds))
        note = f" ({each.note})" if each.note else ""
        source = each.source if each.read else f"{each.source}; *from memory*"
        years = ", ".join(each.eras)
        yield f"| {years} | {each.what} | {each.says} | {mine or 'none'}{note} | {source} |"
    yield ""


def _mine(figure: Published, worlds: Sequence[World]) -> Iterator[str]:
    """The same figure of each era; of a world as a whole, once."""
    told: set[str] = set()
    for world in worlds:
        for comparison in world.comparisons:
            if comparison.era.name not in figure.eras or not figure.key:
                continue
            of_world = figure.key in world.truth
            tally = world.truth[figure.key] if of_world else comparison.mine.tallies[figure.key]
            name = world.name if of_world else comparison.era.name
            shares = tally.shares
            if shares and name not in told:
                told.add(name)
                prefix = f"{name}: " if len(figure.eras) > 1 else ""
                labels = (figure.label,) if isinstance(figure.label, str) else figure.label
                yield prefix + _per_cent(sum(shares.get(label, 0.0) for label in labels))


_TRUTH = (
    ("forms", "What transactions are", "transactions"),
    ("makers", "Who makes transactions", "transactions"),
    ("models", "Whose software makes them", "transactions"),
    ("joins", "Coinjoins", "transactions"),
    ("change", "Where change goes", "changes"),
    ("one-time", "Change to an address that is paid just once, ever", "changes"),
    ("used", "Outputs to an address that was paid before", "outputs"),
    ("paid", "How often an address is paid", "addresses"),
    ("found", "Of a person's addresses, found from one by common inputs", "wallets"),
    ("exchange volume", "Volume between two parties that a custodian pays or gets", "satoshi"),
)


def _truth(worlds: Sequence[World]) -> Iterator[str]:
    yield "## What only the truth tells\n"
    yield "Of whole worlds, coinbases left out.\n"
    yield "| figure | of | " + " | ".join(each.name for each in worlds) + " |"
    yield "|---|---|" + "---|" * len(worlds)
    for name, title, of in _TRUTH:
        cells = [_largest(world.truth[name]) for world in worlds]
        yield f"| {title} | {of} | " + " | ".join(cells) + " |"
    yield ""


def _largest(tally: Tally) -> str:
    """All shares, the largest first where the labels have no order of their own."""
    if tally.labels == BINARY or len(tally.labels) <= 6:
        return _shares(tally, tally.labels)
    shares = tally.shares or {}
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return "; ".join(f"{label}: {_per_cent(share, '')}" for label, share in ranked if share >= 0.001)


def _unlike(worlds: Sequence[World]) -> Iterator[str]:
    yield "## What is known to be unlike\n"
    found: dict[str, list[str]] = {}
    for world in worlds:
        for comparison in world.comparisons:
            for row in comparison.rows():
                if row.verdict == "unlike":
                    found.setdefault(row.measure.name, []).append(comparison.era.name)
    for number, each in enumerate(REASONS, 1):
        seen = [
            name for name in each.measures if any(each.explains(name, era) for era in found.get(name, ()))
        ]
        where = f" Seen in: {', '.join(seen)}." if seen else " In no row above."
        title = each.name[0].upper() + each.name[1:]
        yield f"{number}. **{title}.** {each.why} *Matters to:* {each.matters}{where}"
    yield "\nBesides, and not seen in any measure above:\n"
    for text in BESIDES:
        yield f"- {text}"
    yield ""
