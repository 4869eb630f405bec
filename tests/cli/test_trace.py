"""``clew trace`` as people and programs see it, and the file that it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.test_trace_answers import laundered, name, with_exchange
from check.chains import Made
from clew.analysis.trace.policies import POLICIES
from clew.cli.keys import EVERY, QUESTIONS
from clew.cli.trace import satoshi
from clew.errors import UsageError
from cli.process import Run
from cli.shape import check_keys
from naive.chain import address_of
from naive.ledger import build_ledger
from naive.trace import seal

WHO = ("--examiner", "A. Kim", "--purpose", "case 17")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A ledger in which an exchange is tagged, and the coin to follow."""
    room = tmp_path_factory.mktemp("trace")
    chain, dirty = laundered()
    inquiry = with_exchange(room, chain)
    # Kernels that must be compiled first would make it say how far it is.
    inquiry.trace(name(dirty), policy=tuple(POLICIES))
    return inquiry.ledger.path, name(dirty)


def asked(inside: Run, case: tuple[Path, str], *words: str) -> dict[str, Any]:
    ended = inside("trace", case[1], "--json", "--ledger", case[0], *words)
    assert (ended.code, ended.err) == (0, "")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_every_key_is_documented(inside: Run, case: tuple[Path, str]) -> None:
    keys = (*EVERY, *QUESTIONS["trace"])
    met = check_keys(
        asked(inside, case, "--policy", "poison,fifo,haircut", "--permute", "3", "--bounds"), keys
    )
    met |= check_keys(asked(inside, case, "--hops", "1"), keys)
    documented = {key.name for key in QUESTIONS["trace"]}
    never = {each for each in documented - met if ".tags[]" not in each}
    assert not never


def test_for_people(inside: Run, case: tuple[Path, str]) -> None:
    ended = inside("trace", case[1], "--ledger", case[0], "--policy", "poison,fifo,haircut")
    assert (ended.code, ended.err) == (0, "")
    text = ended.out
    assert text.startswith("forward from 1 coin of 10.00000000 BTC\n")
    assert "by haircut: " in text
    assert "unattributed: 2.00000000 BTC (unspent, fee)" in text
    assert "services: a range of conventions, not bounds" in text
    line = next(each for each in text.splitlines() if "Big Exchange" in each)
    assert [each for each in line.split() if "." in each] == [
        "10.00000000",
        "8.00000000",
        "8.00000000",
        "10.00000000",
    ]
    assert "caveat: A policy is a convention" in text


def test_bounds_for_people(inside: Run, case: tuple[Path, str]) -> None:
    text = inside("trace", case[1], "--ledger", case[0], "--bounds").out
    line = next(each for each in text.splitlines() if each.startswith("service") and " 2.00000000" in each)
    assert line.split()[2:] == ["2.00000000", "10.00000000"]
    assert "caveat: Bounds hold for every way of sharing the money out" in " ".join(text.split())


def test_backward_for_people(inside: Run, case: tuple[Path, str]) -> None:
    text = inside("trace", address_of("purse"), "--backward", "--ledger", case[0]).out
    assert text.startswith("backward from 1 coin of 7.00000000 BTC\n")
    assert "new coins" in text


def test_the_file_is_the_answer_and_names_who_asked(
    inside: Run, case: tuple[Path, str], tmp_path: Path
) -> None:
    file = tmp_path / "trace.json"
    how = ("--policy", "poison,fifo", "-o", str(file), *WHO)
    ended = inside("trace", case[1], "--ledger", case[0], *how, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert ended.out.endswith(f"wrote {file}\n")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["examiner"], told["purpose"], told["made"]) == ("A. Kim", "case 17", "2023-11-14T22:13:20Z")
    answer = asked(inside, case, "--policy", "poison,fifo")
    assert [each["ends"] for each in told["traces"]] == [each["ends"] for each in answer["traces"]]
    assert told["snapshot"] == answer["snapshot"]
    assert told["given"]["services"][0]["label"] == "Big Exchange"
    first = file.read_bytes()
    inside("trace", case[1], "--ledger", case[0], *how, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert file.read_bytes() == first


def test_a_file_must_say_who_asks_and_can_be_written(
    inside: Run, case: tuple[Path, str], tmp_path: Path
) -> None:
    def fails(*words: object) -> str:
        ended = inside("trace", case[1], "--ledger", case[0], *words)
        assert (ended.code, ended.out) == (2, "")
        return ended.err

    assert "names its examiner" in fails("-o", tmp_path / "x.json")
    assert "says what for" in fails("-o", tmp_path / "x.json", "--examiner", "A")
    assert "there is no folder" in fails("-o", tmp_path / "none" / "x.json", *WHO)
    assert "found a folder" in fails("-o", tmp_path, *WHO)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--policy", "hair"), "did you mean haircut?"),
        (("--least", "1.000000001"), "--least 1.000000001: expected whole satoshi"),
        (("--until", "soon"), "expected a height, or a day as YYYY-MM-DD"),
        (("--memory", "0.001"), "--memory: expected at least 0.1 GiB"),
        (("--since", "2"), "give until, or backward"),
    ],
)
def test_what_cannot_be_asked_ends_in_one_line(
    clew: Run, case: tuple[Path, str], words: tuple[str, ...], said: str
) -> None:
    assert said in clew("trace", case[1], "--ledger", case[0], *words).failed_in_one_line()


def test_sources_from_lines_and_files(inside: Run, case: tuple[Path, str], tmp_path: Path) -> None:
    coin = case[1]
    listed = tmp_path / "coins.csv"
    listed.write_text(f"txid,vout\n{coin.replace(':', ',')}\n", encoding="utf-8")
    ways = [("trace", coin), ("trace", f"@{listed}"), ("trace", coin.partition(":")[0])]
    texts = [inside(*way, "--json", "--ledger", case[0]).out for way in ways]
    texts.append(inside("trace", "-", "--json", "--ledger", case[0], stdin=f"{coin}\n").out)
    totals = [json.loads(text)["total"] for text in texts]
    assert totals == [{"coins": 1, "value": 10**9, "without_value": 0}] * 4
    bad = inside("trace", "-", "--ledger", case[0], stdin=f"{coin}\nnonsense\n")
    assert bad.code == 2
    assert "standard input, line 2" in bad.err


def test_amounts() -> None:
    assert [satoshi(text) for text in ("0", "5000", "0.00005", "1BTC", "1 btc")] == [
        0,
        5000,
        5000,
        10**8,
        10**8,
    ]
    for text in ("-1", "1.5.2", "x", "0.000000001", "nan", "inf", "0,5", "1e30"):
        with pytest.raises(UsageError, match="--least"):
            satoshi(text)


@pytest.mark.parametrize("seed", range(6))
def test_clew_check_agrees_and_finds_an_altered_figure(inside: Run, seed: int, tmp_path: Path) -> None:
    made = Made(seed, blocks=20, most=5)
    blocks = made.write(tmp_path / "blocks")
    build_ledger(tmp_path / "ledger", made.chain.raw, "regtest")
    file = tmp_path / "trace.json"
    way = ("--backward",) if seed % 2 else ("--forward",)
    source = made.blocks[12 if seed % 2 else 3].transactions[0].txid[::-1].hex()
    how = ("--policy", ",".join(POLICIES), *way, "--ledger", tmp_path / "ledger", "-o", file, *WHO)
    assert inside("trace", source, *how).code == 0
    ended = inside("check", file, "--against", blocks)
    assert (ended.code, ended.err) == (0, ""), ended
    told = json.loads(file.read_text(encoding="utf-8"))
    trace = next(each for each in told["traces"] if each["policy"] == "haircut")
    if trace["steps"]:
        trace["steps"][-1]["out"][0]["taint"] += 1
    else:
        trace["ends"][0]["taint"] += 1
    file.write_text(json.dumps(seal(told)), encoding="utf-8")
    assert inside("check", file, "--against", blocks).code == 2
