"""The method and its limits, in plain words: the same in every report."""

from __future__ import annotations

from clew.report.document import Line, Paragraph, Points, Span, prose

METHOD = (
    "**The ledger.** Clew reads the blocks that a Bitcoin node has stored. It checks each block's proof"
    " of work, its link to the block before it, and that its list of transactions is the one the header"
    " commits to. Of the chain with the most work it writes down every transaction, output and input, "
    "up to the tip named in section 1. Nothing else is used: no company's data, no names, no network "
    "connection.",
    "**The entity.** When one transaction spends from several addresses, whoever made it could sign for"
    " all of them. Such addresses are put under one control; chains of them make the entity. "
    "Transactions with the equal outputs of a coinjoin are left out, because there several owners sign "
    "together. Every link is printed with its transaction and its rule, so that it can be checked by "
    "itself, or struck out.",
    "**Payments.** A transaction that spends nothing of the entity and pays to it is one payment; its "
    "amount is the sum of its outputs to the entity. The payers are the entities whose outputs it "
    "spends: none for newly mined coins (coinbase), possibly several for a coinjoin.",
    "**Outflows.** When a transaction spends only from the entity, each output to an outside address is"
    " an outflow, and its fee was paid by the entity. What it pays back to the entity is internal and "
    "counts nowhere.",
    "**Mixed.** Where the entity and others spend in the same transaction, only the net is counted: as "
    "a payment if the entity gained, as an outflow if it lost. Which of the outputs its money went to "
    "is then not known.",
    "**Totals.** All sums are whole satoshi; 1 BTC is 100,000,000 satoshi. What was received is always "
    "what was spent, the fees, and what is held, together with anything that nobody can ever spend.",
)

LIMITS = (
    "**Not all of it.** The entity is a lower bound: addresses that were never spent together with one "
    "of the others are missing, and so are the payments to them.",
    "**Not without error.** Several owners can sign one transaction without the shape of a coinjoin, by"
    " agreement or to hide. A single wrong link can join strangers. Links that stand on one transaction"
    " deserve a second look.",
    "**Control is not identity.** One control may be a person, a company, or a service that keeps coins"
    " for thousands of customers. The ledger contains no names, and this report names nobody.",
    "**A payer is an entity, too.** It may be an exchange or another service that paid for somebody "
    "else, and keys may be shared, sold or stolen. Only the service's own records can tell for whom it "
    "paid.",
    "**Block time is not the moment of payment.** The miner writes it: after the median time of the "
    "eleven blocks before, and at most two hours ahead of other clocks. A payment may have been sent "
    "long before. The median time, which never runs backwards, is printed below the block time in "
    "italics.",
    "**Only this ledger.** Payments inside an exchange, over payment channels, or on other chains leave"
    " no trace here. Where money went after it had left the entity is told by exposure and traces alone, "
    "where this report has them, and by convention.",
)


def method() -> tuple[Paragraph | Points, ...]:
    """The parts of the section on the method, and of what it cannot tell."""
    return (
        Points(tuple(_sentence(text) for text in METHOD)),
        Paragraph(prose("What the method cannot tell:")),
        Points(tuple(_sentence(text) for text in LIMITS)),
    )


def _sentence(text: str) -> Line:
    """``**Lead.** rest`` as a strong span and a plain one."""
    _, lead, rest = text.split("**")
    return (Span(lead, "strong"), *prose(rest))
