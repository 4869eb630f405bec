"""The reckoning at the end: tables and totals of what is true, read off the chain and the register."""

from __future__ import annotations

from typing import Any

from clew import schema
from clew.errors import UsageError
from clew.simulate.actors.service import ACCOUNT, OPERATOR, TILL
from clew.simulate.chain import Coin, Transfer, subsidy
from clew.simulate.truth import OUTSIDE, OWN, Address, Payment, Records, sum_by_payee
from clew.simulate.world import World


def gather(world: World) -> Records:
    """Every table of the truth, in chain order."""
    addresses = tuple(
        Address(world.address(each.lock), each.wallet.name, each.wallet.actor, each.role, each.user)
        for each in world.register.owned.values()
    )
    recorded = {(each.txid, each.vout): each for each in world.payments}
    payments: list[Payment] = []
    for transfer in _transfers(world):
        for coin in transfer.outputs:
            payment = recorded.get((coin.txid[::-1].hex(), coin.vout)) or _own(world, transfer, coin)
            if payment is not None:
                payments.append(payment)
    totals = _totals(world, payments, addresses)
    return Records(addresses, tuple(payments), tuple(world.joined), totals)


def _transfers(world: World) -> list[Transfer]:
    """Every transaction but the coinbases."""
    return [each for block in world.chain.blocks for each in block.transfers[1:]]


def _role(world: World, coin: Coin) -> str:
    owned = world.register.owned.get(coin.lock.script)
    return owned.role if owned is not None and owned.wallet.actor == OPERATOR else ""


def _own(world: World, transfer: Transfer, coin: Coin) -> Payment | None:
    """A row for the operator's own money coming to the service's addresses; None for all else."""
    source = world.register.owner(transfer.inputs[0].lock)
    if source.wallet.actor != OPERATOR or _role(world, coin) not in (ACCOUNT, TILL):
        return None
    at_service = _role(world, transfer.inputs[0]) in (ACCOUNT, TILL)
    return Payment(
        txid=coin.txid[::-1].hex(),
        vout=coin.vout,
        value=coin.value,
        height=coin.height,
        purpose="sweep" if at_service else "change",
        payer=OPERATOR,
        source=OPERATOR,
        payee=OPERATOR,
        address=world.address(coin.lock),
        account="",
        route="",
    )


def _totals(world: World, payments: list[Payment], addresses: tuple[Address, ...]) -> dict[str, Any]:
    chain = world.chain
    transfers = _transfers(world)
    minted = sum(subsidy(height) for height in range(1, chain.height + 1))
    held = sum(coin.value for coin in chain.coins.values())
    return {
        "network": chain.network.name,
        "seed": world.seed,
        "blocks": chain.height + 1,
        "transactions": len(transfers) + chain.height + 1,
        "tip": chain.tip.header.hash[::-1].hex(),
        "addresses": len(addresses),
        "minted": minted,
        "unspent": held,
        "fees": sum(each.fee for each in transfers),
        "coinjoins": len({each.txid for each in world.joined}),
        "op_returns": sum(
            coin.lock.script_type == schema.NULLDATA for each in transfers for coin in each.outputs
        ),
        "service": _service_totals(world, payments, addresses),
    }


def _service_totals(world: World, payments: list[Payment], addresses: tuple[Address, ...]) -> dict[str, Any]:
    given = {each.address for each in addresses if each.role == ACCOUNT}
    outside = [each for each in payments if each.purpose in OUTSIDE]
    cash_outs = [each for each in payments if each.purpose == "cash-out"]
    spent = [coin for each in _transfers(world) for coin in each.inputs if _role(world, coin)]
    at_service = [coin for coin in world.chain.coins.values() if _role(world, coin) in (ACCOUNT, TILL)]
    by_purpose: dict[str, dict[str, int]] = {}
    for each in payments:
        entry = by_purpose.setdefault(each.purpose, {"payments": 0, "value": 0})
        entry["payments"] += 1
        entry["value"] += each.value
    return {
        "operator": OPERATOR,
        "seed_address": _seed_address(payments),
        "accounts_given": len(given),
        "accounts_paid": len({each.address for each in outside} & given),
        "payments": len(outside),
        "received": sum(each.value for each in outside),
        "swept": sum(coin.value for coin in spent if _role(world, coin) == ACCOUNT),
        "held": sum(coin.value for coin in at_service),
        "fees": sum(
            each.fee for each in _transfers(world) if any(_role(world, coin) for coin in each.inputs)
        ),
        "own_transfers": sum(each.purpose in OWN for each in payments),
        "cashed_out": sum_by_payee(cash_outs),
        "by_purpose": by_purpose,
    }


def _seed_address(payments: list[Payment]) -> str:
    """The account that the investigator paid for."""
    for each in payments:
        if each.payer == "investigator":
            return each.address
    raise UsageError("nobody's test purchase went through in this world: take another seed or more blocks")
