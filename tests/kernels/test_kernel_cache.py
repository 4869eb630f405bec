"""Machine code kept between runs: never stale, and never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import clew

SOURCE = Path(clew.__file__).parent
ASK = """
import numpy as np
from clew.kernels.hashes import new_work
from clew.kernels.scripts import classify
script = np.frombuffer(bytes([0x51, 32]) + bytes(32), np.uint8).copy()
print(classify(script, np.int64(0), np.int64(34), new_work(), np.zeros(48, np.uint8), np.int64(0))[0])
"""

pytestmark = pytest.mark.jit_only


def ask(root: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(root)}
    env.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run([sys.executable, "-c", ASK], env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_edit_of_another_file_is_seen(tmp_path: Path) -> None:
    copy = tmp_path / "clew"
    copy.mkdir()
    for name in ("__init__.py", "errors.py", "schema.py"):
        shutil.copy(SOURCE / name, copy)
    shutil.copytree(SOURCE / "kernels", copy / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    assert ask(tmp_path) == ask(tmp_path) == "8"
    schema = copy / "schema.py"
    # The codes of the script types are numbered in one place, and compiled into the kernels.
    schema.write_text(schema.read_text().replace(") = range(len(SCRIPT_TYPES))", ") = range(1, 13)"))
    assert ask(tmp_path) == "9"


def test_without_a_place_to_keep_it_kernels_are_compiled_anew() -> None:
    # As where neither the package's folder nor a home can be written.
    nowhere = "import numba.core.caching as caching; caching.CacheImpl._locator_classes = []\n"
    env = {**os.environ, "PYTHONPATH": str(SOURCE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", nowhere + ASK], env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "8"
