"""A ledger compared with a node's block files, all of it or a random sample, and with undo files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clew.bitcoin.block import Block, check_block, parse_block
from clew.errors import BadBlockError, UsageError
from clew.ledger import source
from clew.ledger.blockfiles import BlockFiles
from clew.ledger.frames import FileScan, Frame
from clew.ledger.ledger import Ledger
from clew.verify.blocks import BlockCheck
from clew.verify.findings import Finding, Findings, Step
from clew.verify.headers import HeaderCheck, Places, locate, ranges, shown
from clew.verify.layout import Layout
from clew.verify.undo import UndoCheck, UndoFiles

SAMPLE = 100
"""Blocks that are compared when nobody says how many."""


@dataclass(frozen=True)
class Compared:
    """What was compared. ``headers`` and ``blocks`` count blocks, ``bytes`` those of the blocks.

    ``absent`` are heights that the files cannot hold (pruned, say), as ranges. ``undo_blocks`` and
    ``undo_inputs`` were compared with undo records too; ``undo_absent`` blocks have no record there.
    ``other_blocks`` of the files are not in the ledger.
    """

    folder: str
    headers: int
    blocks: int
    transactions: int
    outputs: int
    inputs: int
    bytes: int
    absent: tuple[tuple[int, int], ...]
    absent_blocks: int
    undo_blocks: int
    undo_inputs: int
    undo_absent: int
    other_blocks: int
    notices: tuple[str, ...]


def against(
    ledger: Ledger,
    folder: Path,
    findings: Findings,
    *,
    sample: int | None = SAMPLE,
    seed: int = 0,
    step: Callable[[Step], None] = lambda _: None,
) -> Compared:
    """Compare the ledger with the block files in ``folder``; what differs goes to ``findings``.

    All headers are compared, and every row of ``sample`` blocks drawn by ``seed`` (None: of all
    blocks). Raises BlockFileError where the files cannot be read or are another network's.
    """
    if sample is not None and sample < 0:
        raise UsageError(f"--sample: expected a number from 0 on, found {sample}")
    with closing(
        source.open_files(folder, ledger.network.name, bytes.fromhex(ledger.manifest.magic))
    ) as files:
        run = _Run(ledger, files, findings, step)
        with closing(run.undo):
            return run.go(sample, seed)


class _Run:
    def __init__(
        self, ledger: Ledger, files: BlockFiles, findings: Findings, step: Callable[[Step], None]
    ) -> None:
        self.ledger = ledger
        self.files = files
        self.findings = findings
        self.step = step
        self.undo = UndoFiles(files.folder, files.magic, files.key)
        self.check = BlockCheck(ledger, findings)
        self.undo_check = UndoCheck(self.check)
        self.notices: list[str] = []
        self.sums = dict.fromkeys(("blocks", "transactions", "outputs", "inputs", "bytes"), 0)
        self.undone = dict.fromkeys(("blocks", "inputs", "absent"), 0)

    def go(self, sample: int | None, seed: int) -> Compared:
        scans = source.scan(
            self.files, None, lambda done, total: self.step(Step("scan", done, total, "files"))
        )
        self.files.require_some(sum(len(found.frames) + len(found.cut) for found in scans))
        places = locate(self.ledger, scans)
        if not places.copies:
            raise BadBlockError(
                f"{self.files.folder}: expected blocks of the ledger {self.ledger.path}, found none of them; "
                "name the folder of the same chain with --against"
            )
        HeaderCheck(self.ledger, self.files, places, self.findings).run(scans, self.step)
        self._skipped(scans)
        chosen = self._chosen(places, sample, seed)
        for done, height in enumerate(chosen):
            self.step(Step("blocks", done, len(chosen), "blocks", height))
            self._compare(height, places.copies[height])
        if chosen:
            self.step(Step("blocks", len(chosen), len(chosen), "blocks", chosen[-1]))
        return Compared(
            folder=str(self.files.folder),
            headers=len(places.copies),
            **self.sums,
            absent=ranges(places.absent),
            absent_blocks=len(places.absent),
            undo_blocks=self.undone["blocks"],
            undo_inputs=self.undone["inputs"],
            undo_absent=self.undone["absent"],
            other_blocks=len(places.others),
            notices=tuple(self.notices),
        )

    def _skipped(self, scans: Iterable[FileScan]) -> None:
        for found in scans:
            for piece in found.skipped:
                self.notices.append(
                    f"{self.files.name(piece.file)}: skipped {piece.length:,} bytes at offset "
                    f"{piece.offset:,}: {piece.reason}"
                )

    def _chosen(self, places: Places, sample: int | None, seed: int) -> list[int]:
        """The heights to compare, in the order in which they lie in the files."""
        there = sorted(places.copies)
        if sample is not None and sample < len(there):
            there = sorted({*random.Random(seed).sample(there, sample), *places.suspects})
        return sorted(there, key=lambda height: (places.copies[height][0].file, height))

    def _compare(self, height: int, copies: list[Frame]) -> None:
        found = self._sound(height, copies)
        if found is None:
            return
        frame, block = found
        layout = self.check.compare(height, block)
        transactions = block.transactions
        self.sums["blocks"] += 1
        self.sums["transactions"] += len(transactions)
        self.sums["outputs"] += sum(len(each.outputs) for each in transactions)
        self.sums["inputs"] += sum(len(each.inputs) for each in transactions)
        self.sums["bytes"] += block.size
        if height and layout is not None:
            self._compare_undo(block, layout, [frame, *copies])

    def _sound(self, height: int, copies: list[Frame]) -> tuple[Frame, Block] | None:
        """The first copy of a block that passes every check; where none does, that is a finding."""
        faults = []
        for frame in copies:
            try:
                block = self._read(frame)
                check_block(block, self.files.network, height=height)
            except BadBlockError as error:
                faults.append((frame, str(error)))
                continue
            for broken, _ in faults:
                self.notices.append(
                    f"{self.files.name(broken.file)}: a copy of block {height} at offset {broken.offset:,} "
                    "is damaged; another copy is sound"
                )
            return frame, block
        frame, fault = faults[0]
        name = shown(frame.hash)
        path = str(self.files.files[frame.file].path)
        self.findings.add(
            Finding("block file", "a sound block", fault, height, name, file=path, offset=frame.offset)
        )
        return None

    def _read(self, frame: Frame) -> Block:
        path = self.files.files[frame.file].path
        data = self.files.read(frame.file, frame.offset, frame.length)
        if len(data) < frame.length or not data.startswith(frame.header):
            raise BadBlockError(
                f"{path}: offset {frame.offset}: expected the {frame.length} bytes that a scan found, found "
                "others; the file changed while it was read"
            )
        return parse_block(data, where=f"{path}: offset {frame.offset}")

    def _compare_undo(self, block: Block, layout: Layout, copies: list[Frame]) -> None:
        for number in dict.fromkeys(frame.file for frame in copies):
            spent = self.undo.find(number, block)
            if spent is not None:
                self.undone["blocks"] += 1
                self.undone["inputs"] += self.undo_check.compare(block, layout, spent)
                return
        self.undone["absent"] += 1
