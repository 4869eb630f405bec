"""What a tag can say that an address is or does: the concepts that GraphSense TagPacks name.

Source: the concepts taxonomy 0.1.0 of the GraphSense TagPack tool (MIT), which descends from the INTERPOL
taxonomy of the dark web and virtual assets; its ids and how they lie within each other, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

CONCEPTS: dict[str, str] = {
    "concept": "",
    "unknown": "concept",
    "behaviour": "concept",
    "source": "concept",
    "mention": "source",
    "website_mention": "mention",
    "forum_mention": "website_mention",
    "abuse": "behaviour",
    "gray_usage": "behaviour",
    "mixing": "gray_usage",
    "white_usage": "behaviour",
    "sexual_abuse": "abuse",
    "child_sexual_abuse": "sexual_abuse",
    "violence": "abuse",
    "human_trafficking": "abuse",
    "murder": "violence",
    "torture": "violence",
    "scam": "abuse",
    "financial_crime": "abuse",
    "investment_fraud": "financial_crime",
    "ponzi_scheme": "investment_fraud",
    "pyramid_scheme": "ponzi_scheme",
    "money_laundering": "financial_crime",
    "extortion": "abuse",
    "sextortion": "extortion",
    "phishing": "abuse",
    "hacking": "abuse",
    "service_hack": "hacking",
    "account_hack": "hacking",
    "exploit": "hacking",
    "data_breach": "hacking",
    "social_engineering": "hacking",
    "malware": "hacking",
    "drugs": "abuse",
    "weapons": "abuse",
    "payment_card_fraud": "financial_crime",
    "ransomware": "extortion",
    "sanction": "abuse",
    "counterfeit": "abuse",
    "extremism": "abuse",
    "terrorism": "extremism",
    "terrorism_financing": "extremism",
    "dark_web": "source",
    "entity": "concept",
    "organization": "entity",
    "user": "entity",
    "service": "entity",
    "victim": "user",
    "perpetrator": "user",
    "donation": "user",
    "exchange": "service",
    "wallet_service": "service",
    "escrow_wallet": "wallet_service",
    "ico_wallet": "wallet_service",
    "cold_wallet": "white_usage",
    "hot_wallet": "white_usage",
    "warm_wallet": "white_usage",
    "filesharing": "service",
    "index": "service",
    "market": "service",
    "messaging_service": "service",
    "mixing_service": "service",
    "coinjoin": "mixing",
    "miner": "user",
    "mining_service": "service",
    "gambling": "service",
    "search_engine": "service",
    "shop": "service",
    "faucet": "service",
    "payment_processor": "service",
    "atm": "service",
    "hosting": "service",
    "vpn": "service",
    "nameservice": "service",
    "defi": "service",
    "defi_token": "defi",
    "defi_lending": "defi",
    "defi_dex": "defi",
    "defi_dex_pair": "defi_dex",
    "defi_derivative": "defi",
    "defi_bridge": "defi",
    "defi_dao": "defi",
    "defi_staking": "defi",
    "defi_custody": "defi",
    "item": "concept",
    "collectible": "item",
}
"""Each concept and the broader one that it lies in; the broadest lies in none."""


def is_within(concept: str, broader: str, known: Mapping[str, str] = CONCEPTS) -> bool:
    """Whether ``concept`` is ``broader`` or lies in it; False for a concept that is not ``known``."""
    seen: set[str] = set()
    while concept and concept not in seen:
        if concept == broader:
            return concept in known
        seen.add(concept)
        concept = known.get(concept, "")
    return False


__all__ = ["CONCEPTS", "is_within"]
