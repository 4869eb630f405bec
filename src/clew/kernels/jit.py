"""The one compile policy of all kernels.

``nogil`` lets threads run kernels side by side; ``cache`` keeps the machine code between runs.
Bounds checks stay off, so kernels check lengths themselves. Integer literals are passed as
``np.int64``, or Numba compiles a copy for each. ``NUMBA_DISABLE_JIT=1`` runs every kernel as plain
Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numba.core.config

F = TypeVar("F", bound=Callable[..., Any])

JIT = not numba.core.config.DISABLE_JIT  # type: ignore[attr-defined]
"""False when kernels run as plain Python."""


def kernel(function: F) -> F:
    """Compile a function from arrays to arrays."""
    compiled: Any = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(F, compiled)


def folded(function: F) -> F:
    """Compile a function into its one caller, instead of once for itself and again there."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy", inline="always")(function)
    return cast(F, compiled)
