"""Figures of coinjoin rules: rounds found by protocol and size, and ordinary transactions taken for some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from clew.accuracy.chain import Chain, names_of_forms
from clew.accuracy.changes import NOT_ROUNDS, is_round
from clew.accuracy.figures import COINJOIN, Figure, Key, Tally
from clew.accuracy.parts import Parting, figures
from clew.accuracy.truth import NO_PROTOCOL, NOT_KNOWN, Truth
from clew.ledger.columns import Array
from clew.schema import UNKNOWN, YES

ROUND_SIZES = (0, 2, 3, 4, 5, 6, 10, 20, 50, 100)
"""Least number of equal outputs of each class of rounds."""


PROTOCOLS = ("joinmarket", "payjoin", "tx0", "wabisabi", "wasabi-1", "wasabi-1.1", "whirlpool")
"""Protocols whose names are known, whether or not a truth has any of them."""

ANY = "coinjoin"
"""What a label calls a coinjoin of which it names no protocol."""


def round_names() -> tuple[str, ...]:
    """Names of the classes of rounds by size."""
    ends = [*ROUND_SIZES[1:], 0]
    return tuple(
        f"{low}" if high == low + 1 else f"{low} to {high - 1}" if high else f"{low} and more"
        for low, high in zip(ROUND_SIZES, ends, strict=True)
    )


def letters(name: str) -> str:
    """A name by which protocols and rules are matched: ``wasabi_1.1`` and ``wasabi-11`` are one."""
    return "".join(each for each in name.lower() if each.isalnum())


def named_after(rule: str, protocols: Iterable[str] = ()) -> str | None:
    """The protocol that a rule is named after, of those that are known and ``protocols``; None for none."""
    words = letters(rule)
    known = sorted({*PROTOCOLS, *protocols} - {""}, key=lambda name: (-len(letters(name)), name))
    for fits in (words.__eq__, words.endswith, words.startswith):
        for name in known:
            if fits(letters(name)):
                return name
    return None


def protocols_for(rule: str, protocols: Sequence[str]) -> list[int]:
    """Numbers of the protocols that a rule is meant to find, by its name; every round's for any other."""
    named = named_after(rule, protocols)
    if named is not None:
        return [i for i, name in enumerate(protocols) if name == named]
    return [i for i, name in enumerate(protocols) if name not in NOT_ROUNDS]


class CoinjoinScore:
    """Which transactions count, and what they are. Coinbases are left out.

    Ordinary is a transaction that is neither a round, nor a Tx0 before one, nor a PayJoin.
    """

    def __init__(self, truth: Truth, chain: Chain) -> None:
        self.truth = truth
        self.counted = (truth.protocol != NOT_KNOWN) & ~chain.is_coinbase
        self.ordinary = self.counted & (truth.protocol == NO_PROTOCOL)
        self.rounds = self.counted & is_round(truth)
        names = names_of_forms(truth)
        form = np.where(truth.form == NOT_KNOWN, len(names) - 1, truth.form).astype(np.int64)
        self.forms = [Parting("form", form, names)] if truth.forms else []
        protocol = np.maximum(truth.protocol, 0).astype(np.int64)
        size = np.searchsorted(ROUND_SIZES, truth.round_size, "right") - 1
        sizes = round_names()
        both = [f"{name}, {each}" for name in truth.protocols for each in sizes]
        self.kinds = [
            Parting("protocol", protocol, truth.protocols),
            Parting("round size", size, sizes),
            Parting("protocol and round size", protocol * len(sizes) + size, both),
        ]

    def answers(self, subject: str, answers: Array, wanted: Sequence[int] | None = None) -> Iterator[Figure]:
        """Figures of a rule that finds coinjoins; ``answers`` int8 by transaction.

        ``wanted``: numbers of the protocols that it is meant for; those that its name says without.
        """
        if wanted is None:
            wanted = protocols_for(subject, self.truth.protocols)
        yes = answers == YES
        meant = np.isin(self.truth.protocol, wanted) & self.counted
        base = Tally(int(meant.sum()), int(self.counted.sum()))
        unnamed = [i for i, name in enumerate(self.truth.protocols) if name == ANY]
        right = meant | np.isin(self.truth.protocol, unnamed)
        yield from figures(Key(COINJOIN, subject, "precision"), right, self.counted & yes, (), base)
        yield from figures(
            Key(COINJOIN, subject, "some coinjoin"),
            self.truth.protocol != NO_PROTOCOL,
            self.counted & yes,
            (),
            Tally(int((self.counted & ~self.ordinary).sum()), int(self.counted.sum())),
        )
        yield from figures(Key(COINJOIN, subject, "recall"), yes, meant, self.kinds)
        key = Key(COINJOIN, subject, "ordinary taken for some")
        yield from figures(key, yes, self.ordinary, self.forms)
        yield from figures(Key(COINJOIN, subject, "unknown"), answers == UNKNOWN, self.counted)

    def lookalikes(self, subject: str, answers: Array) -> Iterator[Figure]:
        """Figures of a rule that says that a transaction only looks like a coinjoin."""
        yes = answers == YES
        key = Key(COINJOIN, subject, "rounds taken for none")
        yield from figures(key, yes, self.rounds, self.kinds)
        yield from figures(Key(COINJOIN, subject, "ordinary told"), yes, self.ordinary, self.forms)


__all__ = ["ANY", "PROTOCOLS", "CoinjoinScore", "letters", "named_after", "protocols_for", "round_names"]
