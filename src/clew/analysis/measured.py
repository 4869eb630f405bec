"""What was measured of each kind of conclusion. Made by tools/make_figures.py; do not edit it by hand."""

from __future__ import annotations

WORLDS: tuple[str, ...] = (
    "2012",
    "2021-merging",
)
"""The worlds of the economies."""

SEEDS: tuple[int, ...] = (
    1,
    2,
)
ECONOMIES, TRANSACTIONS = 4, 53_999
RANK = 4
"""Where the truth comes from: our own worlds."""

CLEW = "0.1.0"
"""The version of Clew that measured."""

DIGEST = "145852a8484933a3b0ad4057cb8ed0bae3266f6daeffb0c70bd5d5e0471c181c"
"""SHA-256 of the validation that the figures are from."""

CLASSES: tuple[float, ...] = (
    0.0,
    0.01,
    0.05,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    0.95,
    0.99,
    0.999,
)
"""Least stated probability of each class."""

FIGURES: tuple[tuple[str, str, tuple[tuple[str, int], ...], str, int, int], ...] = (
    ("pair", "strict", (("common_input", 1), ("equal_output_coinjoin", 1)), "", 19850086, 964),
    ("address", "strict", (("common_input", 1), ("equal_output_coinjoin", 1)), "", 36723, 875),
    ("link", "strict", (("common_input", 1), ("equal_output_coinjoin", 1)), "", 64493, 252),
    ("coinjoin", "equal_output_coinjoin", (("equal_output_coinjoin", 1),), "", 565, 116),
)
"""Kind, rule or set, versions, class of probability, how many, how many wrong; see ``estimates``."""
