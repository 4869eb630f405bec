"""The README beside an economy: what its world is, what lies in the folder, what is right and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from clew.kernels.economy_state import PURPOSES
from clew.simulate.chain import COIN
from clew.simulate.economy.payments import LABELS
from clew.simulate.economy.truth.dictionary import TABLES
from clew.simulate.economy.truth.tagpacks import ACTORS_FILE, SEEDS_FILE

if TYPE_CHECKING:
    from clew.simulate.worlds.model import World

WIDTH = 110

TEXT = """\
# A simulated economy

Nothing in this folder happened. It is a made-up economy on {network}, written from seed {seed} and the
world {world}: {about} The same seed, world and sizes give the same bytes. No address, name or company in
it exists. Only what the service took in is modelled, never what such a service sells.

{blocks:,} blocks from {start} to {end}, {transactions:,} transactions, {outputs:,} outputs,
{addresses_used:,} addresses that were used. {mined} were mined, of a coin whose supply halves every 150
blocks; {coin}.

## Files

- `blocks/`: block files (`blk*.dat`), undo files (`rev*.dat`) and `xor.dat` as a node writes them: some
blocks late, one that lost the race, space allocated ahead.
- `truth/`: what is true of it, as Parquet tables; `truth/totals.json`: the sums, in satoshi.
- `prices.csv`: what a coin was worth on each day (UTC), in US dollars (`usd`) and Korean won (`krw`).
{packs}
- `tagpacks/{seeds_file}`: {seed_tags:,} addresses of the service, where an inquiry starts.
- `tagpacks/{actors_file}`: the {tagged:,} custodians whom public tags name, with their countries.

Each smaller sample is part of the larger ones. An investigator has `blocks/`, `prices.csv` and one of the
samples; `truth/` is what the answers are compared with.

## Tables

Actors, wallets and addresses are cited by number; `tx` is a transaction's number in the chain, as in a ledger
of Clew. Amounts are satoshi, times Unix seconds (UTC). Columns are explained in Clew's documentation
(`docs/truth.md`).

{tables}

## The service

It gave an address to each of {accounts_given:,} accounts; {accounts_paid:,} were ever paid. {payments:,}
payments from outside, meant by {payers:,} actors, of {received} in all. The operator moved {swept} out of the
accounts; {held} lie there or in the till at the end. Cashed out: {cashed_out}.

An inquiry starts from `{seed_address}`.

## What the payments are

`label` says of what only looks like a purchase whether the ledger can show it (*visible*) or cannot
(*invisible*). A tool must not turn either into an accusation.

{purposes}

## What is right, and what is not

Right: proof of work, Merkle roots, witness commitments, transaction ids, subsidies, fees to the miner,
coinbase maturity, undo records. Every satoshi was mined, and is held at the end.

{signatures}

Made up: prices between known days, amounts, habits, names. The service's share of all traffic is far greater
than any such service's was, and blocks are hours apart.

## Sources of the world's figures

{sources}
"""

SIGNED = """Keys and signatures are real: a node accepts every block. The addresses of accounts that nobody
paid are filler of the right form."""

UNSIGNED = """Filler: keys are made-up bytes and signatures sign nothing, though both have the right form and
size; no node would accept these spends."""


def describe(
    world: World, totals: Mapping[str, Any], rows: Mapping[str, int], tags: Mapping[str, int]
) -> str:
    """The README's text, in Markdown. ``rows``: of each table; ``tags``: of each pack."""
    service = totals["service"]
    cashed_out = [f"{_coins(value)} at {name}" for name, value in service["cashed_out"].items()]
    text = TEXT.format(
        **{name: totals[name] for name in ("network", "seed", "world", "blocks", "transactions", "outputs")},
        **{name: service[name] for name in ("accounts_given", "accounts_paid", "payments", "payers")},
        **{name: _coins(service[name]) for name in ("received", "swept", "held")},
        addresses_used=totals["addresses_used"],
        about=world.about,
        start=world.time.start,
        end=world.time.end,
        mined=_coins(totals["minted"]),
        coin=_coin(float(world.money.scale)),
        packs="\n".join(_packs(tags)),
        seeds_file=SEEDS_FILE,
        seed_tags=tags[SEEDS_FILE],
        actors_file=ACTORS_FILE,
        tagged=tags[ACTORS_FILE],
        tables="\n".join(_tables(rows)),
        cashed_out=", ".join(cashed_out) or "nothing",
        seed_address=service["seed_addresses"][0],
        purposes="\n".join(_purposes(service["by_purpose"])),
        signatures=SIGNED if totals["signed"] else UNSIGNED,
        sources="\n".join(_sources(world)),
    )
    return "\n\n".join(_laid_out(part) for part in text.rstrip("\n").split("\n\n")) + "\n"


def _coin(scale: float) -> str:
    if scale == 1:
        return "one has a real one's price"
    return f"one stands for {scale:g} real ones, and is as much dearer"


def _packs(tags: Mapping[str, int]) -> Iterator[str]:
    for name, count in tags.items():
        if name not in (SEEDS_FILE, ACTORS_FILE):
            share = name.removeprefix("exchanges-").removesuffix(".yaml")
            yield f"- `tagpacks/{name}`: {count:,} addresses, {share} % of those that tagged custodians used."


def _tables(rows: Mapping[str, int]) -> Iterator[str]:
    yield from ("| table | rows | a row is |", "|---|---|---|")
    for table in TABLES:
        first = table.doc.split(". ")[0].rstrip(".")
        yield f"| `truth/{table.name}.parquet` | {rows[table.name]:,} | {first}. |"


def _purposes(by_purpose: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield from ("| purpose | payments | label | what it is |", "|---|---|---|---|")
    for purpose, (label, explanation) in LABELS.items():
        entry = by_purpose.get(PURPOSES[purpose])
        if entry is not None:
            yield f"| {PURPOSES[purpose]} | {entry['payments']:,} | {label or 'purchase'} | {explanation} |"


def _sources(world: World) -> Iterator[str]:
    for name, source in world.sources.items():
        where = f" ({source.where})" if source.where else ""
        note = f". {source.note[:1].upper()}{source.note[1:]}" if source.note else ""
        yield f"- *{name}*, {source.kind}: {source.title}{where}{note}".rstrip(".") + "."


def _laid_out(part: str) -> str:
    """A paragraph or a list, its lines filled; headings and tables as they are."""
    if part.startswith(("#", "|")):
        return part
    if not part.startswith("- "):
        return "\n".join(_filled(part))
    items = [f"- {item}" for item in part.removeprefix("- ").split("\n- ")]
    return "\n".join(line for item in items for line in _filled(item, "  "))


def _filled(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _coins(value: int) -> str:
    return f"{value // COIN:,}.{value % COIN:08d} BTC"
