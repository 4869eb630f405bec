"""What a set of rules with a model of change says of its reasons, and what it left out and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from build.test_sets import model, payments
from clew.analysis import estimates, measured
from clew.analysis.attribution import TAGS, attributions_of
from clew.analysis.explain import says, softness
from clew.analysis.inquiry import Inquiry
from clew.analysis.skipped import skipped
from clew.build import sets
from clew.errors import UsageError
from clew.heuristics.rulesets import EXTENDED, RuleSet
from clew.interop.imports import bring_in
from clew.interop.packs import read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.ledger.control import CHANGE_MODEL
from clew.ledger.ledger import Ledger
from clew.schema import SKIP_REASONS
from clew.training.train import write
from naive.tags import pack


@pytest.fixture
def leads(index: Callable[..., Ledger], tmp_path: Path) -> tuple[Inquiry, RuleSet]:
    """A ledger and a set with the model of the tests of sets."""
    ledger = index(list(payments()))
    write(tmp_path / "model.json", model())
    rule_set = replace(EXTENDED, change=tmp_path / "model.json", must_link=990_000, large=12)
    sets.cluster(ledger.path, rule_set)
    return Inquiry(Ledger(ledger.path)).seen(rules="extended"), rule_set


def joined_by_the_model(asked: Inquiry) -> tuple[str, str]:
    column = asked.ledger.control.column  # type: ignore[attr-defined]
    ends = (int(column(f"set_links.{side}")[0]) for side in "ab")
    a, b = (str(asked.ledger.address_text(each)) for each in ends)
    return a, b


def test_a_step_by_a_model_says_what_it_rests_on(
    leads: tuple[Inquiry, RuleSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = leads
    answer = asked.explain(*joined_by_the_model(asked))
    (step,) = answer.result["steps"]
    assert (step["rule"], step["chance"]) == (CHANGE_MODEL, 0.995)
    assert step["says"] == (
        "A model of change gives this output to who paid, with a chance of at least the set's threshold."
    )
    assert answer.result["weakest"]["by"] == "stated probability"
    # Nobody has measured this model, though it is called as the one that comes with Clew.
    said = answer.error_estimate or ""
    assert f"An output is change, by {CHANGE_MODEL} (model {model().digest[:12]}): nothing applicable" in said
    stated = estimates.stated_of(asked.ledger.control)
    versions = ((CHANGE_MODEL, 1),)
    figures = (
        ("pair", "extended", (), stated.replace("must-link 990000", "must-link 1"), 5, 1),
        ("change", CHANGE_MODEL, versions, estimates.class_of(0.995), 4_321, 7),
    )
    monkeypatch.setattr(measured, "FIGURES", figures)
    said = asked.explain(*joined_by_the_model(asked)).error_estimate or ""
    assert said.count("An output is change") == 1
    assert "at a stated probability of 0.99 to 0.999: in 4,321 simulated conclusions" in said
    assert "7 were wrong" in said


def test_classes_of_steps_are_told_once_each() -> None:
    basis = estimates.Basis(
        "extended", (), next(row[3] for row in measured.FIGURES if row[3].startswith("model"))
    )
    chances = (0.9995, None, 0.992, 0.9999, 0.993)
    steps = [{"rule": CHANGE_MODEL, "version": 1, "chance": chance} for chance in chances]
    said = estimates.for_question("explain", basis, {"steps": steps}) or ""
    assert said.count("An output is change") == 2
    assert "of 0.999 to 1: in " in said
    assert "of 0.99 to 0.999: in " in said


def test_a_model_is_as_soft_as_a_rule_of_change() -> None:
    assert softness("same_key") < softness("multi_input") < softness(CHANGE_MODEL) == softness("fresh")
    assert softness(CHANGE_MODEL) < softness("a rule of somebody's")
    assert says("a rule of somebody's") is None


def test_what_was_skipped_can_be_read(leads: tuple[Inquiry, RuleSet]) -> None:
    asked, _ = leads
    ledger = Ledger(asked.ledger.path)
    control = asked.ledger.control
    table = [control.column(f"skipped.{name}")[:].tolist() for name in ("a", "b", "transaction", "chance")]  # type: ignore[attr-defined]
    reasons = control.column("skipped.reason")[:].tolist()  # type: ignore[attr-defined]
    found = skipped(ledger, "extended")
    assert (found["status"], found["found"]) == ("complete", len(reasons))
    assert {row["reason"] for row in found["skipped"]} >= {"cannot-link", "overruled"}
    for row, a, b, transaction, chance, reason in zip(found["skipped"], *table, reasons, strict=True):
        assert (row["a"], row["b"]) == (ledger.address_text(a), ledger.address_text(b))
        assert ledger.find_transaction(row["txid"]) == transaction
        assert row["height"] == ledger.block_of_transaction(transaction)
        assert row["chance"] == chance / 1_000_000
        assert row["reason"] == SKIP_REASONS[reason]
    part = skipped(ledger, "extended", limit=1, offset=1)
    assert part["skipped"] == found["skipped"][1:2] != []
    assert (part["status"], part["shown"], part["found"]) == ("cut", 1, len(reasons))
    for name in ("strict", "none"):
        with pytest.raises(UsageError, match="expected"):
            skipped(ledger, name)


def test_without_a_tag_a_set_is_made_again(leads: tuple[Inquiry, RuleSet], tmp_path: Path) -> None:
    asked, _ = leads
    with pytest.raises(UsageError, match=r"clew cluster extended --without-tag IMPORT:NUMBER"):
        asked.whatif(joined_by_the_model(asked)[0], ["tag:Kraken"])


def test_tags_of_both_ends_are_shown_with_their_caveat_where_nothing_joins(
    index: Callable[..., Ledger], tmp_path: Path
) -> None:
    ledger = index(list(payments()))
    ends = [0, next(each for each in range(ledger.counts["addresses"]) if ledger.entity_of(each))]
    a, b = (str(ledger.address_text(each)) for each in ends)
    path = pack(tmp_path / "p.yaml", f"address: {b}, label: Big Exchange, category: exchange")
    bring_in(
        attributions_of(ledger), read([path], Subjects(ledger.network), Form()), "2026-01-01T00:00:00+00:00"
    )
    asked = Inquiry(Ledger(ledger.path))
    answer = asked.explain(a, b)
    assert answer.result["joined"] is False
    assert [each["label"] for each in answer.result["b"]["tags"]] == ["Big Exchange"]
    assert TAGS in answer.caveats
