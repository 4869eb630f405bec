"""What the figures mean and do not mean, in sentences."""

from __future__ import annotations

from clew.accuracy.truth import RANKS

METHOD = (
    "**Control** has two notions. By actor: whoever owns. By wallet: keys that one software spends, what "
    "an ideal division by keys alone would find. An entity that holds two wallets of one owner is right "
    "by actor and wrong by wallet.",
    "**Left out** are addresses that were never paid or are not on the chain, and addresses of several "
    "owners (channels, escrows, keys that everybody knows, scripts that anyone can spend): nobody "
    "controls them alone. They are counted apart: one that stands with somebody who is no owner of it is "
    "wrong. Where two owners come together through one, both stand in one entity, and that counts.",
    "**Pairs of addresses** are counted from a table of entities by owners, never one by one. They grow "
    "with the square of sizes, so that one exchange hides many small errors. **B-cubed** figures give "
    "each address the same weight: which part of its entity is its owner's (precision), and which part of"
    " its owner's addresses is in its entity (recall).",
    "**Services collide** where one entity holds addresses of two: exchanges, web wallets, swap services,"
    " merchants, gambling houses, pools, charities, and the operator. No tags are read, so none keeps "
    "them apart. **Strangers** are all who are not the operator, in any entity that holds an address at "
    "which the service was paid.",
    "**Change** counts outputs with an address, coinbases left out. In a round of a coinjoin nothing is "
    "right: what is left over there is one participant's, not that of all inputs. Logarithms hold "
    "probabilities a millionth away from 0 and 1.",
    "**Coinjoins**: a rule that is named after a protocol is scored on that protocol, any other on the "
    "rounds of all. All detectors together are those named after protocols of rounds: yes where any says "
    "yes. Ordinary is a transaction that is no round, no Tx0 and no PayJoin.",
    "**Origins** are routes from payments back to an exchange, graded with part of the exchanges' "
    "addresses tagged. Only validations that make their economies have them, since tags have to be imported."
    " What the ledger cannot show (a takeover, a resale, a gift, a friend) is no error here; how often it is "
    "among graded payments is in `docs/origins.md`.",
    "**Intervals** hold 95 %. Of shares they are Wilson's, as if each item were independent of the "
    "others. Where several economies were scored, whole worlds are drawn with replacement, and seeds "
    "within them, 2,000 times, since errors come with a world. Shown is the wider of both at either end. "
    "A figure with no error in any world has no spread to resample: then Wilson's alone speaks, and it is"
    " too narrow.",
)

LIMITS = (
    "The rate on the real chain is unknown. No figure here is the probability that a certain conclusion "
    "is wrong.",
    "The worlds are our own. Their figures were tuned with real blocks in view, some of them the same "
    "blocks on which the rules are tested; where they are near to real blocks, and where not, is measured"
    " in `docs/realism.md`.",
    "Worlds have more coinjoins, and more transactions of several owners, than life: shares that weigh by"
    " frequency would be better in life; recall, and rates by form, carry over more readily.",
    "A handful of wallet models stands for hundreds. What no model does is not tested.",
    "Recall is that of these people, who act seldom and merge little: most likely a lower bound.",
)

LABELLED = (
    "The labels are whoever's made them: what is wrong in them is counted against the rules. Only what is"
    " labelled counts, and what gets labelled is seldom a fair sample.",
    "A label that was derived from a cluster confirms no cluster: rows marked so are left out, and counted.",
)


def rank_sentence(rank: int) -> str:
    """What the rank of a score says."""
    order = "; ".join(f"{number} {name}" for number, name in RANKS.items())
    return f"Rank {rank} of 4: {RANKS[rank]} ({order})."


__all__ = ["LABELLED", "LIMITS", "METHOD", "rank_sentence"]
