"""Every table and column of the ledger, declared once.

Four kinds of table stand here. *Row tables* are a pure function of the best chain: they
are append-only, and each block's rows enter that block's rolling digest. *Links* are what the
rules say, append-only too. *Base tables* are computed from both, can be thrown away and built
again, and cover the chain up to some block; segments hold what later blocks change in them. *Set tables*
are the entities of another set of rules, made at one tip and kept beside the ledger's own.

A column's ``dtype`` is its logical NumPy type. ``storage`` says how it lies on disk:
``plain`` is the same bytes; ``u40`` is an unsigned 40-bit number in two files, a ``<u4``
low part and a ``u1`` high part, since output and input ids pass 2^32 on the main chain;
``u40+`` is the same with larger numbers kept apart, in the table that ``rare`` names;
``sequence`` and ``version`` are one byte that stands for a frequent number, the others kept
apart likewise. All numbers are little-endian.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 3
"""Version of the ledger's file format and of the meaning of its columns."""

NO_ADDRESS = 0xFFFFFFFF
"""Address id of an output that pays to nobody (OP_RETURN)."""

NO_OUTPUT = (1 << 40) - 1
"""``inputs.spent_output`` of a coinbase input, which spends nothing."""

UNSPENT = 0xFFFFFFFF
"""``spends.spent_by`` of an output that nobody has spent up to the tip."""

OVERWRITTEN = 0xFFFFFFFE
"""``spends.spent_by`` of an output lost when a later coinbase took its transaction's id."""

UNSPENDABLE = 0xFFFFFFFD
"""``spends.spent_by`` of an output no one can spend: OP_RETURN, a script over 10,000 bytes,
the genesis block's output."""

MAX_TRANSACTIONS = UNSPENDABLE
MAX_SCRIPT_SIZE = 10_000
MAX_MONEY = 21_000_000 * 100_000_000

SCRIPT_TYPES: tuple[str, ...] = (
    "nonstandard",
    "pubkey",
    "pubkeyhash",
    "scripthash",
    "multisig",
    "nulldata",
    "witness_v0_keyhash",
    "witness_v0_scripthash",
    "witness_v1_taproot",
    "anchor",
    "witness_unknown",
    "scripthash32",
)
"""Script types by code, under Bitcoin Core's names. ``nulldata`` is any script that begins with
OP_RETURN, whatever follows, since none of them can be spent. ``scripthash32`` is Bitcoin Cash's
pay-to-script-hash of 32 bytes; elsewhere such a script is ``nonstandard``."""

(
    NONSTANDARD,
    PUBKEY,
    PUBKEYHASH,
    SCRIPTHASH,
    MULTISIG,
    NULLDATA,
    WITNESS_V0_KEYHASH,
    WITNESS_V0_SCRIPTHASH,
    WITNESS_V1_TAPROOT,
    ANCHOR,
    WITNESS_UNKNOWN,
    SCRIPTHASH32,
) = range(len(SCRIPT_TYPES))

HEAD_BYTES = 20
"""Bytes of an address payload kept in ``addresses.head``."""

TAIL_BYTES = 12
"""Bytes of an address payload kept in ``address_tails.tail``."""

END_BYTES = 9
"""Bytes of an address payload kept in ``address_ends.end``."""

PAYLOAD_BYTES = HEAD_BYTES + TAIL_BYTES + END_BYTES
"""Longest address payload: the version byte and 40-byte program of an unknown witness."""

PAYLOAD_STRIDE = 48
"""Bytes per payload row in memory: the longest payload, padded to whole 64-bit words."""


def packed(payload: bytes) -> bytes:
    """A payload as a row in memory: zeros behind it, and its length in the last byte."""
    return payload.ljust(PAYLOAD_STRIDE - 1, b"\0") + bytes([len(payload)])


PAYLOAD_LENGTH: dict[int, int] = {
    NONSTANDARD: 32,
    PUBKEYHASH: 20,
    SCRIPTHASH: 20,
    MULTISIG: 32,
    WITNESS_V0_KEYHASH: 20,
    WITNESS_V0_SCRIPTHASH: 32,
    WITNESS_V1_TAPROOT: 32,
    ANCHOR: 2,
    SCRIPTHASH32: 32,
}
"""Payload length by address type. Pay-to-pubkey has the type and payload of pay-to-pubkey-hash;
scripts without an address form are known by the SHA-256 of the script. ``witness_unknown``
varies (version byte, then program) and always has a row in ``address_ends`` that states it."""

WIDE_MARK = (1 << 40) - 1
"""What a ``u40+`` column holds where the number is in its table of rare ones."""

RARE = 255
"""What a ``sequence`` or ``version`` column holds where the number is in its table of rare ones."""

FREQUENT_SEQUENCES: tuple[int, ...] = (0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, *range(RARE - 3))
"""Sequence numbers by their one-byte code."""

FREQUENT_VERSIONS: tuple[int, ...] = tuple(range(RARE))
"""Transaction versions by their one-byte code."""

FLAG_COINBASE = 1
FLAG_WITNESS = 2
FLAG_SORTED_INPUTS = 4
"""The inputs stand in the order of BIP 69: by the id of the transaction spent, as people write it, then by
place. So do those of which there is one."""
FLAG_SORTED_OUTPUTS = 8
"""The outputs stand in the order of BIP 69: by value, then by script."""

SIGNED_ALL = 1
"""``inputs.signing``: some signature is over all inputs and outputs (ALL, or taproot's DEFAULT)."""

SIGNED_NONE = 2
"""Some signature is over no output."""

SIGNED_SINGLE = 4
"""Some signature is over the one output of its input's place."""

SIGNED_ANYONECANPAY = 8
"""Some signature is over its own input alone, whatever its outputs."""

SIGNED_OTHER = 16
"""Some signature has a hash type that none of the above is, or no strict DER form, so that it has none
that can be relied on."""

SIGNED_HIGH_R = 32
"""Some ECDSA signature has an r of 33 bytes: the software that made it does not grind for a low r."""

SHOWN_LONG_KEY = 64
"""An uncompressed public key (65 bytes) was shown."""

EXECUTED_MULTISIG = 128
"""It ran a script of m of n keys (CHECKMULTISIG): redeem script, witness script, or bare."""

SIGNING_BITS: tuple[str, ...] = (
    "all",
    "none",
    "single",
    "anyonecanpay",
    "other",
    "high_r",
    "long_key",
    "multisig",
)
"""Names of the bits of ``inputs.signing``, from the lowest."""


def signing_names(bits: int) -> list[str]:
    """The names of the bits of ``inputs.signing`` that are set, from the lowest."""
    return [name for place, name in enumerate(SIGNING_BITS) if bits >> place & 1]


NO, UNKNOWN, YES = 0, 1, 2
"""What a rule answers, int8: *and* is the smaller, *or* the larger, and *not* is 2 minus it."""


POISON, HAIRCUT, FIFO, LIFO, SENIORITY, JUNIORITY, TIHO = range(7)
"""Policies by which taint is shared among the outputs of a transaction, by number (docs/trace.md)."""


@dataclass(frozen=True)
class Column:
    """One column: its name, logical dtype, items per row, unit, and one sentence."""

    name: str
    dtype: str
    doc: str
    unit: str = ""
    width: int = 1
    storage: str = "plain"
    rare: str = ""
    """The table that holds the numbers for which the storage has no room."""


@dataclass(frozen=True)
class Table:
    """One table: what a row is, how rows are ordered, and the columns in digest order."""

    name: str
    doc: str
    order: str
    columns: tuple[Column, ...]
    group: str = "rows"
    """``rows``, ``links``, ``base`` or ``set``: what is written, cut back and replaced together."""
    logical: bool = True
    """False for search structures and what is stored apart, which say nothing new and enter no digest."""

    def column(self, name: str) -> Column:
        """The column called ``name``. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


def _u40(name: str, doc: str, unit: str) -> Column:
    return Column(name, "<i8", doc, unit, storage="u40")


BLOCKS = Table(
    "blocks",
    "One row per block of the best chain; the row number is the height.",
    "height",
    (
        Column("hash", "u1", "Double SHA-256 of the header, in wire order.", "hash", 32),
        Column("version", "<i4", "Header version."),
        Column("merkle_root", "u1", "Merkle root of the transaction ids, in wire order.", "hash", 32),
        Column("time", "<u4", "Header time, set by the miner within consensus bounds.", "Unix seconds"),
        Column("bits", "<u4", "Compact target."),
        Column("nonce", "<u4", "Header nonce."),
        Column(
            "median_time", "<u4", "Median time of the eleven blocks that end here (BIP 113).", "Unix seconds"
        ),
        Column("work", "u1", "Total expected work up to here, big-endian.", "hashes", 32),
        Column("size", "<u4", "Serialised size with witnesses.", "bytes"),
        Column("base_size", "<u4", "Serialised size without witnesses.", "bytes"),
        Column("trailing", "<u4", "Bytes after the last transaction (Litecoin's extension block).", "bytes"),
        Column("first_transaction", "<u4", "Id of the block's coinbase.", "transaction id"),
        _u40("first_output", "Id of the block's first output.", "output id"),
        _u40("first_input", "Id of the block's first input.", "input id"),
        Column("first_address", "<u4", "Number of addresses seen before this block.", "address id"),
    ),
)

TRANSACTIONS = Table(
    "transactions",
    "One row per transaction of the best chain, in chain order.",
    "transaction id",
    (
        Column("txid", "u1", "Double SHA-256 without witness, in wire order.", "hash", 32),
        _u40("first_output", "Id of its first output.", "output id"),
        _u40("first_input", "Id of its first input.", "input id"),
        Column(
            "offset",
            "<u4",
            "Where it starts in its serialised block; it ends where the next one starts.",
            "bytes",
        ),
        Column("base_size", "<u4", "Serialised size without witness.", "bytes"),
        Column("version", "<u4", "Transaction version.", storage="version", rare="rare_versions"),
        Column("lock_time", "<u4", "Lock time: a height below 500,000,000, else Unix seconds."),
        Column(
            "flags",
            "u1",
            "1: coinbase. 2: has a witness. 4, 8: its inputs, its outputs stand in the order of BIP 69.",
        ),
    ),
)

OUTPUTS = Table(
    "outputs",
    "One row per output, in chain order.",
    "output id",
    (
        Column("value", "<i8", "Amount.", "satoshi", storage="u40+", rare="large_values"),
        Column("script_type", "u1", "Code into SCRIPT_TYPES."),
        Column("address", "<u4", "What the script pays to; NO_ADDRESS for OP_RETURN.", "address id"),
    ),
)

INPUTS = Table(
    "inputs",
    "One row per input, in chain order, coinbase inputs too.",
    "input id",
    (
        _u40("spent_output", "The output it spends; NO_OUTPUT for a coinbase.", "output id"),
        Column("sequence", "<u4", "Sequence number.", storage="sequence", rare="rare_sequences"),
        Column(
            "signing",
            "u1",
            "What its signatures say, as bits. 1: ALL or DEFAULT. 2: NONE. 4: SINGLE. 8: ANYONECANPAY. 16: "
            "another hash type, or no strict form. 32: an r of 33 bytes. 64: an uncompressed key was shown. "
            "128: it ran a multisig script.",
        ),
    ),
)

ADDRESSES = Table(
    "addresses",
    "One row per address, in order of first appearance in an output.",
    "address id",
    (
        Column("type", "u1", "Code into SCRIPT_TYPES; pay-to-pubkey counts as pubkeyhash."),
        Column("head", "u1", "First 20 bytes of the payload, zero-padded.", "bytes", HEAD_BYTES),
    ),
)

ADDRESS_TAILS = Table(
    "address_tails",
    "One row per address whose payload does not fit into the head.",
    "address",
    (
        Column("address", "<u4", "Whose tail this is; ascending.", "address id"),
        Column("tail", "u1", "Payload from byte 20 to byte 31, zero-padded.", "bytes", TAIL_BYTES),
    ),
)

ADDRESS_ENDS = Table(
    "address_ends",
    "One row per unknown witness.",
    "address",
    (
        Column("address", "<u4", "Whose end this is; ascending.", "address id"),
        Column("length", "u1", "Length of the whole payload.", "bytes"),
        Column("end", "u1", "Payload from byte 32 on, zero-padded.", "bytes", END_BYTES),
    ),
)

OVERWRITTEN_TRANSACTIONS = Table(
    "overwritten",
    "One row per transaction whose outputs were lost to a later one of the same id (BIP 30).",
    "by",
    (
        Column("transaction", "<u4", "The earlier one.", "transaction id"),
        Column("by", "<u4", "The later one; ascending.", "transaction id"),
    ),
)

LINKS = Table(
    "links",
    "The record of entities: one row per reason to put two addresses under one control.",
    "transaction, then b",
    (
        Column(
            "a",
            "<u4",
            "Address of the transaction's first input; of two of one key the one that was paid first.",
            "address id",
        ),
        Column("b", "<u4", "Another address among its inputs, or of the same key.", "address id"),
        Column(
            "transaction",
            "<u4",
            "Where the reason stands: whose inputs they are, or which one is the first to pay b.",
            "transaction id",
        ),
        Column("rule", "u1", "Which rule, as numbered in the manifest."),
    ),
    group="links",
)

KNOWN_KEYS = Table(
    "known_keys",
    "One row per address whose private key everybody knows, as far as the rules list such keys.",
    "address",
    (Column("address", "<u4", "Which; ascending.", "address id"),),
    group="links",
)

SPENDS = Table(
    "spends",
    "One row per output: who spent it.",
    "output id",
    (
        Column(
            "spent_by", "<u4", "Spending transaction, or UNSPENT, OVERWRITTEN, UNSPENDABLE.", "transaction id"
        ),
    ),
    group="base",
)

POSTINGS = Table(
    "postings",
    "The outputs of each address, grouped by address.",
    "address, then output",
    (_u40("output", "An output that pays to the address.", "output id"),),
    group="base",
    logical=False,
)

POSTING_STARTS = Table(
    "posting_starts",
    "One row per address and one more: where its postings start.",
    "address id",
    (_u40("start", "Row of postings.", "row"),),
    group="base",
    logical=False,
)

ENTITIES = Table(
    "entities",
    "One row per address: its entity.",
    "address id",
    (Column("entity", "<u4", "The smallest address id under the same control.", "address id"),),
    group="base",
)

MEMBERS = Table(
    "members",
    "The addresses of each entity of several, grouped by entity.",
    "entity, then address",
    (Column("address", "<u4", "A member.", "address id"),),
    group="base",
    logical=False,
)

ENTITY_LIST = Table(
    "entity_list",
    "One row per entity of several addresses, by id.",
    "entity",
    (
        Column("entity", "<u4", "Its id; ascending.", "address id"),
        Column("start", "<u4", "Where its members start.", "row"),
        Column("size", "<u4", "How many addresses it has.", "addresses"),
    ),
    group="base",
    logical=False,
)

MANY_OUTPUTS = 1_000
"""Entities and addresses that received so many outputs have their sums kept, in ``totals`` and
``busy_addresses``."""

TOTALS = Table(
    "totals",
    "One row per entity that received many outputs: what they add up to.",
    "entity",
    (
        Column("entity", "<u4", "Its id; ascending.", "address id"),
        Column("outputs", "<u4", "Outputs received.", "outputs"),
        Column("received", "<u8", "Sum of their values, the low 64 bits.", "satoshi"),
        Column("received_high", "<u2", "The bits above.", "2^64 satoshi"),
        Column("balance", "<u8", "Sum of those unspent.", "satoshi"),
    ),
    group="base",
    logical=False,
)

BUSY_ADDRESSES = Table(
    "busy_addresses",
    "One row per address that received many outputs: what they add up to.",
    "address",
    (
        Column("address", "<u4", "Which; ascending.", "address id"),
        Column("outputs", "<u4", "Outputs received.", "outputs"),
        Column("received", "<u8", "Sum of their values, the low 64 bits.", "satoshi"),
        Column("received_high", "<u2", "The bits above.", "2^64 satoshi"),
        Column("balance", "<u8", "Sum of those unspent.", "satoshi"),
        Column("overwritten", "<u8", "Sum of those overwritten.", "satoshi"),
        Column("unspendable", "<u8", "Sum of those that nobody can spend.", "satoshi"),
        Column("last", "<u4", "The last transaction that spent one; UNSPENT if none did.", "transaction id"),
    ),
    group="base",
    logical=False,
)

SET_LINKS = Table(
    "set_links",
    "The links of a set of rules that the ledger's own record has not.",
    "transaction, then as the rules find them",
    (
        Column("a", "<u4", "Address of the transaction's first input.", "address id"),
        Column(
            "b", "<u4", "The other address: among its inputs, or what a change output pays.", "address id"
        ),
        Column("transaction", "<u4", "Where the reason stands.", "transaction id"),
        Column("rule", "u1", "Which rule, as numbered in the set's manifest."),
        Column("chance", "<u4", "Stated probability that it is right; 0 where none is stated.", "millionths"),
    ),
    group="set",
)

CONSTRAINED, SERVICES, LARGE, OVERRULED = 1, 2, 3, 4
SKIP_REASONS: dict[int, str] = {
    CONSTRAINED: "cannot-link",
    SERVICES: "services",
    LARGE: "large",
    OVERRULED: "overruled",
}
"""Why a link was skipped. *cannot-link*: some payment says that the two are not one. *services*: they are
attributed to different services. *large*: both are large, which one wrong link must not join. *overruled*:
nothing was skipped, but a cannot-link was dropped, since the set's certain links say that the two are one."""

SKIPPED = Table(
    "skipped",
    "One row per link of a set that was skipped, and per cannot-link that was overruled.",
    "overruled ones first, then transaction",
    (
        Column("a", "<u4", "Address of the transaction's first input.", "address id"),
        Column("b", "<u4", "The address that the output pays.", "address id"),
        Column("transaction", "<u4", "Where the reason to join them, or not to, stands.", "transaction id"),
        Column("chance", "<u4", "Stated probability that they are one.", "millionths"),
        Column("reason", "u1", "A key of SKIP_REASONS."),
    ),
    group="set",
)

LARGE_VALUES = Table(
    "large_values",
    "One row per output whose value has more than 40 bits.",
    "output",
    (
        _u40("row", "Which; ascending.", "output id"),
        Column("value", "<i8", "Amount.", "satoshi"),
    ),
    logical=False,
)

RARE_VERSIONS = Table(
    "rare_versions",
    "One row per transaction whose version has no code.",
    "transaction",
    (
        _u40("row", "Which; ascending.", "transaction id"),
        Column("value", "<u4", "Version."),
    ),
    logical=False,
)

RARE_SEQUENCES = Table(
    "rare_sequences",
    "One row per input whose sequence number has no code.",
    "input",
    (
        _u40("row", "Which; ascending.", "input id"),
        Column("value", "<u4", "Sequence number."),
    ),
    logical=False,
)

UNSPENDABLE_OUTPUTS = Table(
    "unspendable",
    "One row per output that nobody can spend though it is no OP_RETURN: the genesis block's, and "
    "those whose script is over 10,000 bytes.",
    "output",
    (_u40("output", "Which; ascending.", "output id"),),
)

BLOCK_DIGESTS = Table(
    "block_digests",
    "The rolling digest of all rows up to and including each block.",
    "height",
    (
        Column("content", "u1", "SHA-256 of the block's rows, without what tells of addresses.", "hash", 32),
        Column("digest", "u1", "SHA-256 of the digest before, of content, and of the rest.", "hash", 32),
    ),
    logical=False,
)


def _lookup(subject: str) -> tuple[Table, Table]:
    """Two tables that find a row by 64 bits of its key: entries grouped by bucket, and bucket starts."""
    return (
        Table(
            f"{subject}_lookup",
            f"Every {subject}, grouped by the leading bits of its key.",
            "bucket, then id",
            (
                Column("id", "<u4", f"A {subject} of the bucket.", f"{subject} id"),
                Column("fingerprint", "u1", "The eight key bits after the bucket's."),
            ),
            group="base",
            logical=False,
        ),
        Table(
            f"{subject}_buckets",
            "One row per bucket and one more; their number is a power of two, and one.",
            "bucket",
            (Column("start", "<u4", f"Where the bucket starts in {subject}_lookup.", "row"),),
            group="base",
            logical=False,
        ),
    )


TRANSACTION_LOOKUP, TRANSACTION_BUCKETS = _lookup("transaction")
ADDRESS_LOOKUP, ADDRESS_BUCKETS = _lookup("address")
NESTED_LOOKUP = Table(
    "nested_lookup",
    "Every address that is a key's hash, grouped by the leading bits of the key of the script hash address "
    "in which that hash may be nested (P2SH-P2WPKH).",
    "bucket, then id",
    (
        Column("id", "<u4", "An address of the bucket.", "address id"),
        Column("fingerprint", "u1", "The eight key bits after the bucket's."),
    ),
    group="base",
    logical=False,
)
NESTED_BUCKETS = Table(
    "nested_buckets",
    "One row per bucket and one more; their number is a power of two, and one.",
    "bucket",
    (Column("start", "<u4", "Where the bucket starts in nested_lookup.", "row"),),
    group="base",
    logical=False,
)

TABLES: tuple[Table, ...] = (
    BLOCKS,
    TRANSACTIONS,
    OUTPUTS,
    INPUTS,
    ADDRESSES,
    ADDRESS_TAILS,
    ADDRESS_ENDS,
    OVERWRITTEN_TRANSACTIONS,
    UNSPENDABLE_OUTPUTS,
    BLOCK_DIGESTS,
    LARGE_VALUES,
    RARE_VERSIONS,
    RARE_SEQUENCES,
    LINKS,
    KNOWN_KEYS,
    SPENDS,
    POSTINGS,
    POSTING_STARTS,
    ENTITIES,
    MEMBERS,
    ENTITY_LIST,
    TOTALS,
    BUSY_ADDRESSES,
    TRANSACTION_LOOKUP,
    TRANSACTION_BUCKETS,
    ADDRESS_LOOKUP,
    ADDRESS_BUCKETS,
    NESTED_LOOKUP,
    NESTED_BUCKETS,
)

ROW_TABLES: tuple[Table, ...] = tuple(table for table in TABLES if table.group == "rows")
"""Append-only, written block by block."""

LINK_TABLES: tuple[Table, ...] = (LINKS, KNOWN_KEYS)
"""Append-only, written as the rules find them."""

BASE_TABLES: tuple[Table, ...] = tuple(table for table in TABLES if table.group == "base")
"""Built from rows and links, up to the block where the segments begin."""

SET_TABLES: tuple[Table, ...] = (ENTITIES, MEMBERS, ENTITY_LIST, TOTALS, SET_LINKS, SKIPPED)
"""Those of another set of rules: the tables of entities as in the base, and its own record."""

ADDRESS_COLUMNS: dict[str, tuple[str, ...]] = {
    "blocks": ("first_address",),
    "outputs": ("address",),
    "addresses": ("type", "head"),
    "address_tails": ("address", "tail"),
    "address_ends": ("address", "length", "end"),
}
"""Logical columns that tell of addresses. A build that joins addresses last knows the others before."""


def table(name: str) -> Table:
    """The table called ``name``. Raises KeyError."""
    for candidate in TABLES:
        if candidate.name == name:
            return candidate
    raise KeyError(name)
