"""Samples of an economy's addresses, the smaller within the larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clew.kernels.economy_state import (
    A_PAID,
)
from clew.kernels.made_scripts import ADDEND, MASK, MIX, STEP
from clew.schema import MULTISIG, NONSTANDARD, NULLDATA
from clew.simulate.economy.truth.order import Ints, Laid

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course


def scattered(numbers: Ints, salt: int) -> Ints:
    """A 32-bit word for each number, as by chance, no two the same (PCG's RXS M XS; O'Neill 2014)."""
    word = (np.asarray(numbers, np.int64) + salt) & MASK
    word = (word * STEP + ADDEND) & MASK
    word = (((word >> ((word >> 28) + 4)) ^ word) * MIX) & MASK
    return (word >> 22) ^ word


def sample(ids: Ints, share: float, salt: int) -> Ints:
    """A share of some ids, ascending. A smaller share of the same ids is part of a larger one."""
    chosen = ids[np.argsort(scattered(ids, salt), kind="stable")]
    return np.sort(chosen[: round(share * len(ids))])


def tagged_addresses(course: Course, laid: Laid) -> Ints:
    """Ids of the used addresses of every custodian that public tags name."""
    owners = [each.actor for each in course.society.custodians if each.model.tagged]
    used = laid.address[:, A_PAID] > 0
    has_text = ~np.isin(laid.record.types, (NONSTANDARD, MULTISIG, NULLDATA))
    return np.flatnonzero(used & has_text & np.isin(laid.address_owner, owners))
