"""Same key: whoever can spend one script of a key can spend all of them."""

from __future__ import annotations

from clew.errors import RuleError
from clew.heuristics.known_keys import TABLE
from clew.heuristics.registry import ADDRESS, CONTROL, Answers, heuristic
from clew.heuristics.transactions import Transactions


@heuristic(
    "same_key",
    1,
    about=ADDRESS,
    kind=CONTROL,
    code=["clew.kernels.samekeys", "clew.kernels.nested", "clew.heuristics.known_keys", str(TABLE)],
)
def same_key(transactions: Transactions) -> Answers:
    """Two addresses are of one key behind different scripts.

    Scripts of one key: the bare key (P2PK), its hash (P2PKH), its hash as a witness program (P2WPKH), and
    that nested in a script hash (P2SH-P2WPKH). The first two are one address in any ledger. Yes: the others
    hold the same 20 bytes of HASH160 of one serialised key; a script hash is the HASH160 of the witness
    program of the other address. Each address is linked with the oldest one of its key, at the transaction
    that first pays the newer of the two. No: otherwise. The answer is about addresses, and whether anything
    was spent does not matter.

    Left out: keys that everybody knows, keys that share a script with others (multisig), and taproot, whose
    keys are tweaked. A compressed and an uncompressed form of a key have different hashes, and nothing shows
    that they are one.

    Wrong where somebody pays to a script that its owner does not know of: the key's owner can spend it all
    the same, so that control is right though intent is not.
    """
    raise RuleError(
        "rule same_key: it answers about addresses, expected a rule about transactions or outputs; it is "
        "part of the set strict"
    )
