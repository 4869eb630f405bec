"""A trace as bands between transactions: which are drawn, what is folded, and that all sums stay.

The transactions with the most money are drawn each; what passes through the others runs beside them, as one
band ``others``, from where it leaves a drawn transaction until it comes back to one or to its end. So every
end has exactly the sum that the trace states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clew.errors import ReportError
from clew.report.tracefile import SET

MOST_STEPS = 24
MOST_SOURCES = 10
MOST_ENDS = 12

OTHERS = "others"
FEE = "fee"
SERVICE = "service"

WORDS = {
    "source": "came back to a source",
    "unspendable": "nobody can spend it",
    "overwritten": "overwritten by a later transaction",
    "holder": "unknown holder",
    "hops": "hop limit",
    "value": "below the value limit",
    "unspent": "unspent",
    "coinbase": "newly mined (coinbase)",
    "time": "outside the time limit",
    "coinjoin": "coinjoin",
    FEE: "fees",
}
"""Ends in the words of a picture. What no service is named for is unattributed."""


class Node(NamedTuple):
    """A place of the picture: a kind (source, step, others or end) and which of them."""

    kind: str
    name: str


@dataclass(frozen=True)
class Step:
    """A transaction that is drawn: its number in the picture, column, time (Unix seconds) and taint."""

    number: int
    txid: str
    column: int
    height: int
    time: int
    taint: int


@dataclass
class Bands:
    """What is drawn. ``flows``: satoshi from node to node; ``columns``: the time of each column, from 1 on.

    ``folded``: how many transactions are in ``others``, and ``folded_sources``, ``folded_ends`` how many
    of those are together.
    """

    policy: str
    backward: bool
    steps: dict[str, Step] = field(default_factory=dict)
    columns: list[int] = field(default_factory=list)
    flows: dict[tuple[Node, Node], int] = field(default_factory=dict)
    total: int = 0
    folded: int = 0
    folded_sources: int = 0
    folded_ends: int = 0

    def ends(self) -> dict[str, int]:
        """Satoshi that come to each end, the most first; services before the others, fees last."""
        sums: dict[str, int] = {}
        for (_, to), value in self.flows.items():
            if to.kind == "end":
                sums[to.name] = sums.get(to.name, 0) + value
        return dict(sorted(sums.items(), key=lambda each: (_rank(each[0]), -each[1], each[0])))

    def sources(self) -> dict[str, int]:
        """Satoshi that leave each source, the most first."""
        sums: dict[str, int] = {}
        for (of, _), value in self.flows.items():
            if of.kind == "source":
                sums[of.name] = sums.get(of.name, 0) + value
        return dict(sorted(sums.items(), key=lambda each: (each[0].startswith("other "), -each[1], each[0])))


def is_service(end: str) -> bool:
    """Whether an end of the picture is a service, by its name there."""
    return end.startswith("service: ") or end in ("attributed services", "other services")


def _rank(end: str) -> int:
    return 0 if is_service(end) else 2 if end == WORDS[FEE] else 1


def bands_of(
    content: Mapping[str, Any], policy: str | None = None, labels: Mapping[str, str] | None = None
) -> Bands:
    """The bands of a trace under a policy, the first that states amounts without one.

    ``labels``: names of the services at which coins end, by coin; the file alone has them only where there
    is one. Raises ReportError for a policy that is not there, or states no amounts.
    """
    trace = _chosen(content, policy)
    return _Folding(content, trace, labels or {}).bands()


def _chosen(content: Mapping[str, Any], policy: str | None) -> Mapping[str, Any]:
    there: dict[str, Mapping[str, Any]] = {str(each["policy"]): each for each in content["traces"]}
    drawn = [name for name in there if name != SET]
    if policy == SET or (policy is None and not drawn):
        raise ReportError(
            f"{SET} is a set and has no amounts, so that nothing can be drawn; choose another policy, or "
            "trace with one"
        )
    chosen = policy or drawn[0]
    if chosen not in there:
        raise ReportError(f"--policy {chosen}: the trace has {', '.join(there)}; choose one of these")
    return there[chosen]


class _Folding:
    """One trace while its bands are found."""

    def __init__(
        self, content: Mapping[str, Any], trace: Mapping[str, Any], labels: Mapping[str, str]
    ) -> None:
        self.content, self.trace, self.labels = content, trace, labels
        backward = content["parameters"]["direction"] == "backward"
        self.found = Bands(str(trace["policy"]), backward)
        # A coin named twice is of two transactions with one id (BIP 30): the sum of both is drawn.
        self.values: dict[str, int] = {}
        for each in content["sources"]:
            self.values[each["coin"]] = self.values.get(each["coin"], 0) + each["value"]
        named = dict.fromkeys(each["label"] for each in content["given"]["services"])
        self.only = next(iter(named)) if len(named) == 1 else None

    def bands(self) -> Bands:
        """Find them all."""
        found, steps = self.found, self.trace["steps"]
        amounts = [sum(coin["taint"] for coin in step["in"]) for step in steps]
        # Of equal amounts the earlier one.
        largest = sorted(range(len(steps)), key=lambda place: (-amounts[place], place))[:MOST_STEPS]
        drawn = set(largest)
        found.folded = len(steps) - len(drawn)
        placed = self._columns(drawn)
        when = {each["txid"]: each for each in self.content["transactions"]}
        for number, place in enumerate(sorted(drawn), 1):
            txid = steps[place]["txid"]
            found.steps[txid] = Step(
                number, txid, placed[place], when[txid]["height"], when[txid]["time"], amounts[place]
            )
        times: dict[int, list[int]] = {}
        for step in found.steps.values():
            times.setdefault(step.column, []).append(step.time)
        last = max(times, default=0)
        # A column without a transaction has the time of the next one.
        found.columns = [min(times[min(each for each in times if each >= c)]) for c in range(1, last + 1)]
        self._flow()
        self._fold()
        found.total = sum(found.sources().values())
        return found

    def _columns(self, drawn: set[int]) -> dict[int, int]:
        """The column of each drawn step, from 1 on: later than all that its money went through before."""
        column, placed = 0, {}
        after = dict.fromkeys(self.values, (0, False))
        for place, step in enumerate(self.trace["steps"]):
            known = [after.get(coin["coin"], (0, False)) for coin in step["in"]]
            if place in drawn:
                column = max(column, *(last + 1 for last, _ in known))
                placed[place] = column
                then = (column, False)
            else:
                # What runs beside takes a column of its own before it comes back.
                then = (max(last if is_beside else last + 1 for last, is_beside in known), True)
            after |= {coin["coin"]: then for coin in step["out"] if coin["coin"] not in self.values}
        return placed

    def _flow(self) -> None:
        """Every coin, from where it comes to where it goes."""
        at = {coin: self._source(coin) for coin in self.values}
        for row in self.trace["sources"]:
            if row["end"] is not None and row["end"] != "source":
                self._add(at[row["coin"]], self._end(row["end"], row["coin"]), self.values[row["coin"]])
        for step in self.trace["steps"]:
            here = Node("step", step["txid"]) if step["txid"] in self.found.steps else Node(OTHERS, "")
            for coin in step["in"]:
                self._add(at[coin["coin"]], here, coin["taint"])
            for coin in step["out"]:
                if coin["end"] is None:
                    at[coin["coin"]] = here
                else:
                    self._add(here, self._end(coin["end"], coin["coin"]), coin["taint"])
            if step["fee"] and step["fee"]["taint"]:
                self._add(here, Node("end", WORDS[FEE]), step["fee"]["taint"])

    def _add(self, of: Node, to: Node, value: int) -> None:
        if of != to and value:
            self.found.flows[of, to] = self.found.flows.get((of, to), 0) + value

    def _source(self, coin: str) -> Node:
        return Node("source", coin)

    def _end(self, end: str, coin: str) -> Node:
        if end != SERVICE:
            return Node("end", WORDS.get(end, end))
        label = self.labels.get(coin) or self.only
        return Node("end", f"service: {label}" if label else "attributed services")

    def _fold(self) -> None:
        """Put together the smallest sources and ends."""
        sources, ends = list(self.found.sources()), list(self.found.ends())
        names: dict[Node, Node] = {}
        if len(sources) > MOST_SOURCES:
            rest = sources[MOST_SOURCES - 1 :]
            names |= {Node("source", name): Node("source", f"other {len(rest):,} sources") for name in rest}
            self.found.folded_sources = len(rest)
        services = [name for name in ends if is_service(name)]
        room = MOST_ENDS - (len(ends) - len(services))
        if len(services) > room:
            rest = services[max(room - 1, 0) :]
            names |= {Node("end", name): Node("end", "other services") for name in rest}
            self.found.folded_ends = len(rest)
        flows: dict[tuple[Node, Node], int] = {}
        for (of, to), value in self.found.flows.items():
            key = names.get(of, of), names.get(to, to)
            flows[key] = flows.get(key, 0) + value
        self.found.flows = flows


__all__ = ["FEE", "MOST_STEPS", "OTHERS", "WORDS", "Bands", "Node", "Step", "bands_of", "is_service"]
