"""Block bytes -> column arrays, in two passes: ``structure.count``, then ``fill``.

The count checks the structure, so that the fill can trust it; the fill hashes, and checks the
Merkle root and the witness commitment. The plain twin is ``clew.bitcoin.block``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clew.kernels.hashes import ARENA, Work, hash_pairs, merkle_root, new_work, put_end
from clew.kernels.jit import borrowed, folded, kernel
from clew.kernels.lookup import address_key
from clew.kernels.queue import Queue, enqueue, hash_queue, make_room, new_queue
from clew.kernels.scripts import classify, classify_unlike, common, token_prefix
from clew.kernels.signatures import script_signatures, sound_length, witness_signatures
from clew.kernels.structure import (
    BAD_COMMITMENT,
    BAD_ROOT,
    EARLY_WITNESS,
    MUTATED,
    MWEB_FLAG,
    NO_COMMITMENT,
    NO_RESERVED,
    SOUND,
    WITNESS_FLAG,
    Form,
    body,
)
from clew.kernels.words import clear, copy, i64, put_u64, u16, u32, u64
from clew.schema import (
    FLAG_COINBASE,
    FLAG_SORTED_INPUTS,
    FLAG_SORTED_OUTPUTS,
    FLAG_WITNESS,
    MAX_SCRIPT_SIZE,
    NULLDATA,
)
from clew.schema import PAYLOAD_STRIDE as STRIDE


class Batch(NamedTuple):
    """Blocks in one buffer: block i is ``data[starts[i]:ends[i]]``; its rows start at ``*_base[i]``.

    ``data`` uint8; the others int64 of length blocks, and the bases one more; ``segwit`` uint8: does
    BIP 141 hold at this height? ``seed`` (uint64) keys the addresses. ``form`` is the network's.
    """

    data: Any
    starts: Any
    ends: Any
    segwit: Any
    seed: Any
    transaction_base: Any
    output_base: Any
    input_base: Any
    form: Form


class Columns(NamedTuple):
    """What a fill writes, one row per transaction, output or input of the batch.

    Hashes and payloads are flat uint8, 32 and STRIDE bytes a row. ``first_output`` and
    ``first_input`` are rows of this batch, with one entry more than there are transactions.
    ``spendable`` counts outputs that can enter the table of unspent ones.
    """

    txid: Any
    offset: Any
    size: Any
    base_size: Any
    version: Any
    lock_time: Any
    flags: Any
    first_output: Any
    first_input: Any
    spendable: Any
    previous_txid: Any
    previous_index: Any
    sequence: Any
    signing: Any
    value: Any
    script_type: Any
    oversize: Any
    address_type: Any
    payload_length: Any
    payload: Any
    key: Any


@kernel
def _same(data: Any, start: int, other: Any, at: int) -> bool:
    """Are these two hashes the same?"""
    for i in range(0, 32, 8):
        if u64(data, start + i) != u64(other, at + i):
            return False
    return True


@kernel
def _outpoint_precedes(data: Any, at: int, other: int) -> bool:
    """Does the outpoint at ``at`` come before the other in the order of BIP 69?"""
    # The id is written backwards, so its last byte counts most.
    for i in range(31, -1, -1):
        if data[at + i] != data[other + i]:
            return bool(data[at + i] < data[other + i])
    return bool(u32(data, at + 32) < u32(data, other + 32))


@kernel
def _output_precedes(data: Any, at: int, other: int) -> bool:
    """Does the output at ``at`` come before the other in the order of BIP 69?"""
    value, than = i64(data, at), i64(data, other)
    if value != than:
        return bool(value < than)
    size, at = sound_length(data, at + 8)
    length, other = sound_length(data, other + 8)
    for i in range(min(size, length)):
        if data[at + i] != data[other + i]:
            return bool(data[at + i] < data[other + i])
    return bool(size < length)


@folded
def _fill_inputs(
    data: Any, at: int, count: int, row: int, columns: Columns, forkid: bool
) -> tuple[int, bool]:
    """Where the inputs end, and whether they are sorted."""
    ordered, earlier = True, at
    previous_txid, previous_index, sequence = columns.previous_txid, columns.previous_index, columns.sequence
    signing = columns.signing
    for number in range(row, row + count):
        if ordered and number > row:
            ordered = not _outpoint_precedes(data, at, earlier)
        earlier = at
        copy(data, at, 32, previous_txid, 32 * number)
        previous_index[number] = u32(data, at + 32)
        size, at = sound_length(data, at + 36)
        signing[number] = script_signatures(data, at, at + size, forkid) if size else 0
        at += size
        sequence[number] = u32(data, at)
        at += 4
    return at, ordered


@folded
def _fill_payload(
    data: Any, at: int, size: int, columns: Columns, number: int, form: Form, work: Work
) -> int:
    """Type, address type and payload of an output's script; returns the script type."""
    place = STRIDE * number
    kind, start = -1, at
    if form.witness:
        kind, start = common(data, at, size)
    address, length = kind, 20
    if kind < 0:
        clear(columns.payload, place, STRIDE)
        length = 0
        if not form.witness:
            kind, address, length = classify_unlike(data, at, size, form.tokens, work, columns.payload, place)
        if kind < 0:
            kind, address, length = classify(data, at, size, work, columns.payload, place)
    else:
        third, fourth = np.uint64(u32(data, start + 16)), np.uint64(0)
        if size == 34:
            length, third, fourth = 32, u64(data, start + 16), u64(data, start + 24)
        # Whole words, so that the key finds them as they were stored.
        put_u64(columns.payload, place, u64(data, start))
        put_u64(columns.payload, place + 8, u64(data, start + 8))
        put_u64(columns.payload, place + 16, third)
        put_u64(columns.payload, place + 24, fourth)
        put_u64(columns.payload, place + 32, np.uint64(0))
        put_u64(columns.payload, place + 40, np.uint64(0))
    columns.script_type[number] = kind
    columns.address_type[number] = address
    columns.payload_length[number] = length
    return kind


@folded
def _fill_outputs(
    data: Any, at: int, count: int, row: int, columns: Columns, seed: Any, form: Form, work: Work
) -> tuple[int, int, int, bool]:
    """Where the outputs end, how many can be spent, where the last commitment's script is, and whether
    they are sorted."""
    ordered, earlier = True, at
    spendable = 0
    commitment = -1
    for number in range(row, row + count):
        if ordered and number > row:
            ordered = not _output_precedes(data, at, earlier)
        earlier = at
        columns.value[number] = i64(data, at)
        size, at = sound_length(data, at + 8)
        # What stands behind the tokens says who may spend.
        script = at + (token_prefix(data, at, size) if form.tokens else 0)
        own = size - (script - at)
        kind = _fill_payload(data, script, own, columns, number, form, work)
        address = np.int64(columns.address_type[number])
        columns.key[number] = address_key(columns.payload, STRIDE * number, address, seed)
        columns.oversize[number] = own > MAX_SCRIPT_SIZE
        spendable += kind != NULLDATA and own <= MAX_SCRIPT_SIZE
        if kind == NULLDATA and size >= 38 and u32(data, at) == 0x21AA246A and u16(data, at + 4) == 0xEDA9:
            commitment = at
        at += size
    return at, spendable, commitment, ordered


@folded
def _fill_witness(data: Any, at: int, inputs: int, row: int, columns: Columns) -> tuple[int, int]:
    """Where the witness ends; and where the first input's only item of 32 bytes is, else -1."""
    signing = columns.signing
    reserved = -1
    for number in range(inputs):
        items, at = sound_length(data, at)
        if items:
            if number == 0 and items == 1 and data[at] == 32:
                reserved = at + 1
            at, found = witness_signatures(data, at, items)
            signing[row + number] |= found
    return at, reserved


@folded
def _strip(data: Any, start: int, body_end: int, end: int, queue: Queue, work: Work) -> tuple[int, int]:
    """Copy a transaction without marker, flag and witness to the arena; where it is, its length.

    Its padding is put after it. The place is one for the queue.
    """
    body = body_end - start - 6
    place = ARENA + queue.used[1]
    copy(data, start, 4, work.pad, place)
    copy(data, start + 6, body, work.pad, place + 4)
    copy(data, end - 4, 4, work.pad, place + 4 + body)
    length = 8 + body
    whole = length // 64 * 64
    queue.used[1] += whole + 64 * put_end(work.pad, place + whole, length)
    return ~place, length


@folded
def _without_mark(data: Any, start: int, end: int, queue: Queue, work: Work) -> tuple[int, int]:
    """Copy a transaction without the mark of an MWEB extension to the arena, as ``_strip`` does."""
    place = ARENA + queue.used[1]
    length = end - start - 1
    copy(data, start, length - 4, work.pad, place)
    work.pad[place + 5] = WITNESS_FLAG
    copy(data, end - 4, 4, work.pad, place + length - 4)
    whole = length // 64 * 64
    queue.used[1] += whole + 64 * put_end(work.pad, place + whole, length)
    return ~place, length


@folded
def _check_commitment(data: Any, commitment: int, reserved: int, level: Any, count: int, work: Work) -> int:
    """Fault in a witness commitment; ``level`` holds the witness ids and is consumed."""
    if commitment < 0:
        return NO_COMMITMENT
    if reserved < 0:
        return NO_RESERVED
    merkle_root(level, count, work)
    copy(data, reserved, 32, level, 32)
    hash_pairs(level, np.int64(1), work)
    return SOUND if _same(level, np.int64(0), data, commitment + 6) else BAD_COMMITMENT


@kernel
def _check_root(data: Any, start: int, level: Any, count: int, work: Work) -> int:
    mutated = merkle_root(level, count, work)
    if not _same(level, np.int64(0), data, start + 36):
        return BAD_ROOT
    return MUTATED if mutated else SOUND


@folded
def _fill_block(
    batch: Batch, block: int, columns: Columns, work: Work, queue: Queue, txids: Any, wtxids: Any
) -> int:
    """Fill the rows of one block; returns the fault found by its hashes."""
    data, start = batch.data, batch.starts[block]
    first, last = batch.transaction_base[block], batch.transaction_base[block + 1]
    output, input_ = batch.output_base[block], batch.input_base[block]
    at, _ = body(data, start, batch.ends[block], batch.form.auxpow)
    _, at = sound_length(data, at)
    commitment, reserved, any_witness = np.int64(-1), np.int64(-1), False
    for row in range(first, last):
        begin = at
        flag = np.int64(data[at + 5]) if data[at + 4] == 0 else np.int64(0)
        witness, hogex = flag & WITNESS_FLAG != 0, flag & MWEB_FLAG != 0
        inputs, at = sound_length(data, at + (6 if flag else 4))
        columns.first_input[row] = input_
        columns.first_output[row] = output
        at, sorted_inputs = _fill_inputs(data, at, inputs, input_, columns, batch.form.forkid)
        outputs, at = sound_length(data, at)
        at, spendable, found, sorted_outputs = _fill_outputs(
            data, at, outputs, output, columns, batch.seed, batch.form, work
        )
        body_end = at
        held = -1
        if witness:
            at, held = _fill_witness(data, at, inputs, input_, columns)
        at += 5 if hogex else 4
        if row == first:
            commitment, reserved = found, held
            # What a miner writes into a coinbase's script signs nothing.
            columns.signing[input_] = 0
        input_ += inputs
        output += outputs
        columns.spendable[row] = spendable
        columns.offset[row] = begin - start
        columns.size[row] = at - begin
        columns.version[row] = u32(data, begin)
        columns.lock_time[row] = u32(data, at - 4)
        columns.flags[row] = (
            (FLAG_COINBASE if row == first else 0)
            | (FLAG_WITNESS if witness else 0)
            | (FLAG_SORTED_INPUTS if sorted_inputs else 0)
            | (FLAG_SORTED_OUTPUTS if sorted_outputs else 0)
        )
        # The two hashes of a transaction, and its copy without witness and with padding.
        make_room(
            (2 * (at - begin) if hogex else body_end - begin) + 256,
            2,
            data,
            queue,
            work,
            columns.txid,
            wtxids,
        )
        length, place = at - begin, begin
        if witness:
            if hogex:
                # Only its witness counts in the witness id: neither the mark nor its flag.
                place, length = _without_mark(data, begin, at, queue, work)
            enqueue(place, length, ~(32 * (row - first)), queue)
        if flag:
            place, length = _strip(data, begin, body_end, at, queue, work)
        any_witness |= witness
        enqueue(place, length, 32 * row, queue)
        columns.base_size[row] = length
    hash_queue(data, queue, work, columns.txid, wtxids)
    count_ = last - first
    copy(columns.txid, 32 * first, 32 * count_, txids, 0)
    for row in range(first, last):
        if columns.flags[row] & FLAG_WITNESS == 0:
            copy(columns.txid, 32 * row, 32, wtxids, 32 * (row - first))
    fault = _check_root(data, start, txids, count_, work)
    active = batch.segwit[block] != 0
    if fault == SOUND and any_witness and not active:
        fault = EARLY_WITNESS
    # A block stripped of its witnesses still has its Merkle root, but not its sizes.
    if fault == SOUND and (any_witness or (active and commitment >= 0)):
        clear(wtxids, 0, 32)
        fault = _check_commitment(data, commitment, reserved, wtxids, count_, work)
    return fault


@kernel
def _fill_blocks(
    batch: Batch,
    columns: Columns,
    first: int,
    last: int,
    faults: Any,
    work: Work,
    queue: Queue,
    txids: Any,
    wtxids: Any,
) -> None:
    batch, columns, work, queue = borrowed(batch), borrowed(columns), borrowed(work), borrowed(queue)
    for block in range(first, last):
        faults[block, 0] = _fill_block(batch, block, columns, work, queue, txids, wtxids)


@kernel
def fill(batch: Batch, columns: Columns, first: int, last: int, faults: Any) -> None:
    """Fill the rows of blocks ``first`` to ``last``, whose structure ``count`` has found sound.

    Writes ``faults[block, 0]`` for a wrong Merkle root or witness commitment.
    """
    longest, most = 0, 0
    for block in range(first, last):
        longest = max(longest, batch.ends[block] - batch.starts[block])
        most = max(most, batch.transaction_base[block + 1] - batch.transaction_base[block])
    work, queue = new_work(2 * longest + 512), new_queue()
    # A Merkle level may repeat its last hash, and a commitment is two hashes long.
    txids = np.empty(32 * (most + 2), np.uint8)
    wtxids = np.empty(32 * (most + 2), np.uint8)
    _fill_blocks(batch, columns, first, last, faults, work, queue, txids, wtxids)
