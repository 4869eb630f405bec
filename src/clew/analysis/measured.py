"""What was measured of each kind of conclusion. Made by tools/make_figures.py; not to be edited."""

from __future__ import annotations

WORLDS: tuple[str, ...] = (
    "2012",
    "2015",
    "2021-merging",
    "2025",
)
"""The worlds of the economies."""

SEEDS: tuple[int, ...] = (1,)
ECONOMIES, TRANSACTIONS = 4, 75_471
RANK = 4
"""Where the truth comes from: our own worlds."""

CLEW = "0.1.0"
"""The version of Clew that measured."""

DIGEST = "703a7f54949323b52cbe1af3ca2b51621e5f7642620671d0ff4b55826f344c57"
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
    (
        "pair",
        "strict",
        (("multi_input", 2), ("same_key", 1), ("equal_output_coinjoin", 1)),
        "",
        31266088,
        409,
    ),
    (
        "address",
        "strict",
        (("multi_input", 2), ("same_key", 1), ("equal_output_coinjoin", 1)),
        "",
        55403,
        280,
    ),
    ("link", "strict", (("multi_input", 2), ("same_key", 1), ("equal_output_coinjoin", 1)), "", 85078, 75),
    (
        "pair",
        "extended",
        (("multi_input", 2), ("same_key", 1), ("equal_output_coinjoin", 1), ("change_model", 1)),
        "model 3e027d7f9bb9, must-link 990000, cannot-link 10000, large 1000",
        36117436,
        90430,
    ),
    (
        "address",
        "extended",
        (("multi_input", 2), ("same_key", 1), ("equal_output_coinjoin", 1), ("change_model", 1)),
        "model 3e027d7f9bb9, must-link 990000, cannot-link 10000, large 1000",
        82530,
        9163,
    ),
    (
        "link",
        "extended",
        (("multi_input", 2), ("same_key", 1), ("equal_output_coinjoin", 1), ("change_model", 1)),
        "model 3e027d7f9bb9, must-link 990000, cannot-link 10000, large 1000",
        126374,
        112,
    ),
    ("change", "address_reuse", (("address_reuse", 1),), "", 14656, 27),
    ("change", "address_type", (("address_type", 1),), "", 15328, 191),
    ("coinjoin", "equal_output_coinjoin", (("equal_output_coinjoin", 1),), "", 646, 176),
    ("change", "fingerprint", (("fingerprint", 1),), "", 15785, 1777),
    ("change", "fresh", (("fresh", 1),), "", 15675, 448),
    ("coinjoin", "joinmarket", (("joinmarket", 1),), "", 244, 0),
    ("change", "optimal_change", (("optimal_change", 1),), "", 3309, 334),
    ("change", "optimal_change_fee", (("optimal_change_fee", 1),), "", 2827, 230),
    ("change", "peeling_chain", (("peeling_chain", 1),), "", 17765, 1256),
    ("change", "round_value_2", (("round_value_2", 1),), "", 14535, 353),
    ("change", "round_value_3", (("round_value_3", 1),), "", 12846, 46),
    ("change", "round_value_4", (("round_value_4", 1),), "", 10566, 11),
    ("change", "round_value_5", (("round_value_5", 1),), "", 8575, 44),
    ("change", "round_value_6", (("round_value_6", 1),), "", 5056, 10),
    ("change", "round_value_7", (("round_value_7", 1),), "", 1938, 3),
    ("change", "round_value_8", (("round_value_8", 1),), "", 438, 0),
    ("change", "same_fee_form", (("same_fee_form", 1),), "", 3851, 956),
    ("change", "same_fee_rate", (("same_fee_rate", 1),), "", 14210, 5633),
    ("change", "same_input_count", (("same_input_count", 1),), "", 17097, 3327),
    ("change", "same_key_form", (("same_key_form", 1),), "", 3883, 18),
    ("change", "same_lock_time", (("same_lock_time", 1),), "", 11741, 1577),
    ("change", "same_low_r", (("same_low_r", 1),), "", 3288, 208),
    ("change", "same_multisig", (("same_multisig", 1),), "", 3997, 80),
    ("change", "same_order", (("same_order", 1),), "", 15311, 5574),
    ("change", "same_output_count", (("same_output_count", 1),), "", 18077, 2514),
    ("change", "same_rbf", (("same_rbf", 1),), "", 5519, 1999),
    ("change", "same_sequence", (("same_sequence", 1),), "", 11108, 2604),
    ("change", "same_version", (("same_version", 1),), "", 1800, 23),
    ("change", "same_witness", (("same_witness", 1),), "", 2947, 92),
    ("coinjoin", "tx0", (("tx0", 1),), "", 241, 0),
    ("coinjoin", "wabisabi", (("wabisabi", 1),), "", 74, 0),
    ("coinjoin", "wasabi_1", (("wasabi_1", 1),), "", 4, 0),
    ("coinjoin", "wasabi_1_1", (("wasabi_1_1", 1),), "", 12, 0),
    ("coinjoin", "whirlpool", (("whirlpool", 1),), "", 137, 0),
    (
        "coinjoin",
        "all detectors",
        (("joinmarket", 1), ("wabisabi", 1), ("wasabi_1", 1), ("wasabi_1_1", 1), ("whirlpool", 1)),
        "",
        471,
        0,
    ),
    ("change", "change_model", (("change_model", 1),), "0 to 0.01", 103644, 103595),
    ("change", "change_model", (("change_model", 1),), "0.01 to 0.05", 4413, 4149),
    ("change", "change_model", (("change_model", 1),), "0.05 to 0.1", 1316, 1250),
    ("change", "change_model", (("change_model", 1),), "0.1 to 0.2", 2475, 2183),
    ("change", "change_model", (("change_model", 1),), "0.2 to 0.3", 1147, 845),
    ("change", "change_model", (("change_model", 1),), "0.3 to 0.4", 980, 727),
    ("change", "change_model", (("change_model", 1),), "0.4 to 0.5", 1458, 690),
    ("change", "change_model", (("change_model", 1),), "0.5 to 0.6", 1019, 450),
    ("change", "change_model", (("change_model", 1),), "0.6 to 0.7", 2216, 311),
    ("change", "change_model", (("change_model", 1),), "0.7 to 0.8", 1267, 177),
    ("change", "change_model", (("change_model", 1),), "0.8 to 0.9", 2659, 278),
    ("change", "change_model", (("change_model", 1),), "0.9 to 0.95", 1123, 76),
    ("change", "change_model", (("change_model", 1),), "0.95 to 0.99", 4166, 137),
    ("change", "change_model", (("change_model", 1),), "0.99 to 0.999", 13923, 78),
    ("change", "change_model", (("change_model", 1),), "0.999 to 1", 27419, 36),
)
"""Kind, rule or set, versions, class of probability, how many, how many wrong."""
