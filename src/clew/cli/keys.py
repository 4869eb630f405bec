"""Every key of the JSON that the commands print: type, unit, one sentence.

A name is a path: ``a.b`` is key b of object a, ``a[].b`` is key b of each object in list a. The
reference page is made from this list, and tests compare it with real answers.
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGER = "integer"
NUMBER = "number"
TEXT = "text"
FLAG = "true or false"
LIST = "list"
OBJECT = "object"
VALUE = "number, text, true or false, or object"
OR_NULL = " or null"

SATOSHI = "satoshi"
TIME = "Unix seconds, UTC"
BYTES = "bytes"
SECONDS = "seconds"
HEX = "hex"


@dataclass(frozen=True)
class Key:
    """One key: its path, type, unit, and meaning."""

    name: str
    type: str
    unit: str
    doc: str


def _under(parent: str, *keys: Key) -> tuple[Key, ...]:
    return tuple(Key(f"{parent}.{key.name}", key.type, key.unit, key.doc) for key in keys)


_HEIGHT = Key("height", INTEGER, "block height", "Height of the block; the first block has height 0.")
_TIME = Key("time", INTEGER, TIME, "Time in the block's header, set by its miner.")
_MEDIAN = Key("median_time", INTEGER, TIME, "Median time of the eleven blocks that end here; it only grows.")
_TXID = Key("txid", TEXT, HEX, "Transaction id, as block explorers show it.")
_VOUT = Key("vout", INTEGER, "", "Number of the output within its transaction, from 0.")
_ADDRESS = Key("address", TEXT, "", "The address; script:HASH where the script has no address form.")
_PAID = Key("address", TEXT + OR_NULL, "", "What the output pays to; null where it pays nobody (OP_RETURN).")
_SCRIPT_TYPE = Key("script_type", TEXT, "", "Type of the output's script, under Bitcoin Core's name.")
_ENTITY = Key("entity", INTEGER, "address id", "Id of the entity: its smallest address id, at this snapshot.")
_SIZE = Key("size", INTEGER, "addresses", "Addresses known to be the entity's; a lower bound.")
_SPENT_BY = Key("spent_by", TEXT + OR_NULL, HEX, "Id of the transaction that spends it; null if none does.")
_SPENT = Key("spent", TEXT, "", "unspent, spent, overwritten (lost to a later transaction), or unspendable.")
_MIXED = Key("mixed", FLAG, "", "True if some inputs are the entity's and some are not; only the net counts.")
_LIMIT = "It may be cut."

EVERY: tuple[Key, ...] = (
    Key("question", TEXT, "", "Which question this answers: the command's name."),
    Key(
        "parameters",
        OBJECT,
        "",
        "What was asked: addresses, entity, block or txid; limit (0: all) and offset where a list "
        "can be cut; tz for proceeds, where it decides what a month is.",
    ),
    Key("network", TEXT, "", "main, testnet3, testnet4, signet or regtest."),
    Key("tip", OBJECT, "", "The last block of the ledger."),
    Key("tip.height", INTEGER, "block height", "Its height."),
    Key("tip.hash", TEXT, HEX, "Its hash."),
    Key("tip.work", TEXT, HEX, "Expected number of hashes behind the chain up to it."),
    Key("snapshot", TEXT, HEX, "SHA-256 over everything the answer depends on: tip, rows, rules, format."),
    Key("rules_in_force", LIST, "", "The rules that the ledger's entities rest on."),
    Key("rules_in_force[].name", TEXT, "", "Name of a rule."),
    Key("rules_in_force[].version", INTEGER, "", "Its version."),
    Key("caveats", LIST, "", "What must be kept in mind with this answer; each a sentence."),
    Key("error_estimate", TEXT + OR_NULL, "", "How often such conclusions are wrong; null if not known."),
)
"""Keys of every answer."""

EXTENT: tuple[Key, ...] = (
    Key("status", TEXT, "", "complete, cut, none found, or not searched."),
    Key("shown", INTEGER, "rows", "How many rows of the list are here."),
    Key("found", INTEGER, "rows", "How many rows there are."),
)
"""Keys of every answer whose list is paged."""

_ENTITIES: tuple[Key, ...] = (
    Key("entities", LIST, "", "The entities of the addresses asked about; all are taken together."),
    *_under("entities[]", _ENTITY, _SIZE, Key("address", TEXT, "", "Its first address.")),
)
_BETWEEN: tuple[Key, ...] = (
    Key("between", OBJECT, "", "Payments among the entities asked about, which no list or sum here counts."),
    Key(
        "between.payments",
        INTEGER,
        "transactions",
        "How many transactions have inputs of these entities alone, and pay one of them that funded none.",
    ),
    Key("between.value", INTEGER, SATOSHI, "Sum of their outputs to those that funded none of their inputs."),
)
_LOST: tuple[Key, ...] = (
    Key("overwritten", INTEGER, SATOSHI, "Sum of those outputs lost to a later transaction of the same id."),
    Key("unspendable", INTEGER, SATOSHI, "Sum of those outputs that nobody can ever spend."),
)
_LOST_THEN: tuple[Key, ...] = (
    Key("overwritten", INTEGER, SATOSHI, "What was lost to later transactions of the same id."),
    Key("unspendable", INTEGER, SATOSHI, "What came in outputs that nobody can ever spend."),
)
_SUMS: tuple[Key, ...] = (
    Key("received", INTEGER, SATOSHI, "Sum of all outputs paid to it, change and money of its own too."),
    Key("sent", INTEGER, SATOSHI, "Sum of those outputs that were spent."),
    Key("balance", INTEGER, SATOSHI, "Sum of those outputs that nobody has spent and somebody can."),
)


def _seen(name: str, which: str) -> tuple[Key, ...]:
    return (
        Key(name, OBJECT + OR_NULL, "", f"The {which} transaction that pays it or is paid by it."),
        *_under(name, _HEIGHT, _TIME, _TXID),
    )


_NOTICE = Key("notice", TEXT, "", "What a payment does not show; belongs under every such table.")

QUESTIONS: dict[str, tuple[Key, ...]] = {
    "status": (
        Key("counts", OBJECT, "", "How much the ledger holds."),
        Key("counts.blocks", INTEGER, "blocks", "Blocks of the best chain, the first one included."),
        Key("counts.transactions", INTEGER, "transactions", "Transactions, coinbases too."),
        Key("counts.outputs", INTEGER, "outputs", "Outputs, spent ones too."),
        Key("counts.inputs", INTEGER, "inputs", "Inputs, those of coinbases too."),
        Key("counts.addresses", INTEGER, "addresses", "Different addresses seen in outputs."),
        Key("counts.entities", INTEGER, "entities", "Entities, those of one address too."),
        Key("unspent", OBJECT, "", "What can still be spent, as Bitcoin Core counts it."),
        Key("unspent.outputs", INTEGER, "outputs", "How many outputs."),
        Key("unspent.value", INTEGER, SATOSHI, "Their sum."),
        Key("source", OBJECT, "", "Where the blocks came from, and how far behind it the ledger is."),
        Key(
            "source.folder",
            TEXT + OR_NULL,
            "",
            "The folder with the block files, or the address of the node.",
        ),
        Key("source.status", TEXT, "", "searched, or not searched."),
        Key("source.reason", TEXT + OR_NULL, "", "Why it was not searched."),
        Key("source.blocks_behind", INTEGER + OR_NULL, "blocks", "How many blocks the ledger lacks."),
        Key("source.node_height", INTEGER + OR_NULL, "block height", "Height that the block files reach."),
        Key("source.blocks_to_undo", INTEGER + OR_NULL, "blocks", "Blocks of the ledger off the best chain."),
        Key("rules", LIST, "", "The rules that shaped the entities."),
        Key("rules[].name", TEXT, "", "Name of the rule."),
        Key("rules[].version", INTEGER, "", "Its version."),
    ),
    "digest": (Key("digest", TEXT, HEX, "SHA-256 of everything the ledger says, computed from its files."),),
    "block": (
        _HEIGHT,
        Key("hash", TEXT, HEX, "Hash of the block's header."),
        Key("previous", TEXT, HEX, "Hash of the block before; zeros for the first block."),
        Key("merkle_root", TEXT, HEX, "Merkle root of the transaction ids."),
        Key("version", INTEGER, "", "Version in the header, signed."),
        Key("bits", TEXT, HEX, "Target in compact form."),
        Key("nonce", INTEGER, "", "Nonce in the header."),
        _TIME,
        _MEDIAN,
        Key("work", TEXT, HEX, "Expected number of hashes behind the chain up to this block."),
        Key("size", INTEGER, BYTES, "Serialised size with witnesses."),
        Key("base_size", INTEGER, BYTES, "Serialised size without witnesses."),
        Key("weight", INTEGER, "weight units", "Three times base_size, and size (BIP 141)."),
        Key("fee", INTEGER, SATOSHI, "Sum of the fees of its transactions."),
        Key("count", INTEGER, "transactions", "How many transactions it has."),
        Key("transactions", LIST, HEX, "Their ids in the block's order. " + _LIMIT),
        *EXTENT,
    ),
    "tx": (
        _TXID,
        _HEIGHT,
        Key("block", TEXT, HEX, "Hash of the block."),
        _TIME,
        _MEDIAN,
        Key("confirmations", INTEGER, "blocks", "Blocks from this one to the tip, both counted."),
        Key("version", INTEGER, "", "Transaction version."),
        Key("lock_time", INTEGER, "", "Lock time: a height below 500,000,000, else Unix seconds."),
        Key("size", INTEGER, BYTES, "Serialised size with witness."),
        Key("base_size", INTEGER, BYTES, "Serialised size without witness."),
        Key("weight", INTEGER, "weight units", "Three times base_size, and size (BIP 141)."),
        Key("coinbase", FLAG, "", "True for a block's first transaction, which makes new coins."),
        Key("value_in", INTEGER + OR_NULL, SATOSHI, "Sum of the outputs it spends; null for a coinbase."),
        Key("value_out", INTEGER, SATOSHI, "Sum of its outputs."),
        Key("fee", INTEGER + OR_NULL, SATOSHI, "value_in less value_out; null for a coinbase."),
        Key("rules", OBJECT, "", "What each rule says of this transaction."),
        Key("rules.common_input", TEXT, "", "yes: one party signed all its inputs; no; unknown."),
        Key("rules.equal_output_coinjoin", TEXT, "", "yes: it looks like a coinjoin of equal outputs; no."),
        Key(
            "rules.strict",
            TEXT,
            "",
            "yes: both together join its input addresses into one entity; no; unknown.",
        ),
        Key("inputs", LIST, "", "Its inputs, in order."),
        *_under(
            "inputs[]",
            Key("txid", TEXT + OR_NULL, HEX, "Transaction of the output it spends; null for a coinbase."),
            Key("vout", INTEGER + OR_NULL, "", "Number of the output it spends; null for a coinbase."),
            Key("value", INTEGER + OR_NULL, SATOSHI, "Value of the output it spends; null for a coinbase."),
            Key("address", TEXT + OR_NULL, "", "Whose output it spends; null for a coinbase."),
            Key("script_type", TEXT + OR_NULL, "", "Type of the script it spends; null for a coinbase."),
            Key("entity", INTEGER + OR_NULL, "address id", "Entity of that address; null for a coinbase."),
            Key("sequence", INTEGER, "", "Sequence number."),
        ),
        Key("outputs", LIST, "", "Its outputs, in order."),
        *_under(
            "outputs[]",
            _VOUT,
            Key("value", INTEGER, SATOSHI, "Value of the output."),
            _PAID,
            _SCRIPT_TYPE,
            Key("entity", INTEGER + OR_NULL, "address id", "Entity of that address; null if it pays nobody."),
            _SPENT_BY,
            Key(
                "spent",
                TEXT,
                "",
                "unspent, spent, overwritten (lost to a later transaction), or unspendable.",
            ),
        ),
    ),
    "address": (
        _ADDRESS,
        Key("script_type", TEXT, "", "Type of script that pays to the address."),
        _ENTITY,
        _SIZE,
        *_SUMS,
        *_LOST,
        Key("count", INTEGER, "outputs", "How many outputs pay to it."),
        *_seen("first", "first"),
        *_seen("last", "last"),
        Key("outputs", LIST, "", "The outputs paid to it, in chain order. " + _LIMIT),
        *_under(
            "outputs[]",
            _TXID,
            _VOUT,
            Key("value", INTEGER, SATOSHI, "Value of the output."),
            _SCRIPT_TYPE,
            _HEIGHT,
            _TIME,
            _MEDIAN,
            _SPENT_BY,
            _SPENT,
        ),
        *EXTENT,
    ),
    "entity": (
        _ENTITY,
        _SIZE,
        Key("address", TEXT, "", "Its first address."),
        Key("lower_bound", FLAG, "", "Always true: the entity may have more addresses than are known."),
        *_SUMS,
        *_LOST,
        Key("from_outside", INTEGER, SATOSHI, "What others paid into it."),
        Key("to_outside", INTEGER, SATOSHI, "What it paid to others, without fees."),
        Key("fee", INTEGER, SATOSHI, "Fees of the transactions that it alone paid."),
        *_seen("first", "first"),
        *_seen("last", "last"),
        Key("addresses", LIST, "", "Its addresses, by id. " + _LIMIT),
        *_under(
            "addresses[]",
            _ADDRESS,
            Key("id", INTEGER, "address id", "Number of the address in order of first appearance."),
            Key("received", INTEGER, SATOSHI, "Sum of all outputs paid to it."),
            Key("balance", INTEGER, SATOSHI, "Sum of those nobody has spent."),
        ),
        Key("links", LIST, "", "The reasons: each puts two addresses under one control. " + _LIMIT),
        *_under(
            "links[]",
            Key("a", TEXT, "", "One address."),
            Key("b", TEXT, "", "The other address."),
            _TXID,
            _HEIGHT,
            _TIME,
            Key("rule", TEXT, "", "Name of the rule that says so."),
            Key("version", INTEGER, "", "Its version."),
        ),
        Key("lists", OBJECT, "", "How much of each list is shown."),
        Key("lists.addresses", OBJECT, "", "How much of the addresses."),
        *_under("lists.addresses", *EXTENT),
        Key("lists.links", OBJECT, "", "How much of the links."),
        *_under("lists.links", *EXTENT),
    ),
    "entities": (
        Key("entities", INTEGER, "entities", "How many entities there are."),
        Key("by_size", LIST, "", "How many there are of each size."),
        *_under(
            "by_size[]",
            Key("size_from", INTEGER, "addresses", "Least size in this row."),
            Key("size_to", INTEGER, "addresses", "Greatest size in this row."),
            Key("entities", INTEGER, "entities", "How many are that large."),
            Key("addresses", INTEGER, "addresses", "How many addresses they have together."),
        ),
        Key("largest", LIST, "", "Entities by falling size. " + _LIMIT),
        *_under(
            "largest[]",
            _ENTITY,
            _SIZE,
            Key("address", TEXT, "", "Its first address."),
            Key("balance", INTEGER, SATOSHI, "Sum of its outputs that nobody has spent."),
        ),
        *EXTENT,
    ),
    "payments": (
        *_ENTITIES,
        Key("payments", LIST, "", "Payments from outside, in chain order. " + _LIMIT),
        *_under(
            "payments[]",
            _TXID,
            _HEIGHT,
            _TIME,
            _MEDIAN,
            Key("value", INTEGER, SATOSHI, "What the entity gained by the transaction."),
            _MIXED,
            Key("coinbase", FLAG, "", "True for new coins, which nobody paid."),
            Key("coinjoin", FLAG, "", "True if the transaction looks like a coinjoin of equal outputs."),
            Key("outputs", LIST, "", "The transaction's outputs to the entity."),
            Key("outputs[].vout", INTEGER, "", "Number of the output within its transaction, from 0."),
            Key("outputs[].address", TEXT, "", "The entity's address that it pays to."),
            Key("outputs[].value", INTEGER, SATOSHI, "Value of the output."),
            Key("payers", LIST, "", "Who paid: none for new coins, several for a coinjoin."),
            Key("payers[].entity", INTEGER, "address id", "Id of the paying entity."),
            Key("payers[].size", INTEGER, "addresses", "Addresses known to be its; a lower bound."),
            Key("payers[].addresses", LIST, "", "Its addresses among the transaction's inputs."),
        ),
        Key("total", OBJECT, "", "Totals of all payments, also of those not shown."),
        Key("total.payments", INTEGER, "payments", "How many payments."),
        Key("total.value", INTEGER, SATOSHI, "Their sum."),
        Key("total.coinbase", INTEGER, "payments", "How many of them are new coins."),
        Key("total.mixed", INTEGER, "payments", "How many of them are mixed."),
        Key("total.payers", INTEGER, "entities", "How many different entities paid."),
        *_BETWEEN,
        _NOTICE,
        *EXTENT,
    ),
    "proceeds": (
        *_ENTITIES,
        Key("months", LIST, "", "One row per month of the zone asked for, by the blocks' header times."),
        *_under(
            "months[]",
            Key("month", TEXT, "", "Year and month, as in 2009-01."),
            Key("received", INTEGER, SATOSHI, "What came from outside in that month."),
            Key("spent", INTEGER, SATOSHI, "What went to outside."),
            Key("fee", INTEGER, SATOSHI, "Fees it paid."),
            *_LOST_THEN,
            Key("held", INTEGER, SATOSHI, "What it held at the end of the month."),
            Key("payments", INTEGER, "payments", "How many payments came in."),
            Key("outflows", INTEGER, "payments", "How many payments went out."),
        ),
        Key("total", OBJECT, "", "Totals: received - spent - fee = held + overwritten + unspendable."),
        Key("total.received", INTEGER, SATOSHI, "All that came from outside."),
        Key("total.spent", INTEGER, SATOSHI, "All that went to outside."),
        Key("total.fee", INTEGER, SATOSHI, "All fees it paid."),
        *_under("total", *_LOST_THEN),
        Key("total.held", INTEGER, SATOSHI, "What it holds at the tip."),
        *_BETWEEN,
        _NOTICE,
    ),
    "outflows": (
        *_ENTITIES,
        Key("outflows", LIST, "", "Payments to outside, in chain order. " + _LIMIT),
        *_under(
            "outflows[]",
            _TXID,
            _HEIGHT,
            _TIME,
            _MEDIAN,
            Key("vout", INTEGER + OR_NULL, "", "Number of the output; null if mixed."),
            Key("value", INTEGER, SATOSHI, "Value of the output; if mixed, what the entity lost."),
            _MIXED,
            Key("address", TEXT + OR_NULL, "", "Who was paid; null if mixed, or if it pays nobody."),
            Key("script_type", TEXT + OR_NULL, "", "Type of the output's script; null if mixed."),
            Key("entity", INTEGER + OR_NULL, "address id", "Entity that was paid; null as address is."),
            Key("size", INTEGER + OR_NULL, "addresses", "Addresses known to be its; null as address is."),
        ),
        Key("by_entity", LIST, "", "The same by receiving entity, the largest sum first. " + _LIMIT),
        *_under(
            "by_entity[]",
            Key("entity", INTEGER + OR_NULL, "address id", "The entity; null where none is known."),
            Key("size", INTEGER + OR_NULL, "addresses", "Addresses known to be its; a lower bound."),
            Key("address", TEXT + OR_NULL, "", "Its first address."),
            Key("value", INTEGER, SATOSHI, "What it was paid."),
            Key("payments", INTEGER, "transactions", "In how many transactions, each one payment to it."),
        ),
        Key("total", OBJECT, "", "Totals of all outflows, also of those not shown."),
        Key("total.outflows", INTEGER, "payments", "How many outflows."),
        Key("total.value", INTEGER, SATOSHI, "Their sum."),
        Key("total.fee", INTEGER, SATOSHI, "Fees of the transactions that the entity alone paid."),
        Key("total.mixed", INTEGER, "payments", "How many of the outflows are mixed."),
        *_BETWEEN,
        _NOTICE,
        Key("lists", OBJECT, "", "How much of each list is shown."),
        Key("lists.outflows", OBJECT, "", "How much of the outflows; the same as below."),
        *_under("lists.outflows", *EXTENT),
        Key("lists.by_entity", OBJECT, "", "How much of the receiving entities."),
        *_under("lists.by_entity", *EXTENT),
        *EXTENT,
    ),
}
"""Keys of each question's answer, besides those of every answer."""

_TIP: tuple[Key, ...] = (
    Key("tip.height", INTEGER, "block height", "Its height."),
    Key("tip.hash", TEXT, HEX, "Its hash."),
    Key("tip.work", TEXT, HEX, "Expected number of hashes behind the chain up to it."),
)

_WORLD: tuple[Key, ...] = (
    Key("name", TEXT, "", "Name of a world."),
    Key("era", TEXT, "", "The years that it is like."),
    Key("start", TEXT, "date", "First day of its span."),
    Key("end", TEXT, "date", "Last day of its span."),
    Key(
        "figures",
        INTEGER,
        "figures",
        "How many figures it has; shares, distributions and paths count as one.",
    ),
    Key("guesses", INTEGER, "figures", "How many of them are guesses."),
    Key("about", TEXT, "", "What it is about."),
)

COMMANDS: dict[str, tuple[Key, ...]] = {
    "index": (
        Key("network", TEXT, "", "main, testnet3, testnet4, signet or regtest."),
        Key("folder", TEXT, "", "The folder with the block files, or the address of the node."),
        Key("tip", OBJECT, "", "The last block of the ledger."),
        Key("tip.height", INTEGER, "block height", "Its height."),
        Key("tip.hash", TEXT, HEX, "Its hash."),
        Key("tip.work", TEXT, HEX, "Expected number of hashes behind the chain up to it."),
        Key("counts", OBJECT, "", "How much the ledger holds now."),
        Key("counts.blocks", INTEGER, "blocks", "Blocks of the best chain, the first one included."),
        Key("counts.transactions", INTEGER, "transactions", "Transactions, coinbases too."),
        Key("counts.outputs", INTEGER, "outputs", "Outputs, spent ones too."),
        Key("counts.inputs", INTEGER, "inputs", "Inputs, those of coinbases too."),
        Key("counts.addresses", INTEGER, "addresses", "Different addresses seen in outputs."),
        Key("counts.entities", INTEGER, "entities", "Entities, those of one address too."),
        Key("added_blocks", INTEGER, "blocks", "Blocks that this run added."),
        Key("added_transactions", INTEGER, "transactions", "Transactions that this run added."),
        Key("bytes_read", INTEGER, BYTES, "Bytes of blocks read."),
        Key("seconds", NUMBER, SECONDS, "How long the run took."),
        Key(
            "resumed_from",
            INTEGER + OR_NULL,
            "block height",
            "Last block that a stopped run had written and this one took over; null if there was none.",
        ),
        Key("rolled_back", INTEGER, "blocks", "Blocks taken back because another chain has more work."),
        Key("stale_blocks", INTEGER, "blocks", "Blocks in the files that are not on the best chain."),
        Key("duplicate_frames", INTEGER, "frames", "Blocks that stand in the files more than once."),
        Key("notices", LIST, "", "What was skipped, and what else is worth knowing; each a sentence."),
        Key("phases", OBJECT, SECONDS, "How long each phase took, by its name; they follow each other."),
        Key("stages", LIST, "", "How long each stage took; several run beside each other, on many threads."),
        Key("stages[].name", TEXT, "", "What is done there."),
        Key("stages[].worked", NUMBER, SECONDS, "Processor time, added up over threads."),
        Key("stages[].passed", NUMBER, SECONDS, "Time passed, added up over threads."),
    ),
    "index --plan": (
        Key("counts", OBJECT, "", "The chain that the plan is for."),
        Key("counts.bytes", INTEGER, BYTES, "Its block files."),
        Key("counts.blocks", INTEGER, "blocks", "Blocks."),
        Key("counts.transactions", INTEGER, "transactions", "Transactions."),
        Key("counts.outputs", INTEGER, "outputs", "Outputs."),
        Key("counts.inputs", INTEGER, "inputs", "Inputs."),
        Key("counts.addresses", INTEGER, "addresses", "Different addresses seen in outputs."),
        Key("source", TEXT, "", "Where the counts are from."),
        Key("memory", INTEGER, BYTES, "The most memory that is held at once, beside the process itself."),
        Key("memory_by", OBJECT, BYTES, "What is held at the peak of each stage, by its name."),
        Key("ledger", INTEGER, BYTES, "Size of the ledger when it is built."),
        Key("ledger_by", OBJECT, BYTES, "Size of each table, by its name."),
        Key("disk_peak", INTEGER, BYTES, "The most disk space that is taken while it is built."),
        Key("read", INTEGER, BYTES, "How much is read, block files included."),
        Key("written", INTEGER, BYTES, "How much is written."),
        Key("seconds", OBJECT, SECONDS, "How long it takes, by the kind of drive."),
        Key("seconds.hdd", NUMBER, SECONDS, "With a hard disk."),
        Key("seconds.ssd", NUMBER, SECONDS, "With an SSD behind SATA."),
        Key("share", NUMBER, "", "The ledger's size for each byte of block files."),
    ),
    "follow": (
        Key("height", INTEGER, "block height", "Height of the ledger's last block since this advance."),
        Key("hash", TEXT, HEX, "Its hash."),
        Key("blocks_added", INTEGER, "blocks", "Blocks that were added."),
        Key("blocks_undone", INTEGER, "blocks", "Blocks taken back because another chain has more work."),
        Key("seconds", NUMBER, SECONDS, "How long that took."),
        Key("at", INTEGER, TIME, "When it was done, by this machine's clock."),
    ),
    "compact": (
        Key("network", TEXT, "", "main, testnet3, testnet4, signet or regtest."),
        Key("tip", OBJECT, "", "The last block of the ledger."),
        Key("tip.height", INTEGER, "block height", "Its height."),
        Key("tip.hash", TEXT, HEX, "Its hash."),
        Key("tip.work", TEXT, HEX, "Expected number of hashes behind the chain up to it."),
        Key("compacted", FLAG, "", "False if the ledger was compact already, and was left as it is."),
        Key("pieces", INTEGER, "folders", "Folders of rows before."),
        Key("segments", INTEGER, "segments", "Segments behind the base before."),
        Key("bytes_before", INTEGER, BYTES, "Size of the ledger's files before."),
        Key("bytes_after", INTEGER, BYTES, "Size of the ledger's files now."),
        Key("seconds", NUMBER, SECONDS, "How long it took."),
    ),
    "verify": (
        Key("network", TEXT, "", "main, testnet3, testnet4, signet or regtest."),
        Key("tip", OBJECT, "", "The last block of the ledger."),
        Key("tip.height", INTEGER, "block height", "Its height."),
        Key("tip.hash", TEXT, HEX, "Its hash."),
        Key("tip.work", TEXT, HEX, "Expected number of hashes behind the chain up to it."),
        Key("files", OBJECT, "", "The ledger's own files."),
        Key("files.bytes", INTEGER, BYTES, "How much of them was read and compared with checksums."),
        Key("files.damaged", INTEGER, "findings", "How many places do not hold what was committed."),
        Key("against", OBJECT + OR_NULL, "", "What was compared with block files; null if nothing was."),
        *_under(
            "against",
            Key("folder", TEXT, "", "The folder with the block files."),
            Key("sample", INTEGER + OR_NULL, "blocks", "How many blocks were to be drawn; null if all."),
            Key("seed", INTEGER, "", "What they were drawn by."),
            Key("headers", INTEGER, "blocks", "How many headers were compared: all that the files hold."),
            Key("blocks", INTEGER, "blocks", "How many blocks were compared whole."),
            Key("transactions", INTEGER, "transactions", "Transactions of those blocks."),
            Key("outputs", INTEGER, "outputs", "Outputs of those blocks."),
            Key("inputs", INTEGER, "inputs", "Inputs of those blocks."),
            Key("bytes", INTEGER, BYTES, "Size of those blocks."),
            Key("absent_blocks", INTEGER, "blocks", "Blocks of the ledger that the files do not hold."),
            Key("absent", LIST, "block height", "Their heights, as pairs of the first and last of a range."),
            Key("undo_blocks", INTEGER, "blocks", "Blocks compared with an undo record."),
            Key("undo_inputs", INTEGER, "inputs", "Inputs compared with undo records."),
            Key("undo_absent", INTEGER, "blocks", "Blocks compared of which no undo record was found."),
            Key("other_blocks", INTEGER, "blocks", "Blocks in the files that the ledger does not have."),
            Key("notices", LIST, "", "What was skipped, and what else is worth knowing; each a sentence."),
        ),
        Key("by_column", LIST, "", "How many findings there are of each kind."),
        *_under(
            "by_column[]",
            Key("what", TEXT, "", "A column as table.column, block file, undo record or ledger file."),
            Key("findings", INTEGER, "findings", "How many."),
        ),
        Key("findings", LIST, "", "What differs. " + _LIMIT),
        *_under(
            "findings[]",
            Key("what", TEXT, "", "A column as table.column, block file, undo record or ledger file."),
            Key("expected", TEXT, "", "What should stand there."),
            Key("found", TEXT, "", "What stands there."),
            Key("height", INTEGER + OR_NULL, "block height", "Height of the block; null if it is of none."),
            Key("block", TEXT + OR_NULL, HEX, "Hash of the block; null if it is of none."),
            Key("transaction", TEXT + OR_NULL, HEX, "Transaction id; null if it is of none."),
            Key("row", INTEGER + OR_NULL, "row", "Row of the column's table; null if it is of none."),
            Key("file", TEXT + OR_NULL, "", "The file; null if it is of none."),
            Key("offset", INTEGER + OR_NULL, BYTES, "Where in the file; null if that is not known."),
        ),
        *EXTENT,
    ),
    "sql": (
        Key("network", TEXT, "", "main, testnet3, testnet4, signet or regtest."),
        Key("tip", OBJECT, "", "The last block of the ledger."),
        *_TIP,
        Key(
            "snapshot", TEXT, HEX, "SHA-256 over everything the answer depends on: tip, rows, rules, format."
        ),
        Key("statement", TEXT, "", "The statement that was asked."),
        Key("columns", LIST, "", "The columns of the answer, in order."),
        Key("columns[].name", TEXT, "", "Name of a column; several may share one."),
        Key("columns[].type", TEXT, "", "Its type, as DuckDB names it."),
        Key(
            "rows",
            LIST,
            "",
            "The rows, each a list of values in the order of the columns. Bytes are hex in stored order, "
            "whole numbers integers of any size, decimal ones and times text, and what has no value null.",
        ),
        Key("status", TEXT, "", "complete, cut or none found."),
        Key("shown", INTEGER, "rows", "How many rows are here."),
    ),
    "export": (
        Key("folder", TEXT, "", "The folder that was written."),
        Key("tip", OBJECT, "", "The last block of the ledger."),
        *_TIP,
        Key("snapshot", TEXT, HEX, "The snapshot of the ledger, which each file names too."),
        Key("tables", LIST, "", "The tables that were written."),
        Key("tables[].table", TEXT, "", "Name of a table."),
        Key("tables[].file", TEXT, "", "Its file."),
        Key("tables[].rows", INTEGER, "rows", "How many rows it has."),
        Key("tables[].bytes", INTEGER, BYTES, "Size of the file."),
    ),
    "report": (
        Key("file", TEXT, "", "The file that was written."),
        Key("bytes", INTEGER, BYTES, "Its size."),
        Key("sha256", TEXT, HEX, "Its SHA-256."),
        Key("snapshot", TEXT, HEX, "The snapshot of the ledger that it was computed at."),
    ),
    "simulate worlds": (
        Key("worlds", LIST, "", "The worlds that come with clew, or the one that was checked."),
        *_under("worlds[]", *_WORLD),
    ),
    "simulate worlds NAME": (
        *_WORLD,
        Key("rows", LIST, "", "The world's figures in the order of its file. " + _LIMIT),
        *_under(
            "rows[]",
            Key("place", TEXT, "", "Where the figure stands, such as people.acts."),
            Key("value", VALUE, "", "What it is; an object where it is shares, a distribution or a path."),
            Key("low", NUMBER + OR_NULL, "", "Least that it may plausibly be; null if no range is stated."),
            Key("high", NUMBER + OR_NULL, "", "Most that it may plausibly be; null if no range is stated."),
            Key("source", TEXT, "", "Name of its source in the file."),
            Key("kind", TEXT, "", "code, protocol, study, statistics, case or guess."),
            Key("title", TEXT, "", "What the source is."),
            Key("where", TEXT, "", "Where to read it: file and version, BIP, study or page."),
            Key("note", TEXT, "", "What else is worth knowing of it."),
        ),
        *EXTENT,
    ),
    "simulate scenarios": (
        Key("scenarios", LIST, "", "The scenarios that come with Clew."),
        Key("scenarios[].name", TEXT, "", "Name, as clew simulate scenario takes it."),
        Key("scenarios[].topic", TEXT, "", "What it is about; the name of the file that it stands in."),
        Key("scenarios[].title", TEXT, "", "What it shows."),
        Key("scenarios[].answers", TEXT, "", "What the right answers are, and why; in Markdown."),
    ),
    "simulate scenario": (
        Key("name", TEXT, "", "Name of the scenario."),
        Key("title", TEXT, "", "What it shows."),
        Key("answers", TEXT, "", "What the right answers are, and why; in Markdown."),
        Key("folder", TEXT, "", "The folder made."),
        Key("tip", OBJECT, "", "The last block."),
        Key("tip.height", INTEGER, "block height", "Its height."),
        Key("tip.hash", TEXT, HEX, "Its hash."),
        Key("transactions", INTEGER, "transactions", "Transactions, without coinbases."),
        Key("addresses", INTEGER, "addresses", "Addresses that were paid: rows of truth/addresses.csv."),
        Key(
            "payments", INTEGER, "outputs", "Outputs, without those of coinbases: rows of truth/payments.csv."
        ),
        Key("labels", LIST, "", "The outputs that the scenario gives a name to."),
        *_under(
            "labels[]",
            Key("label", TEXT, "", "The name."),
            _TXID,
            _VOUT,
            Key("value", INTEGER, SATOSHI, "What the output holds."),
            Key("address", TEXT, "", "What it pays to."),
        ),
    ),
    "simulate bulk": (
        Key("size", INTEGER, BYTES, "Bytes of block files made."),
        Key("files", INTEGER, "files", "Block files made."),
        Key("blocks", INTEGER, "blocks", "Blocks, the first one included."),
        Key("transactions", INTEGER, "transactions", "Transactions, coinbases too."),
        Key("inputs", INTEGER, "inputs", "Inputs, without those of coinbases."),
        Key("outputs", INTEGER, "outputs", "Outputs, those of coinbases too."),
        Key("addresses", INTEGER, "addresses", "Different addresses that were paid."),
        Key("owners", INTEGER, "owners", "Different owners of these addresses, miners included."),
        Key(
            "unspent",
            INTEGER,
            "outputs",
            "Outputs not spent, the first block's too, without OP_RETURN.",
        ),
        Key("witness_bytes", INTEGER, BYTES, "Bytes of witnesses, with each transaction's marker and flag."),
        Key("coinjoins", INTEGER, "transactions", "Transactions that several owners made together."),
        Key("inscriptions", INTEGER, "inputs", "Inputs whose witness carries data in its script."),
        Key("most_inputs", INTEGER, "inputs", "Most inputs in one block."),
        Key("crowded_blocks", INTEGER, "blocks", "Blocks with over 20,000 inputs."),
        Key("output_kinds", OBJECT, "outputs", "Outputs of each kind of script."),
        Key("input_kinds", OBJECT, "inputs", "Inputs by the kind of what they spend."),
        Key("ages", OBJECT, "inputs", "Inputs by the age in blocks of what they spend; 0 is the same block."),
        Key("bytes_per_transaction", NUMBER, BYTES, "All bytes divided by all transactions."),
        Key("inputs_per_transaction", NUMBER, "inputs", "Mean inputs of a transaction."),
        Key("outputs_per_transaction", NUMBER, "outputs", "Mean outputs of a transaction."),
        Key("witness_share", NUMBER, "", "Part of all bytes that is witness, from 0 to 1."),
        Key("op_return_share", NUMBER, "", "Part of all outputs that is OP_RETURN, from 0 to 1."),
        Key("folder", TEXT, "", "The folder made."),
        Key("seed", INTEGER, "", "The seed that it was made from."),
        Key("recent", FLAG, "", "True if it was composed as the last years are."),
        Key("seconds", NUMBER, SECONDS, "How long the making took."),
    ),
}
"""Keys of the JSON of commands that are no questions."""
