"""``clew tags``: what it says, and what it refuses in one line with file and line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from clew.cli.keys import COMMANDS, EVERY, QUESTIONS
from clew.cli.tag_keys import TAG_COMMANDS
from clew.ledger.ledger import Ledger
from cli.process import Ended, Run
from cli.shape import check_keys
from naive.chain import address_of
from naive.ledger import build_ledger
from naive.shop import shop_chain
from naive.tags import HEAD, pack

SHOP1, SHOP2, EXCHANGE = map(address_of, ("shop1", "shop2", "exchange"))
GOOD = (f"address: {SHOP1}, category: shop", f"address: {EXCHANGE}, label: Kraken, actor: kraken")
WRONG = SHOP1[:-1] + ("1" if SHOP1[-1] != "1" else "2")
TAGGED_LINE = len(HEAD) + 2


@pytest.fixture(scope="module")
def untagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tags") / "ledger"
    build_ledger(folder, shop_chain().raw, "regtest")
    return folder


@pytest.fixture
def ledger(untagged: Path, tmp_path: Path) -> Path:
    """A ledger of one's own."""
    return Path(shutil.copytree(untagged, tmp_path / "ledger"))


@pytest.fixture
def tags(inside: Run, ledger: Path) -> Run:
    """Runs ``clew tags`` on the ledger."""
    return lambda command, *more, **how: inside("tags", command, *more, "--ledger", ledger, **how)


def of(ended: Ended) -> Any:
    # On a busy machine it says how far it is.
    assert ended.code == 0, ended
    assert "clew:" not in ended.err, ended
    return json.loads(ended.out)


def test_import_list_and_withdraw(tags: Run, inside: Run, ledger: Path, tmp_path: Path) -> None:
    path = pack(tmp_path / "good.yaml", *GOOD, "address: x, network: ETH", f"address: {address_of('nobody')}")
    done = of(tags("import", path, "--json"))
    check_keys(done, COMMANDS["tags import"])
    (row,) = done["imports"]
    assert (row["tags"], row["not_on_chain"], row["is_new"], row["left_out"]) == (3, 1, True, 0)
    assert row["other_networks"] == [{"network": "ETH", "tags": 1}]
    listed = of(tags("list", "--json"))
    check_keys(listed, (*EVERY, *QUESTIONS["tags list"]))
    assert [each["seen"] for each in listed["tags"]] == [
        "on this chain",
        "on this chain",
        "not on this chain",
    ]
    assert listed["snapshot"] == done["snapshot"]
    sources = of(tags("sources", "--json"))
    check_keys(sources, (*EVERY, *QUESTIONS["tags sources"]))
    shown = inside("entity", SHOP2, "--ledger", ledger).out
    line = next(line for line in shown.splitlines() if "good.yaml" in line)
    assert line.split() == [
        "Somebody", "-", "shop", "-", "entity", "-", "https://example.org", f"good.yaml:{TAGGED_LINE}", SHOP1,
    ]  # fmt: skip
    withdrawn = of(tags("withdraw", row["import"], "--reason", "wrong", "--json"))
    check_keys(withdrawn, TAG_COMMANDS["tags withdraw"])
    assert withdrawn["snapshot"] != done["snapshot"]
    assert withdrawn["snapshot"] == Ledger(ledger).snapshot()
    assert "good.yaml" not in inside("entity", SHOP2, "--ledger", ledger).out
    assert of(tags("list", "--json"))["status"] == "none found"
    (row,) = of(tags("sources", "--json"))["imports"]
    assert (row["reason"], row["withdrawn"]) == ("wrong", withdrawn["withdrawn"])
    assert f"withdrawn {row['withdrawn']}" in tags("sources").out


def test_every_answer_about_entities_has_documented_keys(
    tags: Run, inside: Run, ledger: Path, tmp_path: Path
) -> None:
    of(tags("import", pack(tmp_path / "good.yaml", *GOOD), "--json"))
    for question in ("address", "entity", "payments", "proceeds", "outflows"):
        found = of(inside(question, SHOP1, "--json", "--ledger", ledger))
        met = check_keys(found, (*EVERY, *QUESTIONS[question]))
        assert any(name.endswith("tags[].label") for name in met), question
    assert "Kraken (kraken)" not in inside("outflows", SHOP1, "--ledger", ledger).out
    assert "Kraken" in inside("outflows", SHOP1, "--ledger", ledger).out
    assert "tagged Somebody" in inside("payments", SHOP1, "--ledger", ledger).out


def test_a_file_in_force_is_not_imported_again(tags: Run, tmp_path: Path) -> None:
    path = pack(tmp_path / "good.yaml", *GOOD)
    first = of(tags("import", path, "--json"))
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(path.read_bytes())
    again = of(tags("import", copy, path, "--json"))
    assert [each["is_new"] for each in again["imports"]] == [False, False]
    assert again["snapshot"] == first["snapshot"]
    assert "imported 0 files; 2 files in force already, not imported again" in tags("import", path, copy).out
    of(tags("withdraw", first["imports"][0]["import"], "--json"))
    assert of(tags("import", path, "--json"))["snapshot"] == first["snapshot"]
    assert len(of(tags("sources", "--json"))["imports"]) == 2


def test_a_file_read_in_another_way_is_refused(tags: Run, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"address,a,b\n{SHOP1},x,y\n")
    done = of(
        tags("import", path, "--map", "address=address", "--map", "label=a", "--set", "source=me", "--json")
    )
    other = tags("import", path, "--map", "address=address", "--map", "label=b", "--set", "source=me")
    said = other.failed_in_one_line()
    assert "read in another way" in said
    assert done["imports"][0]["import"] in said


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("title: [", 2, "not readable as YAML"),
        ("\n".join([*HEAD, "tags:", f"- address: {SHOP1}", "  category: x"]), 8, "unknown concept 'x'"),
        ("\n".join([*HEAD, "tags:", f"- address: {SHOP1}", "  confidence: x"]), 8, "unknown confidence 'x'"),
        ("\n".join([*HEAD[:-1], "tags:", f"- address: {SHOP1}"]), 6, "expected a label"),
        ("\n".join([*HEAD, "mood: good", "tags:", f"- address: {SHOP1}"]), 6, "unknown field 'mood'"),
        ("title: x", 1, "expected a list called tags"),
    ],
)  # fmt: skip
def test_a_bad_pack_is_one_line_and_leaves_nothing(
    tags: Run, inside: Run, ledger: Path, tmp_path: Path, text: str, line: int, reason: str
) -> None:
    good, bad = pack(tmp_path / "a.yaml", *GOOD), tmp_path / "b.yaml"
    bad.write_text(text, encoding="utf-8")
    for command in (tags("import", good, bad), tags("import", good, bad, "--json")):
        said = command.failed_in_one_line()
        assert said.startswith(f"{bad}:{line}: ")
        assert reason in said
        assert "nothing was imported" in said
    assert not (ledger / "attributions.sqlite").exists()
    checked = inside("tags", "check", good, bad)
    assert checked.code == 2
    assert checked.err.startswith(f"clew: {bad}:{line}: ")
    assert checked.err.count("\n") == 1
    assert f"{bad}:{line}: " in checked.out
    done = of(tags("import", good, bad, "--skip-bad", "--json"))
    assert done["imports"][0]["tags"] == 2
    assert [(each["file"], each["line"]) for each in done["findings"]] == [(str(bad), line)]
    assert tags("import", bad, "--skip-bad").code == (2 if "YAML" in reason or "called" in reason else 0)


def test_a_mistyped_address_is_left_out_and_said(
    tags: Run, inside: Run, ledger: Path, tmp_path: Path
) -> None:
    path = pack(tmp_path / "p.yaml", *GOOD, f"address: {WRONG}")
    where = f"{path}:{TAGGED_LINE + 2}: mistyped address: its checksum does not fit"
    assert where in tags("import", path, "--strict").failed_in_one_line()
    assert not (ledger / "attributions.sqlite").exists()
    checked = inside("tags", "check", path)
    assert (checked.code, where in checked.err, where in checked.out) == (2, True, True)
    done = tags("import", path)
    assert done.code == 0
    assert where in done.out
    (row,) = of(tags("sources", "--json"))["imports"]
    assert (row["tags"], row["left_out"]) == (2, 1)


def test_tags_of_another_network_are_not_used(tags: Run, tmp_path: Path) -> None:
    path = pack(tmp_path / "p.yaml", "address: 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S")
    done = of(tags("import", path, "--json"))
    assert (done["imports"][0]["tags"], done["imports"][0]["other_networks"]) == (
        0, [{"network": "main", "tags": 1}],
    )  # fmt: skip
    assert done["findings"][0]["line"] == TAGGED_LINE


def test_a_check_needs_no_ledger(inside: Run, tmp_path: Path) -> None:
    path = pack(tmp_path / "p.yaml", *GOOD)
    found = of(inside("tags", "check", tmp_path, "--json"))
    check_keys(found, COMMANDS["tags check"])
    assert (found["faults"], found["status"], found["files"][0]["tags"]) == (0, "none found", 2)
    assert "no fault" in inside("tags", "check", path).out
    other = of(inside("tags", "check", path, "--network", "main", "--json"))
    assert other["files"][0]["other_networks"] == [{"network": "testnet3", "tags": 2}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "none.yaml"), "no such file or folder"),
        (("import", "{dir}"), "found none in the folders named"),
        (("import", "{file}", "--map", "address"), "expected FIELD=VALUE"),
        (("import", "{file}", "--map", "adress=x"), "unknown field 'adress'"),
        (("import", "{file}", "--set", "label=a", "--set", "label=b"), "given twice"),
        (("import", "{file}", "--delimiter", "::"), "--delimiter"),
        (("withdraw", "0000"), "none; clew tags sources lists them"),
        (("list", "nonsense"), "not an address"),
        (("list", WRONG), "checksum"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    tags: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    file = pack(tmp_path / "p.yaml", *GOOD)
    filled = [each.format(dir=tmp_path / "empty", file=file) for each in arguments]
    assert said in tags(*filled).failed_in_one_line()


def test_without_a_ledger(inside: Run, tmp_path: Path) -> None:
    path = pack(tmp_path / "p.yaml", *GOOD)
    assert "no ledger is named" in inside("tags", "import", path).failed_in_one_line()
    assert inside("tags", "list", "--ledger", tmp_path).failed_in_one_line()
    assert [each.name for each in tmp_path.iterdir()] == ["p.yaml"]


def test_addresses_from_standard_input(tags: Run, tmp_path: Path) -> None:
    of(tags("import", pack(tmp_path / "good.yaml", *GOOD), "--json"))
    found = of(tags("list", "-", "--json", stdin=f"# mine\n{EXCHANGE}\n{address_of('nobody')}\n"))
    assert [each["label"] for each in found["tags"]] == ["Kraken"]


def test_all_public_tags_are_imported(
    tags: Run, shared_data: Path, early_chain: Path, inside: Run, tmp_path: Path
) -> None:
    ledger = Path(shutil.copytree(early_chain, tmp_path / "main"))
    folder = shared_data / "tags"
    done = of(inside("tags", "import", folder, "--json", "--ledger", ledger))
    assert [each["file"] for each in done["imports"]] == sorted(each.name for each in folder.iterdir())
    assert all(each["is_new"] for each in done["imports"])
    assert sum(each["tags"] for each in done["imports"]) == 46_022
    for path in sorted(folder.iterdir()):
        again = of(inside("tags", "import", path, "--json", "--ledger", ledger))
        assert [each["is_new"] for each in again["imports"]] == [False]
    found = of(inside("tags", "list", "1Archive1n2C579dMsAu3iC6tWzuQJz8dN", "--json", "--ledger", ledger))
    assert [(each["actor"], each["seen"]) for each in found["tags"]] == [
        ("internet_archive", "not on this chain")
    ]


def test_packs_of_an_economy(inside: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    made, ledger = tmp_path / "made", tmp_path / "ledger"
    small = ("--blocks", 260, "--people", 60, "--payments", 40, "--payers", 20, "--accounts", 10)
    of(inside("simulate", "economy", "-o", made, *small, "--json"))
    of(inside("index", made / "blocks", "--network", "regtest", "--ledger", ledger, "--json"))
    checked = of(inside("tags", "check", made / "tagpacks", "--json"))
    assert checked["faults"] == 0
    done = of(inside("tags", "import", made / "tagpacks", "--json", "--ledger", ledger))
    counts = {each["file"]: each for each in done["imports"]}
    assert counts["service-seeds.yaml"]["tags"]
    assert counts["custodians.actorpack.yaml"]["actors"]
    assert sum(each["tags"] for each in counts.values()) == sum(each["tags"] for each in checked["files"])
    assert sum(each["not_on_chain"] for each in counts.values()) == 0
    seed = of(inside("tags", "list", "--json", "--limit", 0, "--ledger", ledger))["tags"]
    service = next(each for each in seed if each["actor"] == "theservice")
    entity = of(inside("entity", service["address"], "--json", "--ledger", ledger))
    assert {each["actor"] for each in entity["tags"]} == {"theservice"}
    assert entity["conflict"] is False
