"""Blocks made up for the parsers: sound ones first, then with one thing wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from clew.bitcoin.block import (
    COMMITMENT_HEAD,
    NULL_HASH,
    NULL_INDEX,
    Block,
    Header,
    Input,
    Output,
    Transaction,
    merkle_root,
    parse_block,
    witness_commitment,
)
from clew.bitcoin.script import multisig_script, push
from clew.bitcoin.wire import compact_size
from clew.errors import ParseError
from clew.schema import MAX_MONEY
from kernels.scripts import KEY_SIZES, key

RESERVED = bytes(range(32))


def coinbase(
    outputs: Sequence[Output], tag: bytes = b"\x01\x02", witness: tuple[bytes, ...] = ()
) -> Transaction:
    """A coinbase that pays these outputs."""
    return Transaction.build([Input(NULL_HASH, NULL_INDEX, tag, witness=witness)], outputs)


def block_of(transactions: Sequence[Transaction]) -> Block:
    """A block of just these, with the Merkle root they have and no proof of work."""
    root, _ = merkle_root([each.txid for each in transactions])
    return Block.build(Header.build(bytes(32), root, 1_300_000_000, 0x207FFFFF, 0), transactions)


def commitment(later: Sequence[Transaction], reserved: bytes = RESERVED) -> bytes:
    """The script that commits to the witnesses of these and any coinbase."""
    return COMMITMENT_HEAD + witness_commitment([coinbase([Output(0, b"")]), *later], reserved)


def committed(later: Sequence[Transaction], outputs: Sequence[Output] = ()) -> Block:
    """A block whose coinbase commits to the witnesses of the others."""
    claim = [*outputs, Output(0, commitment(later))]
    return block_of([coinbase(claim, witness=(RESERVED,)), *later])


def complete(later: Sequence[Transaction], outputs: Sequence[Output]) -> Block:
    """A sound block: with a commitment if there is a witness."""
    if any(each.has_witness for each in later):
        return committed(later, outputs)
    return block_of([coinbase(outputs), *later])


# At random


def random_script(rng: random.Random) -> bytes:
    """Mostly of a known form, some with a byte changed, some any bytes."""
    head = rng.choice([*KEY_SIZES])
    made = key(head, KEY_SIZES[head], rng.randrange(256))
    program = rng.randbytes(rng.choice([2, 20, 32, 40]))
    forms: list[Callable[[], bytes]] = [
        lambda: bytes.fromhex("76a914") + rng.randbytes(20) + bytes.fromhex("88ac"),
        lambda: bytes.fromhex("a914") + rng.randbytes(20) + b"\x87",
        lambda: push(made) + b"\xac",
        lambda: bytes([rng.choice([0x00, 0x51, 0x52, 0x60])]) + push(program),
        lambda: bytes.fromhex("51024e73"),
        lambda: multisig_script(rng.randint(1, 2), [made] * rng.choice([1, 2, 3, 20])),
        lambda: b"\x6a" + rng.randbytes(rng.randrange(90)),
        lambda: rng.randbytes(rng.randrange(12)),
        lambda: b"",
    ]
    script = bytearray(rng.choice(forms)())
    if script and rng.random() < 0.2:
        script[rng.randrange(len(script))] = rng.randrange(256)
    if rng.random() < 0.05:
        script = script[: rng.randrange(len(script) + 1)]
    if rng.random() < 0.02:
        script += bytes(rng.choice([252, 253, 10_001]) - len(script) % 200)
    return bytes(script)


def random_signature(rng: random.Random) -> bytes:
    """Mostly an ECDSA signature in strict form, with r and s at random; some with a byte changed."""

    def number() -> bytes:
        made = rng.randbytes(rng.choice([32, 32, 32, 31, 1, 0])).lstrip(b"\0")
        return b"\0" + made if made and made[0] & 0x80 and rng.random() < 0.95 else made

    r, s = number(), number()
    body = b"\x02" + bytes([len(r)]) + r + b"\x02" + bytes([len(s)]) + s
    how = rng.choice([1, 1, 2, 3, 0x81, 0x82, 0x83, 0, 4, 0x41, 0x43, 0x61, 0xC1, 0xE3])
    made = bytearray(b"\x30" + bytes([len(body)]) + body + bytes([how]))
    if rng.random() < 0.2:
        made[rng.choice([0, 1, 2, 3, 4, 5, rng.randrange(len(made))]) % len(made)] = rng.randrange(256)
    if rng.random() < 0.05:
        made += bytes(rng.choice([1, 8, 9, 40]))
    return bytes(made)


def random_item(rng: random.Random) -> bytes:
    """What a witness or an input script may hold: signatures, keys, scripts, control blocks, an annex."""
    head = rng.choice([*KEY_SIZES])
    made = key(head, KEY_SIZES[head], rng.randrange(256))
    how = bytes([rng.choice([0, 1, 2, 3, 4, 0x41, 0x81, 0xC3])])
    forms: list[Callable[[], bytes]] = [
        lambda: random_signature(rng),
        lambda: random_signature(rng),
        lambda: random_signature(rng),
        lambda: made,
        lambda: multisig_script(rng.randint(1, 2), [made] * rng.choice([1, 2, 3])),
        lambda: rng.choice([b"", b"\x04", b"\x06"]) + rng.randbytes(64),
        lambda: rng.choice([b"", b"\x04"]) + rng.randbytes(64 - rng.randrange(2)) + how,
        lambda: bytes([rng.choice([0xC0, 0xC1, 0xC2])]) + rng.randbytes(32 * rng.randint(1, 3)),
        lambda: b"\x50" + rng.randbytes(rng.randrange(3)),
        lambda: b"",
        lambda: rng.randbytes(rng.choice([1, 31, 32, 72, 300])),
    ]
    return rng.choice(forms)()


def random_unlock(rng: random.Random) -> bytes:
    """An input script of pushes, some cut short or with another instruction among them."""
    parts = [push(random_item(rng)) for _ in range(rng.randrange(4))]
    if rng.random() < 0.4:
        parts.insert(0, b"\0")
    if rng.random() < 0.1:
        parts.insert(rng.randrange(len(parts) + 1), bytes([rng.randrange(0x4C, 256)]))
    script = b"".join(parts)
    return script[: rng.randrange(len(script) + 1)] if rng.random() < 0.1 else script


def random_transaction(rng: random.Random) -> Transaction:
    """One to four inputs and outputs; about half have a witness."""
    most = rng.choice([1, 4])
    inputs = [
        Input(
            rng.choice([NULL_HASH, rng.randbytes(32)]),
            rng.choice([0, 1, NULL_INDEX - 1, rng.randrange(1 << 32)]),
            rng.choice([random_unlock(rng), random_unlock(rng), rng.randbytes(rng.choice([0, 0, 3, 110]))]),
            rng.choice([0, NULL_INDEX, rng.randrange(1 << 32)]),
            tuple(random_item(rng) for _ in range(rng.randrange(most))),
        )
        for _ in range(rng.randint(1, 4))
    ]
    outputs = [
        Output(rng.choice([0, 1, 2_730, MAX_MONEY, rng.randrange(MAX_MONEY)]), random_script(rng))
        for _ in range(rng.randint(1, 4))
    ]
    inputs = [replace(each, previous_index=7) if each.spends_nothing else each for each in inputs]
    return Transaction.build(
        inputs, outputs, version=rng.randrange(1 << 32), lock_time=rng.randrange(1 << 32)
    )


def random_block(rng: random.Random) -> Block:
    """A sound block of up to seven transactions."""
    later = [random_transaction(rng) for _ in range(rng.choice([0, 1, 2, 2, 3, 4, 6]))]
    return complete(later, [Output(50, random_script(rng)) for _ in range(rng.randint(1, 3))])


# With something wrong


def spell(block: Block, size: Callable[[int], bytes]) -> bytes:
    """A block's bytes, each compact size written by ``size``."""
    parts = [block.header.serialise(), size(len(block.transactions))]
    for each in block.transactions:
        parts.append(each.version.to_bytes(4, "little") + (b"\0\1" if each.has_witness else b""))
        parts.append(size(len(each.inputs)))
        for spending in each.inputs:
            parts.append(spending.previous_txid + spending.previous_index.to_bytes(4, "little"))
            parts += [size(len(spending.script)), spending.script, spending.sequence.to_bytes(4, "little")]
        parts.append(size(len(each.outputs)))
        for output in each.outputs:
            parts.append((output.value % (1 << 64)).to_bytes(8, "little"))
            parts += [size(len(output.script)), output.script]
        for spending in each.inputs if each.has_witness else ():
            parts.append(size(len(spending.witness)))
            for item in spending.witness:
                parts += [size(len(item)), item]
        parts.append(each.lock_time.to_bytes(4, "little"))
    return b"".join(parts)


def sizes_of(block: Block) -> int:
    """How many compact sizes there are in a block's bytes."""
    seen: list[int] = []
    spell(block, lambda number: (seen.append(number), compact_size(number))[1])  # type: ignore[func-returns-value]
    return len(seen)


def with_size(block: Block, which: int, write: Callable[[int], bytes]) -> bytes:
    """A block's bytes with one compact size written otherwise."""
    left = iter(range(sizes_of(block)))
    return spell(block, lambda number: write(number) if next(left) == which else compact_size(number))


def wide(mark: int, width: int) -> Callable[[int], bytes]:
    """Writes a number after ``mark`` in ``width`` bytes, whether or not that is its shortest form."""
    return lambda number: bytes([mark]) + number.to_bytes(width, "little")


WRONG_SIZES: tuple[Callable[[int], bytes], ...] = (
    wide(0xFD, 2),
    wide(0xFE, 4),
    wide(0xFF, 8),
    lambda number: compact_size(number + 1),
    lambda number: compact_size(max(number - 1, 0)),
    lambda number: compact_size(0),
    lambda number: compact_size(0xFC),
    lambda number: compact_size(0xFFFF),
    lambda number: compact_size(0x0200_0000),
    lambda number: compact_size(0x0200_0001),
    lambda number: compact_size(0xFFFF_FFFF),
    lambda number: b"\xff" + (1 << 63).to_bytes(8, "little"),
    lambda number: b"\xff" + b"\xff" * 8,
)


def repaired(raw: bytes) -> bytes:
    """The same block with the Merkle root that its transactions have, if they can be read."""
    try:
        block = parse_block(raw)
    except ParseError:
        return raw
    root, _ = merkle_root([each.txid for each in block.transactions])
    return raw[:36] + root + raw[68:]


def _other_bytes(rng: random.Random, block: Block) -> bytes:
    raw = bytearray(block.serialise())
    at = rng.randrange(80, len(raw))
    kind = rng.randrange(7)
    if kind == 0:
        raw[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        raw[at] = rng.choice([0, 1, 0xFC, 0xFD, 0xFE, 0xFF])
    elif kind == 2:
        del raw[at:]
    elif kind == 3:
        raw[at:at] = rng.randbytes(rng.randint(1, 5))
    elif kind == 4:
        del raw[at : at + rng.randint(1, 40)]
    elif kind == 5:
        raw += rng.randbytes(rng.randint(1, 90))
    else:
        del raw[rng.randrange(82) :]
    return bytes(raw)


def _other_size(rng: random.Random, block: Block) -> bytes:
    return with_size(block, rng.randrange(sizes_of(block)), rng.choice(WRONG_SIZES))


def _other_order(rng: random.Random, block: Block) -> bytes:
    transactions = list(block.transactions)
    kind = rng.randrange(4)
    if kind == 0:
        rng.shuffle(transactions)
    elif kind == 1:
        transactions.pop(rng.randrange(len(transactions)))
    elif kind == 2:
        transactions += transactions[-rng.randint(1, 3) :]
    else:
        transactions.append(coinbase([Output(1, b"")]))
    return spell(Block.build(block.header, transactions), compact_size)


def _other_part(rng: random.Random, block: Block) -> bytes:
    """One transaction with another value, prevout, witness or marker."""
    transactions = list(block.transactions)
    at = rng.randrange(len(transactions))
    each = transactions[at]
    inputs, outputs = list(each.inputs), list(each.outputs)
    kind = rng.randrange(6)
    if kind == 0:
        value = rng.choice([-1, MAX_MONEY + 1, MAX_MONEY, -(1 << 63), (1 << 63) - 1])
        outputs[rng.randrange(len(outputs))] = Output(value, b"\x51")
    elif kind == 1:
        inputs[rng.randrange(len(inputs))] = Input(NULL_HASH, rng.choice([NULL_INDEX, 0, 0xFFFF_FFFE]))
    elif kind == 2:
        inputs.append(Input(rng.choice([NULL_HASH, rng.randbytes(32)]), NULL_INDEX))
    elif kind == 3:
        reserved = rng.choice([(), (bytes(32),), (RESERVED[:31],), (RESERVED, b""), (b"", RESERVED), (b"",)])
        inputs[0] = replace(inputs[0], witness=reserved)
    elif kind == 4:
        outputs.append(Output(0, COMMITMENT_HEAD + rng.randbytes(rng.choice([31, 32, 33]))))
    changed = replace(each, inputs=tuple(inputs), outputs=tuple(outputs))
    if kind == 3:
        changed = replace(changed, has_witness=any(spending.witness for spending in inputs))
    if kind == 5:
        changed = replace(changed, has_witness=not each.has_witness)
    transactions[at] = changed
    return spell(Block.build(block.header, transactions), compact_size)


def broken(rng: random.Random, block: Block) -> bytes:
    """A block's bytes with something changed, half the time under the Merkle root that fits."""
    change = rng.choice([_other_bytes, _other_bytes, _other_size, _other_order, _other_part, _other_part])
    raw = change(rng, block)
    return repaired(raw) if rng.random() < 0.5 else raw
