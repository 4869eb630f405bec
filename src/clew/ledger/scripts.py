"""The script of an output, as far as a ledger keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.bitcoin.script import address_script
from clew.schema import MULTISIG, NONSTANDARD, PUBKEY

if TYPE_CHECKING:
    from clew.ledger.ledger import Ledger

HASHED = "sha256:"
"""Before the SHA-256 of a script that the ledger knows by no more."""

OF_A_KEY = "hash160:"
"""Before the hash160 of a public key, for pay-to-pubkey: the ledger does not keep the key."""


def script_text(ledger: Ledger, output: int) -> str:
    """The script of an output that has an address, as hex.

    Of bare multisig and scripts of no standard form the ledger keeps a hash: then HASHED and that, as hex;
    of pay-to-pubkey OF_A_KEY and the key's hash160.
    """
    address_type, payload = ledger.address_payload(int(ledger.column("outputs.address")[output]))
    if address_type in (NONSTANDARD, MULTISIG):
        return f"{HASHED}{payload.hex()}"
    if int(ledger.column("outputs.script_type")[output]) == PUBKEY:
        return f"{OF_A_KEY}{payload.hex()}"
    return address_script(address_type, payload).hex()


__all__ = ["HASHED", "OF_A_KEY", "script_text"]
