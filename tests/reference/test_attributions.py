"""The store of imports, and the services that tags name."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from clew.errors import NotALedgerError, StorageError, UsageError
from clew.reference.attributions import Attributions
from clew.reference.store import FILE_NAME, Store
from clew.reference.tags import BAD_ROW, Actor, Concept, Finding, Pack, Tag
from reference.made import Known, pack, tag

NOW = "2026-01-02T03:04:05+00:00"


def kept(folder: Path, *packs: Pack) -> Attributions:
    Store(folder).add([(each, "tests 1") for each in packs], NOW)
    return Attributions(folder)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    whole = tag(
        1, "a", category="exchange", concepts=("hot_wallet",), abuse="scam", confidence="ownership",
        actor="shop", lastmod="2022-11-16", is_cluster_definer=False, tag_type="actor", context='{"a": "é"}',
        is_derived=True,
    )  # fmt: skip
    actor = Actor(
        3, "shop", "Shop", "shop.example", ("KR",), ("exchange",), ("the shop",), "2022-01-01", "{}"
    )
    word = Concept(4, "kiosk", "Kiosk", "shop", "https://example.org/kiosk")
    finding = Finding("somewhere/p.yaml", 9, BAD_ROW, "why")
    made = pack(
        "p", whole, tag(2, "b"), actors=(actor,), concepts=(word,), findings=(finding,),
        other_networks={"ETH": 3},
    )  # fmt: skip
    found = kept(tmp_path, made)
    assert found.store.tags(1) == [whole, tag(2, "b")]
    assert found.store.tags(1, [2]) == [tag(2, "b")]
    assert found.store.actors() == [(1, actor)]
    assert found.store.concepts() == [(1, word)]
    assert found.store.findings(1) == [Finding("p.yaml", 9, BAD_ROW, "why")]
    (stated,) = found.imports
    assert (stated.tags, stated.actors, stated.concepts, stated.left_out) == (2, 1, 1, 1)
    assert (stated.other_networks, stated.time, stated.importer) == ({"ETH": 3}, NOW, "tests 1")
    assert stated.content == made.content()


def test_a_folder_without_tags_has_none(tmp_path: Path) -> None:
    found = Attributions(tmp_path)
    assert (found.imports, found.digest, found.names) == ((), None, {})
    assert len(found.placed(Known("a"))) == 0
    assert found.services(Known("a")).names == ()
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_or_deleted(tmp_path: Path) -> None:
    kept(tmp_path, pack("p", tag(1, "a")))
    base = sqlite3.connect(tmp_path / FILE_NAME)
    for statement in ("UPDATE tags SET label = 'x'", "DELETE FROM imports", "DELETE FROM tags"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
            base.execute(statement)
    base.close()


def test_packs_come_in_together_or_not_at_all(tmp_path: Path) -> None:
    def packs() -> object:
        yield pack("p", tag(1, "a")), "tests 1"
        raise RuntimeError("pulled the plug")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError):
        store.add(packs(), NOW)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    before = kept(tmp_path, pack("q", tag(1, "b"))).digest
    with pytest.raises(RuntimeError):
        store.add(packs(), NOW)  # type: ignore[arg-type]
    assert Attributions(tmp_path).digest == before


def test_a_disk_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(StorageError, match="nothing was imported"):
        Store(tmp_path).add([(pack("p"), "tests 1")], NOW)


@pytest.mark.parametrize("data", [b"SQLite format 3\0 but damaged", b"nonsense"])
def test_a_damaged_file_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(data)
    with pytest.raises(NotALedgerError, match="attributions"):
        Attributions(tmp_path)


def test_another_database_is_not_written_into(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / FILE_NAME)
    base.execute("CREATE TABLE mine (a)")
    base.commit()
    base.close()
    for _ in range(2):
        with pytest.raises(NotALedgerError, match="found another file"):
            Store(tmp_path).add([(pack("p"), "tests 1")], NOW)


def test_the_digest_is_of_what_is_in_force(tmp_path: Path) -> None:
    first, second = pack("p", tag(1, "a")), pack("q", tag(1, "b"))
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    kept(one, first, second)
    Store(other).add([(second, "tests 1")], "2020-01-01T00:00:00+00:00")
    assert Attributions(one).digest != Attributions(other).digest
    Store(other).add([(first, "tests 1")], NOW)
    assert Attributions(one).digest == Attributions(other).digest
    stated = Attributions(one).find(first.content()[:6])
    Store(one).withdraw(stated.number, NOW, "no longer true")
    alone = kept(tmp_path, second)
    assert Attributions(one).digest == alone.digest
    assert [each.withdrawn for each in Attributions(one).imports] == [NOW, None]
    Store(one).add([(first, "tests 1")], NOW)
    assert Attributions(one).digest == Attributions(other).digest


def test_an_import_is_named_by_its_beginning(tmp_path: Path) -> None:
    found = kept(tmp_path, pack("p", tag(1, "a")), pack("q", tag(1, "b")))
    stated = found.imports[1]
    assert found.find(stated.id) == found.find(stated.digest) == found.find(stated.id[:4].upper()) == stated
    for text in ("", "00", "nonsense", stated.id[:3]):
        with pytest.raises(UsageError, match=r"import '.*'"):
            found.find(text)
    found.store.withdraw(stated.number, NOW, None)
    with pytest.raises(UsageError, match="in force"):
        Attributions(tmp_path).find(stated.id)


def test_a_tag_is_found_once_the_chain_has_its_address(tmp_path: Path) -> None:
    found = kept(tmp_path, pack("p", tag(1, "a"), tag(2, "b")))
    assert found.placed(Known("x", "a")).addresses.tolist() == [1]
    later = Known("x", "a", "b")
    assert found.placed(later).addresses.tolist() == [1, 2]
    assert [(each.tag.number, each.address) for each in found.on(later, [2, 0])] == [(2, 2)]


def services(folder: Path, *tags: Tag, without: tuple[str, ...] = ()) -> dict[int, str]:
    found = kept(folder, pack("p", *tags))
    ids = tuple(text.replace("P", found.imports[0].id) for text in without)
    said = found.services(Known("a", "b", "c"), without=ids)
    assert said.addresses.dtype == "u4"
    assert said.actors.dtype == "i4"
    assert said.names == tuple(sorted(set(said.names)))
    return {
        address: said.names[number]
        for address, number in zip(said.addresses.tolist(), said.actors.tolist(), strict=True)
    }


def test_services_by_actor_and_by_label(tmp_path: Path) -> None:
    tags = (
        tag(1, "c", "Shop", category="shop"), tag(2, "a", "x", actor="kraken"), tag(3, "b", abuse="scam"),
        tag(4, "z", actor="unseen"),
    )  # fmt: skip
    assert services(tmp_path, *tags) == {0: "kraken", 2: "shop"}


def test_derived_tags_name_no_service(tmp_path: Path) -> None:
    assert services(tmp_path, tag(1, "a", actor="kraken", is_derived=True)) == {}


def test_the_surer_of_two_services_counts_and_equals_do_not(tmp_path: Path) -> None:
    tags = (
        tag(1, "a", actor="kraken", confidence="web_crawl"),
        tag(2, "a", actor="huobi", confidence="ownership"),
        tag(3, "b", actor="kraken", confidence="forensic"),
        tag(4, "b", actor="huobi", confidence="service_data"),
        tag(5, "c", actor="kraken"),
        tag(6, "c", "again", actor="Kraken"),
    )
    assert services(tmp_path, *tags) == {0: "huobi", 2: "kraken"}


def test_tags_and_imports_can_be_left_out(tmp_path: Path) -> None:
    tags = (tag(1, "a", actor="kraken"), tag(2, "b", actor="huobi"))
    for without, left in ((("P:1",), {1: "huobi"}), (("P",), {}), ((), {0: "kraken", 1: "huobi"})):
        folder = tmp_path / str(len(left))
        folder.mkdir()
        assert services(folder, *tags, without=without) == left
    for wrong in ("P:3", "P:x", "P:0", "nonsense"):
        folder = tmp_path / wrong.replace(":", "-")
        folder.mkdir()
        with pytest.raises(UsageError):
            services(folder, *tags, without=(wrong,))


def test_what_is_left_out_is_told_by_the_digest(tmp_path: Path) -> None:
    found = kept(tmp_path, pack("p", tag(1, "a", actor="kraken"), tag(2, "b", actor="huobi")))
    identity = found.imports[0].id

    def digest(*without: str) -> str:
        return found.services(Known("a", "b"), without=without).digest

    assert digest() == found.digest
    said = [digest(), *(digest(f"{identity}{which}") for which in (":1", ":2", ""))]
    assert len({*said, ""}) == 5
    assert digest(f"{identity}:2", f"{identity}:1") == digest(f"{identity}:1", f"{identity[:6]}:2")
    (tmp_path / "none").mkdir()
    assert Attributions(tmp_path / "none").services(Known("a")).digest == ""


def test_aliases_of_actors_are_one_holder(tmp_path: Path) -> None:
    actor = Actor(1, "huobi", "Huobi.com", aliases=("Huobi Global",))
    other = Actor(2, "global", "Huobi Global")
    tags = (tag(1, "a", "Huobi", category="exchange"), tag(2, "b", "huobi", category="exchange"))
    found = kept(tmp_path, pack("p", *tags, actors=(actor,)))
    assert found.names == {"huobi": "huobi", "huobiglobal": "huobi"}
    assert found.services(Known("a", "b")).names == ("huobi",)
    # A label of one actor comes before the alias of another.
    found = kept(tmp_path, pack("q", actors=(other,)))
    assert found.names["huobiglobal"] == "global"


def test_many_tags_of_one_import_are_read_at_once(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(1200)]
    found = kept(tmp_path, pack("p", *(tag(1 + place, name) for place, name in enumerate(names))))
    chain = Known(*reversed(names))
    said = found.on(chain, range(1200))
    assert sorted((each.tag.subject, each.address) for each in said) == sorted(
        (name, 1199 - place) for place, name in enumerate(names)
    )
