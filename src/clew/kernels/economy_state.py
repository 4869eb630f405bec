"""A simulated economy as arrays: wallets, addresses, coins, transactions, and the chance that moves them.

Every number here is an integer, and chance is drawn from 32-bit words, so that the same seed gives
the same economy on every machine. Ids are dense, in order of creation. No transaction has bytes yet:
those follow from these arrays (``economy_write``, or the plain writer, which can sign).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.jit import inlined, kernel

NONE = -1
ONE = 65536
"""A chance of one."""

# Kinds of scripts.
KINDS = (
    "p2pk", "p2pkh", "p2pkh-uncompressed", "p2sh-multisig", "p2sh-p2wpkh", "p2wpkh", "p2wsh-multisig", "p2tr",
    "multisig", "channel", "anchor", "anyone", "witness-anyone", "data",
)  # fmt: skip
"""Kinds of scripts by number. Multisig is 2 of 3 keys, *channel* a witness script of 2 of 2; *anchor* is
pay-to-anchor, *anyone* a bare OP_TRUE, *witness-anyone* its P2WSH; *data* is OP_RETURN with 32 bytes."""

(
    P2PK, P2PKH, P2PKH_LONG, P2SH_MULTISIG, P2SH_P2WPKH, P2WPKH, P2WSH_MULTISIG, P2TR, MULTISIG, CHANNEL,
    ANCHOR, ANYONE, WITNESS_ANYONE, DATA,
) = range(len(KINDS))  # fmt: skip

INPUT_WEIGHT = np.array([456, 592, 720, 1188, 364, 272, 418, 230, 752, 384, 165, 164, 167, 0], dtype=np.int64)
"""Weight units of an input that spends each kind, its signatures of 72 bytes with their hash type."""

OUTPUT_BYTES = np.array([44, 34, 34, 32, 32, 31, 43, 43, 114, 43, 13, 10, 43, 43], dtype=np.int64)
BASE_WEIGHT = 42

# Counters.
(
    RANDOM, STREAM, WALLETS, ADDRESSES, COINS, TXS, INPUTS, KEYS, REQUESTS, TICKETS, BETS, HEIGHT, RATE,
    PRICE, FEES, FAILED, CHOSEN, DROPPED,
) = range(18)  # fmt: skip
"""Places in ``count``. HEIGHT: of the block that is being filled. RATE: fee level, thousandths of a
satoshi per virtual byte. PRICE: cents for a coin. FEES: of the block's transactions, satoshi. FAILED:
payments for which the coins did not suffice. CHOSEN: how many of ``chosen`` are filled."""
COUNTS = 32

# A wallet model's behaviour; chances in 65536ths.
(
    SELECTION, ORDERING, AS_PAID, CHANGE_REUSE, RECEIVE_REUSE, LOCK_TIME, LOCK_BACK, REPLACEABLE, TX_VERSION,
    FIXED_FEE, WHOLE_RATE, LOW_R, SMALLEST_CHANGE, MERGE_AT,
) = range(14)  # fmt: skip
FACTOR = 14
"""From here on 17 factors of the fee level, in 1024ths, at equal steps of chance."""
MODEL_FIELDS = 32

LARGEST, OLDEST, OLDEST_VALUE, BRANCH_AND_BOUND, SUBSET_SUM, ANY_COIN, BY_ADDRESS = range(7)
SHUFFLED, BIP69, CHANGE_LAST, CHANGE_FIRST, AS_GIVEN, DESCENDING = range(6)
"""Orders of inputs and outputs; the last two are of coinjoins."""

# A wallet.
MODEL, ACTOR, KIND, FIRST, LAST, HELD, BALANCE, CURRENT = range(8)
"""FIRST, LAST: its coins, a list in order of arrival. CURRENT: the address given last, or NONE."""

# An address.
A_WALLET, A_KIND, A_ROLE, A_USER, A_KEY, A_BORN, A_PAID, A_SPENT = range(8)
"""A_KEY: its (first) key's number. A_USER: for whom its owner made it. A_BORN: height. A_PAID, A_SPENT:
how many outputs it had, and of these spent."""

# A coin: any output there ever was.
VALUE, ADDRESS, TX, NEXT, BEFORE, SPENT, PURPOSE, WHO = range(8)
"""SPENT: the input that spends it, or NONE. PURPOSE: a place in ``PURPOSES``. WHO: the actor
who meant to pay. NEXT, BEFORE: neighbours in the wallet's list; a coin outside any list has ABSENT."""
ABSENT = -2

ROLES = (
    "receive", "change", "deposit", "hot", "cold", "invoice", "stake", "reward", "account", "till", "forward",
    "peel", "split", "mix", "coinjoin", "coordinator", "escrow", "channel", "anchor", "anyone", "known-key",
    "data", "own",
)  # fmt: skip
"""What an address is for, by number."""

(
    RECEIVE_ROLE, CHANGE_ROLE, DEPOSIT_ROLE, HOT_ROLE, COLD_ROLE, INVOICE_ROLE, STAKE_ROLE, REWARD_ROLE,
    ACCOUNT_ROLE, TILL_ROLE, FORWARD_ROLE, PEEL_ROLE, SPLIT_ROLE, MIX_ROLE, COINJOIN_ROLE, COORDINATOR_ROLE,
    ESCROW_ROLE, CHANNEL_ROLE, ANCHOR_ROLE, ANYONE_ROLE, KNOWN_KEY_ROLE, DATA_ROLE, OWN_ROLE,
) = range(len(ROLES))  # fmt: skip

PURPOSES = (
    "change", "own", "reward", "withdrawal", "deposit", "sweep", "store", "refill", "trade", "goods", "stake",
    "winnings", "donation", "pool payout", "equal", "coinjoin change", "coinjoin fee", "premix", "payjoin",
    "channel", "channel close", "escrow", "escrow release", "order", "anchor", "anyone", "known key", "data",
    "payout", "dust", "refund", "purchase", "friend", "cash", "taken over", "resold", "shared wallet", "gift",
    "typing error", "service change", "service sweep", "forward", "peel", "split", "mix", "cash-out",
    "expense", "swap",
)  # fmt: skip
"""Why an output was made, by number."""

(
    CHANGE, OWN, REWARD, WITHDRAWAL, DEPOSIT, SWEEP, STORE, REFILL, TRADED, GOODS, STAKE, WINNINGS, DONATION,
    POOL_PAYOUT, EQUAL, JOIN_CHANGE, JOIN_FEE, PREMIX, PAYJOINED, TO_CHANNEL, CHANNEL_CLOSE, ESCROW,
    ESCROW_RELEASE, TO_ORDER, TO_ANCHOR, TO_ANYONE, TO_KNOWN_KEY, NOTE, PAYOUT, DUST, REFUND, PURCHASE,
    FRIEND, CASH, TAKEN_OVER, RESOLD, SHARED_WALLET, GIFT, TYPING_ERROR, SERVICE_CHANGE, SERVICE_SWEEP,
    FORWARDED,
    PEELED, SPLIT, MIXED, CASH_OUT, EXPENSE, SWAP,
) = range(len(PURPOSES))  # fmt: skip

FORMS = (
    "payment", "batch", "sweep", "store", "refill", "merge", "bet", "coinbase", "joinmarket", "wasabi-1",
    "wasabi-1.1", "wabisabi", "whirlpool", "tx0", "payjoin", "exchange order", "channel", "channel close",
    "anchor", "escrow", "escrow release", "anyone", "known key", "note", "equal payout", "equal sweep",
    "dust", "peel", "split", "forward", "pool payout",
)  # fmt: skip
"""What a transaction is, by number."""

(
    PLAIN, BATCH, SWEEPING, STORING, REFILLING, MERGING, BETTING, COINBASE, JOINMARKET, WASABI_1, WASABI_11,
    WABISABI, WHIRLPOOL, TX0, PAYJOIN_FORM, ORDER_FORM, CHANNEL_FORM, CLOSE_FORM, ANCHOR_FORM, ESCROW_FORM,
    RELEASE_FORM, ANYONE_FORM, KNOWN_KEY_FORM, NOTE_FORM, EQUAL_PAYOUT, EQUAL_SWEEP, DUSTING, PEELING,
    SPLITTING, FORWARDING, POOL_FORM,
) = range(len(FORMS))  # fmt: skip

# A transaction.
(
    T_INPUT, T_OUTPUT, T_HEIGHT, T_VERSION, T_LOCK, T_SEQUENCE, T_ORDER, T_FORM, T_WALLET, T_FEE, T_LOW_R,
) = range(11)  # fmt: skip
"""T_INPUT, T_OUTPUT: its first input and coin; they end where the next transaction's begin. T_FORM: a
place in ``FORMS``. T_WALLET: whose software made it."""
TX_FIELDS = 12

# An input.
I_COIN, I_HASH_TYPE = range(2)

# A payment to be made.
O_ADDRESS, O_WALLET, O_VALUE, O_PURPOSE, O_WHO, O_ROLE, O_USER, O_COIN = range(8)
"""O_ADDRESS: NONE for an address that O_WALLET gives. O_VALUE: REST for all that is left. O_COIN: the
coin that came of it."""
REST = -1

# A withdrawal asked of a custodian.
R_CUSTODIAN, R_ADDRESS, R_WALLET, R_VALUE, R_PURPOSE, R_WHO, R_DUE, R_TICKET = range(8)
"""R_ADDRESS, R_WALLET: as for a payment. R_WHO: the customer. R_DUE: height. R_TICKET: where in
``ticket`` to write the coin, or NONE."""


class Economy(NamedTuple):
    """The arrays, all int64 unless it is said; rows of the unused end mean nothing.

    ``count`` (COUNTS,); ``model`` (models, MODEL_FIELDS); ``wallet``, ``coin``, ``order``, ``request``
    (n, 8); ``address`` int32 (n, 8); ``tx`` (n, TX_FIELDS); ``input`` int32 (n, 2); ``ticket`` (n,);
    ``chosen`` (n,): coins that are about to be spent; ``candidate`` (n, 3): coins to choose from.
    """

    count: Any
    model: Any
    wallet: Any
    address: Any
    coin: Any
    tx: Any
    input: Any
    order: Any
    request: Any
    ticket: Any
    chosen: Any
    candidate: Any


MASK, STEP, MIX = 0xFFFFFFFF, 747796405, 277803737


@inlined
def draw(count: Any) -> int:
    """The next random 32-bit word (PCG, RXS M XS; O'Neill 2014)."""
    state = count[RANDOM]
    count[RANDOM] = (state * STEP + count[STREAM]) & MASK
    word = (((state >> ((state >> 28) + 4)) ^ state) * MIX) & MASK
    return int((word >> 22) ^ word)


@inlined
def below(count: Any, limit: int) -> int:
    """A random number from 0 to ``limit`` - 1, of at most 2^31."""
    return (draw(count) * limit) >> 32


@inlined
def happens(count: Any, chance: int) -> bool:
    """Whether something of this chance, in 65536ths, happens."""
    return (draw(count) >> 16) < chance


@inlined
def part(value: int, chance: int) -> int:
    """``value`` times ``chance``, in 65536ths, rounded down; without overflow."""
    return (value >> 16) * chance + (((value & 65535) * chance) >> 16)


@kernel
def new_address(e: Economy, wallet: int, kind: int, role: int, user: int) -> int:
    """A new address of a wallet, with a key of its own (multisig: three in a row)."""
    count, address = e.count, e.address
    at = count[ADDRESSES]
    count[ADDRESSES] = at + 1
    address[at, A_WALLET], address[at, A_KIND] = wallet, kind
    address[at, A_ROLE], address[at, A_USER] = role, user
    address[at, A_KEY], address[at, A_BORN] = count[KEYS], count[HEIGHT]
    address[at, A_PAID], address[at, A_SPENT] = 0, 0
    count[KEYS] += 3 if kind == P2SH_MULTISIG or kind == P2WSH_MULTISIG or kind == MULTISIG else 1
    if kind == CHANNEL:
        count[KEYS] += 1
    return int(at)


@kernel
def receive_address(e: Economy, wallet: int, role: int, user: int) -> int:
    """The address at which a wallet wants to be paid: the last one again, or a fresh one."""
    wallets, count = e.wallet, e.count
    current = wallets[wallet, CURRENT]
    if current != NONE and happens(count, e.model[wallets[wallet, MODEL], RECEIVE_REUSE]):
        return int(current)
    made = new_address(e, wallet, wallets[wallet, KIND], role, user)
    wallets[wallet, CURRENT] = made
    return made


@kernel
def link(e: Economy, at: int) -> None:
    """Put a coin at the end of its wallet's list."""
    coin, wallets = e.coin, e.wallet
    wallet = e.address[coin[at, ADDRESS], A_WALLET]
    last = wallets[wallet, LAST]
    coin[at, NEXT], coin[at, BEFORE] = NONE, last
    if last == NONE:
        wallets[wallet, FIRST] = at
    else:
        coin[last, NEXT] = at
    wallets[wallet, LAST] = at
    wallets[wallet, HELD] += 1
    wallets[wallet, BALANCE] += coin[at, VALUE]


@kernel
def unlink(e: Economy, at: int) -> None:
    """Take a coin out of its wallet's list."""
    coin, wallets = e.coin, e.wallet
    wallet = e.address[coin[at, ADDRESS], A_WALLET]
    after, before = coin[at, NEXT], coin[at, BEFORE]
    if after == ABSENT:
        return
    if before == NONE:
        wallets[wallet, FIRST] = after
    else:
        coin[before, NEXT] = after
    if after == NONE:
        wallets[wallet, LAST] = before
    else:
        coin[after, BEFORE] = before
    coin[at, NEXT], coin[at, BEFORE] = ABSENT, ABSENT
    wallets[wallet, HELD] -= 1
    wallets[wallet, BALANCE] -= coin[at, VALUE]


@kernel
def add_coin(e: Economy, address: int, value: int, purpose: int, who: int) -> int:
    """A new output of the transaction that is being made, in nobody's list yet."""
    count, coin = e.count, e.coin
    at = count[COINS]
    count[COINS] = at + 1
    coin[at, VALUE], coin[at, ADDRESS], coin[at, TX] = value, address, count[TXS]
    coin[at, NEXT], coin[at, BEFORE], coin[at, SPENT] = ABSENT, ABSENT, NONE
    coin[at, PURPOSE], coin[at, WHO] = purpose, who
    e.address[address, A_PAID] += 1
    return int(at)


@kernel
def add_input(e: Economy, at: int, hash_type: int) -> None:
    """Spend a coin in the transaction that is being made."""
    count, inputs = e.count, e.input
    number = count[INPUTS]
    count[INPUTS] = number + 1
    inputs[number, I_COIN], inputs[number, I_HASH_TYPE] = at, hash_type
    unlink(e, at)
    e.coin[at, SPENT] = number
    e.address[e.coin[at, ADDRESS], A_SPENT] += 1


@kernel
def close_transaction(
    e: Economy, first_input: int, first_output: int, wallet: int, form: int, order: int, fee: int
) -> int:
    """Enter the transaction that was being made; version, lock and sequence follow the wallet's model."""
    count, tx = e.count, e.tx
    model = e.model[e.wallet[wallet, MODEL]]
    at = count[TXS]
    count[TXS] = at + 1
    tx[at, T_INPUT], tx[at, T_OUTPUT], tx[at, T_HEIGHT] = first_input, first_output, count[HEIGHT]
    tx[at, T_VERSION] = model[TX_VERSION]
    lock, sequence = 0, 0xFFFFFFFF
    if happens(count, model[LOCK_TIME]):
        lock, sequence = count[HEIGHT] - 1, 0xFFFFFFFE
        if happens(count, model[LOCK_BACK]):
            lock = max(0, lock - below(count, 100))
    if happens(count, model[REPLACEABLE]):
        sequence = 0xFFFFFFFD
    tx[at, T_LOCK], tx[at, T_SEQUENCE] = lock, sequence
    tx[at, T_ORDER], tx[at, T_FORM], tx[at, T_WALLET], tx[at, T_FEE] = order, form, wallet, fee
    tx[at, T_LOW_R] = model[LOW_R]
    count[FEES] += fee
    return int(at)
