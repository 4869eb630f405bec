"""Keys of the JSON of ``clew score`` and ``clew validate``."""

from __future__ import annotations

from clew.cli.key import BYTES, HEX, INTEGER, LIST, NUMBER, OBJECT, OR_NULL, TEXT, TIME, Key, under

_RANK = Key(
    "rank",
    INTEGER,
    "",
    "Where the truth comes from: 1 real labelled data, 2 emulators by others, 3 worlds by others, 4 our own "
    "worlds.",
)

ACCURACY: dict[str, tuple[Key, ...]] = {
    "score": (
        Key("format", INTEGER, "", "Version of this form, which clew validate reads, too."),
        _RANK,
        Key("rank_means", TEXT, "", "The same in words."),
        Key("economies", LIST, "", "What was scored: each truth with its ledger."),
        *under(
            "economies[]",
            Key("truth", OBJECT, "", "What the truth is."),
            Key("truth.name", TEXT, "", "Where it lies, or what it was made of."),
            Key("truth.kind", TEXT, "", "economy or labels."),
            Key("truth.rank", INTEGER, "", "Its rank."),
            Key("truth.world", TEXT, "", "The economy's world; empty for labels."),
            Key("truth.era", TEXT, "", "The years that the world is like; empty for labels."),
            Key("truth.seed", INTEGER + OR_NULL, "", "The economy's seed; null for labels."),
            Key("truth.blocks", INTEGER, "blocks", "Blocks of the chain."),
            Key("truth.people", INTEGER + OR_NULL, "people", "What --people said; null if nothing."),
            Key("truth.tip", TEXT, HEX, "Hash of the chain's last block."),
            Key("truth.time", INTEGER, TIME, "Time of that block."),
            Key("counts", OBJECT, "", "How much the ledger holds."),
            Key("counts.blocks", INTEGER, "blocks", "Blocks."),
            Key("counts.transactions", INTEGER, "transactions", "Transactions."),
            Key("counts.outputs", INTEGER, "outputs", "Outputs."),
            Key("counts.addresses", INTEGER, "addresses", "Addresses."),
            Key("counts.owners_known", INTEGER, "addresses", "Addresses whose single owner is known."),
            Key("left_out", LIST, "", "What the truth tells that no figure counts."),
            Key("left_out[].what", TEXT, "", "What it is."),
            Key("left_out[].count", INTEGER, "", "How many."),
        ),
        Key("subjects", LIST, "", "What was judged."),
        *under(
            "subjects[]",
            Key("kind", TEXT, "", "set, model, or a rule's kind: control, coinjoin, lookalike or change."),
            Key("name", TEXT, "", "Name of the set, model or rule."),
            Key("version", INTEGER + OR_NULL, "", "Its version; null for a set, whose rules have theirs."),
            Key("stated", TEXT, "", "What else decides what a set joins: model and thresholds."),
            Key("rules", LIST, "", "The rules of a set; empty for others."),
            Key("rules[].name", TEXT, "", "Name of a rule."),
            Key("rules[].version", INTEGER, "", "Its version."),
        ),
        Key("figures", LIST, "", "Every figure, over all economies."),
        *under(
            "figures[]",
            Key(
                "about",
                TEXT,
                "",
                "pairs, addresses, entities, links, service, collisions, joint, change, coinjoin or origins.",
            ),
            Key("subject", TEXT, "", "The rule, set or model that is judged; of origins, the tags known."),
            Key("measure", TEXT, "", "What is counted, such as precision."),
            Key("control", TEXT, "", "actor or wallet, where it matters whose control is meant; else empty."),
            Key("by", TEXT, "", "By what the whole is parted; empty for the whole."),
            Key("group", TEXT, "", "The part; empty for the whole."),
            Key("form", TEXT, "", "share: each item is right or wrong; mean: parts of one are summed."),
            Key("hits", NUMBER, "", "Sum over items of what is measured."),
            Key("of", NUMBER, "", "Number of items."),
            Key("rate", NUMBER + OR_NULL, "", "hits for each item; null where there is none."),
            Key("base_hits", NUMBER + OR_NULL, "", "hits of whoever guesses blindly; null for no base."),
            Key("base_of", NUMBER + OR_NULL, "", "Number of items of the base; null for no base."),
            Key(
                "wilson", LIST + OR_NULL, "", "Ends of Wilson's 95 % interval; null where it has no meaning."
            ),
            Key(
                "resampled",
                LIST + OR_NULL,
                "",
                "Ends of the 95 % interval by resampled worlds; null for one.",
            ),
            Key("each", LIST, "", "hits and of, for each of economies, in order."),
            Key("bases", LIST + OR_NULL, "", "The same of the base; null for no base."),
        ),
        Key("failures", LIST, "", "Ways to fail, by form of transaction and wallet model."),
        *under(
            "failures[]",
            Key("about", TEXT, "", "Kind of conclusion, as in figures."),
            Key("subject", TEXT, "", "The rule, set or model."),
            Key("what", TEXT, "", "What is wrong."),
            Key("form", TEXT, "", "Form of the transaction, by the truth."),
            Key("model", TEXT, "", "Model of the wallet that made it, by the truth."),
            Key("count", INTEGER, "", "How often."),
            Key("examples", LIST, "", "The first few."),
            Key("examples[].economy", INTEGER, "", "Which of economies, from 0."),
            Key("examples[].id", TEXT, "", "Transaction id, or txid:vout."),
        ),
    ),
    "validate": (
        Key("file", TEXT, "", "The file that was written."),
        Key("bytes", INTEGER, BYTES, "Its size."),
        Key("sha256", TEXT, HEX, "Its SHA-256."),
        Key("digest", TEXT, HEX, "SHA-256 of the figures, whatever form they were written in."),
        _RANK,
        Key("economies", INTEGER, "economies", "How many economies were scored."),
    ),
}
"""Keys of both, by command. ``clew validate -o FILE.json`` writes the keys of ``clew score``."""
