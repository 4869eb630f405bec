"""The flow diagram of a trace: a Sankey diagram in block time, as plain SVG.

From left to right: the sources, the transactions with most of the money in the order of block time, and where
the money ended. Colours differ in lightness, so that they tell the same in grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from clew.report.bands import OTHERS, Bands, bands_of, is_service
from clew.report.charts import GREY, INK, PAGE_FONTS, PAYMENTS_COLOUR
from clew.report.lanes import Key, Lanes, Piece, lanes_of
from clew.report.wording import btc, count

UNIT = 4.0
"""Units of the picture in a millimetre."""
WIDTH = 174 * UNIT
LEFT, RIGHT = 112.0, 164.0
HEIGHT = 250.0
TOP = 30.0
BAR = 4.0
FONT, SMALL = 12.0, 10.4
ROW = 14.0
LETTER = 0.5
"""Mean width of a letter, as a share of the font's size."""
DATE = 50.0
FOOT = 125
"""Letters in a line of small text across the picture."""

MOVING, BESIDE, SERVICES, ENDED, FEES = "#b4c8df", "#d7d7d7", PAYMENTS_COLOUR, "#cf9a5f", "#6b6b6b"
_HALF = 0.5


def sankey(
    content: Mapping[str, Any],
    policy: str | None = None,
    labels: Mapping[str, str] | None = None,
    *,
    alone: bool = True,
) -> str:
    """The flow diagram of a trace under a policy, as SVG with a text that tells the same.

    ``content``: the trace as in its file; ``labels``: names of services by the coin that ends there. The
    same trace gives the same bytes. ``alone``: with a heading, and a foot that says who asked, what for and
    at which snapshot, as a file needs them. Raises ReportError for a policy that cannot be drawn.
    """
    bands = bands_of(content, policy, labels)
    return _Picture(content, bands, alone=alone).svg()


def described(bands: Bands) -> str:
    """What the diagram shows, for those who cannot see it; amounts in BTC."""
    way = "backward" if bands.backward else "forward"
    ends = "; ".join(f"{name} {btc(value)}" for name, value in bands.ends().items())
    sources = count(len(bands.sources()) - bool(bands.folded_sources) + bands.folded_sources, "source")
    said = f"Flow of {btc(bands.total)} BTC from {sources}, traced {way} by {bands.policy}."
    return f"{said} Ends, in BTC: {ends}. {folded(bands)}".strip()


def folded(bands: Bands) -> str:
    """What is put together, in a sentence or none."""
    parts = []
    if bands.folded:
        count_ = count(bands.folded, "transaction")
        parts.append(f"{count_} with less money run together in the grey band, others")
    if bands.folded_sources:
        parts.append(f"{count(bands.folded_sources, 'smaller source')} stand as one")
    if bands.folded_ends:
        parts.append(f"{count(bands.folded_ends, 'smaller service')} stand as one")
    return f"{'; '.join(parts)}; all sums are kept." if parts else ""


class _Picture:
    """A diagram while it is drawn."""

    def __init__(self, content: Mapping[str, Any], bands: Bands, *, alone: bool) -> None:
        self.content, self.bands, self.alone = content, bands, alone
        self.lanes: Lanes = lanes_of(bands, HEIGHT)
        self.top = TOP + (34.0 if alone else 0.0)
        self.x = self._columns()
        self.parts: list[str] = []

    def svg(self) -> str:
        """All of it."""
        bottom = self._draw()
        title = f"Flow of money, traced by {self.bands.policy}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="174mm" height="{bottom / UNIT:.2f}mm" '
            f'viewBox="0 0 {WIDTH:.0f} {bottom:.1f}" role="img" '
            f"aria-label={quoteattr(described(self.bands))}>"
        )
        style = (
            f"<style>text {{font-family: {PAGE_FONTS}; font-size: {FONT}px; fill: {INK}}} "
            f".s {{font-size: {SMALL}px}} .q {{font-size: {SMALL}px; fill: #555555}} "
            ".b {font-weight: bold} .i {font-style: italic}</style>"
        )
        described_ = f"<title>{escape(title)}</title>\n<desc>{escape(described(self.bands))}</desc>"
        return "\n".join([head, described_, style, *self.parts, "</svg>", ""])

    def _columns(self) -> list[float]:
        """Where each column stands: a least distance, and the rest by block time."""
        times = self.bands.columns
        count_ = len(self.lanes.columns)
        width = WIDTH - LEFT - RIGHT
        span = abs(times[-1] - times[0]) if times else 0
        gaps = [0.0] * (count_ - 1)
        for place in range(1, len(times)):
            gaps[place] = abs(times[place] - times[place - 1]) / max(span, 1)
        least = width * (1.0 if span == 0 else _HALF) / (count_ - 1)
        at = [LEFT]
        for gap in gaps:
            at.append(at[-1] + least + (width - least * (count_ - 1)) * gap)
        return at

    def _at(self, x: float) -> float:
        """A place from the left; backward the picture is turned round, so that time runs to the right."""
        return WIDTH - x if self.bands.backward else x

    def _draw(self) -> float:
        if self.alone:
            self._heading()
        # Broad bands first: narrow ones that cross them stay to be seen.
        for piece in sorted(self.lanes.pieces, key=lambda each: (-each.value, each.column, each.of, each.to)):
            self._band(piece)
        self._bars()
        self._labels()
        bottom = self._dates(self.top + self.lanes.height + 16)
        bottom = self._table(bottom)
        return self._foot(bottom)

    def _band(self, piece: Piece) -> None:
        x1, x2 = self.x[piece.column], self.x[piece.column + 1]
        x1 += BAR / 2 if piece.of[0] == "step" else 0
        x2 -= BAR / 2 if piece.to[0] == "step" else 0
        a, b = self.top + piece.left, self.top + piece.right
        middle = (x1 + x2) / 2
        x1, x2, middle = self._at(x1), self._at(x2), self._at(middle)
        h = piece.height
        path = (
            f"M{x1:.2f} {a:.2f}C{middle:.2f} {a:.2f} {middle:.2f} {b:.2f} {x2:.2f} {b:.2f}"
            f"V{b + h:.2f}C{middle:.2f} {b + h:.2f} {middle:.2f} {a + h:.2f} {x1:.2f} {a + h:.2f}Z"
        )
        colour = _colour(piece.to if piece.to[0] != "step" else piece.of)
        self.parts.append(
            f'<path d="{path}" fill="{colour}" stroke="{colour}" stroke-width="0.3" '
            f'data-column="{piece.column}" data-of={_told(piece.of)} data-to={_told(piece.to)} '
            f'data-satoshi="{piece.value}"/>'
        )

    def _bars(self) -> None:
        numbers = {txid: step.number for txid, step in self.bands.steps.items()}
        for column, places in enumerate(self.lanes.columns):
            for key, place in sorted(places.items()):
                x, y = self._at(self.x[column]), self.top + place.y
                if key[0] == "step":
                    self._rect(x - BAR / 2, y, BAR, place.height, INK)
                    self._text(x, y - 2.5, f"{numbers[key[1]]}", "s", "middle", halo=True)
                elif column == 0 or column == len(self.lanes.columns) - 1:
                    self._rect(x - 1, y, 2, place.height, INK)

    def _labels(self) -> None:
        """Sources and ends: what it is, and below it how much."""
        first, last = self.lanes.columns[0], self.lanes.columns[-1]
        out, into = ("start", "end") if self.bands.backward else ("end", "start")
        shift = -6.0 if not self.bands.backward else 6.0
        for name, value in self.bands.sources().items():
            place = first[("source", name)]
            self._label(self._at(self.x[0]) + shift, place.y + place.height / 2, _coin(name), value, out)
        for name, value in self.bands.ends().items():
            place = last[("lane", name)]
            text = name.removeprefix("service: ") if is_service(name) else name
            x = self._at(self.x[-1]) - shift
            self._label(x, place.y + place.height / 2, text, value, into, bold=is_service(name))

    def _label(
        self, x: float, middle: float, text: str, value: int, anchor: str, *, bold: bool = False
    ) -> None:
        room = (RIGHT if (anchor == "start") != self.bands.backward else LEFT) - 10
        y = self.top + middle
        self._text(x, y - 1.5, cut(text, room, FONT * (1.06 if bold else 1)), "b" if bold else "", anchor)
        share = f" ({100 * value / max(self.bands.total, 1):.1f} %)"
        amount = f"{btc(value)} BTC"
        self._text(x, y + 10.5, amount + (share if room > LEFT else ""), "s", anchor)

    def _heading(self) -> None:
        way = "backward" if self.bands.backward else "forward"
        text = f"Flow of {btc(self.bands.total)} BTC, traced {way} by {self.bands.policy}"
        self._text(0, 14, text, "b", "start")
        tip = self.content["tip"]
        about = (
            f"{self.content['network']}, up to block {tip['height']:,}. A policy is a convention: the ledger "
        )
        self._text(0, 28, f"{about}does not say which coin is which.", "q", "start")

    def _dates(self, y: float) -> float:
        """Block times below the columns, as many as have room."""
        left, right = sorted((self._at(self.x[0]), self._at(self.x[-1])))
        self.parts.append(
            f'<path d="M{left:.2f} {y - 11:.2f}H{right:.2f}" stroke="{GREY}" stroke-width="0.6" fill="none"/>'
        )
        ends = [("where it came from" if self.bands.backward else "where it ended", self.x[-1])]
        ends.append(("asked about" if self.bands.backward else "sources", self.x[0]))
        head = self.top - 16
        for text, x in ends:
            anchor = "start" if (x == self.x[-1]) != self.bands.backward else "end"
            self._text(self._at(x), head, text, "s i", anchor)
        taken: list[float] = []
        for column, time in enumerate(self.bands.columns, 1):
            x = self._at(self.x[column])
            self.parts.append(
                f'<path d="M{x:.2f} {y - 11:.2f}V{y - 8:.2f}" stroke="{GREY}" stroke-width="0.6"/>'
            )
            if all(abs(x - other) >= DATE for other in taken):
                taken.append(x)
                self._text(x, y + 1, f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d}", "s", "middle")
        note = "block time (UTC); distances grow with time, not in proportion"
        self._text((left + right) / 2, y + 14, note, "s i", "middle")
        return y + 30

    def _table(self, y: float) -> float:
        """The transactions by their numbers."""
        if not self.bands.steps:
            return y
        heads = (
            ("no.", 20.0, "end"),
            ("block time (UTC)", 30.0, "start"),
            ("block", 178.0, "end"),
            ("BTC through it", 262.0, "end"),
            ("transaction", 274.0, "start"),
        )
        for text, x, anchor in heads:
            self._text(x, y, text, "s i", anchor)
        for step in self.bands.steps.values():
            y += ROW
            moment = f"{datetime.fromtimestamp(step.time, UTC):%Y-%m-%d %H:%M:%S}"
            cells = (f"{step.number}", moment, f"{step.height:,}", btc(step.taint), step.txid)
            for (_, x, anchor), text in zip(heads, cells, strict=True):
                self._text(x, y, text, "s", anchor)
        return y + ROW + 4

    def _foot(self, y: float) -> float:
        lines = wrapped(folded(self.bands), FOOT) if folded(self.bands) else []
        if self.alone:
            who = [
                f"{name}: {self.content[key]}"
                for name, key in (("Examiner", "examiner"), ("purpose", "purpose"), ("made", "made"))
                if self.content.get(key)
            ]
            lines += wrapped("; ".join(who), FOOT) if who else ["No examiner is named in the trace."]
            lines += [f"Snapshot {self.content['snapshot']}", f"Digest of the trace {self.content['digest']}"]
        for line in lines:
            self._text(0, y, line, "q", "start")
            y += ROW
        return y

    def _rect(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}"/>'
        )

    def _text(self, x: float, y: float, text: str, style: str, anchor: str, *, halo: bool = False) -> None:
        around = ' stroke="white" stroke-width="2.4" paint-order="stroke"' if halo else ""
        kind = f' class="{style}"' if style else ""
        self.parts.append(
            f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}"{kind}{around}>{escape(text)}</text>'
        )


def _told(key: Key) -> str:
    return quoteattr(" ".join(key))


def _colour(key: Key) -> str:
    if key[0] == "lane":
        return SERVICES if is_service(key[1]) else FEES if key[1] == "fees" else ENDED
    return BESIDE if key[0] == OTHERS else MOVING


def _coin(name: str) -> str:
    """A coin's name, short: the whole one is in the trace."""
    txid, colon, index = name.partition(":")
    return f"{txid[:6]}…{txid[-4:]}:{index}" if colon and len(txid) == 64 else name


def cut(text: str, room: float, size: float) -> str:
    """A text that fits into a width; what is left out is marked."""
    most = int(room / (size * LETTER))
    return text if len(text) <= most else f"{text[: max(most - 1, 1)].rstrip()}…"


def wrapped(text: str, most: int) -> list[str]:
    """A text in lines of at most so many letters, broken between words."""
    from textwrap import wrap

    return wrap(text, most)


__all__ = ["cut", "described", "folded", "sankey", "wrapped"]
