"""What an investigator knows at the start, as TagPacks: exchanges' addresses, and a few of the service.

The form is that of GraphSense's TagPacks and ActorPacks, which its validator takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.simulate.economy.truth.order import Ints, Laid
from clew.simulate.economy.truth.samples import sample, tagged_addresses

if TYPE_CHECKING:
    from clew.simulate.economy.course import Course
    from clew.simulate.economy.society import Custodian

CREATOR = "clew simulate economy"
ACTORS_FILE = "custodians.actorpack.yaml"
SEEDS_FILE = "service-seeds.yaml"
SERVICE = "theservice"
"""The service as an actor of tags."""

CONCEPTS = {"exchange": "exchange", "web-wallet": "wallet_service", "swap": "mixing_service"}
"""Kinds of custodians as concepts of the tag taxonomy."""


def write(folder: Path, course: Course, laid: Laid, texts: Any, seeds: Ints) -> dict[str, int]:
    """Write every pack into an existing folder; returns how many tags or actors each has. Raises OSError.

    ``texts``: Arrow array of all addresses, by id. ``seeds``: ids of the service's known addresses.
    """
    tagged = [each for each in course.society.custodians if each.model.tagged]
    day = course.world.time.end.isoformat()
    found = tagged_addresses(course, laid)
    salt = course.dice.separate("tags").below(1 << 32)
    counts = {}
    for share in sorted((float(each) for each in course.world.tags.coverage), reverse=True):
        name = f"exchanges-{shown_percent(share)}.yaml"
        ids = sample(found, share, salt)
        _put(folder / name, _exchanges(tagged, laid, texts, ids, share, day))
        counts[name] = len(ids)
    _put(folder / SEEDS_FILE, _seeds(texts.take(seeds).to_pylist(), day))
    _put(folder / ACTORS_FILE, _actors(tagged, day))
    return {**counts, SEEDS_FILE: len(seeds), ACTORS_FILE: len(tagged)}


def shown_percent(share: float) -> str:
    """A share in per cent, without needless zeros."""
    return f"{100 * share:.10g}"


def actor_id(custodian: Custodian) -> str:
    """A custodian's id in packs, which has letters and digits only."""
    return "".join(letter for letter in custodian.model.name if letter.isalnum())


def _put(path: Path, lines: Iterable[str]) -> None:
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _head(title: str, about: str, source: str, confidence: str, day: str) -> list[str]:
    return [
        f"title: {title}",
        f"creator: {CREATOR}",
        f"description: {about}",
        f"lastmod: {day}",
        "currency: BTC",
        "network: BTC",
        f"confidence: {confidence}",
        f"source: {source}",
    ]


def _exchanges(
    tagged: Sequence[Custodian], laid: Laid, texts: Any, ids: Ints, share: float, day: str
) -> Iterator[str]:
    about = f"{shown_percent(share)} % of the used addresses of made-up custodians on regtest; none is real."
    yield from _head(
        "Custodians of a simulated economy", about, "truth of the simulation", "service_data", day
    )
    yield "is_cluster_definer: false"
    yield "tags:" if len(ids) else "tags: []"
    # All tags of one owner end alike.
    ends = {
        each.actor: f"'\n  label: {each.model.name}"
        f"\n  category: {CONCEPTS[each.model.kind]}\n  actor: {actor_id(each)}"
        for each in tagged
    }
    for address, owner in zip(texts.take(ids).to_pylist(), laid.address_owner[ids].tolist(), strict=True):
        yield f"- address: '{address}{ends[owner]}"


def _seeds(addresses: Sequence[str], day: str) -> Iterator[str]:
    about = "Addresses of the service in a made-up economy on regtest, where an inquiry starts; none is real."
    yield from _head(
        "Seed addresses of the service", about, "where an inquiry starts", "forensic_investigation", day
    )
    yield from ("label: the service", "category: service", "abuse: child_sexual_abuse", f"actor: {SERVICE}")
    yield "is_cluster_definer: true"
    yield "tags:" if addresses else "tags: []"
    yield from (f"- address: '{address}'" for address in addresses)


def _actors(tagged: Sequence[Custodian], day: str) -> Iterator[str]:
    yield "title: Custodians of a simulated economy"
    yield f"creator: {CREATOR}"
    yield "description: Made-up custodians; none of them exists."
    yield f"lastmod: {day}"
    yield "actors:" if tagged else "actors: []"
    for each in tagged:
        model = each.model
        yield f"- id: {actor_id(each)}"
        yield f"  label: {model.name}"
        # A name that can lead nowhere (RFC 2606).
        yield f"  uri: {model.name}.invalid"
        yield from (
            "  jurisdictions:",
            f"  - '{model.country}'",
            "  categories:",
            f"  - {CONCEPTS[model.kind]}",
        )
