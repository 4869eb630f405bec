"""``clew watch``: to be told when something happens to an entity's money."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options
from clew.cli.pages import watch as pages
from clew.cli.progress import Display
from clew.cli.questions import ask, show
from clew.cli.sheet import show_json
from clew.cli.units import Clock
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.analysis.watch import Terms
    from clew.case.watches import Records, Watch
    from clew.ledger.ledger import Ledger

KINDS = ("dormant", "arrival", "payers")
DAYS = 180
HOPS, MOST_HOPS = 3, 10
EVERY = "week"
TERM = 90
"""Days that a watch lasts where no end is given."""
LAST = 1_000
_OF_KIND = {"dormant": ("days", "blocks"), "arrival": ("hops",), "payers": ("every",)}
_MOST_DAYS = 36_500


def _terms(command: options.Command) -> options.Command:
    """What is looked for."""
    command = click.option(
        "--every",
        metavar="day|week",
        type=click.Choice(("day", "week")),
        help=f"payers: count by day or by week from Monday, UTC. Without it: {EVERY}.",
    )(command)
    command = click.option(
        "--hops",
        metavar="N",
        type=options.Whole(1, MOST_HOPS),
        help=f"arrival: follow money over at most N hops; 1 is straight to the service. Without it: {HOPS}.",
    )(command)
    command = click.option(
        "--blocks", metavar="N", type=options.Whole(1), help="dormant: unspent for N blocks, instead of days."
    )(command)
    command = click.option(
        "--days",
        metavar="N",
        type=options.Whole(1, _MOST_DAYS),
        help=f"dormant: unspent for at least N days. Without it: {DAYS}.",
    )(command)
    return click.option(
        "--kind",
        metavar="|".join(KINDS),
        type=click.Choice(KINDS),
        help="dormant: coins that lay long move. arrival: money reaches a tagged service. payers: how many "
        "pay who never did.",
    )(command)


@click.group(short_help="Be told when money moves, arrives, or is newly paid.")
def watch() -> None:
    """Watch an entity: be told when dormant coins move, money reaches a service, or new payers come.

    clew index and clew follow look at each block they append, and write what they find as JSON lines to
    standard output or to a file: never lost, and in a file never twice, wherever they are stopped. Where a
    reorganisation removes a block, its alerts are withdrawn, and what stands in the new branch is alerted
    anew. A watch carries who asks and what for, starts from a tagged service or a stated case, and ends by
    itself. Of payers only numbers are told, never addresses.

    \b
    Examples:
      clew watch test 1Archive1n2C579dMsAu3iC6tWzuQJz8dN --kind dormant --days 365 --last 50000
      clew watch add 1Archive1n2C579dMsAu3iC6tWzuQJz8dN --kind dormant --days 365 --case "2026-17" \\
        --examiner "A. Analyst" --purpose "case 2026-17" --to alerts.jsonl
      clew watch list
    """


@watch.command(short_help="Watch the entity of an address from now on.")
@click.argument("address", metavar="ADDR")
@_terms
@click.option(
    "--case", "stated_case", metavar="TEXT", help="The case, for an entity that no tag calls a service."
)
@click.option(
    "--until", metavar="DATE", help=f"Its last day, as 2026-12-31, UTC. Without it: {TERM} days from today."
)
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append alerts to FILE. Without it: standard output of clew index and clew follow.",
)
@click.option("--examiner", metavar="NAME", envvar=options.EXAMINER_VARIABLE,
              help=f"Who answers for it. Without it: the variable {options.EXAMINER_VARIABLE}.")  # fmt: skip
@click.option("--purpose", metavar="TEXT", help="What it is for, such as a case number. No person's name.")
@options.ledger
@options.as_json
def add(
    address: str,
    kind: str | None,
    days: int | None,
    blocks: int | None,
    hops: int | None,
    every: str | None,
    stated_case: str | None,
    until: str | None,
    target: Path | None,
    examiner: str | None,
    purpose: str | None,
    ledger: Path,
    as_json: bool,
) -> None:
    """Watch the entity of ADDR in every block that is appended from now on.

    The address is kept, and its entity looked up at each block, so that the watch grows with it. The
    entity must be a service by a tag (clew tags), or the case be stated. Past blocks are not judged: ask
    clew watch test about them. For arrival, what already is on its way now is followed.

    \b
    Examples:
      clew watch add 1Archive1n2C579dMsAu3iC6tWzuQJz8dN --kind payers --examiner Kim --purpose 17
      clew watch add @service.csv --kind arrival --hops 2 --until 2026-12-31 --to alerts.jsonl \\
        --case 2026-17 --examiner "A. Analyst" --purpose "freezing order"
    """
    from clew.analysis.watch import Watched
    from clew.case.watches import Watches, new_watch

    now = options.made()
    last = _until(until, now)
    person, reason = _who(examiner, purpose)
    stated = (stated_case or "").strip() or None
    found = _terms_of(_one(ledger, address), kind, days, blocks, hops, every)
    where = None if target is None else _target(target)
    opened, watches = _judged(ledger), Watches(ledger)
    with closing(opened):
        watched = Watched(opened, found)
        tags = watched.services()
        if not (tags or stated):
            raise UsageError(
                f"{found.address}: expected an entity that a tag calls a service, or a stated case; found "
                "neither; import its tags (clew tags import), or give --case TEXT"
            )
        reached = watched.reached_at(opened.tip.height)
        with watches.writing() as records:
            _require_judged(records, opened)
            one = new_watch(
                found, stated_case=stated, tags=tags, examiner=person, purpose=reason, added=now,
                until=last.isoformat(), target=where, since=opened.tip.height,
            )  # fmt: skip
            records.add(one, reached.fresh)
        with watches.reading() as written:
            assert written is not None
            card = _card(opened, written, one, now)
    _print(card, as_json, lambda: pages.watch_sheet(card))


def _one(ledger: Path, address: str) -> str:
    with ask(ledger) as inquiry:
        found = inquiry.addresses((address,))
    if len(found) > 1:
        raise UsageError(f"{address}: expected one address, found {len(found)}; watch each alone")
    return found[0]


def _judged(ledger: Path) -> Ledger:
    """The ledger, with its watches judged up to its tip."""
    from clew.case.watches import Watches
    from clew.case.watching import catch_up
    from clew.ledger.ledger import open_ledger

    opened = open_ledger(ledger)
    catch_up(opened, Watches(ledger), options.made())
    return opened


def _require_judged(records: Records, ledger: Ledger) -> None:
    from clew.case.watching import reset

    reset(ledger, records)
    if records.hashes()[0] != (ledger.tip.height, ledger.tip.hash):
        raise UsageError(
            f"{ledger.path}: the ledger and its watches are not at one block (another command moved one, or "
            "an old copy of the ledger was put back); run clew index, and then this command again"
        )


def _terms_of(address: str, kind: str | None, *stated: Any) -> Terms:
    from clew.analysis.watch import Terms

    if kind is None:
        raise UsageError(f"--kind: expected {', '.join(KINDS[:-1])} or {KINDS[-1]}, found none")
    given = dict(zip(("days", "blocks", "hops", "every"), stated, strict=True))
    for name, value in given.items():
        if value is not None and name not in _OF_KIND[kind]:
            raise UsageError(f"--{name}: a watch of kind {kind} has none; leave it out")
    if kind == "dormant":
        if given["days"] is not None and given["blocks"] is not None:
            raise UsageError("--days and --blocks: expected one of them, found both")
        if given["blocks"] is None:
            given["days"] = given["days"] or DAYS
    elif kind == "arrival":
        given["hops"] = given["hops"] or HOPS
    else:
        given["every"] = given["every"] or EVERY
    return Terms(kind, address, **given)


def _until(text: str | None, now: str) -> date:
    today = date.fromisoformat(now[:10])
    if text is None:
        return today + timedelta(days=TERM)
    try:
        last = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until: expected a date as 2026-12-31, found {text!r}") from None
    if last < today:
        raise UsageError(f"--until: expected {today} or a later day, found {last}, which is past")
    if last > date(9000, 1, 1):
        raise UsageError(f"--until: expected a day before the year 9000, found {last}")
    return last


def _who(examiner: str | None, purpose: str | None) -> tuple[str, str]:
    person, reason = (examiner or "").strip(), (purpose or "").strip()
    if not person:
        raise UsageError(
            f"a watch names its examiner; give --examiner NAME, or set {options.EXAMINER_VARIABLE}"
        )
    if not reason:
        raise UsageError("a watch says what it is for; give --purpose TEXT")
    return person, reason


def _target(path: Path) -> str:
    """The whole path of a file that alerts can be appended to; it is made. Raises UsageError."""
    whole = path.expanduser().resolve()
    try:
        with open(whole, "ab"):
            pass
    except OSError as error:
        raise UsageError(
            f"--to {path}: alerts cannot be written there: {error.strerror or error}; name another file"
        ) from None
    return str(whole)


@watch.command("list", short_help="Every watch: who, what for, until when, and what it said.")
@options.ledger
@options.as_json
def list_(ledger: Path, as_json: bool) -> None:
    """List every watch in the order they were added, also those that ended or were removed.

    \b
    Examples:
      clew watch list
      clew watch list --json
    """
    from clew.analysis.answer import list_status
    from clew.analysis.attribution import snapshot_of
    from clew.case.watches import Watches
    from clew.ledger.ledger import open_ledger

    now = options.made()
    with closing(open_ledger(ledger)) as opened, Watches(ledger).reading() as records:
        cards = [_card(opened, records, each, now) for each in records.watches()] if records else []
        answer = {
            "watches": cards,
            "waiting": len(records.waiting()) if records else 0,
            "snapshot": snapshot_of(opened),
            **list_status(len(cards), len(cards)),
        }
    _print(answer, as_json, lambda: pages.list_sheet(answer))


@watch.command(short_help="Let a watch look no longer.")
@click.argument("name", metavar="WATCH")
@options.ledger
@click.option("--reason", metavar="TEXT", help="Why; it is kept.")
@options.as_json
def remove(name: str, ledger: Path, reason: str | None, as_json: bool) -> None:
    """Remove a watch, named by its id or the beginning of it; what it has said is kept.

    Blocks that were indexed before are judged first, so that nothing is lost. A withdrawal that a later
    reorganisation calls for is still told.

    \b
    Examples:
      clew watch remove 3f9c2a1b7d04
      clew watch remove 3f9c2a1b7d04 --reason "case closed" --json
    """
    from clew.case.watches import Watches

    now = options.made()
    watches = Watches(ledger)
    with closing(_judged(ledger)) as opened:
        if not watches.exists:
            raise UsageError(f"watch {name!r}: nothing is watched in {ledger}; clew watch add begins to")
        with watches.writing() as records:
            found = records.find(name)
            if found.removed is not None:
                raise UsageError(f"watch {found.id}: was removed at {found.removed} already")
            records.remove(found.id, now, reason)
        with watches.reading() as written:
            assert written is not None
            card = _card(opened, written, written.find(found.id), now)
    _print(card, as_json, lambda: pages.watch_sheet(card))


@watch.command(short_help="What a watch would have said; writes nothing.")
@click.argument("address", metavar="ADDR|WATCH")
@_terms
@click.option(
    "--last",
    metavar="N",
    type=options.Whole(1),
    default=LAST,
    show_default=True,
    help="Judge the last N blocks.",
)
@options.ledger
@options.paging
@options.clock
@options.as_json
def test(
    address: str,
    kind: str | None,
    days: int | None,
    blocks: int | None,
    hops: int | None,
    every: str | None,
    last: int,
    ledger: Path,
    limit: int,
    offset: int,
    clock: Clock,
    as_json: bool,
) -> None:
    """Show what a watch would have said over the last blocks; nothing is written or remembered.

    Give an address and --kind, or the id of a watch. Each block is judged as of that block.

    \b
    Examples:
      clew watch test 1Archive1n2C579dMsAu3iC6tWzuQJz8dN --kind arrival --hops 2 --last 5000
      clew watch test 3f9c2a1b7d04 --last 144 --json
    """
    from clew.cli.watching import shown

    terms = None if kind else _terms_of_watch(ledger, address)
    if terms is None:
        terms = _terms_of(_one(ledger, address), kind, days, blocks, hops, every)
    elif any(each is not None for each in (days, blocks, hops, every)):
        raise UsageError(f"watch {address}: its terms are its own; give --last and nothing else")
    with ask(ledger) as inquiry, Display() as display:
        answer = inquiry.watch_test(terms, last, limit=limit, offset=offset, step=shown(display))
    show(answer, as_json, clock)


def _terms_of_watch(ledger: Path, name: str) -> Terms | None:
    """The terms of a watch; None where the name is none of a watch's."""
    from clew.case.watches import Watches
    from clew.errors import NotFoundError

    with Watches(ledger).reading() as records:
        if records is None or len(name) > 12:
            return None
        try:
            return records.find(name).terms
        except NotFoundError:
            raise UsageError(f"{name!r}: no watch has this id; for an address give --kind, too") from None


def _card(ledger: Ledger, records: Records, watch: Watch, now: str) -> dict[str, Any]:
    """A watch as it is shown."""
    from clew.analysis.watch import Watched
    from clew.analysis.watch_reached import MOST_COINS

    terms = watch.terms
    address = Watched(ledger, terms).address
    entity = None if address is None else ledger.entity_of(address)
    said, withdrawn = records.alerts_of(watch.id)
    reached = records.reached_count(watch.id)
    seconds = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp())
    return {
        "watch": watch.id,
        "state": watch.state(seconds, int(ledger.column("blocks.median_time")[ledger.tip.height])),
        **vars(terms),
        "question": terms.question,
        "entity": entity,
        "case": watch.stated_case,
        "tags": [*watch.tags],
        "examiner": watch.examiner,
        "purpose": watch.purpose,
        "added": watch.added,
        "since": watch.since,
        "until": watch.until,
        "to": watch.target,
        "alerts": said,
        "withdrawn": withdrawn,
        "reached": reached,
        "cut": reached >= MOST_COINS,
        "removed": watch.removed,
        "reason": watch.reason,
    }


def _print(answer: dict[str, Any], as_json: bool, sheet: Callable[[], Any]) -> None:
    if as_json:
        show_json(answer)
    else:
        sheet().show()


__all__ = ["watch"]
