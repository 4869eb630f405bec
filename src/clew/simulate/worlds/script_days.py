"""Since when there are scripts of each kind on the real chain."""

from __future__ import annotations

from datetime import date

FIRST_DAYS = {
    "p2sh-multisig": date(2012, 4, 1),
    "p2sh-p2wpkh": date(2017, 8, 24),
    "p2wpkh": date(2017, 8, 24),
    "p2wsh-multisig": date(2017, 8, 24),
    "p2tr": date(2021, 11, 14),
}
"""Days on which scripts came into force: BIP 16, BIP 141, BIP 341."""
