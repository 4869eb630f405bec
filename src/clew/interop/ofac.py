"""The list of Specially Designated Nationals of the US Treasury (OFAC): the addresses in it.

Read in three forms: a JSON list of addresses, as mirrors of the list publish it for one currency; and the
Treasury's own ``sdn.csv`` and ``sdnlist.txt``, in whose remarks addresses stand behind ``Digital Currency
Address`` and the code of a currency.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from clew.interop.lines import bad_text
from clew.interop.subjects import Subjects
from clew.interop.tagrows import TagRows
from clew.interop.values import Findings
from clew.reference.tags import BAD_ROW, Pack

OFAC = "ofac"

LABEL = "on the OFAC list of Specially Designated Nationals"
STATED: dict[str, Any] = {
    "label": LABEL,
    "source": "U.S. Department of the Treasury, OFAC, list of Specially Designated Nationals",
    "abuse": "sanction",
    "confidence": "authority_data",
}
"""What holds for every address of the list. It names no actor: the list of bare addresses does not."""

_NAMED = re.compile(r"(?:^|[^a-z])(?:ofac|sdn)", re.IGNORECASE)
_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_IN_REMARKS = re.compile(r"Digital\s+Currency\s+Address\s+-\s+([A-Z0-9]{2,8})\s+([0-9A-Za-z:]{20,120})")
_SDN_COLUMNS = 12
_NAME, _PROGRAM = 1, 3


def is_list(file: str, constants: Mapping[str, Any]) -> bool:
    """Whether a JSON list of addresses is OFAC's, by the file's name, or what is said of it."""
    return bool(_NAMED.search(file)) and not {"label", "source"} <= constants.keys()


def is_sdn(text: str) -> bool:
    """Whether a text is ``sdn.csv`` or ``sdnlist.txt``."""
    return bool(_IN_REMARKS.search(text))


def read_json(text: str, file: str, digest: str, subjects: Subjects, constants: Mapping[str, Any]) -> Pack:
    """The addresses of a JSON list. ``constants``: checked values of fields, which come before OFAC's.

    Raises BadTextError where it is something else, or nothing says whose list it is.
    """
    try:
        listed = json.loads(text)
    except json.JSONDecodeError as error:
        raise bad_text(error.lineno, f"not readable as JSON: {error.msg}") from None
    except RecursionError:
        raise bad_text(1, "not readable as JSON: nested too deeply") from None
    if not isinstance(listed, list):
        raise bad_text(1, "expected a JSON list of addresses, found something else")
    stated = _stated(file) if is_list(file, constants) else {}
    missing = [name for name in ("label", "source") if name not in {*stated, *constants}]
    if missing:
        raise bad_text(
            1, f"a list of addresses says no {missing[0]}; give --set label=TEXT and --set source=TEXT"
        )
    findings = Findings(file)
    rows = TagRows(subjects, findings)
    for line, item in zip(_lines(text, listed), listed, strict=True):
        if isinstance(item, str):
            rows.add(line, item.strip(), {**stated, **constants})
        else:
            findings.add(line, BAD_ROW, f"expected an address, found {type(item).__name__}")
    return _pack(file, digest, OFAC if stated else "list", rows, findings, stated)


def _lines(text: str, listed: list[Any]) -> list[int]:
    """The line on which each item of a JSON list stands."""
    lines, at, line = [], 0, 1
    for item in listed:
        place = text.find(json.dumps(item), at)
        if place < 0:
            place = text.find(json.dumps(item, ensure_ascii=False), at)
        if place >= 0:
            line += text.count("\n", at, place)
            at = place
        lines.append(line)
    return lines


def read_sdn(text: str, file: str, digest: str, subjects: Subjects, constants: Mapping[str, Any]) -> Pack:
    """The addresses in the remarks of ``sdn.csv`` or ``sdnlist.txt``; the former names their owners."""
    findings = Findings(file)
    rows = TagRows(subjects, findings)
    stated = _stated(file)
    reader = csv.reader(StringIO(text, newline=""))
    whole = [(reader.line_num, row) for row in reader]
    if all(len(row) == _SDN_COLUMNS for _, row in whole if len(row) > 1):
        for line, row in whole:
            named = (
                {"label": row[_NAME].strip(), "context": f"program: {row[_PROGRAM].strip()}"}
                if row[1:]
                else {}
            )
            for currency, address in _IN_REMARKS.findall(" ".join(row)):
                rows.add(line, address, {**stated, **named, **constants, "currency": currency})
    else:
        for found in _IN_REMARKS.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            rows.add(line, found[2], {**stated, **constants, "currency": found[1]})
    return _pack(file, digest, OFAC, rows, findings, stated)


def _stated(file: str) -> dict[str, Any]:
    day = _DAY.search(file)
    return STATED | ({"lastmod": day[0]} if day else {})


def _pack(
    file: str, digest: str, form: str, rows: TagRows, findings: Findings, stated: Mapping[str, Any]
) -> Pack:
    title = "OFAC list of Specially Designated Nationals" if stated else None
    creator = "U.S. Department of the Treasury" if stated else None
    return Pack(
        file, digest, form, title, creator, tags=tuple(rows.tags), other_networks=dict(rows.other_networks),
        findings=tuple(findings.listed),
    )  # fmt: skip


__all__ = ["LABEL", "OFAC", "STATED", "is_list", "is_sdn", "read_json", "read_sdn"]
