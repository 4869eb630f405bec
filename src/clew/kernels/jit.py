"""The one compile policy of all kernels.

``nogil`` lets threads run kernels side by side. Bounds checks stay off, so kernels check lengths
themselves. Integer literals are passed as ``np.int64``, or Numba compiles a copy for each.
``NUMBA_DISABLE_JIT=1`` runs every kernel as plain Python.

Machine code is kept between runs. Numba would take it for fresh as long as a kernel's own file is
unchanged, though kernels are compiled into each other and constants of the schema into them; so
what it compares also holds a digest of all those files.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numba.core.config
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])

JIT = not numba.core.config.DISABLE_JIT  # type: ignore[attr-defined]
"""False when kernels run as plain Python."""


def _source_digest() -> str:
    """SHA-256 of everything that kernels are compiled from."""
    here = Path(__file__).parent
    digest = sha256()
    for path in (*sorted(here.glob("*.py")), here.parent / "schema.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


SOURCES = _source_digest()


def kernel(function: F) -> F:
    """Compile a function from arrays to arrays."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy")(function)
    if JIT:
        try:
            compiled.enable_caching()
        except RuntimeError:
            # Neither the package's folder nor a home can be written: compile anew in each run.
            return cast(F, compiled)
        file = compiled._cache._cache_file
        file._source_stamp = (file._source_stamp, SOURCES)
    return cast(F, compiled)


def folded(function: F) -> F:
    """Compile a function into its one caller, instead of once for itself and again there."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy", inline="always")(function)
    return cast(F, compiled)


def inlined(function: F) -> F:
    """Compile a function that LLVM puts into each caller, where many arrays are dear to pass on."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy", forceinline=True)(function)
    return cast(F, compiled)


def _uncounted(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The array without its owner; what is no array stays as it is."""
    if not isinstance(kind, types.Array):
        return value
    struct = context.make_array(kind)(context, builder, value)
    struct.meminfo = ir.Constant(struct.meminfo.type, None)
    struct.parent = ir.Constant(struct.parent.type, None)
    return struct._getvalue()


@intrinsic
def _borrowed(typing_context: Any, arrays: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        answer = arguments[0]
        if not isinstance(arrays, types.BaseTuple):
            return _uncounted(context, builder, arrays, answer)
        kinds: Any = arrays
        for place, kind in enumerate(kinds):
            value = _uncounted(context, builder, kind, builder.extract_value(answer, place))
            answer = builder.insert_value(answer, value, place)
        return answer

    return arrays(arrays), codegen


def _itself(arrays: Any) -> Any:
    return arrays


borrowed: Any = _borrowed if JIT else _itself
"""``borrowed(arrays)``: the same array, or tuple of arrays, whose references are not counted.

Numba counts an array's references where it is taken out of a tuple, with an atomic instruction each
time: in a loop over single fields that took half of its time. The caller must hold the arrays, so
this is for arguments only."""
