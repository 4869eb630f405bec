"""What is known to be unlike, why, and which conclusion it matters to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why some ``measures`` are unlike, in some ``eras`` (all, if none is named)."""

    name: str
    why: str
    matters: str
    measures: tuple[str, ...]
    eras: tuple[str, ...] = ()

    def explains(self, measure: str, era: str) -> bool:
        """Whether it is the reason for a measure of an era."""
        return measure in self.measures and (not self.eras or era in self.eras)


_RECENT = ("2025", "2025 without notes")

REASONS = (
    Reason(
        "the days of Runes",
        "The only real block of these years is full of transactions that mint tokens: one input and two "
        "outputs, an "
        "OP_RETURN and a coin of 546 satoshi back to the very address that paid, in chains of 25 within "
        "the block. "
        "Published figures give them one transaction in eight a month after their start, and fewer in "
        "2025. The world "
        "does not imitate them.",
        "None that Clew draws of people; but such chains would be clusters of thousands of transactions "
        "with one address.",
        (
            "inputs", "outputs", "shape", "size", "merges", "notes", "output types", "input kinds",
            "bitcoin", "dollars",
            "fees", "version", "lock time", "sequence", "bip 69", "self-change", "likely change", "larger",
            "reuse",
            "chains", "age in days", "age in blocks", "short r",
        ),
        _RECENT,
    ),
    Reason(
        "hours between blocks",
        "A world holds a year or three in 2,000 blocks, so that blocks lie 4 to 12 hours apart and hold "
        "about 80 "
        "transactions. Nothing waits: what is made is in the next block. Coins that were paid in a block "
        "are not spent in "
        "it, unless they are change.",
        "How long coins rest, how fast a chain peels, whether a lock time is at the tip: judged on these "
        "worlds, rules that "
        "use hours or single blocks look better than they are.",
        ("tip", "age in blocks", "age in days", "chains", "reuse"),
    ),
    Reason(
        "people act seldom",
        "Everybody acts one to three times a month, whereas in life a few services and robots make most "
        "transactions, with "
        "coins minutes old. And people hold more than they spend at a time, the more so as the price "
        "rises, so that most "
        "payments take one coin.",
        "Recall of common inputs: a person's addresses are tied together less than the published 69 % (see "
        "below). Recall "
        "measured on these worlds is a lower bound, and so is the number of false merges; 2021-merging is "
        "the other end.",
        ("inputs", "shape", "size", "merges", "age in days"),
    ),
    Reason(
        "habits that do not change",
        "A wallet model keeps its version and lock time through the whole world, and brings a new kind of "
        "address at most once, though the world of "
        "2015 spans three years. Lock times at the tip came at its start and version 2 near its end.",
        "Rules of change that read the version have nothing to read in the world of 2015, and those that "
        "read the lock time "
        "have too much in its first half.",
        ("version", "lock time", "sequence", "witness", "witness inputs"),
        ("2015-16", "2017-18", *_RECENT),
    ),
    Reason(
        "a handful of wallets",
        "Seven wallet models and nine custodians stand for hundreds, so that shares come in lumps: one "
        "back end less, and a "
        "tenth of all inputs is of another kind.",
        "Fingerprints: software is told apart more easily here than in life.",
        (
            "bip 69", "short r", "likely change", "larger", "output types", "input kinds", "outputs",
            "shape", "lock time",
            "sequence", "keys", "self-change",
        ),
    ),
    Reason(
        "no flood",
        "In July 2015 somebody filled blocks with tiny coins; they make block 367891, the only one of its "
        "years whose fees "
        "and ages are known, and the smallest values of the others.",
        "Dust: the worlds have dust attacks, not floods. Fee rates of this block are one sender's.",
        ("fees", "dollars", "bitcoin", "inputs", "size", "age in days", "age in blocks"),
        ("2015-16",),
    ),
    Reason(
        "amounts without a history",
        "People mean the same dollars from the first day of a world to the last, and the real blocks are "
        "of other days with "
        "other prices: those of 2013 of six times the price of 2012. What is left over is large where "
        "people are rich.",
        "Values in dollars: a rule that knows usual amounts, such as those of a service's prices, is not "
        "tested by the rest "
        "of the traffic. Round values are near.",
        ("bitcoin", "dollars", "round"),
    ),
    Reason(
        "low s only",
        "Signatures have a low s in every era. Half of all had a high one until 2014.",
        "None: no rule reads it.",
        ("high s",),
        ("2012",),
    ),
    Reason(
        "fees by one table",
        "Rates are the day's level times a factor of each wallet model, without a mempool that empties and "
        "fills.",
        "Rules that compare fee rates of a payment and the spending of its change.",
        ("fees",),
    ),
    Reason(
        "more joins than in life",
        "Coinjoins, transactions with several owners and OP_RETURN outputs are more frequent than they "
        "were, so that there "
        "are enough to be met.",
        "Shares of errors that are weighted by frequency: give them by kind of transaction.",
        ("joins", "notes"),
    ),
)  # fmt: skip
"""In the order in which they are told; the first that explains a row is named in it, then any other."""

BESIDES = (
    "The supply halves every 150 blocks and ends at 15,000 coins, so the whole of it is mined within a "
    "fraction of the world; "
    "miners' and exchanges' stores are older than anything else, and no coin is older than the world.",
    "The service has about one payment in twenty of a world's transactions. In life it was one in thirty "
    "thousand.",
    "No scripts but those of the kinds listed: no taproot script paths, inscriptions, hash locks spent, 2 "
    "of 2 outside channels, "
    "2-of-3 bare multisig with data, non-standard outputs, or nested P2WSH.",
    "No replaced, expired or conflicting transactions: what is made is mined. No mempool, no fee bumping "
    "by a child but at "
    "anchors.",
    "No clusters of millions of addresses: the largest owner has some twenty thousand.",
    "Unsigned chains carry filler for signatures and keys, of the right form and length distribution (71 "
    "or 72 bytes); real ones "
    "also have 70 and, before 2014, 73.",
    "Wallets are not upgraded, restored or swept into others; nobody loses keys.",
)
"""What no measure here shows."""


def reasons_for(measure: str, era: str) -> list[int]:
    """Numbers, from 1, of the reasons for a measure of an era; at most two."""
    return [number for number, each in enumerate(REASONS, 1) if each.explains(measure, era)][:2]
