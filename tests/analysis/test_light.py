"""Asking needs NumPy and nothing heavier."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from naive.chain import address_of
from naive.ledger import build_ledger
from naive.shop import shop_chain

SOURCE = Path(__file__).resolve().parents[2] / "src"
QUESTIONS = {
    "status": "q.status()",
    "digest": "q.digest()",
    "block": "q.block(3)",
    "tx": "q.tx(q.block(8).result['transactions'][1])",
    "address": "q.address(shop)",
    "entity": "q.entity(shop)",
    "entities": "q.entities()",
    "payments": "q.payments(shop)",
    "proceeds": "q.proceeds(shop)",
    "outflows": "q.outflows(shop)",
}
SCRIPT = """
import sys
sys.path.insert(0, {source!r})
import clew
shop = {shop!r}
with clew.open({ledger!r}) as q:
    answer = {question}
    assert answer.question == {name!r}, answer.question
print(sorted({{"numba", "llvmlite", "pyarrow", "duckdb"}} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_ledger(tmp_path_factory.mktemp("light"), shop_chain().raw, "regtest").path


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_loads_no_heavy_module(ledger: Path, name: str) -> None:
    script = SCRIPT.format(
        source=str(SOURCE),
        shop=address_of("shop1"),
        ledger=str(ledger),
        question=QUESTIONS[name],
        name=name,
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_importing_clew_does_not_even_load_numpy() -> None:
    script = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); import clew; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
