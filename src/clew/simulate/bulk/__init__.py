"""Bulk chains: block files of any size, to measure on, composed as the main chain is."""

from clew.simulate.bulk.chain import Progress, make
from clew.simulate.bulk.composition import Composition

__all__ = ["Composition", "Progress", "make"]
