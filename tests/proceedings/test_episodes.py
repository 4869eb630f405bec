"""Proposed episodes: from a schedule that the real command made, and from made-up ones at the edges."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from clew.cli import program
from clew.errors import UsageError
from clew.proceedings.episodes.proposed import accept, propose
from clew.proceedings.episodes.text import appended, as_yaml
from clew.proceedings.load import load_matter, text_of
from naive.chain import Chain, address_of, pay
from naive.services import with_services

A = address_of("a")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """a's coin of 1000 loses a slice of 100 to x, y and z (exchanges) each; a price for the day."""
    chain, left = Chain(), 1000
    coin = (chain.mine([("a", left)]).transactions[0].txid, 0)
    for name in ("x", "y", "z"):
        left -= 100
        payment = pay([coin], [(name, 100), (f"rest {name}", left)])
        chain.mine([("p", 1)], [payment])
        coin = (payment.txid, 1)
    inquiry = with_services(
        tmp_path_factory.mktemp("episodes"), chain, dict.fromkeys(("x", "y", "z"), "exchange")
    )
    inquiry.close()
    folder: Path = inquiry.ledger.path
    (folder / "usd.csv").write_text("date,usd\n2011-02-02,2000000\n")
    run("prices", "import", folder / "usd.csv", "--source", "Made", "--ledger", folder)
    return folder


def run(*arguments: object) -> str:
    done = CliRunner().invoke(program, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def schedule(ledger: Path) -> dict[str, Any]:
    """What the real command says."""
    text = run("patterns", A, "--schedule", "--value", "USD", "--limit", "0", "--json", "--ledger", ledger)
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_acts_of_a_candidate_become_one_episode(schedule: dict[str, Any]) -> None:
    (only,) = propose(schedule)
    # Three slices of 100 left; the rests of 900, 800 and 700 stayed. 1 satoshi is 0.02 dollars.
    assert only.satoshi == 300
    assert [(each.amount, each.currency) for each in only.value] == [(Decimal("6.00"), "USD")]
    assert (str(only.begins), str(only.ends)) == ("2011-02-02", "2011-02-02")
    assert only.conduct == ["laundering"]
    assert only.mark == "inferred"
    assert only.accepted is None
    assert any("peeling chain" in each for each in only.facts)
    assert any("3 acts of 6" in each for each in only.facts)


def test_each_act_can_be_an_episode(schedule: dict[str, Any]) -> None:
    found = propose(schedule, by="act")
    assert [each.satoshi for each in found] == [each["amount"] for each in schedule["schedule"]]
    assert [str(each.value[0].amount) for each in found] == [
        each["values"][0]["value"] for each in schedule["schedule"]
    ]
    assert len({each.name for each in found}) == len(found) == 6
    assert len({each.schedule for each in found}) == 1


def test_a_missing_price_is_without_rate_and_never_zero(schedule: dict[str, Any], ledger: Path) -> None:
    text = run("patterns", A, "--value", "USD,KRW", "--limit", "0", "--json", "--ledger", ledger)
    (only,) = propose(json.loads(text))
    assert [each.currency for each in only.value] == ["USD"]
    assert only.without_rate == ["KRW"]
    holed = deepcopy(schedule)
    paid = next(each for each in holed["schedule"] if not each["is_own"])
    paid["values"][0]["value"] = None
    (only,) = propose(holed)
    assert only.value == []
    assert only.without_rate == ["USD"]
    assert only.satoshi == 300


def test_the_digest_is_of_what_the_schedule_says_and_not_of_its_spaces(schedule: dict[str, Any]) -> None:
    (only,) = propose(schedule)
    (again,) = propose(json.loads(json.dumps(schedule, indent=3, sort_keys=True)))
    assert only == again
    other = deepcopy(schedule)
    other["schedule"][0]["amount"] += 1
    (changed,) = propose(other)
    assert changed.schedule != only.schedule
    assert only.schedule is not None
    assert only.name.startswith(f"proposed-{only.schedule[:8]}-")


def test_a_cut_schedule_is_refused_with_how_to_make_a_whole_one(ledger: Path) -> None:
    text = run("patterns", A, "--limit", "1", "--json", "--ledger", ledger)
    with pytest.raises(UsageError, match="expected every row, found 1 of 6") as error:
        propose(json.loads(text))
    assert "--limit 0" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": "status"}, "expected the JSON of clew patterns, found 'status'"),
        ({"schedule": None}, "expected a schedule"),
        ({"lists": None}, "expected how much of the list is there"),
        ({"schedule": [7]}, r"schedule\[0\]: expected an act, found int"),
        ({"schedule": [{}]}, r"schedule\[0\].txid: expected a value of type str, found None"),
    ],
)
def test_another_form_is_refused_in_one_line(
    schedule: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        propose({**schedule, **change})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("amount", -1, "expected 0 to"),
        ("amount", 2_100_000_000_000_001, "expected 0 to"),
        ("amount", True, "expected a value of type int"),
        ("time", "2011", "expected a value of type int"),
        ("findings", [4], "expected numbers of candidates below 2"),
        ("values", [{"currency": "KRW", "value": "1"}], "expected a value in USD"),
        ("values", [{"currency": "USD", "value": "much"}], "expected a decimal number"),
    ],
)
def test_a_row_of_another_form_is_refused(
    schedule: dict[str, Any], key: str, value: object, said: str
) -> None:
    broken = deepcopy(schedule)
    broken["schedule"][0][key] = value
    with pytest.raises(UsageError, match=said) as error:
        propose(broken)
    assert "schedule[0]" in str(error.value)


def test_a_schedule_that_is_no_answer_at_all() -> None:
    with pytest.raises(UsageError, match="expected the JSON of clew patterns, found 'list'"):
        propose([])  # type: ignore[arg-type]


def made(
    *acts: dict[str, Any], patterns: tuple[str, ...] = (), currencies: tuple[str, ...] = ("KRW",)
) -> dict[str, Any]:
    """A schedule with what an act must have; the rest is filled in."""
    rows = [
        {
            "txid": f"{number:064x}", "time": 1_500_000_000 + 86_400 * number, "act": "moved on",
            "amount": 10, "is_own": False, "findings": [],
            "values": [{"currency": each, "value": "1.50"} for each in currencies],
            **act,
        }
        for number, act in enumerate(acts)
    ]  # fmt: skip
    whole = {"status": "complete", "shown": len(rows), "found": len(rows)}
    return {
        "question": "patterns", "parameters": {"value": list(currencies)}, "schedule": rows,
        "findings": [{"pattern": each} for each in patterns], "lists": {"schedule": whole, "findings": whole},
    }  # fmt: skip


def test_acts_outside_of_candidates_are_runs_of_one_kind() -> None:
    found = propose(
        made(
            {}, {}, {"act": "paid to others"}, {"findings": [1]}, {}, {"findings": [1, 0]}, {"findings": [0]},
            patterns=("round trip", "peeling chain"),
        )
    )  # fmt: skip
    assert [each.satoshi for each in found] == [20, 10, 20, 10, 10]
    assert [each.conduct[0] for each in found] == ["other", "other", "laundering", "other", "laundering"]
    assert "peeling chain" in " ".join(found[2].facts)
    assert (str(found[0].begins), str(found[0].ends)) == ("2017-07-14", "2017-07-15")


def test_acts_that_all_stay_within_are_not_added_up() -> None:
    (only,) = propose(made({"is_own": True, "amount": 70}, {"is_own": True, "amount": 69}))
    assert only.satoshi == 70
    assert [str(each) for each in only.value] == ["1.50 KRW"]
    assert any("largest" in each for each in only.facts)


def test_nothing_is_proposed_from_an_empty_schedule() -> None:
    assert propose(made()) == ()


def test_without_a_currency_nothing_is_valued() -> None:
    (only,) = propose(made({}, currencies=()))
    assert (only.value, only.without_rate) == ([], [])


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "amount": st.integers(0, 10**12),
                "is_own": st.booleans(),
                "act": st.sampled_from(["moved on", "paid to others"]),
                "findings": st.lists(st.integers(0, 2), max_size=2, unique=True),
                "time": st.integers(1_300_000_000, 1_800_000_000),
                "value": st.one_of(st.none(), st.decimals(0, 10**9, places=2)),
            }
        ),
        max_size=12,
    )
)
def test_every_act_is_in_one_episode_and_no_sum_is_above_what_moved(acts: list[dict[str, Any]]) -> None:
    rows = [
        {
            **{key: value for key, value in act.items() if key != "value"},
            "values": [{"currency": "KRW", "value": None if act["value"] is None else str(act["value"])}],
        }
        for act in acts
    ]
    whole = made(*rows, patterns=("a", "b", "c"))
    found = propose(whole)
    assert sum(int(each.facts[0].split(" ")[0].replace(",", "")) for each in found) == len(acts)
    assert sum(each.satoshi or 0 for each in found) <= sum(act["amount"] for act in acts)
    for each in found:
        assert each.begins.first <= each.ends.last
        assert len(each.value) + len(each.without_rate) == 1
    singles = propose(whole, by="act")
    for single, act in zip(singles, acts, strict=True):
        assert single.satoshi == act["amount"]
        assert single.without_rate == (["KRW"] if act["value"] is None else [])


def test_a_person_accepts_an_episode_once(schedule: dict[str, Any]) -> None:
    (only,) = propose(schedule)
    taken = accept(only, "prosecution in 2022-1", "2026-11-25", "The accounts were identified.")
    assert taken.accepted is not None
    assert (taken.accepted.by, str(taken.accepted.when)) == ("prosecution in 2022-1", "2026-11-25")
    assert only.accepted is None
    with pytest.raises(UsageError, match="accepted on 2026-11-25 by prosecution in 2022-1"):
        accept(taken, "prosecution in 2022-1", "2026-11-26", "Again.")


def test_who_accepts_is_no_name_and_the_day_is_a_day(schedule: dict[str, Any]) -> None:
    (only,) = propose(schedule)
    with pytest.raises(UsageError, match="by: expected a text that names nobody") as error:
        accept(only, "Daniel Lee", "2026-11-25", "Because.")
    assert "Daniel" not in str(error.value)
    with pytest.raises(UsageError, match="when: expected a day"):
        accept(only, "prosecution in 2022-1", "soon", "Because.")
    matter, _ = load_matter("2020")
    with pytest.raises(UsageError, match="expected an episode proposed from a schedule"):
        accept(matter.episodes[0], "prosecution in 2022-1", "2026-11-25", "Because.")


def test_episodes_go_into_a_matter_and_come_back_the_same(schedule: dict[str, Any], tmp_path: Path) -> None:
    (only,) = propose(schedule)
    taken = accept(only, "prosecution in 2022-1", "2026-11-25", "The accounts were identified.")
    singles = propose(schedule, by="act")
    text = appended(text_of("cases", "2020"), [taken, *singles[1:]])
    path = tmp_path / "grown.yaml"
    path.write_text(text, encoding="utf-8")
    matter, _ = load_matter(str(path))
    assert list(matter.episodes[2:]) == [taken, *singles[1:]]
    assert matter.sources["schedule"].digest == taken.schedule
    shipped, _ = load_matter("2020")
    assert matter.charges == shipped.charges
    assert "# The case that this project answers" in text
    with pytest.raises(UsageError, match=r"it was added before"):
        appended(text, [taken])


@pytest.mark.parametrize("own", ["", "episodes: []\n", "episodes:\n"])
def test_episodes_go_into_a_matter_without_any(schedule: dict[str, Any], own: str) -> None:
    import yaml

    found = propose(schedule, source="paper")
    text = appended(
        f"name: x\nsources:\n  paper: {{kind: notes, title: Notes}}\n{own}persons:\n  - x\n", found
    )
    assert [each["name"] for each in yaml.safe_load(text)["episodes"]] == [found[0].name]
    assert yaml.safe_load(text)["persons"] == ["x"]


def test_a_list_on_one_line_is_refused(schedule: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected sources on lines of their own"):
        appended("name: x\nsources: {}\n", propose(schedule))


def test_the_yaml_is_plain_and_has_no_empty_keys(schedule: dict[str, Any]) -> None:
    text = as_yaml(propose(schedule))
    assert text.startswith("episodes:\n  - name: proposed-")
    assert "begins: 2011-02-02\n" in text
    assert "- 6.00 USD\n" in text
    assert "null" not in text
    assert "[]" not in text
