"""The Bitcoin networks: what tells one from another.

Source: Bitcoin Core, ``src/kernel/chainparams.cpp`` and ``src/chainparamsbase.cpp``. The genesis
hashes are computed again in the tests from the blocks themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from clew.errors import UsageError


@dataclass(frozen=True)
class Network:
    """One network.

    ``magic`` starts every frame of a block file. ``genesis_hash`` is in wire order.
    ``pow_limit`` is the largest target a header may claim. ``data_folder`` is where Bitcoin Core
    keeps the network, inside its data directory (the main network: the directory itself).
    ``segwit_height`` is the first height at which BIP 141 holds; a regtest node can be told another.
    """

    name: str
    magic: bytes
    genesis_hash: bytes
    pubkeyhash_prefix: int
    scripthash_prefix: int
    bech32_prefix: str
    pow_limit: int
    data_folder: str
    segwit_height: int


def _wire(shown: str) -> bytes:
    return bytes.fromhex(shown)[::-1]


_MAIN = Network(
    name="main",
    magic=bytes.fromhex("f9beb4d9"),
    genesis_hash=_wire("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"),
    pubkeyhash_prefix=0,
    scripthash_prefix=5,
    bech32_prefix="bc",
    pow_limit=(1 << 224) - 1,
    data_folder="",
    segwit_height=481_824,
)

_TESTNET3 = Network(
    name="testnet3",
    magic=bytes.fromhex("0b110907"),
    genesis_hash=_wire("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"),
    pubkeyhash_prefix=111,
    scripthash_prefix=196,
    bech32_prefix="tb",
    pow_limit=(1 << 224) - 1,
    data_folder="testnet3",
    segwit_height=834_624,
)

_TESTNET4 = Network(
    name="testnet4",
    magic=bytes.fromhex("1c163f28"),
    genesis_hash=_wire("00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043"),
    pubkeyhash_prefix=111,
    scripthash_prefix=196,
    bech32_prefix="tb",
    pow_limit=(1 << 224) - 1,
    data_folder="testnet4",
    segwit_height=1,
)

_SIGNET = Network(
    name="signet",
    magic=bytes.fromhex("0a03cf40"),
    genesis_hash=_wire("00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6"),
    pubkeyhash_prefix=111,
    scripthash_prefix=196,
    bech32_prefix="tb",
    pow_limit=0x0377AE << 216,
    data_folder="signet",
    segwit_height=1,
)

_REGTEST = Network(
    name="regtest",
    magic=bytes.fromhex("fabfb5da"),
    genesis_hash=_wire("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"),
    pubkeyhash_prefix=111,
    scripthash_prefix=196,
    bech32_prefix="bcrt",
    pow_limit=(1 << 255) - 1,
    data_folder="regtest",
    segwit_height=0,
)

NETWORKS: dict[str, Network] = {each.name: each for each in (_MAIN, _TESTNET3, _TESTNET4, _SIGNET, _REGTEST)}
"""Every network Clew knows, by name; the main network first."""


def network(name: str) -> Network:
    """The network called ``name``. Raises UsageError."""
    try:
        return NETWORKS[name]
    except KeyError:
        raise UsageError(
            f"no such network: expected one of {', '.join(NETWORKS)}, found {name!r}; choose one of them"
        ) from None
