"""Small chains and truths made by hand, whose right figures are clear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clew.accuracy.chain import Chain
from clew.accuracy.figures import Figure, Tally
from clew.accuracy.truth import NOT_KNOWN, Truth
from clew.schema import NO_ADDRESS

SOURCE = {
    "name": "made", "kind": "economy", "rank": 4, "world": "made", "era": "made", "seed": 1, "blocks": 3,
    "people": None, "tip": "aa" * 32, "time": 1_500_000_000,
}  # fmt: skip


def chain(transactions: Sequence[tuple[Sequence[int], Sequence[int | None]]]) -> Chain:
    """A chain of (addresses of inputs, addresses of outputs) for each transaction; no inputs: a coinbase."""
    outputs = [each for _, made in transactions for each in made]
    first = np.cumsum([0, *(len(made) for _, made in transactions)]).astype(np.int64)
    address = np.array([NO_ADDRESS if each is None else each for each in outputs], np.int64)
    return Chain(
        is_coinbase=np.array([not spent for spent, _ in transactions]),
        first_output=first,
        transaction=np.repeat(np.arange(len(transactions)), np.diff(first)),
        pays=np.array([each is not None for each in outputs]),
        address=address,
        spender=np.array([i for i, (spent, _) in enumerate(transactions) for _ in spent], np.int64),
        owner=np.array([each for spent, _ in transactions for each in spent], np.int64),
    )


def truth(
    actor: Sequence[int],
    wallet: Sequence[int] | None = None,
    *,
    change: Sequence[int] = (),
    protocol: Sequence[int] = (),
    protocols: tuple[str, ...] = ("",),
    round_size: Sequence[int] | None = None,
    form: Sequence[int] | None = None,
    forms: tuple[str, ...] = (),
    maker: Sequence[int] | None = None,
    models: tuple[str, ...] = (),
    kinds: tuple[str, ...] = (),
    joint: dict[int, frozenset[int]] | None = None,
    everybody: frozenset[int] = frozenset(),
    services: frozenset[int] = frozenset(),
    service: int = NOT_KNOWN,
    service_addresses: Sequence[int] = (),
) -> Truth:
    """A truth of these; wallets are owners where none are told."""
    count = len(protocol)
    return Truth(
        source=dict(SOURCE),
        actor=np.array(actor, np.int64),
        wallet=np.array(actor if wallet is None else wallet, np.int64),
        change=np.array(change, np.int8),
        protocol=np.array(protocol, np.int8),
        protocols=protocols,
        round_size=np.array(round_size if round_size is not None else [0] * count, np.int32),
        form=np.array(form if form is not None else [NOT_KNOWN] * count, np.int16),
        forms=forms,
        maker=np.array(maker if maker is not None else [NOT_KNOWN] * count, np.int64),
        joint=joint or {},
        everybody=everybody,
        models=models,
        kinds=kinds,
        services=services,
        service=service,
        service_addresses=np.array(service_addresses, np.int64),
    )


def tallies(figures: Sequence[Figure]) -> dict[tuple[str, ...], tuple[float, float]]:
    """Hits and number by measure, control, by and group, as far as they are told; each once."""
    found: dict[tuple[str, ...], tuple[float, float]] = {}
    for each in figures:
        key = each.key
        name = tuple(part for part in (key.measure, key.control, key.by, key.group) if part)
        assert name not in found
        found[name] = (each.tally.hits, each.tally.of)
    return found


def base_of(figures: Sequence[Figure], measure: str, control: str = "") -> Tally | None:
    """The base of a whole figure."""
    (found,) = [
        each.base
        for each in figures
        if (each.key.measure, each.key.control, each.key.by) == (measure, control, "")
    ]
    return found
