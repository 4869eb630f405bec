"""The one compile policy of all kernels.

``nogil`` lets threads run kernels side by side; ``cache`` keeps the machine code between runs;
``boundscheck`` stays off, so kernels check lengths themselves. ``NUMBA_DISABLE_JIT=1`` runs every
kernel as plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

JIT = not numba.config.DISABLE_JIT
"""False when kernels run as plain Python."""


def kernel(function: F) -> F:
    """Compile a function from arrays to arrays."""
    compiled: F = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: F) -> F:
    """Compile a small function that LLVM should fold into the kernels that call it."""
    compiled: F = numba.njit(cache=True, nogil=True, error_model="numpy", inline="never")(function)
    return compiled
