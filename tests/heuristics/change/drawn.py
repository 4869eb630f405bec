"""Made-up transactions, in which every rule of change finds something to say."""

from __future__ import annotations

from hypothesis import strategies as st

from clew.heuristics.plain import Input, Output, Transaction
from clew.schema import (
    ANCHOR,
    FLAG_COINBASE,
    MULTISIG,
    NO_ADDRESS,
    NULLDATA,
    PUBKEYHASH,
    SCRIPTHASH,
    WITNESS_V0_KEYHASH,
    WITNESS_V1_TAPROOT,
)

TYPES = (PUBKEYHASH, SCRIPTHASH, WITNESS_V0_KEYHASH, WITNESS_V1_TAPROOT, MULTISIG)
VALUES = st.one_of(
    st.sampled_from([0, 1, 546, 1_000, 9_999, 10_000, 123_456, 250_000, 5_000_000, 100_000_000, 200_000_000]),
    st.integers(0, 300_000_000),
)
INPUTS = st.builds(
    Input,
    st.integers(1, 9),
    st.sampled_from(TYPES),
    VALUES,
    st.sampled_from([0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0, 144, 0x80000001]),
    st.sampled_from([1, 1, 1, 1 | 32, 1 | 32, 0, 2, 1 | 8, 1 | 64, 1 | 128, 16]),
)


def outputs(spenders: st.SearchStrategy[Transaction] | None) -> st.SearchStrategy[Output]:
    own = st.builds(
        Output,
        VALUES,
        st.sampled_from((*TYPES, ANCHOR)),
        st.integers(1, 14),
        st.booleans(),
        spender=spenders | spenders | st.none() if spenders is not None else st.none(),
    )
    return own | st.builds(Output, st.just(0), st.just(NULLDATA), st.just(NO_ADDRESS))


def drawn(spenders: st.SearchStrategy[Transaction] | None = None) -> st.SearchStrategy[Transaction]:
    """Transactions, whose outputs are spent by such as ``spenders`` draws."""
    return st.builds(
        Transaction,
        st.lists(INPUTS, min_size=1, max_size=4).map(tuple),
        st.lists(outputs(spenders), min_size=1, max_size=4).map(tuple),
        height=st.sampled_from([300, 800_000]),
        version=st.sampled_from([2, 2, 2, 1, 0, 3, 0xFFFFFFFF]),
        lock_time=st.sampled_from([0, 0, 0, 0, 299, 300, 50, 49, 799_999, 800_000, 1_600_000_000]),
        flags=st.sampled_from([0, 2, 4, 8, 12, 14, 0, 2, 12, 14, FLAG_COINBASE]),
        size=st.integers(100, 700),
        base_size=st.integers(60, 400),
    )


TRANSACTIONS = st.lists(drawn(drawn()), min_size=1, max_size=4)
