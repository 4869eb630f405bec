"""A scenario as a folder: the blocks, the truth, and a README that tells it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from clew.folders import whole_folder
from clew.simulate.blockfile import NO_KEY, write_block_files
from clew.simulate.chain import MATURITY
from clew.simulate.scenarios.amount import btc
from clew.simulate.scenarios.rows import Owned, Told
from clew.simulate.scenarios.scenario import Scenario
from clew.simulate.scenarios.shelf import find
from clew.simulate.scenarios.story import MINER, Story


@dataclass(frozen=True)
class Written:
    """A scenario, its story, and the folder that holds it."""

    scenario: Scenario
    story: Story
    folder: Path


def write(which: Scenario | str, folder: Path, *, signed: bool = False) -> Written:
    """Tell a scenario, or the one that a text names (see ``find``), and write it to ``folder``.

    ``folder`` must be missing or empty: it is there whole or not at all, and the same each time.
    ``signed``: see ``Story``. Raises UsageError for a scenario that is none or fails, and for a folder
    with something in it; StorageError if the disk refuses.
    """
    found = find(which) if isinstance(which, str) else which
    folder = folder.absolute()
    with whole_folder(folder) as making:
        story = found.tell(signed=signed)
        chain = story.chain
        write_block_files(
            making / "blocks", chain.raw_blocks, network=chain.network, xor_key=NO_KEY, undo=True
        )
        (making / "truth").mkdir()
        _write_table(making / "truth" / "addresses.csv", Owned, story.owned)
        _write_table(making / "truth" / "payments.csv", Told, story.told)
        (making / "README.md").write_bytes(describe(found, story).encode())
    return Written(found, story, folder)


def _write_table(path: Path, kind: type[Owned | Told], rows: Sequence[Owned | Told]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def describe(which: Scenario, story: Story) -> str:
    """The README's text, in Markdown."""
    return "\n".join(_lines(which, story)) + "\n"


def _lines(which: Scenario, story: Story) -> Iterator[str]:
    yield f"# {which.name}"
    yield ""
    yield "Nothing in this folder happened, and none of its addresses exists outside regtest."
    yield ""
    yield from (which.title, "")
    if which.answers:
        yield from ("## The right answers", "", which.answers, "")
    yield from ("## What happened", "", "Without what the miner keeps.", "")
    yield from ("| block | from | to | BTC | why | output |", "|---|---|---|---|---|---|")
    names = {place.address: place.name for place in story.places}
    for row in story.told:
        if row.payee != MINER:
            yield _row(row, names.get(row.address, "nobody"))
    yield ""
    yield "## What is here"
    yield ""
    keys = "Every signature is real." if story.chain.keyring else "Keys and signatures are filler."
    yield f"- `blocks/`: {len(story.chain.blocks)} blocks; the first {MATURITY} only mine. {keys}"
    yield "- `truth/addresses.csv`: every address that was paid, and whose it is."
    yield "- `truth/payments.csv`: every output but coinbases', and why it was made; values in satoshi."
    yield ""
    yield from ("```", "clew index blocks --network regtest --ledger ledger", "```")


def _row(row: Told, to: str) -> str:
    why = [row.purpose + (f" ({row.innocent})" if row.innocent else "")]
    if row.payer not in (row.source, row.customer):
        why.append(f"meant by {row.payer}")
    if row.customer:
        why.append(f"for the account of {row.customer}")
    if row.note:
        why.append(row.note)
    cells = (str(row.height), row.source, to, btc(row.value), "; ".join(why), f"`{row.txid}:{row.vout}`")
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
