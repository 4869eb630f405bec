"""Truth about the chain: blocks, transactions, outputs, inputs, change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from clew.kernels.economy_state import (
    A_PAID,
    A_WALLET,
    ADDRESS,
    CHANGE,
    COINBASE,
    FORMS,
    I_COIN,
    I_HASH_TYPE,
    JOIN_CHANGE,
    PEELED,
    PURPOSE,
    PURPOSES,
    SERVICE_CHANGE,
    SPENT,
    T_FEE,
    T_FORM,
    T_INPUT,
    T_LOCK,
    T_LOW_R,
    T_OUTPUT,
    T_SEQUENCE,
    T_VERSION,
    T_WALLET,
    TX,
    VALUE,
    WHO,
)
from clew.simulate.chain import subsidy
from clew.simulate.economy.truth.chain_dictionary import HASH_TYPES
from clew.simulate.economy.truth.order import GENESIS, Ints, Laid
from clew.simulate.economy.truth.society_tables import added
from clew.simulate.economy.truth.sources import Source, Texts, Words, shown

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course

LEFT_OVER = (CHANGE, JOIN_CHANGE, SERVICE_CHANGE, PEELED)
"""Purposes of what was left over."""


def blocks(course: Course, laid: Laid) -> dict[str, Source]:
    """Columns of the table of blocks."""
    heights = np.arange(len(laid.ends))
    hashes = np.frombuffer(b"".join(laid.record.hashes), np.uint8).reshape(-1, 32)
    coinbases = laid.ends[1:] - 1
    return {
        "height": heights,
        "hash": Texts(shown(hashes), heights),
        "time": np.array(course.calendar.times, np.int64),
        "transactions": np.concatenate([[GENESIS], np.diff(laid.ends)]),
        "subsidy": np.array([subsidy(int(height)) for height in heights], np.int64),
        "fees": added(laid.height, laid.tx[:, T_FEE], len(heights)),
        "miner": np.concatenate([[-1], laid.maker[coinbases]]),
    }


def transactions(laid: Laid, txids: Any) -> dict[str, Source]:
    """Columns of the table of transactions; ``txids``: texts by the economy's ids."""
    ids = laid.txs
    tx = laid.tx[ids]
    heights = laid.height[ids]
    numbers = laid.tx_number[ids]
    return {
        "tx": numbers,
        "txid": Texts(txids, ids),
        "height": heights,
        "position": numbers - GENESIS - laid.ends[heights - 1],
        "form": Words(tx[:, T_FORM], FORMS),
        "wallet": tx[:, T_WALLET],
        "actor": laid.maker[ids],
        "inputs": np.diff(laid.tx[:, T_INPUT], append=len(laid.input))[ids],
        "outputs": np.diff(laid.tx[:, T_OUTPUT], append=len(laid.coin))[ids],
        "owners": laid.owners[ids],
        "value": laid.sums()[ids],
        "fee": tx[:, T_FEE],
        "version": tx[:, T_VERSION],
        "lock_time": tx[:, T_LOCK],
        "sequence": tx[:, T_SEQUENCE],
        "low_r": (tx[:, T_LOW_R] != 0) & (tx[:, T_FORM] != COINBASE),
    }


def outputs(laid: Laid, txids: Any, texts: Texts) -> dict[str, Source]:
    """Columns of the table of outputs; ``texts``: of all addresses, by id."""
    ids = laid.coins
    coin = laid.coin[ids]
    spender, spent = laid.spender[ids], coin[:, SPENT]
    return {
        **_place(laid, ids, coin, txids, texts),
        "purpose": Words(coin[:, PURPOSE], PURPOSES),
        "is_change": _is_change(laid, ids),
        "payer": coin[:, WHO],
        "spent_tx": np.where(spender >= 0, laid.tx_number[spender], -1),
        "spent_txid": Texts(txids, spender),
        "spent_vin": np.where(spent >= 0, laid.record.vins[spent], -1),
    }


def inputs(laid: Laid, txids: Any) -> dict[str, Source]:
    """Columns of the table of inputs."""
    ids = laid.inputs
    entry = laid.input[ids]
    spent = entry[:, I_COIN]
    coin = laid.coin[spent]
    txs = laid.input_tx[ids]
    places = {number: place for place, number in enumerate(HASH_TYPES)}
    codes = np.full(256, -1)
    codes[list(places)] = list(places.values())
    return {
        "tx": laid.tx_number[txs],
        "txid": Texts(txids, txs),
        "vin": laid.record.vins[ids],
        "prev_tx": laid.tx_number[coin[:, TX]],
        "prev_txid": Texts(txids, coin[:, TX]),
        "prev_vout": laid.record.vouts[spent],
        "value": coin[:, VALUE],
        "address_id": coin[:, ADDRESS],
        "actor": laid.owner[spent],
        "hash_type": Words(codes[entry[:, I_HASH_TYPE]], tuple(HASH_TYPES.values())),
    }


def changes(laid: Laid, txids: Any, texts: Texts) -> dict[str, Source]:
    """Columns of the table of change outputs."""
    ids = laid.coins[_is_change(laid, laid.coins)]
    coin = laid.coin[ids]
    return {
        **_place(laid, ids, coin, txids, texts),
        "wallet": laid.address[coin[:, ADDRESS], A_WALLET],
        "is_back": _is_back(laid, ids),
        "is_first": first_coins(laid)[coin[:, ADDRESS]] == ids,
    }


def _place(laid: Laid, ids: Ints, coin: Ints, txids: Any, texts: Texts) -> dict[str, Source]:
    """Where outputs stand, what they are worth, and whose they are."""
    address = coin[:, ADDRESS]
    return {
        "tx": laid.tx_number[coin[:, TX]],
        "txid": Texts(txids, coin[:, TX]),
        "vout": laid.record.vouts[ids],
        "value": coin[:, VALUE],
        "address": Texts(texts.values, address),
        "address_id": address,
        "actor": laid.owner[ids],
    }


def _is_change(laid: Laid, ids: Ints) -> Any:
    """Whether each output is what was left over, and went back to who paid, not elsewhere."""
    found = np.isin(laid.coin[ids, PURPOSE], LEFT_OVER)
    found[found] = laid.is_payers(ids[found])
    return found


def _is_back(laid: Laid, ids: Ints) -> Any:
    """Whether each output pays an address that its own transaction spends."""
    spent = laid.coin[laid.input[:, I_COIN], ADDRESS].astype(np.int64)
    tx, address = laid.coin[ids, TX], laid.coin[ids, ADDRESS]
    # Such an address was paid twice, at the least.
    again, once_more = laid.address[spent, A_PAID] > 1, laid.address[address, A_PAID] > 1
    pairs = laid.input_tx[again] << 32 | spent[again]
    found = np.zeros(len(ids), np.bool_)
    found[once_more] = np.isin(tx[once_more] << 32 | address[once_more], pairs)
    return found


def first_coins(laid: Laid) -> Ints:
    """The first output in the chain that pays each address, by ids; -1 for none."""
    first = np.full(len(laid.address), -1, np.int64)
    backwards = laid.coins[::-1]
    first[laid.coin[backwards, ADDRESS]] = backwards
    return first
