"""axe-core on a page in a real browser, and whether the page fits a narrow one.

The checker is put into a copy of the page from which the policy that forbids scripts is taken. Where the
page is to be narrower than a browser's window can be, the copy stands in a frame of that width.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from browser.chromium import Seen, see

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_RUN = """
<script>%s</script>
<script>
addEventListener("load", async () => {
  const told = {}, root = document.documentElement;
  try {
    const found = await axe.run(document, {runOnly: %s, resultTypes: ["violations", "incomplete", "passes"]});
    const short = each => each.map(one => ({id: one.id, impact: one.impact, help: one.help,
      nodes: one.nodes.map(node => node.target.join(" ") + ": " + node.html.slice(0, 120))}));
    told.violations = short(found.violations);
    told.incomplete = short(found.incomplete);
    told.passes = found.passes.map(one => one.id);
  } catch (error) { told.error = String(error); }
  told.width = [root.clientWidth, root.scrollWidth];
  told.beyond = [...document.querySelectorAll("body *")].filter(one => !one.closest(".scroll, svg")
    && one.getBoundingClientRect().right > root.clientWidth + 1).map(one => one.outerHTML.slice(0, 80));
  told.headings = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(one => Number(one.tagName[1]));
  told.focus = [...document.querySelectorAll("a,[tabindex]")].map(one => {
    one.focus(); return document.activeElement === one && getComputedStyle(one).outlineStyle; });
  const text = encodeURIComponent(JSON.stringify(told));
  if (window.top === window) {
    const place = document.createElement("pre"); place.id = "told"; place.textContent = text;
    document.body.append(place);
  } else parent.postMessage(text, "*");
});
</script>
"""
_FRAME = """<!doctype html><html lang="en"><title>frame</title><body style="margin:0">
<iframe title="page" style="width:%dpx;height:900px;border:0" srcdoc="%s"></iframe><pre id="told"></pre>
<script>
addEventListener("message", said => { document.getElementById("told").textContent = said.data; });
</script>
"""


@dataclass(frozen=True)
class Judged:
    """What came of one page at one width."""

    violations: tuple[str, ...]
    """A rule, its meaning, and where, in a line each."""
    unjudged: tuple[str, ...]
    """Rule and place of what the checker could not judge, each place for itself."""
    passes: frozenset[str]
    """Rules that were looked at and kept."""
    headings: tuple[int, ...]
    overflow: int
    """By how many pixels the page is wider than its window."""
    beyond: tuple[str, ...]
    """Elements that reach beyond the window."""
    focus: tuple[Any, ...]
    """For each thing that can have the focus, the style of its outline then; False where it got none."""


def judged(program: str, text: str, folder: Path, width: int, *, dark: bool = False) -> Judged:
    """Run the checker on a page's HTML in a window, or a frame, of ``width`` CSS pixels."""
    axe = AXE.read_text("utf-8")
    options = json.dumps({"type": "tag", "values": TAGS})
    copy = _POLICY.sub("", text).replace("</body>", _RUN.replace("%s", "\0") + "</body>")
    copy = copy.replace("\0", axe.replace("</script", "<\\/script"), 1).replace("\0", options, 1)
    if dark:
        copy = copy.replace("(prefers-color-scheme: dark)", "all")
    page = folder / f"page-{width}{'-dark' if dark else ''}.html"
    if width < 500:
        copy = _FRAME % (width, escape(copy, quote=True))
    page.write_text(copy, "utf-8")
    told = _told(see(program, page, f"--window-size={max(width, 500)},1000"))
    return Judged(
        violations=tuple(_said(each) for each in told["violations"]),
        unjudged=tuple(f"{each['id']}: {node}" for each in told["incomplete"] for node in each["nodes"]),
        passes=frozenset(told["passes"]),
        headings=tuple(told["headings"]),
        overflow=told["width"][1] - told["width"][0],
        beyond=tuple(told["beyond"]),
        focus=tuple(told["focus"]),
    )


def _told(seen: Seen) -> Any:
    told = seen.told("told")
    assert "error" not in told, told["error"]
    return told


def _said(each: dict[str, Any]) -> str:
    return f"{each['id']} ({each['impact']}): {each['help']}: {'; '.join(each['nodes'][:3])}"
