"""Entities of another set of rules, built beside a ledger's own at its tip.

Certain links come first and are never undone: those of the ledger's own record, or those of the set's own
rules. Outputs that a model of change gives to the payer follow in chain order, within constraints
(kernels/merging.py). Everything is made in a folder of its own, and the set's manifest names it last.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from clew.build.base import sums_as_columns
from clew.build.constrained import Constrained, Labels
from clew.build.holding import hold
from clew.build.links import stated
from clew.build.memory import Memory
from clew.build.summary import Progress
from clew.engine.local import LocalEngine
from clew.errors import LedgerVersionError, NotALedgerError, StoppedError, UsageError
from clew.heuristics.change.model import ChangeModel
from clew.heuristics.change.votes import keep_traits
from clew.heuristics.multi_input import KEYLESS_TYPES
from clew.heuristics.registry import CONTROL, TRANSACTION
from clew.heuristics.rulesets import SETS, RuleSet
from clew.heuristics.transactions import Transactions
from clew.kernels import merging, postings, rules, unionfind
from clew.ledger import sets
from clew.ledger.columns import Array
from clew.ledger.control import STRICT
from clew.ledger.disk import storage
from clew.ledger.ledger import Ledger
from clew.ledger.manifest import Rule
from clew.ledger.sets import SetManifest
from clew.ledger.tables import TableWriter
from clew.schema import MANY_OUTPUTS, NO, NO_ADDRESS, SET_TABLES, YES

_RANGE = 1 << 15
"""Transactions per range in which links are looked for."""
_CHUNK = 1 << 20
"""Rows per step of a pass over one column."""
TABLES, WORK = "tables", "work"


@dataclass(frozen=True)
class Clustering:
    """What building a set did: ``entities`` and ``largest`` (addresses) of the set, ``strict`` entities of
    the ledger's own; links by change, skipped merges by reason; ``seconds`` of the whole."""

    name: str
    height: int
    tip: str
    rules: tuple[Rule, ...]
    model: str
    attributions: str
    must_link: int
    cannot_link: int
    large: int
    addresses: int
    entities: int
    strict: int
    largest: int
    links: int
    skipped: Mapping[str, int]
    seconds: float


def cluster(
    ledger: Path,
    rule_set: RuleSet,
    *,
    services: Labels | None = None,
    memory: float | None = None,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Clustering:
    """Build the entities of a set of rules at the tip of the ledger in folder ``ledger``.

    ``services``: addresses that are attributed to services, whose entities are not joined. ``memory`` GiB
    at most (default: half of the machine's). What was built before under this name is replaced in one
    step. Raises UsageError for strict, whose tables are the ledger's own, RuleError, NotALedgerError,
    StorageError, LedgerInUseError, StoppedError after an interrupt; then the former state stands.
    """
    ledger = Path(ledger)
    if rule_set.name == STRICT:
        raise UsageError(
            f"{STRICT}: expected another set, since the ledger's own entities are those of {STRICT}; "
            "ask without --rules to see them"
        )
    if threads is not None and threads < 1:
        raise UsageError(f"--threads: expected at least 1, found {threads}")
    bound = Memory.of(memory)
    model = ChangeModel.read(rule_set.change) if rule_set.change else None
    Ledger(ledger).close()
    began = time.perf_counter()
    try:
        with hold(ledger), LocalEngine(threads) as engine:
            state = Ledger(ledger)
            build = _Build(state, rule_set, model, services or Labels.none(), engine, bound, progress)
            manifest = build.run()
            return _told(state, manifest, build.largest, time.perf_counter() - began)
    except KeyboardInterrupt:
        raise StoppedError(
            f"{ledger}: stopped; the set {rule_set.name} is as it was; run the same command again"
        ) from None


def remove(ledger: Path, name: str) -> None:
    """Remove a set from a ledger. Raises UsageError where it has none of this name, StorageError."""
    state = Ledger(Path(ledger))
    held = sets.names(state)
    if name == STRICT or name not in held:
        raise UsageError(
            f"{name}: expected a set that this ledger holds beside its own "
            f"({', '.join(held[1:]) or 'it holds none'}); see clew cluster --list"
        )
    with hold(Path(ledger)):
        sets.remove(Path(ledger) / sets.FOLDER / name)


class _Build:
    def __init__(
        self,
        ledger: Ledger,
        rule_set: RuleSet,
        model: ChangeModel | None,
        services: Labels,
        engine: LocalEngine,
        memory: Memory,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.ledger = ledger
        self.set = rule_set
        self.model = model
        self.services = services
        self.engine = engine
        self.memory = memory
        self.progress = progress or (lambda _: None)
        self.folder = ledger.path / sets.FOLDER / rule_set.name
        self.largest = 1
        self.transactions = ledger.counts["transactions"]
        self.addresses = ledger.counts["addresses"]

    def run(self) -> SetManifest:
        """Build all tables and commit them."""
        new = not (self.folder / sets.FILE_NAME).exists()
        kept = "" if new else _kept(self.folder)
        if kept is None:
            # The tables that it names must not be written over.
            kept = sets.read(self.folder).folder
        with storage(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            _clear(self.folder, kept)
        tables = f"{TABLES}-{int(kept.rpartition('-')[2] or 0) + 1:04d}" if kept else f"{TABLES}-0001"
        try:
            writer = TableWriter(self.folder / tables, SET_TABLES, {})
            try:
                manifest = self._filled(writer, tables)
                writer.sync()
            finally:
                writer.close()
            sets.write(self.folder, manifest)
            return manifest
        finally:
            # After an interrupt, too: what was committed is what the manifest says.
            done = (self.folder / sets.FILE_NAME).exists()
            _clear(self.folder, _kept(self.folder) if done else "")
            if not done:
                for folder in (self.folder, self.folder.parent):
                    with suppress(OSError):
                        folder.rmdir()

    def _filled(self, writer: TableWriter, tables: str) -> SetManifest:
        parents = np.arange(self.addresses, dtype=np.uint32)
        numbered, ledger_links = self._certain(parents, writer)
        own_links = writer.counts["set_links"]
        unionfind.flatten(parents)
        skipped: dict[str, int] = {}
        if self.model:
            model = Rule("change_model", self.model.version, self.model.source)
            doubted = self.set.doubted.leaves if self.set.doubted is not None else ()
            numbered = (*numbered, *(Rule(rule.name, rule.version, rule.source) for rule in doubted))
            with storage(self.folder):
                (self.folder / WORK).mkdir()
            constrained = Constrained(
                self.folder / WORK, parents, writer, len(numbered), self.set, self.services
            )
            numbered = (*numbered, model)
            try:
                self._change(constrained, parents)
                skipped = constrained.merge(self._step)
            finally:
                constrained.close()
        entities = self._entities(parents, writer)
        self._totals(parents, writer)
        return SetManifest(
            self.set.name,
            self.ledger.tip.hash,
            self.ledger.tip.height,
            self.ledger.manifest.digest,
            numbered,
            self.ledger.manifest.rules if ledger_links else (),
            ledger_links,
            "" if ledger_links else self.set.linking.name,
            self.set.doubted.name if self.set.doubted is not None else "",
            self.set.most_inputs,
            self.model.digest if self.model else "",
            self.services.digest,
            self.set.must_link,
            self.set.cannot_link,
            self.set.large,
            bool(self.model) or self.set.linking.looks_ahead,
            own_links,
            entities,
            writer.counts,
            skipped,
            tables,
            writer.checked,
        )

    def _step(self, stage: str, done: int, total: int) -> None:
        self.progress(Progress(stage, done, total, "rows"))

    def _chunks(self, total: int, size: int = _CHUNK) -> Iterator[tuple[int, int]]:
        for first in range(0, total, size):
            yield first, min(first + size, total)

    # Certain links

    def _certain(self, parents: Array, writer: TableWriter) -> tuple[tuple[Rule, ...], bool]:
        """Unite what certain links join; returns their rules, and whether they are the ledger's."""
        if not self.set.has_own_links:
            total = len(self.ledger.column("links.a"))
            for first, last in self._chunks(total):
                a, b = (np.asarray(self.ledger.column(f"links.{name}")[first:last]) for name in "ab")
                unionfind.union(parents, a, b)
                self._step("links", last, total)
            return self.ledger.manifest.rules, True
        for last, found in self.engine.each(self._links, self._chunks(self.transactions, _RANGE)):
            unionfind.union(parents, found["a"], found["b"])
            writer.append("set_links", found)
            self._step("links", last, self.transactions)
        return tuple(Rule(**stated(self.set.linking.name, rule)) for rule in self.set.rules), False

    def _range(self, first: int, last: int) -> Transactions:
        return Transactions(self.ledger.column, self.ledger.counts, range(first, last))

    def _links(self, span: tuple[int, int]) -> tuple[int, dict[str, Array]]:
        """Links of a range by the set's own rules. Each one's rule is the first of CONTROL that says yes."""
        range_ = self._range(*span)
        answers = self.set.linking(range_)
        a, b, where = (np.empty(range_.inputs, np.uint32) for _ in range(3))
        count = rules.links(rules.inputs_of(range_), answers, span[0], (a, b, where))
        which = np.zeros(len(range_), np.uint8)
        for number in range(len(self.set.rules) - 1, -1, -1):
            rule = self.set.rules[number]
            if rule.kind == CONTROL and rule.about == TRANSACTION:
                which[rule(range_) == YES] = number
        return span[1], {
            "a": a[:count],
            "b": b[:count],
            "transaction": where[:count],
            "rule": which[where[:count].astype(np.int64) - span[0]],
            "chance": np.zeros(count, np.uint32),
        }

    # Change

    def _change(self, constrained: Constrained, parents: Array) -> None:
        """Find what the model gives to payers, and what it does not."""
        # By transaction, since the model looks at who spends, and each spender would be looked at again.
        traits = self.memory.table_room(self.folder / WORK)((self.transactions, 1))[:, 0]

        def traced(span: tuple[int, int]) -> int:
            keep_traits(self._range(*span), traits)
            return span[1]

        def judged(span: tuple[int, int]) -> tuple[int, dict[str, Array]]:
            return span[1], self._chances(span, traits, parents)

        for last in self.engine.each(traced, self._chunks(self.transactions, _RANGE)):
            self._step("traits", last, self.transactions)
        for last, found in self.engine.each(judged, self._chunks(self.transactions, _RANGE)):
            constrained.take(found)
            self._step("change", last, self.transactions)

    def _chances(self, span: tuple[int, int], traits: Array, parents: Array) -> dict[str, Array]:
        """Outputs of a range that are surely the payer's, or surely not: who pays, who is paid, how sure.

        Only of transactions whose inputs are one entity by certain links, and need a key that is secret.
        """
        assert self.model
        range_ = self._range(*span)
        range_.traits = traits
        candidate, chance = self.model.chances_of(range_)
        sure = candidate & ((chance >= self.set.must_link) | (chance <= self.set.cannot_link))
        outputs = np.flatnonzero(sure)
        rows = np.searchsorted(range_.first_output, outputs, "right") - 1
        held = self._is_asked(range_, parents)[rows]
        outputs, rows = outputs[held], rows[held]
        return {
            "a": range_.spent_address[range_.first_input[rows]].astype(np.uint32),
            "b": range_.address[outputs],
            "transaction": (rows + span[0]).astype(np.uint32),
            "chance": chance[outputs].astype(np.uint32),
        }

    def _is_asked(self, range_: Transactions, parents: Array) -> Array:
        """Which transactions spend from one entity of ``parents`` only, by keys that are secret, from few
        enough inputs, and are not doubted; bool."""
        found = ~range_.is_coinbase & (np.diff(range_.first_input) <= self.set.most_inputs)
        if not found.any():
            return found
        owners = parents[np.where(range_.spent_address == NO_ADDRESS, 0, range_.spent_address)]
        keyless = np.isin(range_.spent_type, list(KEYLESS_TYPES)) | range_.is_known_key
        starts = range_.first_input[:-1]
        found &= np.minimum.reduceat(owners, starts) == np.maximum.reduceat(owners, starts)
        found &= ~np.logical_or.reduceat(keyless, starts)
        if self.set.doubted is not None:
            found &= self.set.doubted(range_) == NO
        return found

    # What follows

    def _entities(self, parents: Array, writer: TableWriter) -> int:
        """Write entities and their members; returns how many there are."""
        self._step("entities", 0, len(parents))
        writer.append("entities", {"entity": parents})
        following = np.zeros(len(parents), np.uint32)
        several, items = (int(each) for each in unionfind.count_members(parents, following))
        listed, starts, sizes = (np.empty(several, np.uint32) for _ in range(3))
        unionfind.list_roots(following, listed, starts, sizes)
        writer.append("entity_list", {"entity": listed, "start": starts, "size": sizes})
        self.largest = int(sizes.max(initial=1))
        for first, last in self._chunks(items, max(_CHUNK, self.memory.bytes // 24)):
            grouped = np.empty(last - first, np.uint32)
            following[listed] = starts
            unionfind.place_members(parents, following, first, grouped)
            writer.append("members", {"address": grouped})
        self._step("entities", len(parents), len(parents))
        return len(parents) - items + several

    def _totals(self, parents: Array, writer: TableWriter) -> None:
        """Write the sums of entities with many outputs."""
        outputs = self.ledger.counts["outputs"]
        column = self.ledger.column
        numbers = np.zeros(len(parents), np.uint32)
        for first, last in self._chunks(outputs):
            merging.count_outputs(np.asarray(column("outputs.address")[first:last]), parents, numbers)
        listed = np.empty(outputs // MANY_OUTPUTS + 1, np.uint32)
        count = int(postings.number_large(numbers, MANY_OUTPUTS, listed))
        bits = np.zeros(len(parents) // 8 + 1, np.uint8)
        postings.mark_large(parents, numbers, bits)

        def part(span: tuple[int, int]) -> tuple[int, Array]:
            sums = np.zeros((count, 5), np.int64)
            paid, values, spent_by = (
                np.asarray(column(name)[slice(*span)])
                for name in ("outputs.address", "outputs.value", "spends.spent_by")
            )
            postings.add_up(paid, values, spent_by, bits, parents, numbers, sums)
            return span[1], sums

        whole = np.zeros((count, 5), np.int64)
        for last, sums in self.engine.each(part, self._chunks(outputs) if count else ()):
            whole += sums
            self._step("sums", last, outputs)
        writer.append("totals", {"entity": listed[:count], **sums_as_columns(whole)})


def _kept(folder: Path) -> str | None:
    """The folder of columns that the committed set needs; a damaged manifest keeps none. None where it cannot
    be read now, though it may be sound."""
    try:
        return sets.read(folder).folder
    except LedgerVersionError:
        return ""
    except NotALedgerError as error:
        return None if isinstance(error.__cause__, OSError) else ""


def _clear(folder: Path, kept: str | None) -> None:
    """Take away what the committed state does not need."""
    if kept is not None:
        for entry in folder.glob(f"{TABLES}-*"):
            if entry.name != kept:
                shutil.rmtree(entry, ignore_errors=True)
    shutil.rmtree(folder / WORK, ignore_errors=True)


def _told(ledger: Ledger, manifest: SetManifest, largest: int, seconds: float) -> Clustering:
    return Clustering(
        manifest.name,
        manifest.height,
        manifest.tip,
        manifest.rules,
        manifest.model,
        manifest.attributions,
        manifest.must_link,
        manifest.cannot_link,
        manifest.large,
        ledger.counts["addresses"],
        manifest.entities,
        ledger.counts["entities"],
        largest,
        int(manifest.counts["set_links"]),
        dict(manifest.skipped),
        seconds,
    )


def named(name: str, **changed: Any) -> RuleSet:
    """The set called ``name`` that comes with Clew, with thresholds or model ``changed``.

    Raises UsageError where there is none.
    """
    if name not in SETS:
        raise UsageError(
            f"rules {name!r}: expected one of {', '.join(SETS)}, or a file of rules with --rules FILE"
        )
    return replace(SETS[name], **{key: value for key, value in changed.items() if value is not None})


__all__ = ["Clustering", "cluster", "named", "remove"]
