"""TagPacks and ActorPacks: what is inherited, what is refused, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.bitcoin.networks import NETWORKS
from clew.interop.packs import find, read
from clew.interop.subjects import Subjects
from clew.interop.tagcsv import Form
from clew.reference.confidence import CONFIDENCE
from clew.reference.tags import (
    BAD_FILE,
    BAD_HEADER,
    BAD_ROW,
    DUPLICATE,
    MISTYPED,
    NOTICE,
    OTHER_CHAIN,
    Actor,
    Pack,
)
from naive.chain import address_of, key_hash
from naive.tags import HEAD, pack

ADDRESS = f"address: {address_of('a')}"
FIRST = len(HEAD) + 2
"""Line of the first tag."""


def one(path: Path, words: tuple[str, ...] = ()) -> Pack:
    (found,) = read([path], Subjects(NETWORKS["regtest"]), Form(), words)
    return found


def said(found: Pack) -> list[tuple[int, str]]:
    return [(each.line, each.kind) for each in found.findings]


def test_tags_inherit_what_the_header_says(tmp_path: Path) -> None:
    head = (
        *HEAD, "confidence: service_data", "category: exchange", "actor: shop", "is_cluster_definer: true",
        "lastmod: 2022-11-16", "abuse: scam", "concepts: [hot_wallet, mixing]", "tag_type: actor",
        "context: '{\"a\": 1}'",
    )  # fmt: skip
    own = f"{ADDRESS}, label: Own, confidence: ownership, is_cluster_definer: no, context: {{b: [1, x]}}"
    found = one(pack(tmp_path / "p.yaml", f"address: {address_of('b')}", own, head=head))
    assert found.findings == ()
    first, second = found.tags
    assert (first.label, first.confidence, first.category, first.actor) == (
        "Somebody", "service_data", "exchange", "shop",
    )  # fmt: skip
    assert (first.abuse, first.concepts, first.tag_type) == ("scam", ("hot_wallet", "mixing"), "actor")
    assert (first.lastmod, first.is_cluster_definer, first.context) == ("2022-11-16", True, '{"a": 1}')
    assert (first.source, first.network, first.subject) == ("https://example.org", "BTC", address_of("b"))
    assert (first.payload, first.number, first.line) == (key_hash("b"), 1, FIRST + len(head) - len(HEAD))
    assert (second.label, second.confidence, second.actor) == ("Own", "ownership", "shop")
    assert (second.is_cluster_definer, second.context, second.number) == (False, '{"b": ["1", "x"]}', 2)
    assert (found.title, found.creator, found.file) == ("A pack", "tests", "p.yaml")


@pytest.mark.parametrize("confidence", CONFIDENCE)
def test_every_level_of_confidence_is_known(tmp_path: Path, confidence: str) -> None:
    found = one(pack(tmp_path / "p.yaml", f"{ADDRESS}, confidence: {confidence}"))
    assert [tag.confidence for tag in found.tags] == [confidence]
    assert found.tags[0].is_derived == (confidence == "heuristic")


@pytest.mark.parametrize(
    ("tag", "kind", "text"),
    [
        ("category: exchanges", BAD_ROW, "unknown concept 'exchanges' in category; is exchange meant?"),
        ("concepts: [hot_wallet, qqqq]", BAD_ROW, "unknown concept 'qqqq' in concepts"),
        ("abuse: zzz", BAD_ROW, "unknown concept 'zzz' in abuse"),
        ("confidence: sure", BAD_ROW, "unknown confidence 'sure'"),
        ("confidence: 50", BAD_ROW, "unknown confidence '50'"),
        ("label: ''", BAD_ROW, "expected a label"),
        ("source: ~", BAD_ROW, "expected a source"),
        ("lastmod: yesterday", BAD_ROW, "expected a day such as 2022-11-16"),
        ("is_cluster_definer: maybe", BAD_ROW, "expected true or false"),
        ("tag_type: rumour", BAD_ROW, "expected one of actor, event, mention"),
        ("label: [a, b]", BAD_ROW, "expected a text for label, found a list"),
        ("lable: x", BAD_ROW, "unknown field 'lable'; is label meant?"),
        ("label: x, label: y", BAD_ROW, "'label' is written twice"),
    ],
)  # fmt: skip
def test_a_bad_tag_is_told_with_its_line(tmp_path: Path, tag: str, kind: str, text: str) -> None:
    good = f"address: {address_of('good')}, label: x, source: y"
    head = HEAD[:-2] if text in ("expected a label", "expected a source") else HEAD
    fields = {"label": "label: x", "source": "source: y"} if head != HEAD else {}
    rest = [value for name, value in fields.items() if not tag.startswith(name)]
    found = one(pack(tmp_path / "p.yaml", good, ", ".join([ADDRESS, tag, *rest]), head=head))
    assert said(found) == [(len(head) + 3, kind)]
    assert text in found.findings[0].text
    assert str(found.findings[0]).startswith(f"{tmp_path / 'p.yaml'}:{len(head) + 3}: ")
    assert [each.subject for each in found.tags] == [address_of("good")]


def test_a_wrong_checksum_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    wrong = address_of("a")[:-1] + ("1" if address_of("a")[-1] != "1" else "2")
    text = "\n".join([*HEAD, "tags:", "- label: x", f"  address: {wrong}", f"- {ADDRESS}"])
    path.write_text(text, encoding="utf-8")
    found = one(path)
    assert said(found) == [(FIRST + 1, MISTYPED)]
    assert len(found.tags) == 1


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("label: x", BAD_ROW),
        ("address: ''", BAD_ROW),
        (f"address: {address_of('good')}", DUPLICATE),
        ("address: 12cbQLTFMXRnSzktFkuoG3eHoMeFtpTu3S", OTHER_CHAIN),
        (f"tx_hash: {'ab' * 32}", NOTICE),
    ],
)
def test_rows_that_are_no_tags(tmp_path: Path, tag: str, kind: str) -> None:
    found = one(pack(tmp_path / "p.yaml", f"address: {address_of('good')}", tag))
    assert said(found) == [(FIRST + 1, kind)]
    assert len(found.tags) == 1


def test_the_same_address_may_have_other_labels_and_sources(tmp_path: Path) -> None:
    found = one(pack(tmp_path / "p.yaml", ADDRESS, f"{ADDRESS}, label: Other", f"{ADDRESS}, source: other"))
    assert len(found.tags) == 3


def test_tags_of_other_networks_are_counted(tmp_path: Path) -> None:
    tags = (
        ADDRESS,
        "address: x, network: ETH",
        "address: y, network: ETH",
        "address: z, currency: LTC, network: ~",
    )
    head = (*(line for line in HEAD if not line.startswith("network")), "currency: BTC")
    found = one(pack(tmp_path / "p.yaml", *tags, head=head))
    assert (len(found.tags), found.other_networks, found.findings) == (1, {"ETH": 2, "LTC": 1}, ())
    # Tether on Ethereum: the network counts, not the currency.
    usdt = one(pack(tmp_path / "q.yaml", "address: x, network: ETH, currency: BTC"))
    assert usdt.other_networks == {"ETH": 1}


@pytest.mark.parametrize(
    ("head", "line", "text"),
    [
        ((*HEAD, "category: nonsense"), 6, "unknown concept 'nonsense'"),
        ((*HEAD, "colour: blue"), 6, "unknown field 'colour'"),
        ((*HEAD, "label: again"), 6, "'label' is written twice"),
        (HEAD[1:], 1, "expected a title"),
        ((HEAD[0], *HEAD[2:]), 1, "expected a creator"),
    ],
)
def test_a_bad_header_is_told_once(tmp_path: Path, head: tuple[str, ...], line: int, text: str) -> None:
    found = one(pack(tmp_path / "p.yaml", ADDRESS, f"address: {address_of('b')}", head=head))
    assert said(found) == [(line, BAD_HEADER)]
    assert text in found.findings[0].text
    assert len(found.tags) == 2


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("title: x\ntags: [\n", 3, "not readable as YAML"),
        ("title: x\n", 1, "expected a list called tags or actors"),
        ("- a\n- b\n", 1, "found no mapping"),
        ("", 1, "found no mapping"),
    ],
)
def test_a_file_that_is_no_pack(tmp_path: Path, text: str, line: int, reason: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    found = one(path)
    assert said(found) == [(line, BAD_FILE)]
    assert reason in found.findings[0].text


def test_what_stands_among_tags_and_is_none(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("\n".join([*HEAD, "tags:", "- just text", f"- {ADDRESS}"]), encoding="utf-8")
    assert said(one(path)) == [(len(HEAD) + 1, BAD_ROW)]
    path.write_text("\n".join([*HEAD, "tags: nothing"]), encoding="utf-8")
    assert said(one(path)) == [(len(HEAD) + 1, BAD_HEADER)]
    path.write_text("\n".join([*HEAD, "tags:"]), encoding="utf-8")
    assert one(path).findings == ()


def test_a_pack_can_tell_that_all_its_tags_come_from_clusters(tmp_path: Path) -> None:
    head = (*HEAD, "description: Found by multi-input clustering of known addresses")
    assert one(pack(tmp_path / "p.yaml", ADDRESS, head=head)).tags[0].is_derived
    assert not one(pack(tmp_path / "q.yaml", ADDRESS)).tags[0].is_derived
    note = 'context: \'{"note": "same cluster as the hot wallet"}\''
    assert one(pack(tmp_path / "r.yaml", f"{ADDRESS}, {note}")).tags[0].is_derived


def test_actors(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_text(
        "title: Actors\ncreator: tests\nlastmod: 2023-02-17\ncategories: [exchange]\nactors:\n"
        "- {id: '01', label: Zero One, jurisdictions: [NO, KR], uri: x.example, aliases: [zero, one],\n"
        "   categories: [defi_derivative], context: {refs: [a]}}\n"
        "- {id: two, label: Two}\n- {id: two, label: Again}\n"
        "- {id: four, label: Four, jurisdictions: [Norway]}\n"
        "- {label: None}\n",
        encoding="utf-8",
    )
    found = one(path)
    assert found.actors == (
        Actor(6, "01", "Zero One", "x.example", ("NO", "KR"), ("defi_derivative",), ("zero", "one"),
              "2023-02-17", '{"refs": ["a"]}'),
        Actor(8, "two", "Two", None, (), ("exchange",), (), "2023-02-17"),
    )  # fmt: skip
    assert said(found) == [(9, DUPLICATE), (10, BAD_ROW), (11, BAD_ROW)]


def test_a_vocabulary_brings_words_that_packs_may_use(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text(
        "scheme: {type: conceptScheme, title: Words}\nkiosk: {id: kiosk, prefLabel: Kiosk, broader: shop}\n",
        encoding="utf-8",
    )
    path = pack(tmp_path / "a.yaml", f"{ADDRESS}, category: kiosk")
    assert said(one(path)) == [(FIRST, BAD_ROW)]
    assert one(path, ("kiosk",)).findings == ()
    first, second = read(find([tmp_path]), Subjects(NETWORKS["regtest"]), Form())
    assert (first.findings, second.findings) == ((), ())
    assert [(each.id, each.label, each.broader, each.line) for each in second.concepts] == [
        ("kiosk", "Kiosk", "shop", 2)
    ]
