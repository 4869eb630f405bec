"""Who may import whom: the tree keeps to the table, and the check sees what breaks it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[1]
TOOL = PROJECT / "tools" / "check_layers.py"


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_layers", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_layers"] = module
    spec.loader.exec_module(module)
    return module


layers = load_tool()

ROOM_FILES = (
    "__init__",
    "errors",
    "schema",
    "kernels/__init__",
    "kernels/jit",
    "kernels/hashes",
    "kernels/scripts",
    "kernels/parse",
    "kernels/lookup",
    "bitcoin/__init__",
    "bitcoin/block",
    "bitcoin/script",
    "heuristics/__init__",
    "heuristics/registry",
    "heuristics/coinjoin/__init__",
    "heuristics/coinjoin/equal_output",
    "ledger/__init__",
    "ledger/node",
    "ledger/tables",
    "engine/__init__",
    "engine/local",
    "engine/spark",
    "build/__init__",
    "build/index",
    "simulate/__init__",
    "simulate/economy",
    "analysis/__init__",
    "analysis/answer",
    "report/__init__",
    "report/html",
    "web/__init__",
    "interop/__init__",
    "case/__init__",
    "reference/__init__",
    "proceedings/__init__",
    "cli/__init__",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small house with every room, in which nothing imports anything."""
    root = tmp_path / "clew"
    for name in ROOM_FILES:
        file = root / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('"""A file."""\n', encoding="utf-8")
    return root


def found(root: Path, file: str, source: str) -> list[str]:
    """Put ``source`` into one file; the violations as ``file:line reason``."""
    (root / file).write_text(source, encoding="utf-8")
    violations, _ = layers.check(root)
    return [f"{each.path.relative_to(root).as_posix()}:{each.line} {each.reason}" for each in violations]


def test_this_tree_keeps_to_the_table() -> None:
    violations, read = layers.check(PROJECT / "src" / "clew")
    assert [str(each) for each in violations] == []
    assert read > 0


def test_an_empty_house_has_no_violation(tree: Path) -> None:
    assert layers.check(tree) == ([], 0)


ALLOWED = [
    ("cli/__init__.py", "import clew.build.index\nfrom clew import simulate\nfrom clew.report import html\n"),
    ("build/index.py", "from clew.heuristics.registry import rules\nfrom clew import errors, schema\n"),
    ("analysis/answer.py", "from clew.ledger import tables\nfrom ..errors import ClewError\n"),
    ("ledger/node.py", "import socket\nfrom http.client import HTTPConnection\n"),
    ("ledger/tables.py", "def look_up():\n    from clew.kernels import lookup\n"),
    ("kernels/parse.py", "import numba\nfrom clew.kernels import hashes, jit\nfrom .scripts import read\n"),
    ("kernels/lookup.py", "from clew.kernels.jit import compiled\nfrom clew.schema import NO_OUTPUT\n"),
    ("heuristics/coinjoin/equal_output.py", "from ..registry import heuristic\nfrom . import __doc__\n"),
    ("engine/spark.py", "import pyspark.sql\n"),
    ("report/html.py", "from clew import case\nimport clew.analysis.answer\n"),
    ("bitcoin/block.py", "import hashlib, json\nfrom .script import classify\n"),
    ("__init__.py", "from clew.ledger import tables\nfrom .analysis.answer import Answer\n"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "source"), ALLOWED, ids=[file for file, _ in ALLOWED])
def test_allowed(tree: Path, file: str, source: str) -> None:
    assert found(tree, file, source) == []


FORBIDDEN = [
    # The two wings.
    ("analysis/answer.py", "import clew.build.index", "analysis may not import clew.build.index"),
    ("build/index.py", "from clew.analysis import answer", "build may not import clew.analysis.answer"),
    # The simulator must not know the rules it is used to judge.
    ("simulate/economy.py", "from clew.heuristics import registry", "simulate may not import clew.heur"),
    ("heuristics/registry.py", "import clew.simulate", "heuristics may not import clew.simulate"),
    # Only cli sees build and simulate.
    ("report/html.py", "from clew.build import index", "report may not import clew.build.index"),
    ("web/__init__.py", "from clew import simulate", "web may not import clew.simulate"),
    ("interop/__init__.py", "import clew.build", "interop may not import clew.build"),
    ("__init__.py", "from clew.build import index", "__init__ may not import clew.build.index"),
    # Kernels are leaves; Numba lives there only.
    ("kernels/lookup.py", "from clew.kernels import hashes", "clew.kernels.lookup may not import clew."),
    ("kernels/scripts.py", "from .parse import fill", "clew.kernels.scripts may not import clew."),
    ("kernels/hashes.py", "from clew.errors import ClewError", "kernels may not import clew.errors"),
    ("kernels/jit.py", "import clew.ledger.tables", "kernels may not import clew.ledger.tables"),
    ("ledger/tables.py", "import numba", "clew.ledger.tables may not import numba"),
    ("analysis/answer.py", "from numba import njit", "clew.analysis.answer may not import numba"),
    ("bitcoin/block.py", "import llvmlite.binding", "clew.bitcoin.block may not import llvmlite"),
    ("engine/local.py", "import pyspark", "clew.engine.local may not import pyspark"),
    # Lower rooms do not lean on upper ones.
    ("errors.py", "from clew.schema import VERSION", "errors may not import clew.schema"),
    ("schema.py", "import clew.errors", "schema may not import clew.errors"),
    ("bitcoin/block.py", "from clew.kernels import hashes", "bitcoin may not import clew.kernels.hashes"),
    ("ledger/tables.py", "from clew.heuristics import registry", "ledger may not import clew.heuristics"),
    ("engine/local.py", "from clew.build import index", "engine may not import clew.build"),
    ("proceedings/__init__.py", "import clew.ledger", "proceedings may not import clew.ledger"),
    ("reference/__init__.py", "from clew import ledger", "reference may not import clew.ledger"),
    ("case/__init__.py", "from clew.report import html", "case may not import clew.report"),
    ("report/html.py", "import clew.cli", "report may not import clew.cli"),
    # The public names are for outside.
    ("ledger/tables.py", "from clew import open", "clew.ledger.tables may not import names from clew itself"),
    ("ledger/tables.py", "import clew", "clew.ledger.tables may not import names from clew itself"),
    ("analysis/answer.py", "from .. import Ledger", "clew.analysis.answer may not import names from clew"),
    # However it is written.
    ("analysis/answer.py", "from ..build.index import run", "analysis may not import clew.build.index"),
    ("analysis/answer.py", "from .. import build", "analysis may not import clew.build"),
    ("analysis/answer.py", "importlib.import_module('clew.build')", "analysis may not import clew.build"),
    ("analysis/answer.py", "x = __import__('numba')", "clew.analysis.answer may not import numba"),
    # Nothing that could open a connection.
    ("ledger/tables.py", "import socket", "clew.ledger.tables may not import socket"),
    ("report/html.py", "from urllib import request", "clew.report.html may not import urllib.request"),
    ("cli/__init__.py", "import http.client", "clew.cli may not import http.client"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "statement", "reason"), FORBIDDEN, ids=[f"{f}: {s}" for f, s, _ in FORBIDDEN]
)
def test_forbidden(tree: Path, file: str, statement: str, reason: str) -> None:
    violations = found(tree, file, f'"""A file."""\n\n{statement}\n')
    assert len(violations) == 1
    assert violations[0].startswith(f"{file}:3 {reason}")


REACHING = [
    # The figures that rules are judged by can be read without an import.
    ("heuristics/registry.py", "NAME = 'clew.simulate.worlds'", "heuristics may not name files of simulate"),
    ("heuristics/registry.py", "open('src/clew/simulate/worlds/2015.yaml')", "heuristics may not name files"),
    ("analysis/answer.py", "path = root / 'simulate' / '2015.yaml'", "analysis may not name files of simul"),
    ("build/index.py", "name = 'clew.' + 'simulate'", "build may not name files of simulate"),
    ("reference/__init__.py", "f'{root}/simulate/{name}'", "reference may not name files of simulate"),
    ("report/html.py", "load('clew.simulate')", "report may not name files of simulate, found 'clew.simul"),
    ("kernels/parse.py", "WORLDS = r'clew\\simulate\\worlds'", "kernels may not name files of simulate"),
    ("heuristics/registry.py", "from importlib.resources import files", "heuristics may not read files of"),
    ("heuristics/registry.py", "import importlib.resources", "heuristics may not read files of packages"),
    ("analysis/answer.py", "import pkgutil", "analysis may not read files of packages with pkgutil"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "statement", "reason"), REACHING, ids=[f"{f}: {s}" for f, s, _ in REACHING])
def test_files_of_the_simulator_are_out_of_reach(tree: Path, file: str, statement: str, reason: str) -> None:
    violations = found(tree, file, f'"""A file."""\n\n{statement}\n')
    assert len(violations) == 1
    assert violations[0].startswith(f"{file}:3 {reason}")


def test_words_may_tell_of_the_simulator(tree: Path) -> None:
    told = (
        '"""As clew.simulate does; see simulate/worlds."""\n\n\ndef rule():\n    """Not clew.simulate."""\n'
    )
    assert found(tree, "heuristics/registry.py", told) == []
    assert found(tree, "heuristics/registry.py", "said = 'we simulate nothing'\n") == []
    assert found(tree, "cli/__init__.py", "COMMAND = 'simulate'\n") == []
    assert found(tree, "report/html.py", "from importlib.resources import files\n") == []


@pytest.mark.parametrize(
    "source",
    [
        "def late():\n    import clew.build\n",
        "class Late:\n    import clew.build\n",
        "if TYPE_CHECKING:\n    from clew.build import index\n",
        "try:\n    from ..build import index\nexcept ImportError: pass\n",
    ],
    ids=["function", "class", "type checking", "try"],
)
def test_imports_inside_blocks_count(tree: Path, source: str) -> None:
    assert [line.split(" ")[0] for line in found(tree, "analysis/answer.py", source)] == [
        "analysis/answer.py:2"
    ]


def test_each_violation_has_its_line(tree: Path) -> None:
    source = "import json\nimport numba\nfrom clew.build import index\nfrom clew import schema\n"
    assert [line.split(" ")[0] for line in found(tree, "analysis/answer.py", source)] == [
        "analysis/answer.py:2",
        "analysis/answer.py:3",
    ]


def test_a_new_room_must_be_declared(tree: Path) -> None:
    assert found(tree, "attic.py", "import json\n") == ["attic.py:1 the room attic is not in the table"]


def assert_no_cycle(allowed: dict[str, frozenset[str]]) -> None:
    done: set[str] = set()
    while len(done) < len(allowed):
        ready = {name for name, below in allowed.items() if name not in done and below <= done}
        assert ready, f"these lean on each other: {sorted(set(allowed) - done)}"
        done |= ready


def test_the_table_has_no_cycle() -> None:
    assert_no_cycle(layers.ROOMS)


@pytest.mark.parametrize("room", sorted(layers.WITHIN))
def test_the_files_of_a_room_have_no_cycle(room: str) -> None:
    files = layers.WITHIN[room]
    named = {name for below in files.values() for name in below} | set(files) - {"*"}
    assert_no_cycle({name: files.get(name, files["*"]) - {name} for name in named})


def test_command_line(tree: Path) -> None:
    command = [sys.executable, str(TOOL), str(tree)]
    clean = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (clean.returncode, clean.stdout) == (0, "layers: 0 imports keep to the table\n")

    (tree / "build" / "index.py").write_text("from clew.analysis import answer\n", encoding="utf-8")
    broken = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = broken.stdout.splitlines()
    assert broken.returncode == 1
    assert lines[0].startswith(f"{tree / 'build' / 'index.py'}:1: build may not import clew.analysis.answer")
    assert lines[1] == "Each room may import:"
    assert any(
        line.split() == ["simulate", "bitcoin,", "errors,", "kernels,", "schema,", "written"]
        for line in lines
    )


def test_command_line_without_a_tree(tmp_path: Path) -> None:
    command = [sys.executable, str(TOOL), str(tmp_path / "nowhere")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "expected a package folder" in answer.stderr
