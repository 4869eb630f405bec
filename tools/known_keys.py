"""Makes ``src/clew/heuristics/known_keys.csv``: addresses whose private keys everybody knows.

    python tools/known_keys.py [--check]

Keys are small numbers, numbers just below the group's order, and SHA-256 of phrases that have been used
as passwords of "brain wallets" again and again: famous lines, first guesses, and what lists of cracked
brain wallets begin with (Vasek, Bonneau, Castellucci, Keith and Moore 2016, "The Bitcoin Brain Drain").
Each row has the key in words and the payloads of its addresses in hex: HASH160 of the compressed and of
the uncompressed public key, of the scripts that nest these as witness key hashes, and the taproot output
key of the public key alone (BIP 86). ``--check`` says whether the file is as this tool makes it.
"""

from __future__ import annotations

import argparse
import sys
from hashlib import sha256
from pathlib import Path

from coincurve import PublicKey

from clew.bitcoin.hashes import hash160

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
PLACE = Path(__file__).resolve().parents[1] / "src" / "clew" / "heuristics" / "known_keys.csv"
HEADER = "key,compressed,uncompressed,nested,nested_uncompressed,taproot"
SMALL, BELOW_ORDER = 256, 16

PHRASES = (
    "", " ", "0", "1", "a", "abc", "password", "Password", "password1", "123456", "12345678",
    "1234567890", "qwerty", "letmein", "test", "Test", "testing", "hello", "hello world", "Hello World",
    "Hello, World!", "god", "jesus", "love", "secret", "satoshi", "Satoshi", "satoshi nakamoto",
    "Satoshi Nakamoto", "nakamoto", "bitcoin", "Bitcoin", "bitcoins", "bitcoin is awesome", "btc",
    "blockchain", "brainwallet", "brain wallet", "brainwallet.org", "wallet", "private key", "passphrase",
    "correct horse battery staple", "Correct Horse Battery Staple", "correcthorsebatterystaple",
    "how much wood could a woodchuck chuck if a woodchuck could chuck wood", "to be or not to be",
    "To be or not to be", "To be, or not to be", "to be or not to be that is the question",
    "To be, or not to be: that is the question", "the quick brown fox jumps over the lazy dog",
    "The quick brown fox jumps over the lazy dog", "The quick brown fox jumps over the lazy dog.",
    "I think therefore I am", "i think therefore i am", "cogito ergo sum", "Cogito ergo sum",
    "carpe diem", "Carpe Diem", "In the beginning God created the heaven and the earth",
    "in the beginning was the word", "Jesus saves", "God is love", "all your base are belong to us",
    "All your base are belong to us", "may the force be with you", "May the Force be with you",
    "live long and prosper", "Live long and prosper", "one ring to rule them all",
    "One Ring to rule them all", "down the rabbit hole", "yo mama", "fuck you", "fuckyou", "nothing",
    "none", "null", "Down the Rabbit-Hole", "Call me Ishmael.",
    "It was the best of times, it was the worst of times",
    "The Times 03/Jan/2009 Chancellor on brink of second bailout for banks",
    "Money is the root of all evil", "money is the root of all evil", "live free or die",
    "Live Free or Die", "e=mc2", "E=mc^2", "3.14159265359", "0000", "1111", "1234", "12345", "666", "777",
    "1337", "31337", "deadbeef", "asdf", "asdfasdf", "iloveyou", "monkey", "dragon", "sausage", "cat",
    "dog", "admin", "root", "default", "changeme", "letmein123",
)  # fmt: skip


def secrets() -> dict[str, int]:
    """Each key in words, and the number that it is."""
    found = {str(number): number for number in range(1, SMALL + 1)}
    found |= {f"order - {number}": ORDER - number for number in range(1, BELOW_ORDER + 1)}
    for phrase in PHRASES:
        number = int.from_bytes(sha256(phrase.encode()).digest(), "big") % ORDER
        found[f"sha256 of {phrase!r}"] = number
    return found


def row(words: str, secret: int) -> str:
    """One line of the table."""
    public = PublicKey.from_secret(secret.to_bytes(32, "big"))
    compressed = hash160(public.format())
    uncompressed = hash160(public.format(compressed=False))
    nested = [hash160(b"\0\x14" + each) for each in (compressed, uncompressed)]
    quoted = '"' + words.replace('"', '""') + '"'
    parts = (compressed, uncompressed, *nested, taproot(public))
    return ",".join([quoted, *(part.hex() for part in parts)])


def taproot(public: PublicKey) -> bytes:
    """The output key of a taproot output without scripts (BIP 86)."""
    inner = public.format()[1:]
    tag = sha256(b"TapTweak").digest()
    even = PublicKey(b"\x02" + inner)
    return even.add(sha256(tag + tag + inner).digest()).format()[1:]


def table() -> str:
    """The whole file."""
    return "\n".join([HEADER, *(row(words, secret) for words, secret in secrets().items())]) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--check", action="store_true", help="say whether the file is up to date")
    made = table()
    if options.parse_args().check:
        same = PLACE.is_file() and PLACE.read_text("utf-8") == made
        print(f"{PLACE.name}: {'as it should be' if same else 'differs: run python tools/known_keys.py'}")
        return 0 if same else 1
    PLACE.write_text(made, "utf-8")
    print(f"{PLACE}: {made.count(chr(10)) - 1} keys")
    return 0


if __name__ == "__main__":
    sys.exit(main())
