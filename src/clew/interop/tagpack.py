"""GraphSense TagPacks and ActorPacks, and the vocabulary of concepts that they draw on, all in YAML.

A TagPack has a header and a list of tags; what the header says of a field holds for every tag that does
not say otherwise. Source: the README and schemas of the GraphSense TagPack tool (MIT).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clew.interop.lines import Mapping, as_plain, bad_text
from clew.interop.subjects import Subjects
from clew.interop.tagrows import FIELDS, TagRows
from clew.interop.values import FaultyError, Findings, Values, line_of, meant, shown
from clew.reference.tags import BAD_HEADER, BAD_ROW, DUPLICATE, Actor, Concept, Pack

TAGPACK = "tagpack"
ACTORPACK = "actorpack"
VOCABULARY = "vocabulary"

_ABOUT = frozenset({"title", "creator", "description", "owner", "uri", "is_public"})
_TAG = frozenset({*FIELDS, "network", "currency", "asset", "created"})
_SUBJECT = ("address", "tx_hash")
_ACTOR = frozenset(
    {"id", "label", "uri", "jurisdictions", "categories", "lastmod", "context", "aliases", "actor"}
)
_ACTOR_HEADER = _ACTOR - {"id", "label", "actor", "aliases"}


def kind_of(root: Any) -> str:
    """What a YAML document is: a TagPack, an ActorPack or a vocabulary. Raises BadTextError."""
    if not isinstance(root, Mapping):
        raise bad_text(1, "expected a TagPack, an ActorPack or a vocabulary, found no mapping")
    if "tags" in root.values:
        return TAGPACK
    if "actors" in root.values:
        return ACTORPACK
    scheme = root.values.get("scheme")
    if isinstance(scheme, Mapping) and scheme.text("type") == "conceptScheme":
        return VOCABULARY
    raise bad_text(root.line, "expected a list called tags or actors, or a scheme of concepts; found none")


def words_of(root: Mapping) -> set[str]:
    """The concepts that a vocabulary brings."""
    return {each.text("id") or key for key, each in _words(root)}


def read_tagpack(root: Mapping, file: str, digest: str, subjects: Subjects, values: Values) -> Pack:
    """The tags of a TagPack on addresses of one network, and what is wrong with it."""
    findings = Findings(file)
    header = _read(root, _ABOUT | _TAG, {"tags"}, values, findings, BAD_HEADER)
    about = tuple(header.get(name) for name in ("title", "description"))
    rows = TagRows(subjects, findings, about)
    _require_title(root, header, findings)
    for item in _items(root, "tags", findings):
        before = len(findings.listed)
        own = _read(item, _TAG, {*_SUBJECT}, values, findings, BAD_ROW)
        if len(findings.listed) > before:
            continue
        if item.text("tx_hash") and not item.text("address"):
            rows.transaction(item.line)
            continue
        subject = item.text("address")
        rows.add(item.line, subject and subject.strip(), header | own, address_line=line_of(item, "address"))
    return Pack(
        file, digest, TAGPACK, header.get("title"), header.get("creator"), header.get("uri"),
        header.get("description"), tags=tuple(rows.tags), other_networks=dict(rows.other_networks),
        findings=tuple(findings.listed),
    )  # fmt: skip


def read_actorpack(root: Mapping, file: str, digest: str, values: Values) -> Pack:
    """The actors of an ActorPack, and what is wrong with it."""
    findings = Findings(file)
    header = _read(root, _ABOUT | _ACTOR_HEADER, {"actors"}, values, findings, BAD_HEADER)
    _require_title(root, header, findings)
    inherited = {name: header[name] for name in _ACTOR_HEADER & header.keys() - {"uri"}}
    actors: dict[str, Actor] = {}
    for item in _items(root, "actors", findings):
        before = len(findings.listed)
        own = _read(item, _ACTOR, set(), values, findings, BAD_ROW)
        for name in ("id", "label"):
            if name not in own and len(findings.listed) == before:
                findings.add(item.line, BAD_ROW, f"expected an actor's {name}, found none")
        if len(findings.listed) > before:
            continue
        if own["id"] in actors:
            line = actors[own["id"]].line
            findings.add(item.line, DUPLICATE, f"the actor {shown(own['id'])} of line {line} again")
            continue
        own.pop("actor", None)
        actors[own["id"]] = Actor(line=item.line, **(inherited | own))
    return Pack(
        file, digest, ACTORPACK, header.get("title"), header.get("creator"), header.get("uri"),
        header.get("description"), actors=tuple(actors.values()), findings=tuple(findings.listed),
    )  # fmt: skip


def read_vocabulary(root: Mapping, file: str, digest: str) -> Pack:
    """The words of a scheme of concepts."""
    findings = Findings(file)
    scheme = root.values["scheme"]
    words = tuple(
        Concept(
            each.line, each.text("id") or key, each.text("prefLabel") or key, each.text("broader"),
            each.text("uri"),
        )
        for key, each in _words(root)
    )  # fmt: skip
    title, description = scheme.text("title"), scheme.text("description")
    return Pack(
        file, digest, VOCABULARY, title, scheme.text("creator"), scheme.text("baseurl"),
        description and " ".join(description.split()), concepts=words, findings=tuple(findings.listed),
    )  # fmt: skip


def _words(root: Mapping) -> Iterable[tuple[str, Mapping]]:
    for key, each in root.values.items():
        if key != "scheme" and isinstance(each, Mapping):
            yield key, each


def _items(root: Mapping, name: str, findings: Findings) -> Iterable[Mapping]:
    """The mappings of a list; what else stands in it is found wanting."""
    listed = root.values[name]
    if listed is None:
        return
    if not isinstance(listed, list):
        findings.add(line_of(root, name), BAD_HEADER, f"expected a list of {name}, found something else")
        return
    for number, item in enumerate(listed, 1):
        if isinstance(item, Mapping):
            yield item
        else:
            text = (
                f"expected fields and values in number {number} of {name}, found {shown(str(as_plain(item)))}"
            )
            findings.add(line_of(root, name), BAD_ROW, text)


def _read(
    item: Mapping, known: frozenset[str], more: set[str], values: Values, findings: Findings, kind: str
) -> dict[str, Any]:
    """The values of a mapping by field, those that are absent left out; ``more``: keys read elsewhere."""
    found = {}
    for key, line in item.twice:
        findings.add(line, kind, f"{shown(key)} is written twice; leave one of them")
    for key, value in item.values.items():
        if key in more:
            continue
        if key not in known:
            findings.add(item.lines[key], kind, f"unknown field {shown(key)}{meant(key, known)}")
            continue
        try:
            read = values.read(key, value)
        except FaultyError as fault:
            findings.add(item.lines[key], kind, str(fault))
            continue
        if read is not None:
            found[key] = read
    return found


def _require_title(root: Mapping, header: dict[str, Any], findings: Findings) -> None:
    for name in ("title", "creator"):
        if name not in header and name not in root.values:
            findings.add(root.line, BAD_HEADER, f"expected a {name} in the header, found none")


__all__ = [
    "ACTORPACK", "TAGPACK", "VOCABULARY", "kind_of", "read_actorpack", "read_tagpack", "read_vocabulary",
    "words_of",
]  # fmt: skip
