"""Both parsers on thousands of broken blocks, with every array access checked; run as a program."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter


def fuzz(seed: int, blocks: int) -> Counter[str]:
    """Make, break and read so many blocks; returns how many verdicts of each kind there were.

    Raises AssertionError where the parsers differ; under NUMBA_BOUNDSCHECK=1 IndexError where a
    kernel reads beyond an array.
    """
    from kernels.blocks import broken, random_block
    from kernels.running import require_agreement

    rng = random.Random(seed)
    verdicts: Counter[str] = Counter()
    for number in range(blocks):
        block = random_block(rng)
        raw = broken(rng, block) if number % 5 else block.serialise()
        segwit = rng.random() < 0.7 or (number % 5 == 0)
        try:
            verdicts[require_agreement(raw, segwit)] += 1
        except (AssertionError, IndexError):
            print(f"seed {seed}, block {number}, segwit {segwit}: {raw.hex()}", file=sys.stderr)
            raise
    return verdicts


def main() -> None:
    """Compile with bounds checked, SHA-256 too, and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=3_000)
    asked = parser.parse_args()

    from clew.kernels import sha256

    # The processor's instructions read through pointers, which nothing checks.
    sha256.compress = sha256.compress_portable
    sha256.compress_two = sha256.compress_two_portable
    import numba.core.config

    verdicts = fuzz(asked.seed, asked.blocks)
    checked = bool(numba.core.config.BOUNDSCHECK)  # type: ignore[attr-defined]
    print(f"bounds checked: {checked}", *(f"{name}: {verdicts[name]}" for name in sorted(verdicts)), sep="\n")


if __name__ == "__main__":
    main()
