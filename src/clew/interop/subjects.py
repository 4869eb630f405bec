"""Which network an address of a tag belongs to, and whether it is written rightly."""

from __future__ import annotations

from dataclasses import dataclass

from clew.bitcoin.address import base58check_decode, decode
from clew.bitcoin.networks import BITCOIN, NETWORKS, Network
from clew.errors import AddressError

TICKERS: dict[str, str] = {
    "BTC": "Bitcoin",
    "XBT": "Bitcoin",
    "BITCOIN": "Bitcoin",
    "BCH": "Bitcoin Cash",
    "LTC": "Litecoin",
    "DOGE": "Dogecoin",
}
"""What tags call the currencies of the networks known here. A tag names the currency, not which of its
networks: that shows in the address."""

UNKNOWN = "unknown"
"""The network of an address that is well formed, and has the prefix of none known here."""


@dataclass(frozen=True)
class Ours:
    """An address of the network asked about: what it pays to, as in the ledger."""

    type: int
    payload: bytes


@dataclass(frozen=True)
class Other:
    """An address of another network, by the name that the tag or the address gives it.

    ``reason`` tells what is odd, where the tag says one network and its address another.
    """

    network: str
    reason: str = ""


@dataclass(frozen=True)
class Mistyped:
    """No address of any network; the reason repeats no text that may be a secret."""

    reason: str


Verdict = Ours | Other | Mistyped


class Subjects:
    """Judges addresses for one network; for any where ``network`` is None, and then all that it can."""

    def __init__(self, network: Network | None) -> None:
        self.network = network

    def judge(self, chain: str | None, text: str) -> Verdict:
        """What an address is, of a tag that names ``chain``: a currency, a network of Clew's, or None."""
        named = chain.strip() if chain else ""
        currency = TICKERS.get(named.upper()) or (NETWORKS[named].currency if named in NETWORKS else "")
        if not named:
            currency = self.network.currency if self.network else BITCOIN.currency
        if not currency:
            return Other(named)
        if self.network is None:
            return self._of_any(currency, named, text)
        if currency != self.network.currency or (named in NETWORKS and named != self.network.name):
            return Other(named)
        try:
            return Ours(*decode(text, self.network))
        except AddressError as error:
            return _elsewhere(text) or Mistyped(str(error))

    def _of_any(self, currency: str, named: str, text: str) -> Verdict:
        networks = [each for each in NETWORKS.values() if currency == each.currency]
        if named in NETWORKS:
            networks = [NETWORKS[named]]
        for network in networks:
            try:
                return Ours(*decode(text, network))
            except AddressError:
                continue
        try:
            decode(text, networks[0])
        except AddressError as error:
            return _elsewhere(text) or Mistyped(str(error))
        raise AssertionError(text)


def _elsewhere(text: str) -> Other | None:
    """The network that an address belongs to after all; None where it belongs to none."""
    for network in NETWORKS.values():
        try:
            decode(text, network)
        except AddressError:
            continue
        return Other(network.name, f"the address is one of {network.name}")
    try:
        data = base58check_decode(text) if len(text) <= 36 else b""
    except ValueError:
        return None
    # A version byte and 20 bytes; what is longer may be a private key.
    if len(data) != 21:
        return None
    return Other(UNKNOWN, "the address is rightly written, with the prefix of no network known here")


__all__ = ["TICKERS", "UNKNOWN", "Mistyped", "Other", "Ours", "Subjects", "Verdict"]
