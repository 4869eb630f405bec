"""What is true of a scenario: whose each address is, and why each output was made."""

from __future__ import annotations

from dataclasses import dataclass

PURPOSES: dict[str, str] = {
    "payment": "one pays another, for whatever it may be",
    "purchase": "somebody pays for an account of their own at the service",
    "gift": "given away, with nothing expected in return",
    "mistake": "it went where its payer did not mean it to go",
    "dust": "a stranger sends a worthless amount to addresses they have seen",
    "refund": "a rejected payment goes back to the address it came from",
    "funding": "coins to begin with, from a miner",
    "deposit": "a customer pays into their account at an exchange or another custodian",
    "withdrawal": "an exchange or another custodian pays a customer, to the customer's own address",
    "cash-out": "the operator pays into an account at an exchange, in whoever's name",
    "sweep": "an owner moves coins whole to another address of theirs",
    "move": "an owner moves a part to another address of theirs",
    "change": "what was left over goes back to who paid",
    "coinjoin": "a participant takes out what nobody can tell from the others' outputs",
    "fee": "for whoever arranged the transaction",
    "trade": "one side of an exchange of goods or coins that takes place in the transaction itself",
    "escrow": "held until both sides, or one and an arbiter, release it",
    "channel": "held by two who pay each other off the ledger",
    "data": "no payment: an output that carries data, or that only exists to be spent by anybody",
}
"""The usual purposes. A scenario of one's own may use other words."""

VISIBLE = "visible"
INVISIBLE = "invisible"

INNOCENT: dict[str, str] = {
    VISIBLE: "not the payment that it looks like, and the ledger shows it",
    INVISIBLE: "whom it leads to did not pay, and nothing on the ledger can show it",
}
"""What ``Told.innocent`` says, where it says something."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose an address is."""

    address: str
    name: str
    """What the scenario calls it."""
    kind: str
    """The kind of script."""
    wallet: str
    actor: str
    """The person behind the wallet; several who hold it together are joined by `` + ``."""
    role: str
    """receive, change, account, coinjoin, or another word of the scenario's."""
    user: str
    """The customer or member to whom its owner gave it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An output, and why it was made. Every output is told, but for coinbases."""

    txid: str
    vout: int
    value: int
    """Satoshi in the output."""
    paid: int
    """Satoshi of it that passed to another: 0 for change and own moves, less than ``value`` where
    the payee added coins to the payer's."""
    height: int
    purpose: str
    payer: str
    """Who meant to pay: a person, also where an exchange did it for them."""
    source: str
    """Whose coins it was made of."""
    customer: str
    """Whose account at the source was charged, by the source's own books."""
    payee: str
    address: str
    account: str
    """Whose account at the payee was credited, by the payee's own books."""
    innocent: str
    """visible or invisible, where it is not the payment of whom it leads to; see INNOCENT."""
    label: str
    """What the scenario calls it."""
    note: str


TOGETHER = " + "
"""Between the names of several who own something together."""
