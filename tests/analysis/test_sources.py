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
        (f"\ufeffName;Address;BTC\r\nx;{CAFE};1,5\r\ny;{SHOP};2\r\n", (CAFE, SHOP)),
        (f"label\tAdresse\nx\t{CAFE}\ny, z\t{SHOP}\n", (CAFE, SHOP)),
        (f"label,wallet\n{'y' * 20},{SHOP}\n", (SHOP,)),
        (f'Main St;{SHOP}\n"Side; St";{CAFE}\n', (SHOP, CAFE)),
        (f"x,{SHOP}\n{CAFE},y\n", (SHOP, CAFE)),
        (f"bitcoin:{SHOP}?amount=1.5&label=a\nBITCOIN:{CAFE}\n", (SHOP, CAFE)),
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


def test_a_row_of_two_addresses_is_refused(shop: Inquiry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    near = SHOP[:-1] + ("x" if SHOP[-1] != "x" else "y")
    for other in (CAFE, near, "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3", f"{'0' * 64}:1", f"bitcoin:{CAFE}"):
        path.write_text(f"{MINER}\n{SHOP};note;{other}\n{SHOP},{other}\n")
        with pytest.raises(UsageError, match=r"list\.csv, line [23]: "):
            shop.addresses(f"@{path}")
        path.write_text(f"{SHOP},{other}\n{MINER}\n")
        with pytest.raises(UsageError, match=r"line 1: expected one address, found 2"):
            shop.addresses(f"@{path}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label,btc\nx,1\n", "line 1: no column named address, and no columns of addresses; .* label, btc;"),
        (f"a,b\n{SHOP},\n,{CAFE}\n", "and 2 columns of addresses; the columns are a, b"),
        (f"{SHOP[:9]}1\n{CAFE}\n", "line 1: no column named address"),
        (f"address,Address\n{SHOP},{CAFE}\n", "line 1: expected one column named address, found 2"),
        (f"{'ab' * 32}\n{SHOP}\n", "line 1: not an address: .*TXID:0"),
        (f"label,wallet\nx,{SHOP}\ny,odd\n", "line 3: not an address"),
    ],
)
def test_a_file_that_does_not_say_where_its_addresses_are(
    shop: Inquiry, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        shop.addresses(f"@{path}")


@pytest.mark.parametrize("text", [f"bitcoin:{SHOP}", f"BitCoin:{SHOP}?label=x:y", f" bitcoin:{SHOP} "])
def test_a_payment_request_names_its_address(shop: Inquiry, text: str) -> None:
    assert shop.addresses(text) == (SHOP,)


def test_an_empty_argument_is_said_to_be_one(shop: Inquiry) -> None:
    for text in ("", " ", "bitcoin:"):
        with pytest.raises(AddressError, match="found an empty text"):
            shop.addresses(text)


def test_the_first_bad_line_is_named_and_the_others_counted(shop: Inquiry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"address\n{SHOP}\nnonsense\n{CAFE}\n{SHOP[:-1]}x\n")
    with pytest.raises(AddressError) as raised:
        shop.addresses(f"@{path}")
    message = str(raised.value)
    assert message.startswith(f"{path}, line 3: not an address")
    assert message.endswith("; and 1 more")
    assert message.count("line ") == 1


def test_the_kind_of_the_error_is_that_of_the_first_bad_line(shop: Inquiry) -> None:
    unseen = address_of("nobody at all")
    with pytest.raises(NotFoundError, match=r"standard input, line 1: .*never seen.*; and 2 more$"):
        shop.addresses("-", lines=StringIO(f"{unseen}\n{SHOP}\nwrong\nwrong\n"))
    with pytest.raises(NotFoundError, match=r"line 1.*[^e]$"):
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
