"""A folder is there whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from clew.errors import StorageError, UsageError
from clew.simulate.folders import whole_folder


def test_it_appears_when_all_is_there(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "world"
    with whole_folder(target) as making:
        (making / "a").write_text("a")
        assert not target.exists()
    assert [each.name for each in target.iterdir()] == ["a"]
    assert [each.name for each in target.parent.iterdir()] == ["world"]


def test_an_empty_folder_is_used_and_has_the_usual_rights(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    with whole_folder(tmp_path / "world") as making:
        (making / "a").write_text("a")
    assert (tmp_path / "world" / "a").exists()
    (tmp_path / "usual").mkdir()
    assert (tmp_path / "world").stat().st_mode == (tmp_path / "usual").stat().st_mode


def fail(folder: Path, error: BaseException) -> None:
    with whole_folder(folder) as making:
        (making / "a").write_text("a")
        raise error


@pytest.mark.parametrize("error", [ValueError("a mistake"), KeyboardInterrupt(), UsageError("no")])
def test_an_exception_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fail(tmp_path / "world", error)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as told:
        fail(tmp_path / "world", OSError(errno.ENOSPC, "No space left on device"))
    assert str(told.value).startswith(f"{tmp_path / 'world'}: cannot be written: No space left on device;")
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, said in [
        ("full", "found things in it"),
        ("full/mine", "found a file"),
        ("link", "found a file"),
    ]:
        with pytest.raises(UsageError, match=said), whole_folder(tmp_path / name):
            pytest.fail("it was entered")
    with pytest.raises(StorageError, match="cannot be written"), whole_folder(tmp_path / "full/mine/world"):
        pytest.fail("it was entered")
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["full", "link", "mine"]
