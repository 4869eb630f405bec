"""Tags and chains for tests of attributions, made by hand."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.reference.tags import Pack, Tag
from clew.schema import NO_ADDRESS, PUBKEYHASH


def payload(name: str) -> bytes:
    return sha256(name.encode()).digest()[:20]


def tag(number: int, who: str, label: str = "Shop", **more: Any) -> Tag:
    return Tag(
        number, 10 + number, who, "BTC", PUBKEYHASH, payload(who), label, "https://example.org", **more
    )


def pack(name: str, *tags: Tag, **more: Any) -> Pack:
    return Pack(
        f"{name}.yaml", sha256(name.encode()).hexdigest(), "tagpack", name, "tests", tags=tags, **more
    )


class Known:
    """A chain that has seen some names, in that order."""

    def __init__(self, *names: str) -> None:
        self.ids = {payload(name): number for number, name in enumerate(names)}

    def find_payloads(self, types: npt.NDArray[Any], payloads: npt.NDArray[Any]) -> npt.NDArray[Any]:
        assert (types == PUBKEYHASH).all()
        found = [self.ids.get(row[: row[-1]].tobytes(), NO_ADDRESS) for row in payloads]
        return np.array(found, np.uint32)
