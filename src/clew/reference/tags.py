"""A tag: somebody's statement about an address, with where it stands; and packs of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from clew.reference.concepts import is_within

ACTOR = "actor"
"""The type of tag that says who holds an address. Others tell of an event or a mention."""

TAG_TYPES = (ACTOR, "event", "mention")
"""Source: the tag types of the GraphSense TagPack tool (MIT)."""

SHORT_ID = 12
"""Hexadecimal digits of an import's id."""

_LISTINGS = ("sanction", "coinjoin")
"""Concepts whose tags put an address on a list, or into a kind of transaction, and name nobody."""

_LISTED = re.compile(r"\bsanctions? list\b|\bOFAC\b", re.IGNORECASE)

_HOLDERS = ("service", "organization", "miner")
"""Concepts of those who hold the addresses of many, or many addresses."""

_OF_A_CLUSTER = re.compile(
    r"\bcluster(?!_definer)(s|ed|ing)?\b|\bmulti[-_ ]?input|\bco[-_ ]?spen[dt]|\bcommon[-_ ]input"
    r"|\bheuristics?\b|\binferred\b|\bpropagated\b|\bwalletexplorer\.com\b",
    re.IGNORECASE,
)
"""What in a tag's source, context or pack tells that it was carried over from a cluster. WalletExplorer
names wallets that it put together by common inputs, and does not tell which address was identified."""


@dataclass(frozen=True)
class Tag:
    """One statement about one address.

    ``subject``: the address as written; ``type`` and ``payload`` say what it pays to, as in the ledger.
    ``number`` counts the tags of its import from 1; ``line`` is where it stands in the file.
    ``confidence`` is None where the source states none. ``context`` is what else the source says, as text.
    """

    number: int
    line: int
    subject: str
    network: str
    type: int
    payload: bytes
    label: str
    source: str
    category: str | None = None
    concepts: tuple[str, ...] = ()
    abuse: str | None = None
    confidence: str | None = None
    actor: str | None = None
    lastmod: str | None = None
    is_cluster_definer: bool | None = None
    tag_type: str | None = None
    context: str | None = None
    is_derived: bool = False

    @property
    def told(self) -> tuple[str, ...]:
        """Every concept that the tag names."""
        return tuple(each for each in (self.category, self.abuse, *self.concepts) if each)


def derived(confidence: str | None, texts: Iterable[str | None]) -> bool:
    """Whether a tag was itself carried over from a cluster, as its confidence or its ``texts`` tell.

    Such a tag must never confirm that cluster.
    """
    return confidence == "heuristic" or any(text and _OF_A_CLUSTER.search(text) for text in texts)


def holder(tag: Tag, names: Mapping[str, str]) -> str | None:
    """Who the tag says holds its address: the actor, else the label, both in plain form.

    ``names`` leads from plain forms of actors' ids, labels and aliases to the id. None for a tag that names
    nobody: a mention, an event, a place on a sanctions list, a part in a coinjoin.
    """
    if tag.tag_type not in (None, ACTOR) or any(is_within(each, "mention") for each in tag.told):
        return None
    if tag.actor is None and (
        any(is_within(each, listing) for each in tag.told for listing in _LISTINGS)
        or _LISTED.search(tag.label)
    ):
        return None
    name = plain(tag.actor or tag.label)
    return names.get(name, name) or None


def is_service(tag: Tag) -> bool:
    """Whether the tag speaks of an actor, or of a concept of those who hold many addresses."""
    return bool(tag.actor) or any(is_within(each, broader) for each in tag.told for broader in _HOLDERS)


def plain(text: str) -> str:
    """A name without case, spaces, punctuation and the ending of a web address."""
    text = re.sub(r"^https?://(www\.)?|\.(com|net|org|io)\b", "", text.casefold().strip())
    return "".join(letter for letter in text if letter.isalnum())


@dataclass(frozen=True)
class Actor:
    """One actor of an actor pack."""

    line: int
    id: str
    label: str
    uri: str | None = None
    jurisdictions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    lastmod: str | None = None
    context: str | None = None


@dataclass(frozen=True)
class Concept:
    """One word of a vocabulary, and the broader one that it lies in."""

    line: int
    id: str
    label: str
    broader: str | None = None
    uri: str | None = None


@dataclass(frozen=True)
class Finding:
    """What is wrong, or worth knowing, about one place of a file.

    ``kind`` is one of FAULTS, or OTHER_CHAIN or NOTICE.
    """

    file: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


BAD_FILE = "bad file"
BAD_HEADER = "bad header"
BAD_ROW = "bad row"
MISTYPED = "mistyped address"
DUPLICATE = "duplicate"
OTHER_CHAIN = "other network"
NOTICE = "notice"
PERSON = "person"

FAULTS = (BAD_FILE, BAD_HEADER, BAD_ROW, MISTYPED, DUPLICATE, PERSON)
"""What ``clew tags check`` fails for: a file that cannot be read, a header whose values cannot be used, a
row that cannot be used, one whose address can be nobody's, one that says what another one says, and, in a
pack meant for export, one that speaks of a natural person."""

REFUSED = (BAD_FILE, BAD_HEADER, BAD_ROW)
"""What an import refuses a file for, unless it is told to skip what is bad."""

LEFT_OUT = (BAD_ROW, MISTYPED, DUPLICATE)
"""Rows that are not in a pack's tags, actors or words, though they were meant to be."""


@dataclass(frozen=True)
class Pack:
    """What a file says: tags, actors or the words of a vocabulary, and what is wrong with it.

    ``digest``: SHA-256 of the file. ``other_networks``: tags of networks that are not the ledger's, by name.
    ``findings`` name the rows that were left out, and why.
    """

    file: str
    digest: str
    format: str
    title: str | None = None
    creator: str | None = None
    uri: str | None = None
    description: str | None = None
    tags: tuple[Tag, ...] = ()
    actors: tuple[Actor, ...] = ()
    concepts: tuple[Concept, ...] = ()
    other_networks: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def content(self) -> str:
        """SHA-256 over everything that answers can take from it but the file's name, as hex."""
        kept: dict[str, Any] = {
            "file": [self.digest, self.format, self.title, self.creator, self.uri],
            "tags": [[*vars(tag).values()] for tag in self.tags],
            "actors": [[*vars(actor).values()] for actor in self.actors],
            "concepts": [[*vars(concept).values()] for concept in self.concepts],
        }
        text = json.dumps(kept, default=bytes.hex, ensure_ascii=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


__all__ = [
    "ACTOR",
    "BAD_FILE",
    "BAD_HEADER",
    "BAD_ROW",
    "DUPLICATE",
    "FAULTS",
    "LEFT_OUT",
    "MISTYPED",
    "NOTICE",
    "OTHER_CHAIN",
    "PERSON",
    "REFUSED",
    "SHORT_ID",
    "TAG_TYPES",
    "Actor",
    "Concept",
    "Finding",
    "Pack",
    "Tag",
    "derived",
    "holder",
    "is_service",
    "plain",
]
