"""Figures of rules that put addresses under one control, one by one: transactions and links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from clew.accuracy.chain import Chain, names_of_forms
from clew.accuracy.figures import ACTOR, LINKS, WALLET, Figure, Key, Tally
from clew.accuracy.parts import Parting, figures
from clew.accuracy.truth import NOT_KNOWN, Truth
from clew.ledger.columns import Array
from clew.schema import UNKNOWN, YES


class ControlScore:
    """Which transactions have inputs of one owner.

    Counted are transactions that spend outputs of several addresses, at least two of whose owners are
    known. Inputs whose owner is not known, or that are several people's, are passed over.
    """

    def __init__(self, truth: Truth, chain: Chain) -> None:
        self.several = chain.has_several_addresses()
        known = np.bincount(chain.spender[truth.actor[chain.owner] != NOT_KNOWN], minlength=len(self.several))
        self.counted = self.several & (known > 1)
        self.one: dict[str, Array] = {}
        for control, of in _controls(truth).items():
            low, high = chain.owners_of_inputs(of)
            self.one[control] = low == high
        names = names_of_forms(truth)
        numbers = np.where(truth.form == NOT_KNOWN, len(names) - 1, truth.form).astype(np.int64)
        self.partings = [Parting("form", numbers, names)] if truth.forms else []
        if truth.models:
            self.partings.append(Parting("wallet model", *truth.model_of(truth.maker)))

    def answers(self, subject: str, answers: Array) -> Iterator[Figure]:
        """Figures of a rule; ``answers`` int8 by transaction: NO, UNKNOWN or YES."""
        yes = self.counted & (answers == YES)
        for control, one in self.one.items():
            base = Tally(int((one & self.counted).sum()), int(self.counted.sum()))
            key = Key(LINKS, subject, "one owner signs", control)
            yield from figures(key, one, yes, self.partings, base)
            key = Key(LINKS, subject, "found", control)
            yield from figures(key, answers == YES, self.counted & one, self.partings)
        yield from figures(Key(LINKS, subject, "unknown"), answers == UNKNOWN, self.several)


def link_figures(
    subject: str, links: Mapping[str, Array], rules: list[str], truth: Truth
) -> Iterator[Figure]:
    """How many links join two addresses of one owner, by rule; ``links`` as in ``Division``.

    Left out are links to an address whose owner nobody knows, and, by wallet, those to an address of
    several owners; see ``judged_links``.
    """
    parting = Parting("rule", np.asarray(links["rule"], np.int64), rules)
    counted, right = judged_links(links, truth)
    yield from figures(Key(LINKS, subject, "links of one owner", ACTOR), right, counted, [parting])
    if truth.has_wallets:
        a, b = (truth.wallet[np.asarray(links[name], np.int64)] for name in ("a", "b"))
        counted = (a != NOT_KNOWN) & (b != NOT_KNOWN)
        yield from figures(Key(LINKS, subject, "links of one owner", WALLET), a == b, counted, [parting])


def judged_links(links: Mapping[str, Array], truth: Truth) -> tuple[Array, Array]:
    """Whether each link can be judged, and whether it joins what one owner controls; bool.

    A link to an address that everybody can sign for, or spend, is wrong. One to an address of several
    owners is right if the other address is one of theirs.
    """
    a, b = (np.asarray(links[name], np.int64) for name in ("a", "b"))
    counted = (truth.actor[a] != NOT_KNOWN) & (truth.actor[b] != NOT_KNOWN)
    right = counted & (truth.actor[a] == truth.actor[b])
    aside = np.array(sorted(truth.joint.keys() | truth.everybody), np.int64)
    for row in np.flatnonzero(np.isin(a, aside) | np.isin(b, aside)).tolist():
        ends = int(a[row]), int(b[row])
        if truth.everybody.isdisjoint(ends):
            owners = [truth.joint.get(each, {int(truth.actor[each])} - {NOT_KNOWN}) for each in ends]
            counted[row] = bool(owners[0]) and bool(owners[1])
            right[row] = not owners[0].isdisjoint(owners[1])
        else:
            counted[row], right[row] = True, False
    return counted, right


def _controls(truth: Truth) -> dict[str, Array]:
    return {ACTOR: truth.actor} | ({WALLET: truth.wallet} if truth.has_wallets else {})


__all__ = ["ControlScore", "judged_links", "link_figures"]
