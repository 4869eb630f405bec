"""The public page in a real browser, judged by an accessibility checker, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.accessible import AXE, judged
from browser.chromium import browser, see
from report.published import published, register

PROGRAM = browser() or ""
pytestmark = [
    pytest.mark.skipif(
        not PROGRAM, reason="no browser (chromium) was found; sh tools/browser.sh installs one"
    ),
    pytest.mark.jit_only,
]
NEEDS_AXE = pytest.mark.skipif(
    not AXE.exists(), reason="no accessibility checker (axe-core) was found; sh tools/browser.sh installs it"
)
PAGES = ("index.html", "ko/index.html")
LOOKED_AT = {
    "color-contrast", "document-title", "html-has-lang", "html-lang-valid", "heading-order",
    "landmark-one-main", "link-name", "list", "region", "svg-img-alt", "valid-lang", "skip-link",
    "page-has-heading-one", "td-headers-attr", "scope-attr-valid", "aria-allowed-role", "target-size",
}  # fmt: skip
"""Rules that must have found something to look at, lest a page pass because nothing was checked."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("published")
    path, law = register(made)
    published(made / "out", path, law)
    return made / "out"


@NEEDS_AXE
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (640, False), (320, False)])
def test_the_checker_finds_nothing(folder: Path, tmp_path: Path, name: str, width: int, dark: bool) -> None:
    found = judged(PROGRAM, (folder / name).read_text("utf-8"), tmp_path, width, dark=dark)
    assert not found.violations
    # It cannot judge letters of a picture, which have the ink of the page, nor cells out of sight.
    unseen = "<text class=" if width == 1280 else ("<text class=", "<th ", "<td")
    assert not [each for each in found.unjudged if not _is_contrast_of(each, unseen)]
    if width >= 500:
        assert found.passes >= LOOKED_AT, sorted(LOOKED_AT - found.passes)
    else:
        assert {"color-contrast", "scrollable-region-focusable", "target-size"} <= found.passes
    assert found.overflow <= 0
    assert not found.beyond
    assert found.headings.count(1) == 1
    assert found.headings[0] == 1
    steps = zip(found.headings, found.headings[1:], strict=False)
    assert all(later <= earlier + 1 for earlier, later in steps)
    assert found.focus
    assert all(each not in (False, "none") for each in found.focus)


def _is_contrast_of(each: str, what: str | tuple[str, ...]) -> bool:
    rule, _, place = each.partition(": ")
    return rule == "color-contrast" and place[place.index(": <") + 2 :].startswith(what)


@NEEDS_AXE
@pytest.mark.parametrize(
    ("whole", "broken", "rule"),
    [
        ('<html lang="en">', "<html>", "html-has-lang"),
        ("--ink: #1b1b1b", "--ink: #b0b0b0", "color-contrast"),
        ('<main id="content" tabindex="-1">', '<div id="content">', "landmark-one-main"),
        ('<h2 id="law-title">', '<h5 id="law-title">', "heading-order"),
        ('tabindex="0" aria-label', "aria-label", "scrollable-region-focusable"),
        ('lang="ko"', 'lang="korean"', "valid-lang"),
        ('<a class="skip" href="#content">', '<a class="skip" href="#nowhere">', "skip-link"),
    ],
)
def test_the_checker_finds_what_is_broken(
    folder: Path, tmp_path: Path, whole: str, broken: str, rule: str
) -> None:
    text = (folder / "index.html").read_text("utf-8")
    assert whole in text
    width = 320 if rule == "scrollable-region-focusable" else 1280
    found = judged(PROGRAM, text.replace(whole, broken), tmp_path, width)
    assert [each for each in found.violations if each.startswith(rule)], found.violations


@NEEDS_AXE
def test_a_page_that_is_too_wide_is_found(folder: Path, tmp_path: Path) -> None:
    text = (folder / "index.html").read_text("utf-8")
    text = text.replace('<p class="lede">', '<p class="lede" style="width:30rem">')
    found = judged(PROGRAM, text, tmp_path, 320)
    assert found.overflow > 0
    assert found.beyond


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_for_and_nothing_is_complained_of(folder: Path, name: str) -> None:
    seen = see(PROGRAM, folder / name)
    assert not seen.asked
    assert not seen.console
    assert "</html>" in seen.dom


def test_what_is_asked_for_or_against_the_policy_is_seen(folder: Path, tmp_path: Path) -> None:
    text = (folder / "index.html").read_text("utf-8")
    page = tmp_path / "page.html"
    page.write_text(
        text.replace("<h1>", '<h1 style="color:red">').replace("</h1>", "<script>1</script></h1>")
    )
    assert len(see(PROGRAM, page).console) >= 2
    start = text.index("<meta http-equiv")
    text = text[:start] + text[text.index(">", start) + 1 :]
    page.write_text(text.replace("<h1>", '<img alt="" src="http://127.0.0.1:9/x.png"><h1>'), "utf-8")
    assert see(PROGRAM, page).asked == ("http://127.0.0.1:9/x.png",)
