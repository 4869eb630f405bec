"""Files that cannot be checked: one line each, exit code 2, also with nothing of Clew's at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from check.chains import Made
from clew import check
from clew.bitcoin.networks import network
from clew.simulate.blockfile import write_block_files
from naive.trace import Question, seal, trace

ALONE = Path(check.__file__)


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(5, most=6)


@pytest.fixture(scope="module")
def blocks(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("blocks"), xor=True)


@pytest.fixture(scope="module")
def told(made: Made) -> dict[str, Any]:
    return trace(made.blocks, made.coins[:6], Question())


def alone(*arguments: object) -> tuple[int, str, str]:
    """Run the file by a Python that finds no package: neither Clew nor anything installed."""
    command = [sys.executable, "-I", "-S", str(ALONE), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_file_is_small_and_stands_alone() -> None:
    source = ALONE.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 500
    names = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert names <= set(sys.stdlib_module_names)


def test_a_right_trace_by_the_file_alone(told: dict[str, Any], blocks: Path, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    code, out, err = alone(file, "--against", blocks)
    answer = json.loads(out)
    assert (code, err, answer["found"], answer["findings"]) == (0, "", 0, [])
    assert answer["policies"] == list(Question().policies)
    assert any("services" in each for each in answer["unchecked"])
    quick = json.loads(alone(file, "--against", blocks, "--quick")[1])
    assert len(quick["unchecked"]) == len(answer["unchecked"]) + 1


def test_an_altered_trace_by_the_file_alone(told: dict[str, Any], blocks: Path, tmp_path: Path) -> None:
    other = deepcopy(told)
    other["traces"][2]["steps"][0]["out"][0]["taint"] += 1
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(seal(other)), encoding="utf-8")
    code, out, err = alone(file, "--against", blocks)
    answer = json.loads(out)
    assert (code, err, answer["found"]) == (2, "", 1)
    assert answer["findings"][0]["where"].startswith("traces.fifo.steps.")
    assert answer["findings"][0]["where"].endswith(".taint")
    first = told["traces"][2]["steps"][0]["out"][0]["taint"]
    assert (answer["findings"][0]["expected"], answer["findings"][0]["found"]) == (str(first), str(first + 1))


Change = Callable[[dict[str, Any]], Any]
CHANGES: dict[str, tuple[Change, str]] = {
    "another format": (lambda told: told.update(format="clew trace 2"), "format"),
    "no format": (lambda told: told.pop("format"), "keys"),
    "no tip": (lambda told: told.pop("tip"), "tip"),
    "a key too many": (lambda told: told.update(more=1), "more"),
    "no steps": (lambda told: told["traces"][0].pop("steps"), "steps"),
    "a network whose work is not SHA-256": (lambda told: told.update(network="litecoin"), "litecoin"),
    "an unknown network": (lambda told: told.update(network="mars"), "mars"),
    "another network": (lambda told: told.update(network="main"), "expected blocks of main"),
    "no direction": (lambda told: told["parameters"].update(direction="up"), "forward|backward"),
    "an unknown policy": (lambda told: told["traces"][0].update(policy="last"), "poison|"),
    "a fraction": (lambda told: told["sources"][0].update(value=1.5), "number"),
    "a negative number": (lambda told: told["sources"][0].update(value=-1), "number"),
    "a truth value": (lambda told: told["sources"][0].update(value=True), "number"),
    "a huge number": (lambda told: told["sources"][0].update(value=1 << 70), "number"),
    "a text for a list": (lambda told: told.update(sources="all"), "list"),
    "a list for an object": (lambda told: told.update(tip=[]), "object"),
    "nothing for an object": (lambda told: told.update(tip=None), "object"),
    "no coin": (lambda told: told["sources"][0].update(coin="ab:0"), "coin"),
    "a tip above all blocks": (lambda told: told["tip"].update(height=999), "999"),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_what_cannot_be_checked(name: str, told: dict[str, Any], blocks: Path, tmp_path: Path) -> None:
    change, says = CHANGES[name]
    other = deepcopy(told)
    change(other)
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(seal(other)), encoding="utf-8")
    with pytest.raises(check.Unusable) as error:
        check.report(file, blocks)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


TEXTS = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"1e999",
    "not a number": b'{"format": NaN}',
    "no text": b"\xff\xfe\x00",
    "nested too deep": b"[" * 100_000,
    "digits without end": b'{"format": ' + b"9" * 10_000 + b"}",
    "a key twice": b'{"format": "clew trace 1", "format": "clew trace 1"}',
}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_is_no_trace(name: str, blocks: Path, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_bytes(TEXTS[name])
    code, out, err = alone(file, "--against", blocks)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_folders_that_cannot_be_read(told: dict[str, Any], made: Made, blocks: Path, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    empty, other, cut, key = (tmp_path / name for name in ("empty", "other", "cut", "key"))
    empty.mkdir()
    write_block_files(other, made.chain.raw, network=network("testnet3"))
    write_block_files(cut, made.chain.raw[:-2], network=network("regtest"))
    write_block_files(key, made.chain.raw, network=network("regtest"))
    (key / "xor.dat").write_bytes(b"short")
    cases = {
        (file, tmp_path / "none"): "No such file",
        (file, file): "Not a directory",
        (file, empty): "blk*.dat",
        (file, other): "expected blocks of regtest",
        (file, cut): f"found them up to {len(made.chain.raw) - 3}",
        (file, key): "8 bytes in xor.dat",
        (tmp_path / "none.json", blocks): "No such file",
        (tmp_path, blocks): "Is a directory",
    }
    for (trace_file, folder), says in cases.items():
        code, out, err = alone(trace_file, "--against", folder)
        assert (code, out) == (2, ""), err
        assert says in err
        assert err.count("\n") == 1


def test_blocks_among_garbage_and_twice(told: dict[str, Any], made: Made, tmp_path: Path) -> None:
    raw = made.chain.raw
    write_block_files(tmp_path, raw, network=network("regtest"), order=[*reversed(range(len(raw))), 3, 4])
    (file,) = tmp_path.glob("blk*.dat")
    data = file.read_bytes()
    magic = network("regtest").magic
    # A magic alone, a frame that states a wrong length, and a block that is cut off by the end of the file.
    wrong = magic + (400).to_bytes(4, "little") + raw[2][:80]
    file.write_bytes(
        b"garbage" + magic + b"xx" + wrong + data + bytes(100) + magic + (999).to_bytes(4, "little") + raw[3]
    )
    assert check.examine(told, check.Blocks(tmp_path, "regtest")) == []


def test_a_damaged_block_that_has_no_other_copy(told: dict[str, Any], made: Made, tmp_path: Path) -> None:
    raw = list(made.chain.raw)
    raw[4] = raw[4][:120] + bytes([raw[4][120] ^ 1]) + raw[4][121:]
    write_block_files(tmp_path, raw, network=network("regtest"))
    with pytest.raises(check.Unusable, match=r"block 4 .* is damaged"):
        check.examine(told, check.Blocks(tmp_path, "regtest"))
    write_block_files(tmp_path, [*raw, made.chain.raw[4]], network=network("regtest"))
    assert check.examine(told, check.Blocks(tmp_path, "regtest")) == []
