"""The services that origins name: who holds them, and under whose law they stand."""

from __future__ import annotations

from typing import Any

from clew.analysis.attribution import attributions_of, contradict
from clew.analysis.holders import SERVICE, Holders
from clew.reference.attributions import Stated
from clew.reference.tags import plain


class Named:
    """Services as answers name them, each found once."""

    def __init__(self, holders: Holders) -> None:
        self.holders = holders
        attributions = attributions_of(holders.ledger)
        self._actors = {actor.id: actor for _, actor in reversed(attributions.store.actors())}
        self._known: dict[int, dict[str, Any]] = {}

    def service(self, entity: int) -> dict[str, Any]:
        """Holder, label, actor, category and jurisdictions of a tagged service, by its surest tag; and
        whether its tags contradict each other, or all were derived from a cluster."""
        if entity not in self._known:
            self._known[entity] = self._service(entity)
        return self._known[entity]

    def _service(self, entity: int) -> dict[str, Any]:
        holder = self.holders.of(entity)
        if holder.kind != SERVICE:
            raise ValueError(f"entity {entity} is no tagged service")
        first = holder.stated[0]
        actor = self._actors.get(first.holder or "")
        return {
            "entity": entity,
            "holder": first.holder,
            "label": first.tag.label if actor is None else actor.label,
            "actor": None if actor is None else actor.id,
            "category": first.tag.category,
            "jurisdictions": [] if actor is None else sorted({each.upper() for each in actor.jurisdictions}),
            "others": self._others(first, holder.stated),
            "conflict": contradict(self.holders.tags.of_entity(entity)),
            "derived": all(each.tag.is_derived for each in holder.stated),
        }

    def _others(self, first: Stated, stated: tuple[Stated, ...]) -> list[str]:
        return sorted({each.holder for each in stated if each.holder and each.holder != first.holder})

    def is_called(self, entity: int, name: str) -> bool:
        """Whether a service has this holder, actor or label, however it is spelled."""
        said = self.service(entity)
        wanted = plain(name)
        return wanted in {plain(each) for each in (said["holder"], said["label"], said["actor"]) if each}


__all__ = ["Named"]
