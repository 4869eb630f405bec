"""The README that lies beside a simulated economy."""

from __future__ import annotations

from typing import Any

from clew.simulate.chain import COIN
from clew.simulate.course import MERCHANTS, PEOPLE
from clew.simulate.truth import PURPOSES


def describe(totals: dict[str, Any]) -> str:
    """The README's text, in Markdown."""
    service = totals["service"]
    cashed = ", ".join(f"{_coins(value)} at {name}" for name, value in service["cashed_out"].items())
    purposes = "\n".join(
        f"- *{name}* ({service['by_purpose'][name]['payments']}): {meaning}."
        for name, meaning in PURPOSES.items()
        if name in service["by_purpose"]
    )
    return f"""# A simulated economy

Nothing in this folder happened. It is a made-up economy on {totals["network"]}, written from seed
{totals["seed"]}; the same seed gives the same bytes. None of its addresses exists on the main network.

## What is here
- `blocks/`: block files as a Bitcoin node writes them: {totals["blocks"]:,} blocks on the best chain,
  {totals["transactions"]:,} transactions, some blocks out of order, one stale block, `xor.dat`, and
  space allocated ahead in the last file.
- `truth/addresses.csv`: whose each of {totals["addresses"]:,} addresses is. `user` is the customer or
  member to whom the owner gave it.
- `truth/payments.csv`: every payment to the service and every cash-out, with its purpose. `payer` is who
  meant to pay, `source` whose coins were spent.
- `truth/coinjoins.csv`: every input and output of {totals["coinjoins"]} coinjoins, and whose it is.
- `truth/totals.json`: the sums. Values are satoshi.

## The world
Three exchanges with a deposit address per customer, hot wallet, vault and batched withdrawals;
{PEOPLE} people, {MERCHANTS} merchants, four miners; coinjoins, a notary (OP_RETURN), an escrow (bare
multisig), a miner paid to a bare key, a stranger who sends dust. A service gives every member an address
of their own: {service["accounts_given"]:,} given, {service["accounts_paid"]:,} ever paid, by
{service["payments"]:,} payments of {_coins(service["received"])} in all. Its operator sweeps them,
peels, waits, and cashes out:
{cashed}.

An inquiry starts from one address, that of a test purchase: `{service["seed_address"]}`.

Purposes in `payments.csv`:
{purposes}

## What is right, and what is not
Right: proof of work, Merkle roots, witness commitments, transaction ids, heights in coinbases, subsidies
(halved every 150 blocks), fees to the miner, coinbase maturity; every satoshi held at the tip was mined,
and none is lost. Filler: keys are hashes and signatures are random bytes of realistic size, so no node
would accept these spends. Made up: prices, amounts, habits. A block comes about once a day, so that some
hundreds of blocks span more than a year.

An entity found by common inputs from the one address is a lower bound: the operator moved his first
payments, and some large ones, one by one; others came too late to be swept; and what went through a peeling
chain is joined to nothing. `sweep` and `change` rows are the operator's own money: where the entity found is
incomplete, some of them look like payments from outside.
"""


def _coins(value: int) -> str:
    return f"{value // COIN}.{value % COIN:08d} BTC"
