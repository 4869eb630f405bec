"""The networks of Bitcoin and of currencies that descend from it: what tells one from another.

Source: ``chainparams.cpp`` and ``chainparamsbase.cpp`` of Bitcoin Core, Litecoin Core, Dogecoin Core and
Bitcoin Cash Node. The genesis hashes are computed again in the tests from the blocks themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clew.errors import UsageError
from clew.schema import MAX_MONEY

NEVER = 1 << 40
"""A height that no chain reaches."""


@dataclass(frozen=True)
class Fork:
    """The first block after a chain split, which tells networks apart that share all blocks before.

    At ``height`` this network's block is ``hash`` (wire order); ``rival`` is the network that parted here.
    """

    height: int
    hash: bytes
    rival: str


@dataclass(frozen=True)
class Network:
    """One network.

    ``magic`` starts every frame of a block file. ``genesis_hash`` is in wire order.
    ``pow_limit`` is the largest target a header may claim. ``data_folder`` is where the node
    keeps the network, inside its data directory (the main network: the directory itself), and
    ``node_folder`` names that directory. ``segwit_height`` is the first height at which BIP 141 holds;
    a regtest node can be told another. Prefixes that are empty or None belong to forms of address that
    the network has not; ``old_scripthash_prefix`` is read and no longer written.

    ``max_money`` is the most satoshi of an output, ``largest_block`` the most bytes of a block.
    ``scrypt``: work is done on the header's scrypt hash, not on the double SHA-256 that names it.
    ``auxpow_chain``: the chain id under which it is merge-mined (Dogecoin). ``mweb``: blocks may end in
    an extension block (Litecoin). ``tokens``: output scripts may begin with a token prefix, and scripts
    may pay to a 32-byte script hash (Bitcoin Cash). ``forkid``: hash types of signatures carry a FORKID
    (0x40), and signatures may be Schnorr's, of 65 bytes (Bitcoin Cash).
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
    currency: str = "Bitcoin"
    node_folder: str = "Bitcoin"
    old_scripthash_prefix: int | None = None
    cashaddr_prefix: str = ""
    max_money: int = MAX_MONEY
    largest_block: int = 4_000_000
    scrypt: bool = False
    auxpow_chain: int | None = None
    mweb: bool = False
    tokens: bool = False
    forkid: bool = False
    fork: Fork | None = None

    @property
    def has_witness_programs(self) -> bool:
        """Whether a witness program is an address here; elsewhere it is a script like any other."""
        return bool(self.bech32_prefix)


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
    fork=Fork(
        478_559, _wire("00000000000000000019f112ec0a9982926f1258cdcc558dd7c3b7e5dc7fa148"), "bitcoincash"
    ),
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

_LITECOIN = Network(
    name="litecoin",
    magic=bytes.fromhex("fbc0b6db"),
    genesis_hash=_wire("12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2"),
    pubkeyhash_prefix=48,
    scripthash_prefix=50,
    old_scripthash_prefix=5,
    bech32_prefix="ltc",
    pow_limit=(1 << 236) - 1,
    data_folder="",
    segwit_height=1_201_536,
    currency="Litecoin",
    node_folder="Litecoin",
    max_money=84_000_000 * 100_000_000,
    # Litecoin Core allows a segwit block of 4 MB and an extension of a little over 11 MB.
    largest_block=16_000_000,
    scrypt=True,
    mweb=True,
)

_LITECOIN_REGTEST = replace(
    _LITECOIN,
    name="litecoin-regtest",
    magic=bytes.fromhex("fabfb5da"),
    genesis_hash=_wire("530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9"),
    pubkeyhash_prefix=111,
    scripthash_prefix=58,
    old_scripthash_prefix=196,
    bech32_prefix="rltc",
    pow_limit=(1 << 255) - 1,
    data_folder="regtest",
    segwit_height=0,
)

_DOGECOIN = Network(
    name="dogecoin",
    magic=bytes.fromhex("c0c0c0c0"),
    genesis_hash=_wire("1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691"),
    pubkeyhash_prefix=30,
    scripthash_prefix=22,
    bech32_prefix="",
    pow_limit=(1 << 236) - 1,
    data_folder="",
    segwit_height=NEVER,
    currency="Dogecoin",
    node_folder="Dogecoin",
    # Only what one amount may be: more coins than that exist.
    max_money=10_000_000_000 * 100_000_000,
    scrypt=True,
    auxpow_chain=0x62,
)

_DOGECOIN_REGTEST = replace(
    _DOGECOIN,
    name="dogecoin-regtest",
    magic=bytes.fromhex("fabfb5da"),
    genesis_hash=_wire("3d2160a3b5dc4a9d62e7e66a295f70313ac808440ef7400d6c0772171ce973a5"),
    pubkeyhash_prefix=111,
    scripthash_prefix=196,
    pow_limit=(1 << 255) - 1,
    data_folder="regtest",
)

# A Bitcoin Cash node marks its files, and keeps them in the folder, as Bitcoin Core does.
_BITCOIN_CASH = replace(
    _MAIN,
    name="bitcoincash",
    bech32_prefix="",
    cashaddr_prefix="bitcoincash",
    segwit_height=NEVER,
    currency="Bitcoin Cash",
    largest_block=32_000_000,
    tokens=True,
    forkid=True,
    fork=Fork(478_559, _wire("000000000000000000651ef99cb9fcbe0dadde1d424bd9f15ff20136191a5eec"), "main"),
)

_BITCOIN_CASH_REGTEST = replace(
    _BITCOIN_CASH,
    name="bitcoincash-regtest",
    magic=_REGTEST.magic,
    genesis_hash=_REGTEST.genesis_hash,
    pubkeyhash_prefix=111,
    scripthash_prefix=196,
    cashaddr_prefix="bchreg",
    pow_limit=_REGTEST.pow_limit,
    data_folder="regtest",
    fork=None,
)

NETWORKS: dict[str, Network] = {
    each.name: each
    for each in (
        *(_MAIN, _TESTNET3, _TESTNET4, _SIGNET, _REGTEST),
        *(_LITECOIN, _LITECOIN_REGTEST, _DOGECOIN, _DOGECOIN_REGTEST),
        *(_BITCOIN_CASH, _BITCOIN_CASH_REGTEST),
    )
}
"""Every network Clew knows, by name; Bitcoin's main network first."""

BITCOIN = _MAIN


def network(name: str) -> Network:
    """The network called ``name``. Raises UsageError."""
    try:
        return NETWORKS[name]
    except KeyError:
        raise UsageError(
            f"no such network: expected one of {', '.join(NETWORKS)}, found {name!r}; choose one of them"
        ) from None
