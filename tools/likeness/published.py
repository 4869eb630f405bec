"""Figures that others published of the real ledger, and where the same figure of an economy is found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """``says``: the figure; ``source``: where it stands; ``read``: there, and not told from memory.

    ``eras``: those beside which it is put. ``key`` and ``label``: the tally, and the label or labels in it,
    that say the same of an economy, if one does. ``note``: in what the two differ.
    """

    eras: tuple[str, ...]
    what: str
    says: str
    source: str
    read: bool = True
    key: str = ""
    label: str | tuple[str, ...] = "yes"
    note: str = ""


PUBLISHED = (
    Published(
        ("2012",), "bets and their payouts, of transactions",
        "51 % (June 2013); 15 % two weeks after the start",
        "SatoshiDice's financial reports by Lightspeed Venture Partners, 2013; bitcointalk.org topic "
        "79079, May 2012",
        key="forms", label="bet",
    ),
    Published(
        ("2012",), "with change to an address that is spent", "23 % (first half of 2013)",
        "Meiklejohn and others, A Fistful of Bitcoins, Communications of the ACM, April 2016, p. 90",
        key="self-change",
    ),
    Published(
        ("2012",), "values that are no multiple of 10 satoshi", "about 40 %",
        "BitMEX Research, on the precision of outputs, as told by blocking.net", key="exact",
        note="a coin here stands for ten, so that the last digits are others",
    ),
    Published(
        ("2012",), "outputs to an address that was paid before", "up to 75 % (2013)",
        "BitMEX Research, Bitcoin address re-use statistics", key="used",
    ),
    Published(
        ("2015-16", "2017-18"), "inputs that spend a key's hash", "84 % (August 2015 to August 2017)",
        "Bílek, Statistics of bitcoin input lengths, karelbilek.com/btcinputs, 2017", key="each input",
        label="p2pkh",
    ),
    Published(
        ("2015-16", "2017-18"), "inputs that spend a script's hash by multisig",
        "16 %: 2 of 3 keys 67 %, 2 of 2 32 %",
        "the same", key="each input", label="p2sh multisig", note="here always 2 of 3, but for channels",
    ),
    Published(
        ("2015-16", "2017-18"), "keys that are not compressed", "8 %", "the same", key="each key",
        label="uncompressed",
    ),
    Published(
        ("2015-16",), "transactions with OP_RETURN",
        "1.57 million until November 2016, about 1 % of that time's",
        "Bartoletti and Pompianu, An analysis of Bitcoin OP_RETURN metadata, data at height 438,000",
        key="notes",
        note="the share is computed with 170 million transactions, from memory",
    ),
    Published(
        ("2015-16",), "transactions of the flood", "23 % of ten days in July 2015",
        "Baqer, Huang, McCoy, Weaver, Stressing Out: Bitcoin Stress Testing, 2016",
    ),
    Published(
        ("2015-16", "2017-18"), "of a person's addresses, found from one by common inputs", "69 % on average",
        "Nick, Data-Driven De-Anonymization in Bitcoin, ETH Zürich 2015", key="found",
        note="there wallets made with bitcoinj; here all wallets of people with two addresses or more, "
        "coinjoins left out",
    ),
    Published(
        ("2017-18",), "replaceable", "under 0.2 % (2017), 5 % (2018)",
        "Optech dashboard, as told in December 2021 (thecryptonewsupdates.com, bitcoininfozone.com)",
        key="sequence", label="replaceable",
    ),
    Published(
        ("2017-18",), "transactions with a witness", "3.2 % (2017), 33 % (2018)",
        "blockchainanalysis.co.uk, SegWit adoption",
        key="witness",
    ),
    Published(
        ("2021",), "replaceable", "14 % (January) to 28 % (November)", "Optech dashboard, as above",
        key="sequence", label="replaceable",
    ),
    Published(
        ("2021",), "transactions with a witness", "about 80 % (September), half in January",
        "transactionfee.info, as told by oicanadian.com, 28 September 2021", key="witness",
    ),
    Published(
        ("2021",), "coinjoins, of transactions", "0.15 % (11,100 Whirlpool and 650 Wasabi a month)",
        "Stütz and others, Adoption and Actual Privacy of Decentralized CoinJoin, 2022, less the counts of "
        "the version of "
        "July 2021 (arXiv 2109.10229)", key="joins",
        note="the share is computed with eight million transactions a month, from memory",
    ),
    Published(
        ("2021",), "coins spent within a day of being made", "80 %; within a month another 15 %",
        "Liu, Zhang, Zhao, Deciphering Bitcoin Blockchain Data by Cohort Analysis, Scientific Data 2022, "
        "figure 3",
        key="each age", label="under 1 day",
    ),
    Published(
        ("2015-16", "2017-18", "2021", "2025"), "outputs to an address that was paid before", "about 50 %",
        "BitMEX Research, Bitcoin address re-use statistics", key="used",
        note="there over the whole chain since 2009, here since the world began",
    ),
    Published(
        ("2021",), "volume between two parties that an exchange pays or gets", "75 to 80 %",
        "Makarov and Schoar, Blockchain Analysis of the Bitcoin Market, 2021, as told by MIT Sloan",
        key="exchange volume",
    ),
    Published(
        ("2021",), "values that are no multiple of 10 satoshi", "over 70 % (since 2019)",
        "BitMEX Research, on the precision of outputs", key="exact",
    ),
    Published(
        ("2015-16", "2017-18"), "with three outputs or more", "10 to 20 %",
        "Coin Metrics, An analysis of batching in Bitcoin, 2018",
        key="outputs",
        label=("3", "4-9", "10-99", "100 and more"), read=False,
    ),
    Published(
        ("2025",), "transactions with OP_RETURN", "Runes alone 13 % (22 May 2024), 68 % at their start",
        "Dune Analytics, as told by blockoala.com and coinscipher.com", key="notes",
    ),
)  # fmt: skip
"""All of them. Möser and Narayanan (2022) measure rules, not habits; their figures stand with the rules."""
