"""World files: those that come with clew, what a file may say, and what is said of one that is wrong."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from clew.errors import UsageError
from clew.simulate.worlds.checks import problems
from clew.simulate.worlds.figures import Figure, Shares
from clew.simulate.worlds.load import DEFAULT, available, load, resolve
from clew.simulate.worlds.model import World, entries
from clew.simulate.worlds.schema import schema
from clew.simulate.worlds.write import text

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = available()

BASED = 'name: mine\nera: "2015"\nbased_on: "2015"\nabout: Mine.\n'
"""Four lines, so that what a test adds begins on line 5."""


@pytest.fixture(scope="session")
def worlds() -> dict[str, World]:
    return {name: load(name) for name in SHIPPED}


def written(folder: Path, source: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return path


def refused(folder: Path, source: str) -> str:
    """What is said of a file, without the folder that it is in."""
    with pytest.raises(UsageError) as caught:
        load(written(folder, source))
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(f"{folder}/", "")


# Those that come with clew.


def test_the_eras_and_worlds_against_conclusions_are_there() -> None:
    assert DEFAULT in SHIPPED
    assert {"2012", "2015", "2021", "2025"} < set(SHIPPED)
    assert len(SHIPPED) >= 7
    assert list(SHIPPED) == sorted(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_world_is_whole(worlds: dict[str, World], name: str) -> None:
    world = worlds[name]
    assert world.name == name
    assert list(problems(world)) == []
    assert world.about.endswith(".")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_figure_cites_a_source_that_says_where(worlds: dict[str, World], name: str) -> None:
    """Read sources give a place, others say that they are from memory; a guess claims no place."""
    world = worlds[name]
    cited = {str(getattr(entry, "source", "")) for _, entry in entries(world)}
    assert cited == set(world.sources)
    for source in world.sources.values():
        if source.kind != "guess":
            assert source.where or "memory" in source.note, source.title
        else:
            assert source.title.startswith("Guess") or "not a claim" in source.title, source.title


@pytest.mark.parametrize("name", SHIPPED)
def test_ranges_hold_their_values_and_guesses_of_numbers_mostly_have_one(
    worlds: dict[str, World], name: str
) -> None:
    guessed = ranged = 0
    for where, entry in entries(worlds[name]):
        if isinstance(entry, Figure):
            if entry.between is not None:
                assert entry.between[0] <= entry.value <= entry.between[1], where
                assert entry.between[0] < entry.between[1], where
            if worlds[name].sources[entry.source].kind == "guess" and entry.value:
                guessed += 1
                ranged += entry.between is not None
    assert ranged > 0.9 * guessed


@pytest.mark.parametrize("name", SHIPPED)
def test_custodians_are_made_up_and_of_several_countries(worlds: dict[str, World], name: str) -> None:
    custodians = worlds[name].custodians
    assert 6 <= len(custodians) <= 10
    assert {"KR", "US", "GB", "DE", "JP"} <= {each.country for each in custodians}
    assert "Asia/Seoul" in {each.zone for each in custodians}
    assert all(each.name.rpartition("-")[0] in {"exchange", "wallet", "swap"} for each in custodians)
    untagged = {each.kind for each in custodians if not each.tagged}
    assert {"web-wallet", "swap"} <= untagged
    holders = {each.holder for each in worlds[name].operator.accounts}
    assert "own" in holders
    assert len(holders) >= 3


def test_the_case_is_the_case(worlds: dict[str, World]) -> None:
    world = worlds["2015"]
    assert (world.time.start, world.time.end) == (date(2015, 6, 1), date(2018, 3, 31))
    assert (int(world.service.payments), int(world.service.payers)) == (7300, 4073)
    assert float(world.service.accounts) >= 1_000_000
    assert {world.sources[each.source].kind for each in (world.service.payments, world.service.payers)} == {
        "case"
    }
    prices = world.service.prices.shares
    mean = sum(float(price) * share for price, share in prices.items()) / sum(prices.values())
    assert mean == pytest.approx(370_000 / 7_300, rel=0.1)


def test_scripts_come_when_they_came(worlds: dict[str, World]) -> None:
    for name, absent in (("2012", {"p2wpkh", "p2tr"}), ("2015", {"p2wpkh", "p2tr"}), ("2021", {"p2tr"})):
        for wallet in worlds[name].wallets:
            assert not absent & set(wallet.scripts.shares), (name, wallet.name)
    assert any("p2tr" in wallet.scripts.shares for wallet in worlds["2025"].wallets)


def test_prices_are_those_of_the_public_series(worlds: dict[str, World]) -> None:
    """Three digits of blockchain.info's daily price, on every day that a path names."""
    path = PROJECT.parent / "shared" / "data" / "prices" / "btc-usd-daily.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    rows = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    known = {date.fromisoformat(day): float(price) for day, price in rows}
    for name in ("2012", "2015", "2021"):
        for day, price in worlds[name].money.price.points.items():
            near = [known[each] for each in (day,) if each in known]
            assert near, day
            assert price == pytest.approx(near[0], rel=0.006), day


# What a file may say.


def test_a_file_that_differs(tmp_path: Path, worlds: dict[str, World]) -> None:
    source = BASED + (
        "sources:\n  wish: {kind: guess, title: Wish}\n"
        "wallets:\n  - name: web\n    receive_reuse: {is: 0, from: wish}\n"
        "time:\n  zones:\n    - {name: pole, zone: Arctic/Longyearbyen, share: {is: 0.1, from: wish}}\n"
    )
    mine, base = load(written(tmp_path, source)), worlds["2015"]
    changed = {each.name: each for each in mine.wallets}
    assert changed.keys() == {each.name for each in base.wallets}
    assert (changed["web"].receive_reuse.value, changed["web"].receive_reuse.between) == (0, None)
    assert changed["web"].share == next(each for each in base.wallets if each.name == "web").share
    assert [each.name for each in mine.time.zones] == [*(each.name for each in base.time.zones), "pole"]
    assert mine.custodians == base.custodians


def test_a_file_may_have_the_name_of_a_shipped_one(tmp_path: Path) -> None:
    assert load(written(tmp_path, BASED, "2015.yaml")).name == "mine"


def test_files_that_lead_back_to_one_another_are_refused(tmp_path: Path) -> None:
    written(tmp_path, f"name: a\nbased_on: ../{tmp_path.name}/b.yaml\n", "a.yaml")
    written(tmp_path, f"name: b\nbased_on: ../{tmp_path.name}/a.yaml\n", "b.yaml")
    with pytest.raises(
        UsageError, match=r"b.yaml:2: based_on: expected another world, found the way back to"
    ):
        load(tmp_path / "a.yaml")


def test_an_empty_list_empties(tmp_path: Path) -> None:
    routes = "payers: {routes: {shares: {exchange: 1}, from: guess}}\n"
    assert load(written(tmp_path, BASED + "coinjoins: []\n" + routes)).coinjoins == []


def test_a_file_may_be_based_on_a_file_beside_it(tmp_path: Path) -> None:
    written(tmp_path, BASED + "people: {count: {is: 77, from: guess}}\n", "first.yaml")
    second = "name: second\nbased_on: first.yaml\nabout: Second.\n"
    world = load(written(tmp_path, second, "second.yaml"))
    assert (world.name, world.era, int(world.people.count)) == ("second", "2015", 77)


def test_sources_that_nothing_cites_any_more_are_left_out(worlds: dict[str, World]) -> None:
    assert "joinmarket" in worlds["2015"].sources
    assert "joinmarket" not in worlds["2012"].sources


@pytest.mark.parametrize("name", SHIPPED)
def test_written_worlds_load_to_the_same(tmp_path: Path, worlds: dict[str, World], name: str) -> None:
    again = load(written(tmp_path, text(worlds[name], head="A world.\nWritten again.")))
    assert again == worlds[name]


def test_a_country_code_is_no_falsehood(tmp_path: Path) -> None:
    countries = "payers: {countries: {shares: {NO: 1, 'ON': 2}, from: guess}}\n"
    assert load(written(tmp_path, BASED + countries)).payers.countries.shares == {"NO": 1, "ON": 2}


# What is wrong.

MANY = ", ".join(f"{percent}: 1" for percent in (*range(16), 100))

WRONG = [
    ("peple: {}", "mine.yaml:5: peple: expected a known key, found 'peple'; did you mean people?"),
    (
        "wallets:\n  - name: core\n    lock_tme: {is: 1, from: guess}",
        "mine.yaml:7: wallets.core.lock_tme: expected a known key, found 'lock_tme'; did you mean lock_time?",
    ),
    (
        "people:\n  acts: {is: 1000, from: guess}",
        "mine.yaml:6: people.acts.is: expected 0.001 to 100, found 1000; change it",
    ),
    (
        "people:\n  acts:\n    is: 1\n    between: [0, 2]\n    from: guess",
        "mine.yaml:8: people.acts.between: expected 0.001 to 100, found 0; change it",
    ),
    (
        "people: {acts: {is: 3, between: [0.1, 0.5], from: guess}}",
        "mine.yaml:5: people.acts.is: expected 0.1 to 0.5, its own range, found 3; change one of them",
    ),
    ("people: {acts: {is: 3}}", "mine.yaml:5: people.acts.from: expected this key, found none; add it"),
    (
        "people: {acts: 3}",
        "mine.yaml:5: people.acts: expected a mapping (is, between, from), found 3; compare "
        "with a shipped world",
    ),
    (
        "people: {acts: {is: often, from: guess}}",
        "mine.yaml:5: people.acts.is: expected a valid number, found 'often'; change it",
    ),
    (
        "people: {acts: {is: true, from: guess}}",
        "mine.yaml:5: people.acts.is: expected a valid number, found True; change it",
    ),
    (
        "people: {acts: {is: 3, from: gues}}",
        "mine.yaml:5: people.acts.from: expected one of the sources, found 'gues'; did you mean guess?",
    ),
    (
        "people:\n  doing:\n    shares: {buy: 1, swim: 2}\n    from: guess",
        "mine.yaml:7: people.doing.shares.swim: expected a known name, found 'swim'; "
        "known: buy, sell, shop, trade, bet, donate, move",
    ),
    (
        "people: {doing: {shares: {buy: 0}, from: guess}}",
        "mine.yaml:5: people.doing.shares: expected a share above 0, found none; raise one",
    ),
    (
        "payers: {routes: {shares: {exchange: 1}, between: {exchange: [2, 3]}, from: guess}}",
        "mine.yaml:5: payers.routes.between.exchange: expected 2 to 3 as share of exchange, found 1; "
        "change one of them",
    ),
    (
        "payers: {wait_hours: {quantiles: {0: 5, 50: 2, 100: 9}, from: guess}}",
        "mine.yaml:5: payers.wait_hours.quantiles: expected percentages and values that ascend from 0, "
        "found others; sort them",
    ),
    (
        "payers: {wait_hours: {quantiles: {10: 1, 100: 9}, from: guess}}",
        "mine.yaml:5: payers.wait_hours.quantiles: expected 0 as first percentage and 100 as last, "
        "found 10 and 100; add them",
    ),
    (
        f"payers: {{wait_hours: {{quantiles: {{{MANY}}}, from: guess}}}}",
        "mine.yaml:5: payers.wait_hours.quantiles: expected 2 to 16 points, found 17; leave some out",
    ),
    (
        "fees: {level: {points: {2016-01-01: 5, 2015-01-01: 6}, from: guess}}",
        "mine.yaml:5: fees.level.points: expected days that ascend and values above 0, "
        "found others; sort them",
    ),
    (
        "payers: {hops: {shares: {a few: 1}, from: guess}}",
        "mine.yaml:5: payers.hops.shares.a few: expected a number of addresses as name, found 'a few'; "
        "write 2, 3, …",
    ),
    (
        "payers: {countries: {shares: {Korea: 1}, from: guess}}",
        "mine.yaml:5: payers.countries.shares.Korea: expected a country as two capital letters, "
        "found 'Korea'; see ISO 3166",
    ),
    (
        "service: {prices: {shares: {cheap: 1}, from: guess}}",
        "mine.yaml:5: service.prices.shares.cheap: expected a price in dollars as name, found 'cheap'; "
        "write 20, 49.9, …",
    ),
    (
        "mining:\n  wallet: corr",
        "mine.yaml:6: mining.wallet: expected the name of a wallet model, found 'corr'; did you mean core?",
    ),
    (
        "custodians:\n  - name: exchange-a\n    wallet: none",
        "mine.yaml:7: custodians.exchange-a.wallet: expected the name of a wallet model, found 'none'; "
        "did you mean phone?",
    ),
    (
        "custodians:\n  - name: exchange-a\n    zone: Asia/Soul",
        "mine.yaml:7: custodians.exchange-a.zone: expected a time zone such as Asia/Seoul, "
        "found 'Asia/Soul'; see the IANA list",
    ),
    (
        "operator:\n  accounts:\n    - {custodian: exchange-q, holder: own, share: {is: 1, from: guess}}",
        "mine.yaml:7: operator.accounts.0.custodian: expected the name of a custodian, found 'exchange-q'; "
        "did you mean exchange-g?",
    ),
    (
        "operator:\n  accounts:\n    - {custodian: exchange-g, holder: own, share: {is: 1, from: guess}}",
        "mine.yaml:7: operator.accounts.0.custodian: expected a custodian that identifies its customers, "
        "found exchange-g; an account there has no name to it",
    ),
    (
        "operator:\n  accounts:\n    - {custodian: exchange-a, holder: own, share: {is: 0, from: guess}}",
        "mine.yaml:6: operator.accounts: expected some account with a share above 0, found none; raise one",
    ),
    (
        "coinjoins:\n  - protocol: joinmarket\n    fewest: {is: 30, from: guess}",
        "mine.yaml:7: coinjoins.joinmarket.fewest: expected no more than most, which is 8, found 30; "
        "change one of them",
    ),
    (
        "coinjoins: []",
        "mine.yaml: with worlds/2015.yaml:LINE: payers.routes.shares.coinjoin: expected no way "
        "through coinjoins, since this world has none, found one; add coinjoins, or set it to 0",
    ),
    (
        "service: {opens: {is: 1, from: guess}}",
        "mine.yaml: with worlds/2015.yaml:LINE: service.closes: expected more than opens, which "
        "is 1, found 0.97; change one of them",
    ),
    (
        "service: {payments: {is: 5, from: guess}}",
        "mine.yaml:5: service.payments: expected a payment for each of the 4073 payers, found 5; "
        "change one of them",
    ),
    (
        "service: {script: {is: p2tr, from: guess}}",
        "mine.yaml:5: service.script.is: expected a kind of script that there was by 2018-03-31, "
        "found p2tr, which came on 2021-11-14; leave it out",
    ),
    (
        "service: {script: {is: p2what, from: guess}}",
        "mine.yaml:5: service.script.is: expected 'p2pk', 'p2pkh', 'p2pkh-uncompressed', 'p2sh-multisig', "
        "'p2sh-p2wpkh', 'p2wpkh', 'p2wsh-multisig' or 'p2tr', found 'p2what'; take one of them",
    ),
    (
        "time: {start: 2019-01-01}",
        "mine.yaml: with worlds/2015.yaml:LINE: time.end: expected a day after the start, 2019-01-01, "
        "found 2018-03-31; change one of them",
    ),
    (
        "time: {hours: {shares: {24: 1}, from: guess}}",
        "mine.yaml:5: time.hours.shares.24: expected a known name, found '24'; did you mean 4?",
    ),
    (
        "tags: {coverage: [{is: 0.5, from: guess}, {is: 2, from: guess}]}",
        "mine.yaml:5: tags.coverage.1.is: expected 0 to 1, found 2; change it",
    ),
    (
        "a: 1\na: 2",
        "mine.yaml:6: expected each key once, found 'a' again (first on line 5); remove one of the two",
    ),
    (
        "a: &b 1",
        "mine.yaml:5: expected plain values, found an anchor or alias; write it out",
    ),
    ("a: !!set {}", "mine.yaml:5: expected plain values, found the tag tag:yaml.org,2002:set; remove it"),
    ("---\nname: b", "mine.yaml:5: expected one document, found another that begins here; remove it"),
    ("? [a]\n: 1", "mine.yaml:5: expected a plain word as key, found something else"),
    (f"a: {'[' * 20}{']' * 20}", "mine.yaml:5: expected at most 12 levels, found more; compare"),
    ("a: [", "mine.yaml:6: not readable as YAML: "),
    ("a: b: c", "mine.yaml:5: not readable as YAML: "),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), WRONG, ids=[source[:40] for source, _ in WRONG])
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, source: str, expected: str) -> None:
    said = refused(tmp_path, f"{BASED}{source}\n")
    before, line, after = expected.partition("LINE")
    assert said.startswith(before)
    if line:
        number = said.removeprefix(before).partition(":")[0]
        assert number.isdigit()
        assert said == f"{before}{number}{after}"
    else:
        assert said.startswith(expected)


def test_a_line_of_another_file_is_the_line_there(tmp_path: Path) -> None:
    said = refused(tmp_path, BASED + "service: {opens: {is: 1, from: guess}}\n")
    number = int(said.split("2015.yaml:")[1].split(":")[0])
    lines = Path(str(PROJECT / "src/clew/simulate/worlds/2015.yaml")).read_text(encoding="utf-8").splitlines()
    assert lines[number - 1].strip().startswith("closes:")


def test_missing_keys_say_what_they_mean_and_how_many_there_are(tmp_path: Path) -> None:
    said = refused(tmp_path, BASED + "wallets:\n  - name: novel\n    after: a novelty\n")
    assert said == (
        "mine.yaml:6: wallets.novel.change_as_paid: expected this key (Share of changes that take the script "
        "type of the payment instead of the wallet's own), found none; add it (18 more)"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "mine.yaml:1: expected a world (name, era, about, sources, …), found no mapping; "),
        ("- 1", "mine.yaml:1: expected a world (name, era, about, sources, …), found no mapping; "),
        ("name: 2015\nera: a\n", "mine.yaml:1: about: expected this key, found none; add it ("),
        ("based_on: 2015\n", "mine.yaml:1: based_on: expected a name in quotes, found 2015"),
        ('based_on: "2014"\n', "mine.yaml:1: based_on: expected a world (2012, 2015, "),
        ("based_on: mine.yaml\n", "mine.yaml:1: based_on: expected another world, found the way back to"),
        ("based_on: gone.yaml\n", "mine.yaml:1: based_on: gone.yaml: expected a world file, "),
    ],
)  # fmt: skip
def test_what_is_no_world(tmp_path: Path, source: str, expected: str) -> None:
    assert refused(tmp_path, source).startswith(expected)


def test_a_number_as_name_wants_quotes(tmp_path: Path) -> None:
    said = refused(tmp_path, BASED.replace("name: mine", "name: 2016"))
    assert said == 'mine.yaml:1: name: expected text, found the number 2016; put it in quotes: "2016"'


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(
        UsageError, match=r"expected a world \(2012, 2015, .*\) or a file that ends in .yaml, found '2013'"
    ):
        load("2013")
    with pytest.raises(
        UsageError, match=r"nowhere/at-all.yaml: expected a world file, but it cannot be read"
    ):
        load("nowhere/at-all.yaml")


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(UsageError, match="expected text in UTF-8"):
        load(path)
    path.write_bytes(b"name: a\x00b\n")
    with pytest.raises(UsageError, match="not readable as YAML"):
        load(path)
    path.write_text("x" * 4_000_001, encoding="utf-8")
    with pytest.raises(UsageError, match=r"expected a file of up to 4,000,000 characters"):
        load(path)


@pytest.mark.parametrize("package", ["yaml", "pydantic"])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"package {package}.*pip install 'clew\[simulate\]'"):
        load("2015")


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    fast = resolve("2021-merging").plain()
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert resolve("2021-merging").plain() == fast


# The pages.


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_worlds", PROJECT / "tools" / "make_worlds.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_up_to_date(tool: ModuleType) -> None:
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), "run: make docs"
    assert tool.SCHEMA.read_text(encoding="utf-8") == tool.schema_text(), "run: make docs"


def test_the_example_is_a_world(tool: ModuleType) -> None:
    assert load(tool.EXAMPLE).name == "small"


def test_the_file_that_differs_in_the_page_is_a_world(tool: ModuleType, tmp_path: Path) -> None:
    block = next(part for part in tool.FORMS.split("```") if part.startswith("\nname: "))
    world = load(written(tmp_path, block))
    assert (world.name, world.coinjoins) == ("careful", [])


def test_the_schema_knows_every_field_and_bound() -> None:
    """The schema itself is held against shipped files by hand; here, that it says what the model says."""
    made = schema()
    kinds = made["$defs"]
    assert made["if"] == {"required": ["based_on"]}
    acts = kinds["People"]["properties"]["acts"]
    assert acts["properties"]["is"] == {"minimum": 0.001, "maximum": 100}
    assert kinds["People"]["additionalProperties"] is False
    assert set(kinds["World"]["required"]) == set(World.model_fields)
    assert kinds["PartOfWorld"]["required"] == ["name", "based_on"]
    assert kinds["PartOfPeople"]["required"] == []
    assert kinds["PartOfWalletModel"]["required"] == ["name"]
    assert kinds["PartOfPeople"]["properties"]["amounts"]["$ref"] == "#/$defs/PartOfAmounts"
    assert kinds["PartOfWorld"]["properties"]["wallets"]["items"]["$ref"] == "#/$defs/PartOfWalletModel"
    assert json.loads(json.dumps(made)) == made


def test_shares_are_not_all_equal(worlds: dict[str, World]) -> None:
    """Ranges of shares exist where the ways of paying decide what can be found."""
    for name, world in worlds.items():
        assert isinstance(world.payers.routes, Shares)
        assert world.payers.routes.between, name
