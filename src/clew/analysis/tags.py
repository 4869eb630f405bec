"""The tags in force, and the imports that they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from clew.analysis.answer import Answer, list_status
from clew.analysis.attribution import Tags, contradict, tag_row
from clew.analysis.rows import answer, page
from clew.analysis.sources import entries, find_entry
from clew.errors import NotFoundError, UsageError
from clew.ledger.ledger import Ledger
from clew.ledger.seek import payload_row
from clew.reference.attributions import Stated
from clew.reference.store import Import
from clew.schema import NO_ADDRESS, packed

ON_CHAIN = "on this chain"
NOT_ON_CHAIN = "not on this chain"


def tags(
    ledger: Ledger,
    asked: tuple[str, ...] = (),
    lines: Iterable[str] | None = None,
    *,
    limit: int = 0,
    offset: int = 0,
) -> Answer:
    """All tags in force, by import and number; of ``asked`` (as ``find_sources`` takes them) those on these
    addresses, of which the chain need not have seen any.

    ``seen`` says whether the ledger's chain has the address, and ``entity`` its entity there. ``conflict``
    is true where tags on the same address name different holders.
    """
    known = Tags(ledger)
    placed = known.attributions.placed(ledger)
    addresses: list[str] = []
    if asked:
        rows = []
        for entry in entries(asked, lines):
            text, found = _rows_of(ledger, known, entry.text, entry.place)
            addresses.append(text)
            rows += found
        rows = sorted(set(rows))
    else:
        rows = [*range(len(placed))]
    chosen = rows[page(len(rows), limit, offset)]
    shown = known.attributions.stated(ledger, chosen)
    disputed = _disputed(ledger, known, shown)
    result: dict[str, Any] = {
        "tags": [_row(ledger, each, _subject(each) in disputed) for each in shown],
        "attributions": known.attributions.digest,
        "total": {
            "tags": len(rows),
            "not_on_chain": int((placed.ids[rows] == NO_ADDRESS).sum()) if rows else 0,
        },
        **list_status(len(shown), len(rows)),
    }
    known.said(shown, shown)
    parameters = {"addresses": addresses, "limit": limit, "offset": offset}
    return answer(ledger, "tags list", parameters, result, known.caveats)


def _rows_of(ledger: Ledger, known: Tags, text: str, place: str) -> tuple[str, list[int]]:
    """An address that a text names, and the rows of the tags on it. Raises AddressError, UsageError."""
    try:
        address = find_entry(ledger, text)
    except NotFoundError as error:
        try:
            return text, known.attributions.with_subject(*payload_row(text, ledger.network))
        except UsageError:
            # An output or transaction that is not there, not an address.
            raise error from None
    except UsageError as error:
        raise (type(error)(f"{place}: {error}") if place else error) from None
    return str(ledger.address_text(address)), known.attributions.placed(ledger).on([address])


def _disputed(ledger: Ledger, known: Tags, shown: Sequence[Stated]) -> set[tuple[int, int | bytes]]:
    """Of the addresses that some tags name, those on which tags in force name different holders."""
    placed = known.attributions.placed(ledger)
    rows = set(placed.on({each.address for each in shown} - {NO_ADDRESS}))
    for each in shown:
        if each.address == NO_ADDRESS:
            rows.update(known.attributions.with_subject(*_packed(each)))
    holders: dict[tuple[int, int | bytes], list[Stated]] = {}
    for each in known.attributions.stated(ledger, rows):
        holders.setdefault(_subject(each), []).append(each)
    return {subject for subject, stated in holders.items() if contradict(stated)}


def _subject(stated: Stated) -> tuple[int, int | bytes]:
    """What tells the address of a tag from others, also where the chain has not seen it."""
    return _packed(stated) if stated.address == NO_ADDRESS else (-1, stated.address)


def _row(ledger: Ledger, stated: Stated, conflict: bool) -> dict[str, Any]:
    row = tag_row(ledger, stated, stated.address)
    del row["through"]
    on_chain = stated.address != NO_ADDRESS
    return {
        **row,
        "seen": ON_CHAIN if on_chain else NOT_ON_CHAIN,
        "entity": ledger.entity_of(stated.address) if on_chain else None,
        "network": stated.tag.network or None,
        "is_cluster_definer": stated.tag.is_cluster_definer,
        "context": stated.tag.context,
        "conflict": conflict,
    }


def _packed(stated: Stated) -> tuple[int, bytes]:
    return stated.tag.type, packed(stated.tag.payload)


def sources(ledger: Ledger) -> Answer:
    """Every import in the order of time: what it was, what it brought, and whether it was withdrawn."""
    known = Tags(ledger)
    result: dict[str, Any] = {
        "imports": [import_row(each) for each in known.attributions.imports],
        "attributions": known.attributions.digest,
        **list_status(len(known.attributions.imports), len(known.attributions.imports)),
    }
    return answer(ledger, "tags sources", {}, result)


def import_row(each: Import) -> dict[str, Any]:
    """An import as an answer shows it."""
    return {
        "import": each.id,
        "file": each.file,
        "digest": each.digest,
        "time": each.time,
        "format": each.format,
        "importer": each.importer,
        "title": each.title,
        "creator": each.creator,
        "uri": each.uri,
        "tags": each.tags,
        "actors": each.actors,
        "concepts": each.concepts,
        "left_out": each.left_out,
        "other_networks": [
            {"network": name, "tags": count} for name, count in sorted(each.other_networks.items())
        ],
        "withdrawn": each.withdrawn,
        "reason": each.reason,
    }


__all__ = ["NOT_ON_CHAIN", "ON_CHAIN", "import_row", "sources", "tags"]
