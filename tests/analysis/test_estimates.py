"""What an answer says of how often the likes of it were wrong: the exact words, and only where they apply."""

from __future__ import annotations

import pytest

from clew.analysis import estimates, measured
from clew.analysis.caveats import COINJOIN as COINJOIN_CAVEAT
from clew.heuristics.registry import RULES
from clew.heuristics.rulesets import STRICT_RULES
from clew.ledger.manifest import Rule

RULE = (("rule", 2),)
RULED = Rule("rule", 2, "")


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    name, version = STRICT_RULES[0].name, STRICT_RULES[0].version
    monkeypatch.setattr(measured, "WORLDS", ("2012", "2015"))
    monkeypatch.setattr(measured, "CLASSES", (0.0, 0.5, 0.99))
    monkeypatch.setattr(
        measured,
        "FIGURES",
        (
            ("pair", "strict", RULE, "", 12_345, 67),
            ("address", "strict", RULE, "", 100, 0),
            ("link", "strict", RULE, "", 50, 1),
            ("coinjoin", name, ((name, version),), "", 9, 4),
            ("change", "model", (("model", 1),), "0.99 to 1", 1_000, 3),
            ("change", "model", (("model", 1),), "0.5 to 0.99", 0, 0),
        ),
    )


def test_the_sentence_has_the_form_that_was_asked_for() -> None:
    assert estimates.sentence("pair", "strict", RULE) == (
        "Two addresses under one control, by strict: in 12,345 simulated conclusions of this kind 67 were "
        "wrong (worlds 2012, 2015, rule 2); the rate on the real chain is unknown; this is not the "
        "probability that this conclusion is wrong."
    )


@pytest.mark.parametrize(
    ("kind", "subject", "rules", "group"),
    [
        ("pair", "extended", RULE, ""),
        ("pair", "strict", (("rule", 3),), ""),
        ("pair", "strict", (*RULE, ("other", 1)), ""),
        ("coinjoin", "other", (("other", 1),), ""),
        ("change", "model", (("model", 1),), "0.5 to 0.99"),
    ],
)
def test_another_set_version_or_kind_was_not_measured(
    kind: str, subject: str, rules: tuple[tuple[str, int], ...], group: str
) -> None:
    said = estimates.sentence(kind, subject, rules, group)
    assert "nothing applicable was measured" in said
    assert said.endswith("how often such conclusions are wrong is not known.")


def test_change_at_a_stated_probability_has_the_figure_of_its_class() -> None:
    assert estimates.class_of(0.0) == "0 to 0.5"
    assert estimates.class_of(0.99) == "0.99 to 1"
    assert estimates.class_of(1.0) == "0.99 to 1"
    said = estimates.of_change("model", 1, 0.995)
    assert said.startswith(
        "An output is change, by model, at a stated probability of 0.99 to 1: in 1,000 simulated conclusions"
    )
    assert "3 were wrong" in said
    assert "nothing applicable" in estimates.of_change("model", 1, 0.7)


def test_what_a_question_concludes_decides() -> None:
    basis = estimates.Basis("strict", [RULED])
    assert estimates.for_question("status", basis, {}) is None
    assert estimates.for_question("block", basis, {}) is None
    said = estimates.for_question("entity", basis, {}) or ""
    assert "in 12,345 simulated conclusions" in said
    assert "An address and the rest of its entity under one control, by strict: in 100 simulated" in said
    assert said.endswith(estimates.PUBLISHED)
    assert "is a coinjoin" not in said


def test_a_transaction_states_the_figures_of_the_rules_that_say_yes() -> None:
    coinjoin = next(name for name, rule in RULES.items() if rule.kind == "coinjoin")
    neither = {"rules": {coinjoin: "no", "multi_input": "unknown", "strict": "no"}}
    assert estimates.for_question("tx", estimates.Basis("strict", [RULED]), neither) is None
    both = {"rules": {coinjoin: "yes", "multi_input": "yes", "strict": "yes"}}
    said = estimates.for_question("tx", estimates.Basis("strict", [RULED]), both) or ""
    assert f"A transaction is a coinjoin, by {coinjoin}: " in said
    assert "Two addresses joined by one transaction, by strict: in 50 simulated conclusions" in said


def test_payments_that_speak_of_coinjoins_state_their_figure() -> None:
    said = (
        estimates.for_question("payments", estimates.Basis("strict", STRICT_RULES), {}, (COINJOIN_CAVEAT,))
        or ""
    )
    named = [rule.name for rule in STRICT_RULES if rule.kind == "coinjoin"]
    assert named
    assert all(f"A transaction is a coinjoin, by {name}: " in said for name in named)


def test_what_is_shipped_says_where_it_is_from() -> None:
    assert measured.CLEW
    assert len(measured.DIGEST) == 64
    assert measured.ECONOMIES > 0
    assert measured.RANK == 4


def test_every_class_that_is_shipped_is_found_by_its_probability(monkeypatch: pytest.MonkeyPatch) -> None:
    from clew.accuracy.changes import BOUNDS, class_names

    monkeypatch.setattr(measured, "CLASSES", BOUNDS)
    assert [estimates.class_of(each) for each in BOUNDS] == list(class_names())


def test_a_set_with_other_thresholds_was_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Manifest:
        model, must_link, cannot_link, large = "ab" * 32, 990_000, 10_000, 1_000

    class Control:
        manifest = Manifest()

    stated = estimates.stated_of(Control())
    assert stated == "model abababababab, must-link 990000, cannot-link 10000, large 1000"
    assert estimates.stated_of(object()) == ""
    monkeypatch.setattr(measured, "FIGURES", (("pair", "extended", RULE, stated, 10, 1),))
    assert "in 10 simulated" in estimates.of_entities(estimates.Basis("extended", [RULED], stated))
    assert "in 10 simulated" not in estimates.of_entities(estimates.Basis("extended", [RULED], stated + "0"))
