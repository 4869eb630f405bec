"""A report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
from importlib.resources import files

from clew.report.document import Document


def html(document: Document) -> bytes:
    """The report as UTF-8 HTML, styled for the screen and for A4 paper."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["embedded"] = _embedded
    page = environment.from_string(files("clew.report").joinpath("report.html.j2").read_text("utf-8"))
    return page.render(report=document).encode("utf-8") + b"\n"


def _embedded(svg: str) -> str:
    """A picture as an address that carries the picture itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode('utf-8')).decode('ascii')}"
