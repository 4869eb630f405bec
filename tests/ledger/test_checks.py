"""Checksums of column files: what a disk flips, cuts off or loses is found and named."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clew.errors import NotALedgerError
from clew.ledger import checks
from clew.ledger.checks import Checked, Damage
from clew.ledger.columns import map_tables
from clew.ledger.tables import TableWriter, cut_back, file_sizes
from clew.schema import INPUTS, LARGE_VALUES, OUTPUTS, RARE_SEQUENCES, WIDE_MARK, Table

TABLES: tuple[Table, ...] = (OUTPUTS, INPUTS, LARGE_VALUES, RARE_SEQUENCES)
ROWS = 500


def rows_of(rng: random.Random, count: int) -> dict[str, dict[str, Any]]:
    """Rows of both tables, with some rare numbers."""
    return {
        "outputs": {
            "value": np.array([rng.choice([5, 1 << 33, WIDE_MARK, 1 << 50]) for _ in range(count)], np.int64),
            "script_type": np.array([rng.randrange(11) for _ in range(count)], np.uint8),
            "address": np.array([rng.getrandbits(32) for _ in range(count)], np.uint32),
        },
        "inputs": {
            "spent_output": np.array([rng.getrandbits(40) for _ in range(count)], np.int64),
            "sequence": np.array([rng.choice([0, 77, 0xFFFFFFFF, 70_000]) for _ in range(count)], np.uint32),
            "signing": np.array([rng.choice([0, 1, 33, 129]) for _ in range(count)], np.uint8),
        },
    }


class Written:
    """A folder of tables as a commit left it, and what was appended."""

    def __init__(self, folder: Path, sizes: Sequence[int] = (1, ROWS - 1), seed: int = 1) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.counts = dict.fromkeys((table.name for table in TABLES), 0)
        self.checked = Checked()
        self.rows: dict[str, list[int]] = {}
        self.append(sizes)

    def append(self, sizes: Sequence[int], commit: bool = True) -> None:
        """Append rows, and take up what counts unless the run stops before."""
        writer = TableWriter(self.folder, TABLES, self.counts, self.checked)
        for count in sizes:
            made = rows_of(self.rng, count)
            for name, columns in made.items():
                writer.append(name, columns)
                if commit:
                    for column, data in columns.items():
                        self.rows.setdefault(f"{name}.{column}", []).extend(data.tolist())
        writer.sync()
        if commit:
            self.counts, self.checked = writer.counts, writer.checked
        writer.close()

    @property
    def sizes(self) -> dict[str, int]:
        return dict(file_sizes(TABLES, self.counts))

    def damages(self) -> list[Damage]:
        found = list(checks.damaged(self.folder, self.checked, self.sizes))
        return [each for each in found if isinstance(each, Damage)]

    def require_sound(self) -> None:
        """That nothing is found, every byte is read, and the columns hold what was appended."""
        found = list(checks.damaged(self.folder, self.checked, self.sizes))
        assert not [each for each in found if isinstance(each, Damage)]
        assert sum(each for each in found if not isinstance(each, Damage)) == sum(self.sizes.values())
        mapped = map_tables([(self.folder, self.counts)], TABLES)
        for name, numbers in self.rows.items():
            assert mapped[name][:].tolist() == numbers


FILES = [name for name, _ in file_sizes(TABLES, {})]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "rows")


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << at % 8
    path.write_bytes(data)


def test_what_is_written_is_sound(written: Written) -> None:
    written.require_sound()
    assert set(FILES) == set(written.sizes)
    assert all(written.sizes.values())
    for sizes in ([3], [], [0, 1, 0], [200, 7]):
        written.append(sizes)
        written.require_sound()


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_found_and_named(written: Written, name: str) -> None:
    path, size = written.folder / name, written.sizes[name]
    for at in (0, size // 2, size - 1):
        flip(path, at)
        (damage,) = written.damages()
        assert damage.path == str(path)
        assert damage.start <= at < damage.end
        assert "not those that were written" in str(damage)
        assert f"{damage.start:,} to {damage.end - 1:,}" in str(damage)
        flip(path, at)
    written.require_sound()


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_off_or_lost_is_named(written: Written, name: str) -> None:
    path = written.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    (damage,) = written.damages()
    assert damage.path == str(path)
    assert "1 bytes are missing" in damage.reason
    with pytest.raises(NotALedgerError, match=path.name):
        TableWriter(written.folder, TABLES, written.counts, written.checked)
    path.unlink()
    (damage,) = written.damages()
    assert damage.path == str(path)
    assert "cannot be read" in damage.reason
    with pytest.raises(NotALedgerError, match=path.name):
        map_tables([(written.folder, written.counts)], TABLES)


def test_damage_in_several_files_is_all_named(written: Written) -> None:
    for name in FILES:
        flip(written.folder / name, 0)
    assert sorted(damage.path for damage in written.damages()) == sorted(
        str(written.folder / name) for name in FILES
    )


def test_large_files_have_many_checks(tmp_path: Path) -> None:
    """A place of the damage is stated, not only the file."""
    counts = [300_000, 1, 299_999]
    folder = tmp_path / "rows"
    writer = TableWriter(folder, (OUTPUTS, LARGE_VALUES), {})
    rng = np.random.default_rng(3)
    for count in counts:
        writer.append(
            "outputs",
            {
                "value": rng.integers(0, 1 << 40, count),
                "script_type": rng.integers(0, 11, count).astype(np.uint8),
                "address": rng.integers(0, 1 << 32, count).astype(np.uint32),
            },
        )
    writer.close()
    sizes = dict(file_sizes((OUTPUTS, LARGE_VALUES), writer.counts))

    def damages() -> list[Damage]:
        return [each for each in checks.damaged(folder, writer.checked, sizes) if isinstance(each, Damage)]

    assert not damages()
    path = folder / "outputs.address"
    size = sizes["outputs.address"]
    for at in (0, (1 << 20) - 1, 1 << 20, size - 1):
        flip(path, at)
        (damage,) = damages()
        assert damage.path == str(path)
        assert damage.start <= at < damage.end
        assert damage.end - damage.start < size
        flip(path, at)


# What lies beyond


def test_rows_beyond_the_counts_belong_to_nobody(written: Written) -> None:
    written.append([40, 40], commit=False)
    for name, size in written.sizes.items():
        assert (written.folder / name).stat().st_size > size
        flip(written.folder / name, size)
    written.require_sound()
    # The next run cuts them off and writes on where the counts end.
    written.append([10])
    written.require_sound()
    for name, size in written.sizes.items():
        assert (written.folder / name).stat().st_size == size


def test_rows_beyond_the_counts_are_cut_back(written: Written) -> None:
    before = {name: (written.folder / name).read_bytes() for name in FILES}
    written.append([40], commit=False)
    cut_back(written.folder, TABLES, written.counts, written.checked)
    assert {name: (written.folder / name).read_bytes() for name in FILES} == before
    written.require_sound()


def test_rows_that_no_check_covers_are_named(written: Written) -> None:
    sizes = written.sizes
    grown = {name: size + 1 for name, size in sizes.items()}
    for name in FILES:
        with (written.folder / name).open("ab") as file:
            file.write(b"\0")
    found = list(checks.damaged(written.folder, written.checked, grown))
    assert {each.path for each in found if isinstance(each, Damage)} == {
        str(written.folder / name) for name in FILES
    }


# The checks themselves


def test_damaged_checks_are_named(tmp_path: Path) -> None:
    written = Written(tmp_path / "rows", [1 << 20, 5])
    path = written.folder / checks.FILE_NAME
    sound = path.read_bytes()
    assert len(sound) == written.checked.rows * checks.ROW_BYTES > 0
    for data in (sound[:-1], bytes([sound[0] ^ 1]) + sound[1:], sound[:-1] + bytes([sound[-1] ^ 128]), b""):
        path.write_bytes(data)
        (damage,) = written.damages()
        assert damage.path == str(path)
        assert "damaged" in damage.reason
        with pytest.raises(NotALedgerError, match="checks"):
            TableWriter(written.folder, TABLES, written.counts, written.checked)
    path.unlink()
    (damage,) = written.damages()
    assert "cannot be read" in damage.reason
    # What lies behind those that count belongs to nobody.
    path.write_bytes(sound + b"rubbish")
    assert not written.damages()
