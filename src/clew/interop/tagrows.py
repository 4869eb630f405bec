"""Rows that are meant as tags, whatever file they stand in: judged, counted, and made into tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from clew.interop.subjects import Mistyped, Other, Subjects
from clew.interop.values import Findings
from clew.reference.tags import BAD_ROW, DUPLICATE, MISTYPED, NOTICE, OTHER_CHAIN, Tag, derived

FIELDS = (
    "label", "source", "category", "concepts", "abuse", "confidence", "actor", "lastmod",
    "is_cluster_definer", "tag_type", "context",
)  # fmt: skip
"""Fields that a tag keeps as they are."""


class TagRows:
    """Collects the tags of one file.

    ``about``: what the file says of itself, in which it may tell that its tags come from clusters.
    """

    def __init__(self, subjects: Subjects, findings: Findings, about: tuple[str | None, ...] = ()) -> None:
        self._subjects = subjects
        self._findings = findings
        self._derived = derived(None, about)
        self._seen: dict[tuple[str, ...], int] = {}
        self.tags: list[Tag] = []
        self.other_networks: Counter[str] = Counter()

    def add(
        self, line: int, address: str | None, values: Mapping[str, Any], *, address_line: int = 0
    ) -> None:
        """A row with checked values: a tag, one of another network, or one to leave out."""
        if not address:
            self._leave_out(line, "expected an address, found none")
            return
        for name in ("label", "source"):
            if not values.get(name):
                self._leave_out(line, f"expected a {name}, in the tag or in the header; found none")
                return
        chain = values.get("network") or values.get("currency")
        verdict = self._subjects.judge(chain, address)
        if isinstance(verdict, Other):
            self.other_networks[verdict.network] += 1
            if verdict.reason:
                self._findings.add(address_line or line, OTHER_CHAIN, f"not used: {verdict.reason}")
            return
        if isinstance(verdict, Mistyped):
            self._findings.add(address_line or line, MISTYPED, verdict.reason)
            return
        key = (address, values["label"], values["source"], chain or "")
        if key in self._seen:
            where = f"the address, label and source of line {self._seen[key]} again"
            self._findings.add(line, DUPLICATE, where)
            return
        self._seen[key] = line
        kept = {name: values[name] for name in FIELDS if values.get(name) is not None}
        texts = (kept["source"], kept.get("context"))
        self.tags.append(
            Tag(
                number=len(self.tags) + 1,
                line=line,
                subject=address,
                network=chain or "",
                type=verdict.type,
                payload=verdict.payload,
                is_derived=self._derived or derived(kept.get("confidence"), texts),
                **kept,
            )
        )

    def transaction(self, line: int) -> None:
        """A tag on a transaction, of which none is used."""
        self._findings.add(line, NOTICE, "not used: a tag on a transaction, not on an address")

    def _leave_out(self, line: int, reason: str) -> None:
        self._findings.add(line, BAD_ROW, reason)


__all__ = ["FIELDS", "TagRows"]
