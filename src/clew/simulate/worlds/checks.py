"""What the parts of a world must have in common: names that exist, shares that can be, dates that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, get_args
from zoneinfo import ZoneInfo

from clew.simulate.worlds.figures import Choice, Shares, plain
from clew.simulate.worlds.model import Route, Script, called, entries
from clew.simulate.worlds.script_days import FIRST_DAYS
from clew.written.spelling import instead

if TYPE_CHECKING:
    from clew.simulate.worlds.model import World

Where = tuple[str, ...]
Problem = tuple[Where, str]

SCRIPTS: tuple[str, ...] = get_args(Script)
ROUTES: tuple[str, ...] = get_args(Route)
DOING = ("buy", "sell", "shop", "trade", "bet", "donate", "move")
HOURS = tuple(str(hour) for hour in range(24))


def problems(world: World) -> Iterator[Problem]:
    """What does not fit together: the place, and what was expected, found and is to be done."""
    yield from _sources(world)
    yield from _names_once(world)
    yield from _time(world)
    yield from _wallets(world)
    yield from _scripts(world)
    yield from _words(world)
    yield from _custodians(world)
    yield from _service(world)
    yield from _operator(world)
    yield from _payers(world)
    yield from _rest(world)


def _said(where: Where, expected: str, found: object, todo: str) -> Problem:
    return where, f"expected {expected}, found {found}; {todo}"


def _sources(world: World) -> Iterator[Problem]:
    for where, entry in entries(world):
        source = str(getattr(entry, "source", ""))
        if source not in world.sources:
            hint = instead(source, world.sources)
            yield _said((*where, "from"), "one of the sources", repr(source), hint)


def _names_once(world: World) -> Iterator[Problem]:
    lists: list[tuple[Where, Iterable[Any]]] = [
        (("wallets",), world.wallets),
        (("custodians",), world.custodians),
        (("coinjoins",), world.coinjoins),
        (("time", "zones"), world.time.zones),
    ]
    for where, items in lists:
        seen: set[str] = set()
        for item in items:
            name = called(item) or ""
            if name in seen:
                yield _said(where, "each name once", f"{name!r} again", "rename one")
            seen.add(name)


def _time(world: World) -> Iterator[Problem]:
    start, end = world.time.start, world.time.end
    if start >= end:
        yield _said(("time", "end"), f"a day after the start, {start}", end, "change one of them")
    zones: list[tuple[Where, str]] = [
        *((("time", "zones", each.name, "zone"), each.zone) for each in world.time.zones),
        *((("custodians", each.name, "zone"), each.zone) for each in world.custodians),
        (("operator", "zone"), world.operator.zone),
    ]
    for where, zone in zones:
        if not _is_zone(zone):
            yield _said(where, "a time zone such as Asia/Seoul", repr(zone), "see the IANA list")
    yield from _known(("time", "hours"), world.time.hours, HOURS)
    yield from _some(("time", "zones"), "zone", (float(each.share) for each in world.time.zones))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def _wallets(world: World) -> Iterator[Problem]:
    known = [each.name for each in world.wallets]
    used: list[tuple[Where, str]] = [
        *((("custodians", each.name, "wallet"), each.wallet) for each in world.custodians),
        (("mining", "wallet"), world.mining.wallet),
        (("trade", "merchant_wallet"), world.trade.merchant_wallet),
        (("trade", "house_wallet"), world.trade.house_wallet),
        (("service", "wallet"), world.service.wallet),
    ]
    for where, name in used:
        if name not in known:
            yield _said(where, "the name of a wallet model", repr(name), instead(name, known))
    yield from _some(("wallets",), "wallet model", (float(each.share) for each in world.wallets))


def _scripts(world: World) -> Iterator[Problem]:
    for each in world.wallets:
        yield from _known(("wallets", each.name, "scripts"), each.scripts, SCRIPTS)
        if each.later is not None:
            yield from _known(("wallets", each.name, "later", "scripts"), each.later.scripts, SCRIPTS)
    for where, entry in entries(world):
        kinds: list[tuple[Where, str]] = []
        if isinstance(entry, Choice):
            kinds = [((*where, "is"), str(entry.value))]
        elif isinstance(entry, Shares) and where[-1] == "scripts":
            kinds = [((*where, "shares", kind), kind) for kind, share in entry.shares.items() if share]
        for place, kind in kinds:
            first = FIRST_DAYS.get(kind, date.min)
            if first > world.time.end and where[-2] != "later":
                expected = f"a kind of script that there was by {world.time.end}"
                yield _said(place, expected, f"{kind}, which came on {first}", "leave it out")


def _words(world: World) -> Iterator[Problem]:
    yield from _known(("people", "doing"), world.people.doing, DOING)
    yield from _known(("payers", "routes"), world.payers.routes, ROUTES)
    for name in world.payers.countries.shares:
        if not (len(name) == 2 and name.isascii() and name.isalpha() and name.isupper()):
            where = ("payers", "countries", "shares", name)
            yield _said(where, "a country as two capital letters", repr(name), "see ISO 3166")
    for name in world.payers.hops.shares:
        if not (name.isascii() and name.isdecimal() and int(name) > 0):
            where = ("payers", "hops", "shares", name)
            yield _said(where, "a number of addresses as name", repr(name), "write 2, 3, …")
    for name in world.service.prices.shares:
        if not _is_price(name):
            where = ("service", "prices", "shares", name)
            yield _said(where, "a price in dollars as name", repr(name), "write 20, 49.9, …")


def _is_price(text: str) -> bool:
    try:
        return 0 < float(text) < 1e9
    except ValueError:
        return False


def _custodians(world: World) -> Iterator[Problem]:
    where = ("custodians",)
    exchanges = [each for each in world.custodians if each.kind == "exchange"]
    if not any(each.tagged and each.identifies for each in exchanges):
        yield _said(where, "a tagged exchange that identifies its customers", "none", "nobody could be asked")
    if all(each.tagged for each in world.custodians):
        yield _said(where, "a custodian that no tag names", "none", "set one to tagged: false")
    for kind in ("exchange", "web-wallet", "swap"):
        shares = [float(each.customers) for each in world.custodians if each.kind == kind]
        if shares:
            yield from _some(where, kind, shares)


def _service(world: World) -> Iterator[Problem]:
    service = world.service
    opens, closes = float(service.opens), float(service.closes)
    if opens >= closes:
        expected = f"more than opens, which is {plain(opens)}"
        yield _said(("service", "closes"), expected, plain(closes), "change one of them")
    if int(service.payments) < int(service.payers):
        expected = f"a payment for each of the {int(service.payers)} payers"
        yield _said(("service", "payments"), expected, int(service.payments), "change one of them")


def _operator(world: World) -> Iterator[Problem]:
    known = {each.name: each for each in world.custodians}
    accounts = world.operator.accounts
    for number, account in enumerate(accounts):
        where, name = ("operator", "accounts", str(number), "custodian"), account.custodian
        if name not in known:
            yield _said(where, "the name of a custodian", repr(name), instead(name, known))
        elif not known[name].identifies:
            expected = "a custodian that identifies its customers"
            yield _said(where, expected, name, "an account there has no name to it")
    yield from _some(("operator", "accounts"), "account", (float(each.share) for each in accounts))
    if (structuring := world.operator.structuring) is not None:
        parts = structuring.part.quantiles.values()
        if not 0 < min(parts) <= max(parts) < 1:
            where = ("operator", "structuring", "part", "quantiles")
            expected, found = "parts of more than 0 and less than 1", f"{min(parts):g} to {max(parts):g}"
            yield _said(where, expected, found, "sums at the threshold are not below it")


def _payers(world: World) -> Iterator[Problem]:
    where, routes = ("payers", "routes", "shares"), world.payers.routes.shares
    exchanges = [each for each in world.custodians if each.kind == "exchange"]
    if routes.get("coinjoin", 0) and not any(float(each.rounds) for each in world.coinjoins):
        expected = "no way through coinjoins, since this world has none"
        yield _said((*where, "coinjoin"), expected, "one", "add coinjoins, or set it to 0")
    if routes.get("second-exchange", 0) and len(exchanges) < 2:
        expected = "two exchanges for this way"
        yield _said((*where, "second-exchange"), expected, "one", "add an exchange, or set it to 0")


def _rest(world: World) -> Iterator[Problem]:
    for each in world.coinjoins:
        fewest, most = float(each.fewest), float(each.most)
        if fewest > most:
            where: Where = ("coinjoins", each.protocol, "fewest")
            yield _said(
                where, f"no more than most, which is {plain(most)}", plain(fewest), "change one of them"
            )
    for number, figure in enumerate(world.tags.coverage):
        if not 0 <= float(figure) <= 1:
            where = ("tags", "coverage", str(number), "is")
            yield _said(where, "0 to 1", plain(float(figure)), "change it")


def _known(where: Where, shares: Shares, words: tuple[str, ...]) -> Iterator[Problem]:
    for name in shares.shares:
        if name not in words:
            yield _said((*where, "shares", name), "a known name", repr(name), instead(name, words))


def _some(where: Where, what: str, shares: Iterable[float]) -> Iterator[Problem]:
    if not sum(shares) > 0:
        yield _said(where, f"some {what} with a share above 0", "none", "raise one")
