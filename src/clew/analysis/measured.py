"""What was measured of each kind of conclusion. Made by tools/make_figures.py; not to be edited."""

from __future__ import annotations

WORLDS: tuple[str, ...] = (
    "2015-private",
    "2015-custodial",
    "2021-merging",
    "2025-shared",
    "2012",
    "2015",
    "2021",
    "2025",
)
"""The worlds of the economies."""

SEEDS: tuple[int, ...] = (11,)
ECONOMIES, TRANSACTIONS = 8, 332_536
RANK = 4
"""Where the truth comes from: our own worlds."""

CLEW = "0.1.0"
"""The version of Clew that measured."""

DIGEST = "1c77107943d8666fe74d565bc539ccd25bd266401b646e3f90835429621a666e"
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
    ("pair", "strict", (("multi_input", 1), ("same_key", 1), ("coinjoin", 1)), "", 98558207, 1937),
    ("address", "strict", (("multi_input", 1), ("same_key", 1), ("coinjoin", 1)), "", 258392, 2315),
    ("link", "strict", (("multi_input", 1), ("same_key", 1), ("coinjoin", 1)), "", 336114, 632),
    (
        "pair",
        "extended",
        (("multi_input", 1), ("same_key", 1), ("coinjoin", 1), ("payjoin", 1), ("change_model", 1)),
        "model 76466579911c, must-link 999000, cannot-link 10000, large 1000",
        121381584,
        2903,
    ),
    (
        "address",
        "extended",
        (("multi_input", 1), ("same_key", 1), ("coinjoin", 1), ("payjoin", 1), ("change_model", 1)),
        "model 76466579911c, must-link 999000, cannot-link 10000, large 1000",
        333633,
        2910,
    ),
    (
        "link",
        "extended",
        (("multi_input", 1), ("same_key", 1), ("coinjoin", 1), ("payjoin", 1), ("change_model", 1)),
        "model 76466579911c, must-link 999000, cannot-link 10000, large 1000",
        404774,
        646,
    ),
    ("change", "address_reuse", (("address_reuse", 1),), "", 42884, 80),
    ("change", "address_type", (("address_type", 1),), "", 65649, 882),
    ("coinjoin", "coinjoin", (("coinjoin", 1),), "", 3517, 529),
    ("coinjoin", "equal_output_coinjoin", (("equal_output_coinjoin", 1),), "", 3744, 757),
    ("change", "fingerprint", (("fingerprint", 1),), "", 72378, 8283),
    ("change", "fresh", (("fresh", 1),), "", 69634, 1104),
    ("coinjoin", "joinmarket", (("joinmarket", 1),), "", 1882, 0),
    ("change", "optimal_change", (("optimal_change", 1),), "", 17922, 1395),
    ("change", "optimal_change_fee", (("optimal_change_fee", 1),), "", 15242, 896),
    ("change", "peeling_chain", (("peeling_chain", 1),), "", 78899, 5101),
    ("change", "round_value_2", (("round_value_2", 1),), "", 51636, 2014),
    ("change", "round_value_3", (("round_value_3", 1),), "", 44023, 283),
    ("change", "round_value_4", (("round_value_4", 1),), "", 37284, 37),
    ("change", "round_value_5", (("round_value_5", 1),), "", 29840, 111),
    ("change", "round_value_6", (("round_value_6", 1),), "", 17994, 16),
    ("change", "round_value_7", (("round_value_7", 1),), "", 6494, 0),
    ("change", "round_value_8", (("round_value_8", 1),), "", 1277, 0),
    ("change", "same_fee_form", (("same_fee_form", 1),), "", 15506, 3916),
    ("change", "same_fee_rate", (("same_fee_rate", 1),), "", 63548, 26478),
    ("change", "same_input_count", (("same_input_count", 1),), "", 79934, 14139),
    ("change", "same_key_form", (("same_key_form", 1),), "", 14288, 30),
    ("change", "same_lock_time", (("same_lock_time", 1),), "", 53375, 6414),
    ("change", "same_low_r", (("same_low_r", 1),), "", 12452, 1057),
    ("change", "same_multisig", (("same_multisig", 1),), "", 22336, 275),
    ("change", "same_order", (("same_order", 1),), "", 68725, 27155),
    ("change", "same_output_count", (("same_output_count", 1),), "", 80598, 9885),
    ("change", "same_rbf", (("same_rbf", 1),), "", 20149, 7933),
    ("change", "same_sequence", (("same_sequence", 1),), "", 54929, 10841),
    ("change", "same_version", (("same_version", 1),), "", 7880, 180),
    ("change", "same_witness", (("same_witness", 1),), "", 11922, 603),
    ("coinjoin", "tx0", (("tx0", 1),), "", 733, 0),
    ("coinjoin", "wabisabi", (("wabisabi", 1),), "", 308, 0),
    ("coinjoin", "wasabi_1", (("wasabi_1", 1),), "", 49, 13),
    ("coinjoin", "wasabi_1_1", (("wasabi_1_1", 1),), "", 57, 0),
    ("coinjoin", "whirlpool", (("whirlpool", 1),), "", 695, 0),
    (
        "coinjoin",
        "all detectors",
        (("joinmarket", 1), ("wabisabi", 1), ("wasabi_1", 1), ("wasabi_1_1", 1), ("whirlpool", 1)),
        "",
        2988,
        0,
    ),
    ("change", "change_model", (("change_model", 1),), "0 to 0.01", 372599, 372446),
    ("change", "change_model", (("change_model", 1),), "0.01 to 0.05", 33691, 32639),
    ("change", "change_model", (("change_model", 1),), "0.05 to 0.1", 10525, 9844),
    ("change", "change_model", (("change_model", 1),), "0.1 to 0.2", 11556, 10087),
    ("change", "change_model", (("change_model", 1),), "0.2 to 0.3", 7753, 6254),
    ("change", "change_model", (("change_model", 1),), "0.3 to 0.4", 6516, 4511),
    ("change", "change_model", (("change_model", 1),), "0.4 to 0.5", 7397, 4038),
    ("change", "change_model", (("change_model", 1),), "0.5 to 0.6", 6944, 3188),
    ("change", "change_model", (("change_model", 1),), "0.6 to 0.7", 11707, 2379),
    ("change", "change_model", (("change_model", 1),), "0.7 to 0.8", 6314, 879),
    ("change", "change_model", (("change_model", 1),), "0.8 to 0.9", 11919, 1224),
    ("change", "change_model", (("change_model", 1),), "0.9 to 0.95", 7565, 331),
    ("change", "change_model", (("change_model", 1),), "0.95 to 0.99", 26023, 513),
    ("change", "change_model", (("change_model", 1),), "0.99 to 0.999", 52605, 171),
    ("change", "change_model", (("change_model", 1),), "0.999 to 1", 109195, 86),
)
"""Kind, rule or set, versions, class of probability, how many, how many wrong."""
