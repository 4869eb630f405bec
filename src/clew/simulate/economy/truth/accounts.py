"""The service's database: every account, its address, and whether anybody ever paid it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clew.kernels.economy_scripts import ADDRESS_TYPES, fill_payloads
from clew.kernels.economy_state import (
    A_KEY,
    A_KIND,
    A_PAID,
    ADDRESS,
    KEYS,
    KINDS,
    NONE,
    P2SH_MULTISIG,
    P2WSH_MULTISIG,
    VALUE,
)
from clew.simulate.economy.blocks import filler_keys
from clew.simulate.economy.settings import kind
from clew.simulate.economy.truth.order import Ints, Laid
from clew.simulate.economy.truth.society_tables import added
from clew.simulate.economy.truth.sources import Source, Texts, Words, addresses

if TYPE_CHECKING:
    from clew.simulate.economy.actors.service import Service
    from clew.simulate.economy.course import Course


@dataclass(frozen=True)
class Unpaid:
    """Accounts that nobody ever pays: numbers, when they were opened, kinds and texts of their addresses."""

    numbers: Ints
    opened: Ints
    kinds: Ints
    texts: Any


def unpaid_accounts(course: Course, service: Service) -> Unpaid:
    """The accounts whose numbers no paying member's account has.

    Their keys are filler, in a signed economy too: no coin ever moves by them.
    """
    taken = np.array([each.number for each in service.accounts if each.address != NONE], np.int64)
    free = np.ones(service.given, np.bool_)
    free[taken] = False
    numbers = np.flatnonzero(free)
    opened = _opened(service, float(course.world.service.growth), len(numbers))
    model = course.world.service
    first, later = kind(model.script.value), kind(model.later_script.value)
    kinds = np.where(2 * opened < service.opens + service.closes, first, later)
    return Unpaid(numbers, opened, kinds, _texts(course, kinds))


def _opened(service: Service, growth: float, count: int) -> Ints:
    """When each was opened, in order: the inverse of the service's growth."""
    share = (np.arange(count) + 0.5) / max(count, 1)
    rise = growth - 1
    # A square root is rounded alike everywhere (IEEE 754).
    passed = share if rise == 0 else (np.sqrt(1 + 2 * rise * share * (1 + rise / 2)) - 1) / rise
    return service.opens + (passed * (service.closes - service.opens)).astype(np.int64)


def _texts(course: Course, kinds: Ints) -> Any:
    """Addresses of keys that come after all those of the economy."""
    rows = np.zeros((len(kinds), 8), np.int32)
    rows[:, A_KIND] = kinds
    keys = np.where(np.isin(kinds, (P2SH_MULTISIG, P2WSH_MULTISIG)), 3, 1)
    rows[:, A_KEY] = int(course.society.state.e.count[KEYS]) + np.cumsum(keys) - keys
    return addresses(ADDRESS_TYPES[kinds], _payloads(course, rows).reshape(-1, 32))


def _payloads(course: Course, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    keys = filler_keys(course.dice.separate("keys"))
    found = np.zeros(32 * len(rows), np.uint8)
    # The first row alone, so that two threads do not compile at once.
    fill_payloads(rows, 0, min(len(rows), 1), keys, found)
    half = len(rows) // 2
    with ThreadPoolExecutor(2) as pool:
        parts = [
            pool.submit(fill_payloads, rows, *part, keys, found) for part in ((1, half), (half, len(rows)))
        ]
        for each in parts:
            each.result()
    return found


def accounts(laid: Laid, texts: Any, service: Service, unpaid: Unpaid) -> dict[str, Source]:
    """Columns of the table of accounts, by number; ``texts``: Arrow array of all addresses, by id."""
    import pyarrow as pa

    known = [each for each in service.accounts if each.address != NONE]
    address = np.array([each.address for each in known], np.int64)
    numbers = np.concatenate([np.array([each.number for each in known], np.int64), unpaid.numbers])
    order = np.argsort(numbers, kind="stable")
    none, many = np.zeros(len(unpaid.numbers), np.int64), len(known)
    outputs = np.concatenate([laid.address[address, A_PAID], none])
    received = added(laid.coin[:, ADDRESS], laid.coin[:, VALUE], len(laid.address))[address]
    opened = np.concatenate([np.array([each.signs_up for each in known], np.int64), unpaid.opened])
    members = np.concatenate([np.array([each.member for each in known], np.int64), none - 1])
    kinds = np.concatenate([laid.address[address, A_KIND], unpaid.kinds])
    both = pa.concat_arrays([texts.take(address), unpaid.texts])
    ids = np.concatenate([address, none - 1])
    assert many + len(unpaid.numbers) == len(order)
    return {
        "account": numbers[order],
        "address": Texts(both, order),
        "address_id": ids[order],
        "script": Words(kinds[order], KINDS),
        "opened": opened[order],
        "member": members[order],
        "is_paid": (outputs > 0)[order],
        "outputs": outputs[order],
        "received": np.concatenate([received, none])[order],
    }
