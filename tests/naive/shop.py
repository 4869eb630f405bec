"""A small shop's chain on regtest. Every number that tests expect of it is worked out here.

The shop is shop1 and shop2, joined when it signs with both. In BTC, by block:

====  ====================  ==========================================================
 at   block time (UTC)      what happens to the shop
====  ====================  ==========================================================
 1-5  2020-01-10            nothing: miner, alice1, alice2, carol and dave get 50 each
 6    2020-01-31 23:59:59   miner pays shop1 10 (39.9 back to miner2, fee 0.1)
 7    2020-02-01 00:00:00   alice1 and alice2 pay shop2 20 in two outputs (12 and 8)
 8    2020-02-20            shop1 10 and shop2 12 sign: exchange 15, shop1 4 (inside),
                            cafe 2.9, OP_RETURN 0, fee 0.1
 9    2020-04-15            coinjoin of shop1 4, carol 50, dave 50: mixed, shop gets 3
                            of the three equal outputs: net -1
 10   2020-04-16            shop1 3 and a non-standard 6 pay shop2 8 and cafe 0.9: net +5
 11   2020-04-17            shop2 mines 50
 12   2020-04-18            shop2's 8 (of block 7) moves to shop1 in full but a fee of 0.5
====  ====================  ==========================================================

Received from outside: 10 + 20 + 5 + 50 = 85. Sent outside: 15 + 2.9 + 0 + 1 = 18.9. Fees of its
own: 0.1 + 0.5 = 0.6. Held: 85 - 18.9 - 0.6 = 65.5, namely 8 + 50 at shop2 and 7.5 at shop1.
"""

from __future__ import annotations

from datetime import UTC, datetime

from clew.bitcoin.script import nulldata_script
from naive.chain import Chain, pay, script_of

BTC = 100_000_000
NONSTANDARD_SCRIPT = bytes([0x51])
"""OP_TRUE: anybody may spend it."""


def seconds(*moment: int) -> int:
    """Unix seconds of a moment in UTC."""
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


def shop_chain() -> Chain:
    """The chain that this module's docstring tells."""
    chain = Chain()
    coins = {}
    for minute, name in enumerate(("miner", "alice1", "alice2", "carol", "dave")):
        block = chain.mine([(name, 50 * BTC)], time=seconds(2020, 1, 10, 0, minute))
        coins[name] = (block.transactions[0].txid, 0)

    first = pay([coins["miner"]], [("shop1", 10 * BTC), ("miner2", 399 * BTC // 10)])
    chain.mine([("pool", 50 * BTC)], [first], time=seconds(2020, 1, 31, 23, 59, 59))

    second = pay(
        [coins["alice1"], coins["alice2"]],
        [("shop2", 12 * BTC), ("alice3", 795 * BTC // 10), ("shop2", 8 * BTC)],
    )
    chain.mine([("pool", 50 * BTC)], [second], time=seconds(2020, 2, 1))

    sweep = pay(
        [(first.txid, 0), (second.txid, 0)],
        [
            ("exchange", 15 * BTC),
            ("shop1", 4 * BTC),
            ("cafe", 29 * BTC // 10),
            (nulldata_script(b"thanks"), 0),
        ],
    )
    chain.mine([("pool", 50 * BTC), (NONSTANDARD_SCRIPT, 6 * BTC)], [sweep], time=seconds(2020, 2, 20))
    odd = (chain.blocks[-1].transactions[0].txid, 1)

    joined = pay(
        [(sweep.txid, 1), coins["carol"], coins["dave"]],
        [
            ("carol2", 3 * BTC),
            ("shop1", 3 * BTC),
            ("dave2", 3 * BTC),
            ("carol3", 47 * BTC),
            ("dave3", 47 * BTC),
        ],
    )
    chain.mine([("pool", 50 * BTC)], [joined], time=seconds(2020, 4, 15))

    mixed = pay([(joined.txid, 1), odd], [("shop2", 8 * BTC), ("cafe", 9 * BTC // 10)])
    chain.mine([("pool", 50 * BTC)], [mixed], time=seconds(2020, 4, 16))
    chain.mine([("shop2", 50 * BTC)], time=seconds(2020, 4, 17))
    tidy = pay([(second.txid, 2)], [(script_of("shop1"), 75 * BTC // 10)])
    chain.mine([("pool", 50 * BTC)], [tidy], time=seconds(2020, 4, 18))
    return chain
