"""Output scripts on both sides of every template's edge."""

from __future__ import annotations

from hypothesis import strategies as st

from clew.bitcoin import script as plain
from clew.bitcoin.script import push

KEY_SIZES = {2: 33, 3: 33, 4: 65, 6: 65, 7: 65}
OPCODES = [
    *(0x00, 0x01, 0x02, 0x14, 0x20, 0x21, 0x41, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x51, 0x60, 0x61),
    *(0x6A, 0x76, 0x87, 0x88, 0xA9, 0xAC, 0xAE, 0xFF),
]

hashes = st.binary(min_size=20, max_size=20)


def key(head: int, size: int, fill: int) -> bytes:
    return bytes([head]) + bytes([fill]) * (size - 1)


keys = st.builds(
    lambda head, fill: key(head, KEY_SIZES[head], fill), st.sampled_from([*KEY_SIZES]), st.integers(0, 255)
)
odd_keys = st.builds(
    key, st.integers(0, 8), st.sampled_from([1, 2, 32, 33, 34, 64, 65, 66, 75]), st.integers(0, 255)
)


def long_push(data: bytes, width: int) -> bytes:
    """A push whose length is written in ``width`` bytes; none is the shortest form."""
    if not width:
        return push(data)
    opcode = {1: plain.OP_PUSHDATA1, 2: plain.OP_PUSHDATA2, 4: plain.OP_PUSHDATA4}[width]
    return bytes([opcode]) + len(data).to_bytes(width, "little") + data


def number(value: int, form: int) -> bytes:
    """A number as a multisig may write it, or may not."""
    small = bytes([0x50 + value]) if 1 <= value <= 16 else push(bytes([value]))
    forms = {
        0: small,
        1: push(bytes([value])),
        2: long_push(bytes([value]), 1),
        3: push(bytes([value, 0])),
        4: bytes([(0x50 + value) & 0xFF]),
    }
    return forms[form]


def multisig(required: int, stated: int, pushes: list[bytes], forms: tuple[int, int], end: bytes) -> bytes:
    return number(required, forms[0]) + b"".join(pushes) + number(stated, forms[1]) + end


@st.composite
def multisigs(draw: st.DrawFn) -> bytes:
    """Bare multisigs, most of them sound, others wrong in one or two ways."""
    total = draw(st.one_of(st.integers(0, 4), st.integers(15, 22)))
    some = draw(st.lists(st.one_of(keys, keys, keys, odd_keys), min_size=1, max_size=3))
    widths = draw(st.lists(st.sampled_from([0, 0, 0, 0, 1, 2, 4]), min_size=1, max_size=3))
    pushes = [long_push(some[i % len(some)], widths[i % len(widths)]) for i in range(total)]
    stated = total + draw(st.sampled_from([0, 0, 0, 0, 1, -1])) if total else draw(st.integers(0, 2))
    required = draw(st.one_of(st.just(stated), st.integers(0, 22)))
    forms = draw(st.tuples(*[st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4])] * 2))
    end = draw(st.sampled_from([b"\xae", b"\xae", b"\xae", b"\xae\xae", b"", b"\xac", b"\xaf", b"\x01\xae"]))
    return multisig(required, max(stated, 0), pushes, forms, end)


witnesses = st.builds(
    lambda version, program: bytes([version]) + push(program),
    st.sampled_from([0x00, 0x00, 0x51, 0x51, 0x52, 0x5F, 0x60, 0x4F, 0x50, 0x61]),
    st.one_of(
        st.sampled_from([1, 2, 3, 19, 20, 21, 31, 32, 33, 39, 40, 41]).map(bytes),
        st.sampled_from([b"\x4e\x73", b"\x4e\x72", b"\x4f\x73", b"\x4e\x73\x00"]),
        st.binary(min_size=20, max_size=20),
        st.binary(min_size=32, max_size=32),
    ),
)

templates = st.one_of(
    st.builds(lambda it: bytes.fromhex("76a914") + it + bytes.fromhex("88ac"), hashes),
    st.builds(lambda it: bytes.fromhex("a914") + it + b"\x87", hashes),
    st.builds(lambda it: push(it) + b"\xac", st.one_of(keys, odd_keys)),
    witnesses,
    multisigs(),
    st.builds(lambda it: b"\x6a" + it, st.binary(max_size=90)),
)


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """A template with one byte changed, left out, put in or put at an end."""
    script = bytearray(draw(templates))
    at = draw(st.integers(0, len(script)))
    byte = draw(st.one_of(st.sampled_from(OPCODES), st.integers(0, 255)))
    edit = draw(st.sampled_from(["change", "drop", "insert", "cut", "append", "prepend"]))
    if edit == "change" and at < len(script):
        script[at] = byte
    elif edit == "drop":
        del script[at : at + 1]
    elif edit == "insert":
        script.insert(at, byte)
    elif edit == "cut":
        del script[at:]
    elif edit == "append":
        script.append(byte)
    else:
        script.insert(0, byte)
    return bytes(script)


def with_bytes(size: int, head: bytes) -> bytes:
    return head + bytes(size - len(head))


SIZES = [252, 253, 254, 9_999, 10_000, 10_001, 65_535, 65_536]
"""Where the length of a script takes another form, and where a script is too long to be spent."""

long = st.builds(with_bytes, st.sampled_from(SIZES[:6]), st.sampled_from([b"", b"\x6a", b"\x51"]))

scripts = st.one_of(
    templates, edited(), st.lists(st.sampled_from(OPCODES), max_size=70).map(bytes), st.binary(max_size=80)
)
