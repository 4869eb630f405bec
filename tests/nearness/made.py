"""Transactions and scenes made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from clew.bitcoin.script import address_script
from clew.bitcoin.transaction import Input, Output, Transaction
from clew.schema import PUBKEYHASH, WITNESS_V0_KEYHASH
from likeness.chains import Coin, Scene, Seen

DAY = 86_400
NOW = 1_600_000_000
HEIGHT = 1_000


def payee(number: int, kind: int = PUBKEYHASH) -> bytes:
    """An output script that differs by number."""
    return address_script(kind, number.to_bytes(20, "big"))


def witness(number: int) -> bytes:
    return payee(number, WITNESS_V0_KEYHASH)


def coin(value: int = 10_000, script: bytes | None = None, *, blocks: int = 0, days: float = 0) -> Coin:
    """A coin that is spent at HEIGHT, made so many blocks and days before."""
    return Coin(value, payee(99) if script is None else script, HEIGHT - blocks, round(NOW - days * DAY))


def spend(number: int, sequence: int = 0xFFFFFFFF, script: bytes = b"", items: Sequence[bytes] = ()) -> Input:
    """An input that spends the first output of a made-up transaction."""
    return Input(number.to_bytes(32, "little"), 0, script, sequence, tuple(items))


def seen(
    inputs: Sequence[Input] | int = 1,
    outputs: Sequence[Output | tuple[int, bytes]] | Sequence[int] = (1,),
    coins: Sequence[Coin] | None = None,
    *,
    version: int = 1,
    lock_time: int = 0,
) -> Seen:
    """A transaction; numbers stand for as many inputs, or for outputs of these values."""
    if isinstance(inputs, int):
        inputs = [spend(number) for number in range(inputs)]
    made = [_output(number, each) for number, each in enumerate(outputs)]
    tx = Transaction.build(inputs, made, version=version, lock_time=lock_time)
    return Seen(tx, HEIGHT, None if coins is None else tuple(coins))


def _output(number: int, given: Output | tuple[int, bytes] | int) -> Output:
    if isinstance(given, Output):
        return given
    return Output(given, payee(number)) if isinstance(given, int) else Output(*given)


def scene(*several: Seen, dollars: float | None = None, scale: float = 1) -> Scene:
    return Scene(HEIGHT, NOW, several, dollars, scale)
