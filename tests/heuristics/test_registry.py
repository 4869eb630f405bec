"""What rules are held to: the shape of answers, errors that name the block, files of the user's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clew.errors import RuleError
from clew.heuristics.files import load
from clew.heuristics.plain import Input, Output, Transaction
from clew.heuristics.registry import OUTPUT, RULES, Answers, Heuristic
from clew.heuristics.shelf import shipped
from clew.heuristics.transactions import Given, Transactions
from clew.schema import PUBKEYHASH, UNKNOWN, YES


def transaction(height: int, outputs: int = 2) -> Transaction:
    paid = tuple(Output(1_000, PUBKEYHASH, number) for number in range(outputs))
    return Transaction((Input(9, PUBKEYHASH, 5_000),), paid, height=height)


RANGE = Given([transaction(3), transaction(4, 1), transaction(4, 3)])


def rule(answers: object, about: str = "transaction") -> Heuristic:
    return Heuristic("mine", 1, lambda _: answers, about)  # type: ignore[arg-type,return-value]


def test_every_shipped_rule_says_what_it_does() -> None:
    for name, each in shipped().items():
        assert each.name == name
        assert each.doc
        assert len(each.source) == 64


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (np.zeros(2, np.int8), "expected 3 answers .* found int8 of shape"),
        (np.zeros(3, np.int64), "found int64 of shape"),
        (np.full(3, 3, np.int8), "found 3 in blocks 3 to 4"),
        (np.full(3, -1, np.int8), "found -1 in"),
        ([0, 1, 2], "found list"),
        (None, "found NoneType"),
    ],
)
def test_answers_of_another_shape_are_refused(answers: object, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        rule(answers)(RANGE)


def test_an_output_rule_answers_by_output() -> None:
    assert rule(np.zeros(6, np.int8), OUTPUT)(RANGE).tolist() == [0] * 6
    with pytest.raises(RuleError, match="expected 6 answers"):
        rule(np.zeros(3, np.int8), OUTPUT)(RANGE)


def test_what_is_said_of_a_transaction_is_said_of_its_outputs() -> None:
    whole = rule(np.array([YES, UNKNOWN, YES], np.int8))
    each = rule(np.array([YES, 0, YES, 0, UNKNOWN, YES], np.int8), OUTPUT)
    assert (whole & each)(RANGE).tolist() == [YES, 0, UNKNOWN, 0, UNKNOWN, YES]
    assert (each | whole)(RANGE).tolist() == [YES, YES, YES, YES, YES, YES]
    assert (~whole & each)(RANGE).tolist() == [0, 0, UNKNOWN, 0, 0, 0]


def test_the_block_at_which_a_rule_raises_is_named() -> None:
    def ask(rows: Transactions) -> Answers:
        if (rows.height == 4).any():
            raise ValueError("no answer")
        return np.zeros(len(rows), np.int8)

    with pytest.raises(RuleError, match="rule mine: ValueError: no answer at block 4;"):
        Heuristic("mine", 1, ask)(RANGE)


def test_neither_and_nor_or_combine_rules() -> None:
    with pytest.raises(TypeError, match="combine rules with"):
        assert rule(None) or rule(None)


MINE = '''
import numpy as np
from clew.heuristics.registry import heuristic

@heuristic("many_outputs", 1)
def many_outputs(transactions):
    """Yes where a transaction has at least three outputs."""
    return np.where(np.diff(transactions.first_output) >= 3, 2, 0).astype(np.int8)
'''


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    try:
        (made,) = load(file)
        assert made(RANGE).tolist() == [0, 0, 2]
        assert load(file)[0].source == made.source
    finally:
        RULES.pop("many_outputs", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(:\n", "mine.py:1: the file of rules does not import: SyntaxError"),
        ("import numpy\n\nnumpy.nothing\n", "mine.py:3: .* AttributeError"),
        ("x = 1\n", "expected at least one rule"),
        (MINE.replace('    """Yes where', '    "" """Yes where').replace('"""Yes', '# """Yes'), "docstring"),
        (MINE.replace("many_outputs", "multi_input"), "this name is taken"),
        (MINE + "\nraise RuntimeError('later')\n", "RuntimeError: later"),
    ],
)
def test_a_file_that_does_not_import(tmp_path: Path, text: str, said: str) -> None:
    shipped()
    before = dict(RULES)
    file = tmp_path / "mine.py"
    file.write_text(text)
    with pytest.raises(RuleError, match=said):
        load(file)
    assert before == RULES


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="found none"):
        load(tmp_path / "mine.py")
