"""The flow diagram: its bands are the trace's sums, whatever is folded."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from clew.errors import ReportError
from clew.report import bands as folding
from clew.report.bands import WORDS, bands_of, is_service
from clew.report.sankey import cut, described, sankey, wrapped
from clew.report.tracefile import digest_of, policies, read_trace
from clew.report.wording import btc
from report.traces import labels_of, made, turned

SVG = "{http://www.w3.org/2000/svg}"
CASES = [
    {"seed": 1},
    {"seed": 2, "steps": 1, "sources": 1},
    {"seed": 3, "steps": 0},
    {"seed": 4, "steps": 40, "sources": 12, "widest": 4},
    {"seed": 5, "steps": 300, "sources": 40, "widest": 5, "services": 20},
]


def paths(svg: str) -> list[dict[str, str]]:
    return [
        each.attrib for each in ElementTree.fromstring(svg).iter(f"{SVG}path") if "data-of" in each.attrib
    ]


def into_ends(svg: str) -> dict[str, int]:
    """What comes into the last column, by end."""
    found = paths(svg)
    last = max((int(each["data-column"]) for each in found), default=0)
    sums: Counter[str] = Counter()
    for each in found:
        if int(each["data-column"]) == last and each["data-to"].startswith("lane "):
            sums[each["data-to"].removeprefix("lane ")] += int(each["data-satoshi"])
    return dict(sums)


def stated(content: dict[str, Any]) -> dict[str, int]:
    """What the trace says of its ends, services together, in the words of the picture."""
    return {
        WORDS.get(each["end"], each["end"]): each["taint"]
        for each in content["traces"][0]["ends"]
        if each["taint"]
    }


def together(ends: dict[str, int]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for end, value in ends.items():
        sums["service" if is_service(end) else end] += value
    return dict(sums)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("most", [3, 24])
def test_the_bands_have_the_sums_of_the_trace(
    case: dict[str, int], named: bool, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MOST_STEPS", most)
    content = made(**case)
    labels = labels_of(content, 20) if named else {}
    svg = sankey(content, labels=labels)
    assert together(into_ends(svg)) == stated(content)
    bands = bands_of(content, labels=labels)
    assert bands.ends() == into_ends(svg)
    assert bands.total == sum(each["value"] for each in content["sources"]) == sum(bands.ends().values())
    assert len(bands.steps) == min(most, len(content["traces"][0]["steps"]))
    assert len(bands.steps) + bands.folded == len(content["traces"][0]["steps"])


@pytest.mark.parametrize("case", CASES)
def test_what_comes_into_a_place_leaves_it(case: dict[str, int]) -> None:
    into: Counter[tuple[int, str]] = Counter()
    out: Counter[tuple[int, str]] = Counter()
    svg = sankey(made(**case))
    for each in paths(svg):
        column, value = int(each["data-column"]), int(each["data-satoshi"])
        assert value > 0
        out[column, each["data-of"]] += value
        into[column + 1, each["data-to"]] += value
    last = max((column for column, _ in into), default=0)
    for place in into.keys() | out.keys():
        if 0 < place[0] < last:
            assert into[place] == out[place], place


def test_each_drawn_transaction_has_its_amount() -> None:
    content = made(4, steps=40, sources=12)
    into: Counter[str] = Counter()
    for each in paths(sankey(content)):
        into[each["data-to"]] += int(each["data-satoshi"])
    for step in content["traces"][0]["steps"]:
        if f"step {step['txid']}" in into:
            assert into[f"step {step['txid']}"] == sum(coin["taint"] for coin in step["in"])


@pytest.mark.parametrize("case", CASES)
def test_bands_lie_below_each_other_and_inside(case: dict[str, int]) -> None:
    svg = sankey(made(**case), alone=False)
    root = ElementTree.fromstring(svg)
    height = float(root.attrib["viewBox"].split()[3])
    for each in root.iter(f"{SVG}text"):
        assert 0 < float(each.attrib["y"]) <= height
        assert 0 <= float(each.attrib["x"]) <= 696
    bars: dict[float, list[tuple[float, float]]] = {}
    for each in root.iter(f"{SVG}rect"):
        top = float(each.attrib["y"])
        bars.setdefault(float(each.attrib["x"]), []).append((top, top + float(each.attrib["height"])))
    for column in bars.values():
        ordered = sorted(column)
        assert ordered[0][0] >= 0
        assert all(a[1] <= b[0] + 0.02 for a, b in pairwise(ordered))


def test_labels_do_not_cover_each_other() -> None:
    for case in CASES:
        root = ElementTree.fromstring(sankey(made(**case), labels=labels_of(made(**case), 20), alone=False))
        rows: dict[tuple[str, str], list[float]] = {}
        for each in root.iter(f"{SVG}text"):
            if each.attrib["text-anchor"] != "middle":
                rows.setdefault((each.attrib["x"], each.attrib["text-anchor"]), []).append(
                    float(each.attrib["y"])
                )
        for ys in rows.values():
            ordered = sorted(ys)
            assert all(b - a >= 9 for a, b in pairwise(ordered)), case


def test_backward_time_runs_to_the_right_too() -> None:
    content = turned(made(6, steps=14))
    svg = sankey(content)
    assert together(into_ends(svg)) == stated(content)
    dates = [
        (float(each.attrib["x"]), each.text or "")
        for each in ElementTree.fromstring(svg).iter(f"{SVG}text")
        if each.attrib["text-anchor"] == "middle" and (each.text or "").count("-") == 2
    ]
    assert [text for _, text in sorted(dates)] == sorted(text for _, text in dates)
    assert len(dates) > 1


def test_the_same_trace_gives_the_same_bytes() -> None:
    assert sankey(made(5, steps=200, sources=20)) == sankey(made(5, steps=200, sources=20))


def test_a_text_tells_what_the_picture_shows() -> None:
    content = made(5, steps=200, sources=20)
    svg = sankey(content)
    root = ElementTree.fromstring(svg)
    told = root.findtext(f"{SVG}desc") or ""
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == told == described(bands_of(content))
    for end, value in bands_of(content).ends().items():
        assert f"{end} {btc(value)}" in told
    assert "all sums are kept" in told


def test_a_file_says_who_asked_and_at_which_snapshot() -> None:
    content = made(1)
    alone, inside = sankey(content), sankey(content, alone=False)
    for text in ("A. Analyst", "case 17", content["made"], content["snapshot"], content["digest"]):
        assert text in alone
        assert text not in inside


def test_names_from_outside_are_text() -> None:
    content = made(1)
    coin = next(iter(labels_of(content)))
    svg = sankey(content, labels={coin: '<script>"&'})
    assert "<script>" not in svg
    assert any(
        (each.text or "").startswith("<script>") for each in ElementTree.fromstring(svg).iter(f"{SVG}text")
    )


def test_one_service_is_named_by_the_file_alone() -> None:
    ends = bands_of(made(1, services=1)).ends()
    assert "service: Exchange 0" in ends
    assert "attributed services" in bands_of(made(1, services=2)).ends()


def test_poison_cannot_be_drawn() -> None:
    content = made(1)
    content["traces"].insert(0, {**content["traces"][0], "policy": "poison"})
    assert policies(content) == ["haircut"]
    assert bands_of(content).policy == "haircut"
    with pytest.raises(ReportError, match="poison is a set and has no amounts"):
        bands_of(content, "poison")
    with pytest.raises(ReportError, match="the trace has poison, haircut"):
        bands_of(content, "fifo")


def test_words_fit() -> None:
    assert cut("a name", 100, 11) == "a name"
    assert len(cut("n" * 100, 100, 11)) * 11 * 0.5 <= 100
    assert wrapped("one two three", 7) == ["one two", "three"]


# The file


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_that_is_none(tmp_path: Path) -> None:
    import json

    for text, words in (
        ("{", "expected a trace file, which is JSON"),
        ("[]", "expected a file of format 'clew trace 1', found None"),
        ('{"format": "clew trace 2"}', "found 'clew trace 2'"),
        ('{"format": "clew trace 1"}', "the trace has no 'network'"),
    ):
        with pytest.raises(ReportError, match=words):
            read_trace(write(tmp_path / "a.json", text))
    with pytest.raises(ReportError, match="cannot be read"):
        read_trace(tmp_path / "none.json")
    content = made(1)
    assert read_trace(write(tmp_path / "b.json", json.dumps(content))) == content
    content["sources"][0]["value"] += 1
    with pytest.raises(ReportError, match="was altered after it was made"):
        read_trace(write(tmp_path / "c.json", json.dumps(content)))
    assert digest_of(content) != content["digest"]
