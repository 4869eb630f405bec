"""A folder is there whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from clew.errors import StorageError, UsageError
from clew.folders import whole_folder


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


def test_an_empty_folder_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A shell may stand in it, and a disk be mounted there.
    target = tmp_path / "world"
    target.mkdir()
    before = target.stat().st_ino
    monkeypatch.chdir(target)
    with whole_folder(Path()) as making:
        (making / "truth").mkdir()
        (making / "truth" / "a").write_text("a")
        (making / "b").write_text("b")
    assert target.stat().st_ino == before
    assert sorted(each.as_posix() for each in Path().rglob("*")) == ["b", "truth", "truth/a"]


def test_an_empty_folder_stays_empty_after_an_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "world"
    target.mkdir()
    with pytest.raises(ValueError, match="a mistake"):
        fail(target, ValueError("a mistake"))
    assert not list(target.iterdir())
    rename = Path.rename

    def full(path: Path, to: Path) -> Path:
        if path.name == "b" and path.parent != target:
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(StorageError, match="No space left"):
        write(target, "a", "b")
    assert not list(target.iterdir())


def write(folder: Path, *names: str) -> None:
    with whole_folder(folder) as making:
        for name in names:
            (making / name).write_text(name)


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
