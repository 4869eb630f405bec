"""How each answer is laid out for people, one function for each question."""

from __future__ import annotations

from clew.cli.pages.attribution import tags_list, tags_sources
from clew.cli.pages.cashout import cashout
from clew.cli.pages.chain import block, digest, status, tx
from clew.cli.pages.control import address, entities, entity
from clew.cli.pages.exposure import exposure
from clew.cli.pages.money import outflows, payments, proceeds
from clew.cli.pages.origins import origins
from clew.cli.pages.paths import paths
from clew.cli.pages.patterns import patterns
from clew.cli.pages.prices import prices_list, prices_show
from clew.cli.pages.requests import requests
from clew.cli.pages.trace import trace
from clew.cli.pages.watch import watch_test
from clew.cli.pages.why import bridges, explain, whatif

__all__ = [
    "address", "block", "bridges", "cashout", "digest", "entities", "entity", "explain", "exposure",
    "origins", "outflows", "paths", "patterns", "payments", "prices_list", "prices_show", "proceeds",
    "requests", "status", "tags_list", "tags_sources", "trace", "tx", "watch_test", "whatif",
]  # fmt: skip
