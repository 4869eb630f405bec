"""Codes of currencies.

Source: ISO 4217, active codes of July 2025 without metals and funds, and those that the reference rates of
the European Central Bank had before the euro took their place.
"""

from __future__ import annotations

from clew.errors import UsageError

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CYP CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MTL MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR ROL RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SIT SKK
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRL TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""

CURRENCIES = frozenset(_CODES.split())
"""Each code. Tokens that are tied to a currency are not that currency, and have none here."""


def require(code: str, where: str) -> str:
    """The code in capitals. Raises UsageError where it is none; ``where`` names the option."""
    found = code.strip().upper()
    if found not in CURRENCIES:
        raise UsageError(f"{where} {code}: expected a code of ISO 4217, such as USD, EUR or KRW")
    return found


__all__ = ["CURRENCIES", "require"]
