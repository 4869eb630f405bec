"""Makes an economy: runs it, and writes its blocks and all that is true of it into one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.errors import UsageError
from clew.folders import whole_folder
from clew.kernels.economy_state import ADDRESSES, COINS, INPUTS, TXS
from clew.simulate.blockfile import NO_KEY
from clew.simulate.bulk import Progress
from clew.simulate.chain import MATURITY
from clew.simulate.economy.actors.business import found_businesses
from clew.simulate.economy.actors.case import found_service
from clew.simulate.economy.actors.joins import found_mixing, found_shared
from clew.simulate.economy.actors.pools import found_pools
from clew.simulate.economy.actors.upgrades import Upgrades
from clew.simulate.economy.blocks import FillerWriter, obfuscation_key, require_room, write_blocks
from clew.simulate.economy.course import Course, begin
from clew.simulate.economy.plain import PlainWriter, Signer
from clew.simulate.economy.record import Record
from clew.simulate.economy.truth.parquet import require
from clew.simulate.economy.truth.write import write as write_truth

if TYPE_CHECKING:
    from clew.simulate.worlds.model import World

LIMITS = {
    "blocks": (2 * MATURITY, 200_000, f"a coinbase cannot be spent for {MATURITY} blocks"),
    "people": (20, 1_000_000, "there must be somebody to trade with"),
    "payments": (1, 1_000_000, "the service must be paid"),
    "payers": (1, 1_000_000, "somebody must pay"),
    "accounts": (0, 10_000_000, "each takes a row of the service's database"),
}
"""Least and most of each size, and why there is a limit."""

FILE_BYTES = 16 << 20
"""Maximum size of a block file here, so that a small economy has several."""

Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Size:
    """How large an economy is; None: as its world says.

    ``blocks``: of the best chain, the genesis block included. ``accounts``: of the service, never paid.
    Raises UsageError for what cannot work.
    """

    blocks: int = 2_000
    people: int | None = None
    payments: int | None = None
    payers: int | None = None
    accounts: int | None = None

    def __post_init__(self) -> None:
        for name, (least, most, why) in LIMITS.items():
            given = getattr(self, name)
            if given is not None and not least <= given <= most:
                better = "more" if given < least else "fewer"
                raise UsageError(
                    f"expected {least:,} to {most:,} {name} ({why}), found {given:,}; ask for {better}"
                )


@dataclass(frozen=True)
class Made:
    """An economy as it was lived and written.

    ``size``: bytes of its block files. ``totals``: the sums beside its truth.
    """

    course: Course
    record: Record
    size: int
    totals: dict[str, Any]

    def as_dict(self) -> dict[str, object]:
        """Counts, for JSON."""
        count = self.course.society.state.e.count
        return {
            "world": self.course.world.name,
            "era": self.course.world.era,
            "blocks": self.course.blocks,
            "files": len(self.record.files),
            "bytes": self.size,
            "transactions": int(count[TXS]) + 1,
            "inputs": int(count[INPUTS]),
            "outputs": int(count[COINS]),
            "addresses": int(count[ADDRESSES]),
            "actors": len(self.course.society.actors),
            "people": len(self.course.society.people),
            "tip": self.record.hashes[-1][::-1].hex(),
            "service": {
                name: self.totals["service"][name]
                for name in ("seed_addresses", "accounts_given", "accounts_paid", "payments", "received")
            },
        }


def run(world: World, seed: int, size: Size) -> Iterator[Course]:
    """Let an economy run; yields its course after each block, the last time when it is whole."""
    course = begin(world, seed, size.blocks, people=size.people)
    course.actors.extend(found_pools(course))
    course.actors.extend(found_businesses(course))
    mixing = found_mixing(course)
    course.actors.extend([mixing, *found_shared(course)])
    course.actors.extend(
        found_service(
            course, payments=size.payments, payers=size.payers, accounts=size.accounts, mixing=mixing
        )
    )
    course.actors.append(Upgrades(course))
    for _ in course.run():
        yield course


def make(
    folder: Path,
    world: World,
    *,
    seed: int,
    size: Size,
    signed: bool = False,
    obfuscated: bool = True,
    tell: Tell | None = None,
) -> Made:
    """Make an economy in ``folder``, which must be missing or empty; it is there whole or not at all.

    The same arguments give the same bytes. ``signed``: every signature is real, which takes longer.
    ``obfuscated``: False for an ``xor.dat`` of zeros. Raises UsageError for a folder in use, where a
    package is missing, and for blocks that are too large; StorageError if the disk refuses.
    """
    say = tell or (lambda _: None)
    require()
    signer = Signer(f"economy {seed}") if signed else None
    with whole_folder(folder) as making:
        for course in run(world, seed, size):
            require_room(course, signed=signed)
            say(Progress("live", course.height, size.blocks - 1, "blocks", course.height))
        writer = FillerWriter(course) if signer is None else PlainWriter(course, signer)
        record = write_blocks(
            course,
            writer,
            making / "blocks",
            key=obfuscation_key(seed) if obfuscated else NO_KEY,
            most=FILE_BYTES,
            tell=lambda height: say(Progress("write", height, size.blocks - 1, "blocks", height)),
        )
        say(Progress("tell the truth", 0, 1, "", None))
        totals = write_truth(making, course, record, seed=seed, signed=signed)
        length = sum(path.stat().st_size for path in record.files)
    return Made(course, record, length, totals)
