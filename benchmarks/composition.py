"""What bulk chains are made of, beside real blocks: both read by the plain parser.

Run: python benchmarks/composition.py [--made DIR] [--real DIR]

``--real``: a folder with blocks of the main chain, as mainnet-HEIGHT.raw (default: ../shared/data/blocks,
where it is there). ``--made``: the block files of a bulk chain; without it one of 300 MB is made.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clew.bitcoin.block import Block, parse_block
from clew.bitcoin.script import classify
from clew.schema import SCRIPT_TYPES
from clew.simulate import bulk
from clew.simulate.blockfile import CORE_FILE_BYTES, obfuscate

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "blocks"
ERAS = (
    ("2012-13", 0, 0.006), ("2014-15", 300_000, 0.045), ("2016-17", 400_000, 0.14),
    ("2018-19", 500_000, 0.22), ("2021", 700_000, 0.42), ("2024", 850_000, 0.70),
)  # fmt: skip
"""Each era's name, its first height on the main chain, and its place in the chain, by bytes."""

SAMPLE = 12
"""Blocks of the bulk chain that are read for each era."""


@dataclass
class Sample:
    """Sums over some blocks."""

    blocks: int = 0
    size: int = 0
    transactions: int = 0
    inputs: int = 0
    outputs: int = 0
    witness: int = 0
    segwit: int = 0
    same_block: int = 0
    by_inputs: Counter[int] = field(default_factory=Counter)
    by_outputs: Counter[int] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)

    def add(self, block: Block) -> None:
        """Count a block; its coinbase is left out, but for its bytes."""
        self.blocks += 1
        self.size += block.size
        ids = {each.txid for each in block.transactions}
        for each in block.transactions[1:]:
            self.transactions += 1
            self.inputs += len(each.inputs)
            self.outputs += len(each.outputs)
            self.witness += each.size - each.base_size
            self.segwit += each.has_witness
            self.same_block += sum(entry.previous_txid in ids for entry in each.inputs)
            self.by_inputs[min(len(each.inputs), 3)] += 1
            self.by_outputs[min(len(each.outputs), 3)] += 1
            self.types.update(SCRIPT_TYPES[classify(output.script)[0]] for output in each.outputs)


def rows(sample: Sample) -> dict[str, str]:
    """The figures of a sample."""
    each = max(sample.transactions, 1)

    def share(part: int, whole: int) -> str:
        return f"{100 * part / max(whole, 1):.1f} %"

    found = {
        "blocks read": str(sample.blocks),
        "bytes a block": f"{sample.size / max(sample.blocks, 1):,.0f}",
        "bytes a transaction": f"{sample.size / each:.0f}",
        "inputs a transaction": f"{sample.inputs / each:.2f}",
        "outputs a transaction": f"{sample.outputs / each:.2f}",
        "with one input": share(sample.by_inputs[1], each),
        "with two inputs": share(sample.by_inputs[2], each),
        "with one output": share(sample.by_outputs[1], each),
        "with two outputs": share(sample.by_outputs[2], each),
        "with a witness": share(sample.segwit, each),
        "witness, of bytes": share(sample.witness, sample.size),
        "inputs from the same block": share(sample.same_block, sample.inputs),
    }
    for name in SCRIPT_TYPES:
        found[f"outputs: {name}"] = share(sample.types[name], sample.outputs)
    return found


def real_blocks(folder: Path) -> dict[str, Sample]:
    """The real blocks by era."""
    samples: dict[str, Sample] = {}
    for path in sorted(folder.rglob("mainnet-*.raw")):
        height = int(path.stem.split("-")[1])
        name = [era for era, first, _ in ERAS if height >= first][-1]
        samples.setdefault(name, Sample()).add(parse_block(path.read_bytes()))
    return samples


def made_blocks(folder: Path) -> dict[str, Sample]:
    """Blocks of a bulk chain about the place of each era."""
    files = sorted(folder.glob("blk*.dat"))
    key = (folder / "xor.dat").read_bytes()
    size = sum(path.stat().st_size for path in files)
    samples = {}
    for name, _, place in ERAS:
        file, offset = divmod(int(place * size), CORE_FILE_BYTES)
        if file >= len(files):
            continue
        samples[name] = Sample()
        for number, raw in enumerate(_frames(obfuscate(files[file].read_bytes(), key), offset)):
            if number >= SAMPLE:
                break
            samples[name].add(parse_block(raw))
    return samples


def _frames(data: bytes, offset: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        # Blocks without payments say nothing of transactions.
        if at >= offset and size > 1_000:
            yield data[at + 8 : at + 8 + size]
        at += 8 + size


def table(real: dict[str, Sample], made: dict[str, Sample]) -> Iterable[str]:
    """The table in Markdown: a column for each era, real and made."""
    both = (("real", real), ("made", made))
    columns = [(name, kind, part[name]) for name, _, _ in ERAS for kind, part in both if name in part]
    figures = [rows(sample) for *_, sample in columns]
    yield "| | " + " | ".join(f"{name} {kind}" for name, kind, _ in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name in figures[0] if figures else ():
        yield f"| {name} | " + " | ".join(each[name] for each in figures) + " |"


def main() -> None:
    """Read both and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--made", type=Path)
    options.add_argument("--real", type=Path, default=REAL)
    chosen = options.parse_args()
    real = real_blocks(chosen.real)
    if not real:
        print(f"{chosen.real}: no real blocks there; the table has made ones only")
    with tempfile.TemporaryDirectory() as folder:
        made = chosen.made or Path(folder) / "bulk"
        if chosen.made is None:
            bulk.make(made, 300_000_000, seed=1)
        print(*table(real, made_blocks(made)), sep="\n")


if __name__ == "__main__":
    main()
