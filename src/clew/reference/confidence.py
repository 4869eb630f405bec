"""How sure the maker of a tag was: the levels that GraphSense TagPacks name, and their numbers.

Source: the confidence vocabulary of the GraphSense TagPack tool (MIT). The numbers order the levels; they
are no probabilities, and nothing here computes with them as such.
"""

from __future__ import annotations

CONFIDENCE: dict[str, tuple[int, str]] = {
    "override": (100, "the maker vouches that the tag stands for a whole cluster"),
    "ownership": (100, "the maker holds the private key"),
    "ledger_immanent": (100, "read off the ledger itself"),
    "manual_transaction": (90, "the maker paid from one known service to another"),
    "service_api": (70, "from the interface of a known service"),
    "forensic_investigation": (70, "found in an investigation"),
    "authority_data": (60, "from a public authority"),
    "trusted_provider": (50, "from a third party that the maker trusts"),
    "service_data": (50, "from data of a known service"),
    "forensic": (50, "from reports, such as research papers"),
    "untrusted_transaction": (40, "somebody else paid from one known service to another"),
    "web_crawl": (20, "collected from web pages or dumps"),
    "heuristic": (10, "by a method whose reliability is hard to tell"),
    "unknown": (5, "source and reliability are not known"),
}
"""Each level: its number from 5 to 100, and what it means."""


def level(confidence: str | None) -> int | None:
    """The number of a confidence level; None where none is stated. Raises KeyError for an unknown one."""
    return None if confidence is None else CONFIDENCE[confidence][0]


__all__ = ["CONFIDENCE", "level"]
