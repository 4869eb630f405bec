"""A real browser without a window: what it makes of a page, what it asks for, what it complains of."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-default-apps", "--no-default-browser-check", "--metrics-recording-only",
    "--disable-dev-shm-usage", "--disable-features=Translate,OptimizationHints,MediaRouter",
    # The browser asks its maker for news of its own accord: no name leads anywhere here.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_PATIENCE = 120
_CONSOLE = re.compile(r"CONSOLE[:(]\d+\)?\] (.*)")

Json = Any


def browser() -> str | None:
    """The program, or None where no browser is installed. ``CLEW_BROWSER`` names another."""
    named = os.environ.get("CLEW_BROWSER")
    return named or next((found for each in NAMES if (found := shutil.which(each))), None)


@dataclass(frozen=True)
class Seen:
    """What a page came to."""

    dom: str
    """The document as HTML once nothing more happens in it."""
    console: tuple[str, ...]
    """Messages on the console."""
    asked: tuple[str, ...]
    """Addresses other than files that the page asked for."""

    def told(self, name: str) -> Json:
        """What a script of the page left in an element of this id, by ``encodeURIComponent`` of JSON."""
        found = re.search(rf'id="{name}"[^>]*>([^<]*)<', self.dom)
        assert found, f"the page told no {name}: {self.console[:3]}"
        return json.loads(unquote(html.unescape(found[1])))


def see(program: str, page: Path, *flags: str) -> Seen:
    """Open a file in a new browser with nothing in its profile."""
    with tempfile.TemporaryDirectory(prefix="browser", ignore_cleanup_errors=True) as profile:
        log = Path(profile) / "net.json"
        ran = subprocess.run(
            [program, *FLAGS, f"--user-data-dir={profile}/profile", f"--log-net-log={log}",
             "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom", *flags, page.as_uri()],
            capture_output=True, text=True, timeout=_PATIENCE, check=False, encoding="utf-8",
        )  # fmt: skip
        assert ran.stdout.strip(), f"the browser gave no page: {ran.stderr[-500:]}"
        return Seen(ran.stdout, tuple(_CONSOLE.findall(ran.stderr)), tuple(_asked(log)))


def picture(program: str, page: Path, to: Path, width: int, height: int) -> None:
    """Write what a page looks like, as PNG."""
    with tempfile.TemporaryDirectory(prefix="browser", ignore_cleanup_errors=True) as profile:
        subprocess.run(
            [program, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}",
             f"--screenshot={to}", page.as_uri()],
            capture_output=True, timeout=_PATIENCE, check=True,
        )  # fmt: skip


def _asked(log: Path) -> list[str]:
    """Addresses that pages asked for; what the browser asks for itself has no origin.

    The log may be cut off where the browser was ended.
    """
    found = set()
    for line in log.read_text("utf-8", "replace").splitlines():
        if "initiator" not in line:
            continue
        said = json.loads(line.rstrip().rstrip(",").removesuffix("]}"))["params"]
        if said["initiator"] != "not an origin" and not said["url"].startswith(("file:", "data:")):
            found.add(said["url"])
    return sorted(found)
