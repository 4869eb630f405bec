"""Keys of the JSON of ``clew cluster`` and ``clew train``."""

from __future__ import annotations

from clew.cli.key import (
    EXTENT,
    FLAG,
    HEX,
    INTEGER,
    LIST,
    NUMBER,
    OBJECT,
    OR_NULL,
    SECONDS,
    TEXT,
    TIME,
    Key,
    under,
)

_CHANCE = "millionths"

CLUSTERED: dict[str, tuple[Key, ...]] = {
    "cluster": (
        Key("name", TEXT, "", "Name of the set of rules."),
        Key("height", INTEGER, "block height", "The ledger's tip, up to which who spends was looked at."),
        Key("tip", TEXT, HEX, "Hash of that block."),
        Key("rules", LIST, "", "The rules that links rest on, in the order of their numbers."),
        *under(
            "rules[]",
            Key("name", TEXT, "", "Name of a rule; change_model is the model of change."),
            Key("version", INTEGER, "", "Its version."),
            Key("source", TEXT, HEX, "SHA-256 of what defines it; of the model, its digest."),
        ),
        Key("model", TEXT, HEX, "Digest of the model of change; empty where the set has none."),
        Key("attributions", TEXT, HEX, "Digest of the tags that kept services apart; empty for none."),
        Key("must_link", INTEGER, _CHANCE, "At this chance or above an output is joined with who paid."),
        Key("cannot_link", INTEGER, _CHANCE, "At this chance or below they are kept apart."),
        Key("large", INTEGER, "addresses", "Two entities of so many addresses each are not joined."),
        Key("addresses", INTEGER, "addresses", "Addresses of the ledger."),
        Key("entities", INTEGER, "entities", "Entities of the set, those of one address included."),
        Key("strict", INTEGER, "entities", "Entities of the ledger's own set."),
        Key("largest", INTEGER, "addresses", "Addresses of the largest entity."),
        Key("links", INTEGER, "links", "Links that the set adds to the ledger's, or its own."),
        Key(
            "skipped",
            OBJECT,
            "",
            "How many links were skipped, and how many cannot-links overruled, by reason; empty without a "
            "model.",
        ),
        *under(
            "skipped",
            Key("cannot-link", INTEGER, "links", "Since some payment says that the two are not one."),
            Key("services", INTEGER, "links", "Since the two are attributed to different services."),
            Key("large", INTEGER, "links", "Since both are large."),
            Key("overruled", INTEGER, "links", "Not skipped: a cannot-link gave way to certain links."),
        ),
        Key("seconds", NUMBER, SECONDS, "How long it took."),
    ),
    "cluster --list": (
        Key("sets", LIST, "", "The sets that the ledger holds, strict first."),
        *under(
            "sets[]",
            Key("name", TEXT, "", "Name of the set."),
            Key("height", INTEGER, "block height", "Height at which it was built."),
            Key("tip", TEXT, HEX, "Hash of that block."),
            Key(
                "is_current", FLAG, "", "Whether that is the ledger's tip; otherwise it must be built again."
            ),
            Key("for_exhibits", FLAG, "", "Whether it may serve exhibits; only strict may."),
            Key("entities", INTEGER, "entities", "Entities, those of one address included."),
            Key("must_link", INTEGER + OR_NULL, _CHANCE, "As for clew cluster; null without a model."),
            Key("cannot_link", INTEGER + OR_NULL, _CHANCE, "As for clew cluster; null without a model."),
            Key("model", TEXT + OR_NULL, HEX, "Digest of its model of change; null without one."),
            Key("rules", LIST, "", "The rules that its links rest on."),
            Key("rules[].name", TEXT, "", "Name of a rule."),
            Key("rules[].version", INTEGER, "", "Its version."),
        ),
    ),
    "cluster --skipped": (
        Key("name", TEXT, "", "Name of the set of rules."),
        Key("height", INTEGER, "block height", "Height at which it was built."),
        Key("tip", TEXT, HEX, "Hash of that block."),
        Key(
            "skipped",
            LIST,
            "",
            "Links that were skipped, by transaction, and then the cannot-links that were overruled. It may "
            "be cut.",
        ),
        *under(
            "skipped[]",
            Key("a", TEXT, "", "An address of who paid."),
            Key("b", TEXT, "", "The address that was paid."),
            Key("height", INTEGER, "block height", "Height of the block."),
            Key("time", INTEGER, TIME, "Time in the block's header, set by its miner."),
            Key("txid", TEXT, HEX, "The transaction."),
            Key("chance", NUMBER, "", "Stated probability, from 0 to 1, that both are one."),
            Key(
                "reason",
                TEXT,
                "",
                "cannot-link: some payment says that they are not one; services: attributed to different "
                "ones; large: both are; overruled: not skipped, a cannot-link gave way to certain links.",
            ),
        ),
        *EXTENT,
    ),
    "cluster --remove": (Key("removed", TEXT, "", "Name of the set that is gone."),),
    "train": (
        Key("file", TEXT, "", "The file that was written."),
        Key("digest", TEXT, HEX, "SHA-256 of the model and its recipe."),
        Key("recipe", OBJECT, "", "How the model was made, as the file has it."),
        Key("recipe.trees", OBJECT, "", "How trees were grown."),
        *under(
            "recipe.trees",
            Key("trees", INTEGER, "trees", "How many."),
            Key("leaves", INTEGER, "leaves", "Leaves of each at most."),
            Key("rate", NUMBER, "", "How much each tree counts (learning rate)."),
            Key("l2", NUMBER, "", "Weight of the penalty on leaves."),
            Key("hessian", NUMBER, "outputs", "How much a leaf holds at least, in outputs of even chance."),
            Key("seed", INTEGER, "", "LightGBM's seed."),
        ),
        Key("recipe.samples", LIST, "", "What was learned from."),
        *under(
            "recipe.samples[]",
            Key("source", TEXT, "", "World, seed and blocks; or the ledger on which change was revealed."),
            Key("outputs", INTEGER, "outputs", "Outputs that may be change."),
            Key("clear", INTEGER, "outputs", "Those of them that were learned from."),
            Key("right", INTEGER, "outputs", "Those that are the payer's."),
            Key("digest", TEXT, HEX, "SHA-256 of what was learned from."),
        ),
        Key("recipe.versions", OBJECT, "", "Versions of the packages that grew the trees."),
        Key("recipe.versions.lightgbm", TEXT, "", "LightGBM's."),
        Key(
            "folds",
            LIST,
            "",
            "How good the model's chances are, with each world and wallet software left out.",
        ),
        *under(
            "folds[]",
            Key("kind", TEXT, "", "world or wallet."),
            Key("left_out", TEXT, "", "Which was not trained on, and is judged."),
            Key("outputs", INTEGER, "outputs", "Outputs judged."),
            Key("base_rate", NUMBER, "", "Share of them that are the payer's."),
            Key("log_loss", NUMBER, "nats", "Mean logarithmic loss of the stated chances."),
            Key("base_loss", NUMBER, "nats", "The same of stating always the base rate."),
            Key("high", INTEGER, "outputs", "Outputs with a chance of 0.99 or more."),
            Key("high_right", INTEGER, "outputs", "Those of them that are the payer's."),
            Key(
                "high_lower", NUMBER + OR_NULL, "", "Lower bound of their share (Wilson, 95 %); null of none."
            ),
            Key("high_share", NUMBER, "", "What share of the payers' outputs has such a chance."),
            Key("low", INTEGER, "outputs", "Outputs with a chance of 0.01 or less."),
            Key("low_right", INTEGER, "outputs", "Those of them that are not the payer's."),
            Key(
                "low_lower", NUMBER + OR_NULL, "", "Lower bound of their share (Wilson, 95 %); null of none."
            ),
        ),
        Key("curve", LIST, "", "Calibration, with worlds left out, by bin of stated chance."),
        *under(
            "curve[]",
            Key("from", NUMBER, "", "Where the bin begins; it ends where the next one begins, or at 1."),
            Key("outputs", INTEGER, "outputs", "Outputs in it."),
            Key("mean", NUMBER + OR_NULL, "", "Their mean chance; null of none."),
            Key("right", INTEGER, "outputs", "Those of them that are the payer's."),
        ),
    ),
}
