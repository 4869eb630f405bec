"""Where the bands of a trace lie: columns from left to right, places in each, and the pieces between them.

Money on its way lies in the upper part, in the order in which it comes; ``others`` and what has come to its
end run along the bottom, each end in a lane of its own that grows to the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clew.report.bands import OTHERS, Bands, Node, Step

GAP = 7.0
LEAST = 1.0
"""Height of the thinnest band."""
NUMBER = 14.0
"""Room above a transaction, for its number."""
LABEL = 29.0
"""Height that a place with a label needs."""

Key = tuple[str, ...]
"""A place in a column: a source, a step, a band that passes, ``others`` or the lane of an end."""


@dataclass
class Place:
    """A place in a column: its satoshi, its upper edge and height; ``is_last``: in the column of the ends."""

    value: int = 0
    is_last: bool = False
    y: float = 0.0
    height: float = 0.0


@dataclass(frozen=True)
class Piece:
    """A piece of a band between two neighbouring columns: satoshi, and the edges at both ends."""

    column: int
    of: Key
    to: Key
    value: int
    left: float = 0.0
    right: float = 0.0
    height: float = 0.0


@dataclass
class Lanes:
    """The places of each column, and the pieces; lengths are in units of the picture."""

    columns: list[dict[Key, Place]]
    pieces: list[Piece] = field(default_factory=list)
    height: float = 0.0


def lanes_of(bands: Bands, least_height: float) -> Lanes:
    """Lay out the bands; the picture is ``least_height`` high, or higher where labels need it."""
    return _Layout(bands).lay_out(least_height)


def _lane(end: str) -> Key:
    return ("lane", end)


_RIVER: Key = (OTHERS,)
_HALVINGS = 50
_AIR = 1.35
"""Height beside the labels, so that bands have some."""


class _Layout:
    """Bands while they are laid out."""

    def __init__(self, bands: Bands) -> None:
        self.bands = bands
        # ``others`` needs a column behind the last transaction before it comes to an end.
        beside = any(of.kind == OTHERS for of, _ in bands.flows)
        self.last = len(bands.columns) + (2 if beside else 1)
        self.flows: dict[tuple[int, Key, Key], int] = {}

    def lay_out(self, least_height: float) -> Lanes:
        """Places and pieces."""
        for (of, to), value in self.bands.flows.items():
            self._route(of, to, value)
        columns: list[dict[Key, Place]] = [{} for _ in range(self.last + 1)]
        for column, left, right in self.flows:
            columns[column].setdefault(left, Place())
            columns[column + 1].setdefault(right, Place())
        for column, places in enumerate(columns):
            for key, place in places.items():
                out = sum(value for (c, of, _), value in self.flows.items() if c == column and of == key)
                into = sum(value for (c, _, to), value in self.flows.items() if c == column - 1 and to == key)
                place.value = max(out, into)
        for place in columns[-1].values():
            place.is_last = True
        lanes = Lanes(columns)
        self._heights(lanes, least_height)
        self._stack(lanes)
        self._pieces(lanes)
        return lanes

    def _column(self, node: Node) -> int:
        return 0 if node.kind == "source" else self._step(node).column

    def _step(self, node: Node) -> Step:
        return self.bands.steps[node.name]

    def _route(self, of: Node, to: Node, value: int) -> None:
        """The pieces of a flow, column by column."""
        if of.kind == OTHERS and to.kind == "step":
            # It came from somewhere before; ``others`` carries less from here on.
            end = self._column(to)
            self._add(end - 1, _RIVER, ("step", to.name), value)
            self._carry(end - 1, -value)
            return
        if of.kind == OTHERS:
            # It leaves at the very end.
            self._add(self.last - 1, _RIVER, _lane(to.name), value)
            return
        start = self._column(of)
        here: Key = (of.kind, of.name)
        if to.kind == OTHERS:
            self._add(start, here, _RIVER, value)
            self._carry(start + 1, value)
        elif to.kind == "end":
            self._add(start, here, _lane(to.name), value)
            for column in range(start + 1, self.last):
                self._add(column, _lane(to.name), _lane(to.name), value)
        else:
            end = self._column(to)
            passing: Key = ("passing", of.name, to.name)
            for column in range(start, end):
                left = here if column == start else passing
                right: Key = ("step", to.name) if column + 1 == end else passing
                self._add(column, left, right, value)

    def _carry(self, first: int, value: int) -> None:
        """Let ``others`` carry more, or less, from a column on to the one before the ends."""
        for column in range(first, self.last - 1):
            self._add(column, _RIVER, _RIVER, value)

    def _add(self, column: int, of: Key, to: Key, value: int) -> None:
        key = column, of, to
        self.flows[key] = self.flows.get(key, 0) + value
        if not self.flows[key]:
            del self.flows[key]

    def _heights(self, lanes: Lanes, least_height: float) -> None:
        labelled = max(len(lanes.columns[0]), len(lanes.columns[-1]))
        lanes.height = max(least_height, labelled * LABEL * _AIR)
        low, high = 0.0, lanes.height / max(1, self.bands.total)
        for _ in range(_HALVINGS):
            scale = (low + high) / 2
            if all(_room(places, scale) <= lanes.height for places in lanes.columns):
                low = scale
            else:
                high = scale
        for places in lanes.columns:
            for place in places.values():
                place.height = max(LEAST, place.value * low)

    def _stack(self, lanes: Lanes) -> None:
        """Upper edges: of sources and ends with room for labels, of the others by where they come from."""
        order = [_lane(end) for end in self.bands.ends()]
        first, last = lanes.columns[0], lanes.columns[-1]
        _spread([first[("source", name)] for name in self.bands.sources()], lanes.height)
        for column in range(1, self.last):
            places = lanes.columns[column]
            upper = sorted(
                (key for key in places if key[0] in ("step", "passing")),
                key=lambda key: (self._middle(lanes, column, key), key),
            )
            y = 0.0
            for key in upper:
                y += NUMBER if key[0] == "step" else GAP
                places[key].y = y
                y += places[key].height
            y = lanes.height
            for key in reversed([key for key in (_RIVER, *order) if key in places]):
                y -= places[key].height
                places[key].y = y
                y -= GAP
        _spread([last[key] for key in order], lanes.height)

    def _middle(self, lanes: Lanes, column: int, key: Key) -> float:
        """Where the money of a place comes from, on average, in the column before."""
        before = [
            (lanes.columns[column - 1][of], value)
            for (c, of, to), value in self.flows.items()
            if c == column - 1 and to == key
        ]
        total = sum(value for _, value in before)
        return sum((place.y + place.height / 2) * value for place, value in before) / max(total, 1)

    def _pieces(self, lanes: Lanes) -> None:
        """Each piece at its place within the two that it joins, so that pieces cross as little as can be."""
        for column in range(self.last):
            here, there = lanes.columns[column], lanes.columns[column + 1]
            flows = [(of, to, value) for (c, of, to), value in self.flows.items() if c == column]
            left = _edges(flows, here, [(of, there[to].y, to) for of, to, _ in flows])
            right = _edges(flows, there, [(to, here[of].y, of) for of, to, _ in flows])
            for place, (of, to, value) in enumerate(flows):
                height = min(left[place][1], right[place][1])
                lanes.pieces.append(
                    Piece(column, of, to, value, left[place][0], right[place][0], max(height, LEAST))
                )


def _room(places: Mapping[Key, Place], scale: float) -> float:
    """Height that a column needs when a satoshi is ``scale`` high."""
    room = 0.0
    for key, place in places.items():
        height = max(LEAST, place.value * scale)
        if key[0] == "source" or (key[0] == "lane" and place.is_last):
            room += max(height, LABEL)
        else:
            room += height + (NUMBER if key[0] == "step" else GAP)
    return room


def _spread(places: list[Place], height: float) -> None:
    """Put places below each other with equal room between them, at least that of a label for each."""
    if not places:
        return
    rooms = [max(place.height, LABEL) for place in places]
    gap = max(0.0, height - sum(rooms)) / (len(places) + 1)
    y = gap
    for place, room in zip(places, rooms, strict=True):
        place.y = y + (room - place.height) / 2
        y += room + gap


def _edges(
    flows: list[tuple[Key, Key, int]], places: Mapping[Key, Place], sides: list[tuple[Key, float, Key]]
) -> list[tuple[float, float]]:
    """Upper edge and height of each flow within its place on one side: as they lie on the other side."""
    found = [(0.0, 0.0)] * len(flows)
    used: dict[Key, float] = {}
    for index in sorted(range(len(flows)), key=lambda index: sides[index][1:]):
        key = sides[index][0]
        place = places[key]
        height = place.height * flows[index][2] / max(place.value, 1)
        found[index] = place.y + used.get(key, 0.0), height
        used[key] = used.get(key, 0.0) + height
    return found


__all__ = ["Key", "Lanes", "Piece", "Place", "lanes_of"]
