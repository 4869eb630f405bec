"""Naming what to ask about: addresses, outputs, files, lines."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from clew.analysis.inquiry import Inquiry
from clew.errors import AddressError, NotFoundError, UsageError
from naive.chain import address_of

SHOP, CAFE, MINER = address_of("shop1"), address_of("cafe"), address_of("miner")


def output(shop: Inquiry, name: str) -> tuple[str, int]:
    first = shop.address(address_of(name)).result["outputs"][0]
    return first["txid"], first["vout"]


def test_sources_are_folded_in_the_order_first_named(shop: Inquiry) -> None:
    txid, vout = output(shop, "shop1")
    assert shop.addresses([CAFE, SHOP, f" {CAFE} ", f"{txid}:{vout}"]) == (CAFE, SHOP)
    assert shop.payments([CAFE, SHOP, CAFE]).parameters["addresses"] == [CAFE, SHOP]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"name,Address,note\nx,{CAFE},hello\ny,{SHOP}\n", (CAFE, SHOP)),
        (f"{SHOP},first column\n{CAFE}\n", (SHOP, CAFE)),
        (f"# a comment\n\n{SHOP}\n\n#{CAFE}\n", (SHOP,)),
        (f'\ufeffaddress\r\n"{MINER}"\r\n', (MINER,)),
    ],
)
def test_a_file_of_addresses(shop: Inquiry, tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode())
    assert shop.addresses(f"@{path}") == expected


def test_a_file_of_outputs(shop: Inquiry, tmp_path: Path) -> None:
    rows = [output(shop, name) for name in ("cafe", "shop1")]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["vout,txid", *(f"{vout},{txid}" for txid, vout in rows)]))
    assert shop.addresses(f"@{path}") == (CAFE, SHOP)


def test_lines_of_a_stream(shop: Inquiry) -> None:
    txid, vout = output(shop, "cafe")
    lines = StringIO(f"{SHOP}\n\n# note\n{txid}:{vout}\n")
    assert shop.addresses(["-", MINER], lines=lines) == (SHOP, CAFE, MINER)


def test_every_bad_line_is_named_with_its_file(shop: Inquiry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"address\n{SHOP}\nnonsense\n{CAFE}\n{SHOP[:-1]}x\n")
    with pytest.raises(AddressError) as raised:
        shop.addresses(f"@{path}")
    message = str(raised.value)
    assert f"{path}, line 3: " in message
    assert f"{path}, line 5: " in message
    assert message.count("line ") == 2
    assert "\n" not in message


def test_bad_lines_of_different_kinds_are_told_together(shop: Inquiry) -> None:
    unseen = address_of("nobody at all")
    with pytest.raises(UsageError, match=r"standard input, line 1: .*never seen.*; standard input, line 3: "):
        shop.addresses("-", lines=StringIO(f"{unseen}\n{SHOP}\nwrong\n"))
    with pytest.raises(NotFoundError, match="line 1"):
        shop.addresses("-", lines=StringIO(f"{unseen}\n{SHOP}\n"))


def test_a_row_without_an_address_is_a_bad_line(shop: Inquiry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"note,address\nx,{SHOP}\ny\n")
    with pytest.raises(AddressError, match="line 3"):
        shop.addresses(f"@{path}")


def test_a_list_of_nothing_is_refused(shop: Inquiry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("address\n")
    with pytest.raises(UsageError, match="found none"):
        shop.addresses(f"@{path}")


def test_a_file_that_is_no_text_is_refused(shop: Inquiry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"list\.csv.*UTF-8"):
        shop.addresses(f"@{path}")


def test_an_output_that_pays_nobody_has_no_address(shop: Inquiry) -> None:
    burnt = shop.outflows(SHOP).result["outflows"][2]
    with pytest.raises(NotFoundError, match="OP_RETURN"):
        shop.addresses(f"{burnt['txid']}:{burnt['vout']}")


def test_one_address_is_expected_where_one_is_shown(shop: Inquiry) -> None:
    with pytest.raises(UsageError, match="found 2"):
        shop.address([SHOP, CAFE])
    with pytest.raises(UsageError, match="found 2 entities"):
        shop.entity([SHOP, CAFE])
    assert shop.entity([SHOP, address_of("shop2")]).result["address"] == SHOP
