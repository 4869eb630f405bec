"""The columns of a statistic: which names are refused, and categories that are declared whole, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clew.errors import UsageError

TOTAL = "total"
"""Stands in a cell's categories for all of a column: the cell is a margin."""

MOST_COLUMNS = 12
LONGEST = 80

Categories = Mapping[str, Sequence[str]]
Part = tuple[tuple[str, str], ...]
"""Some categories of some columns, as pairs: a group of records, or a combination that cannot occur."""

_WORDS = """
    address account accounts alias aliases age ages avatar birthday birthdate birthplace born case cases
    contact defendant dob docket email emails employer face fingerprint forename given handle home id
    identity iban ip login mail mailbox maiden mobile name named names nick parent passport person
    persons phone photo picture pin postcode prisoner pseudonym school serial signature spouse ssn street
    suspect surname tel telephone txid url user username victim victims wallet website witness witnesses zip
"""
_STEMS = (
    "address",
    "birth",
    "email",
    "forename",
    "identi",
    "nickname",
    "passport",
    "password",
    "pseudonym",
    "surname",
    "telephone",
    "username",
    "victim",
    "이름",
    "성명",
    "주소",
    "생년",
    "생일",
    "별명",
    "계정",
    "이메일",
    "전자우편",
    "전화",
    "피해자",
    "나이",
    "연령",
    "주민",
    "사건번호",
    "여권",
)
_WITH_NATIONALITY = frozenset({"age", "ages", "sex", "gender", "profession", "occupation"})


def allowed_columns(names: Iterable[str]) -> tuple[str, ...]:
    """``names`` as they are, if none of them names persons. Raises UsageError at the first that does.

    Refused by name: names, aliases, accounts, addresses, birth and age, contacts, case numbers, victims and
    witnesses; and nationality beside sex or occupation. A name that passes may still hold what
    names somebody: categories are read by a person, and ``singling_out`` looks at the groups.
    """
    listed = tuple(names)
    refused = frozenset(_WORDS.split())
    words = {name: _words(name) for name in listed}
    for name, parts in words.items():
        found = next((part for part in parts if part in refused or part.startswith(_STEMS)), None)
        found = found or next((stem for stem in _STEMS if stem in "".join(parts)), None)
        if found:
            raise UsageError(
                f"column {name!r}: expected a column that names nobody, found {found!r} in its name; "
                "leave it out, or publish the group that it stands for"
            )
    if any({"nationality", "citizenship", "국적"} & set(parts) for parts in words.values()):
        beside = [name for name, parts in words.items() if _WITH_NATIONALITY & set(parts)]
        if beside:
            raise UsageError(
                f"column {beside[0]!r}: expected nothing personal beside nationality, found both; drop one"
            )
    return listed


def declared(columns: Categories) -> dict[str, tuple[str, ...]]:
    """The columns with their categories, checked.

    Raises UsageError for a refused name, a column without categories, a category twice, empty, longer than
    80 characters, or called ``total``.
    """
    if not columns or len(columns) > MOST_COLUMNS:
        raise UsageError(f"columns: expected 1 to {MOST_COLUMNS} of them, found {len(columns)}; drop some")
    allowed_columns(columns)
    checked = {}
    for name, categories in columns.items():
        listed = tuple(categories)
        for each in listed:
            if not each or each != each.strip() or len(each) > LONGEST or "\n" in each or each == TOTAL:
                raise UsageError(
                    f"column {name!r}: expected short categories other than {TOTAL!r}, found {each!r}; "
                    "rename it"
                )
        if not listed or len(set(listed)) != len(listed):
            raise UsageError(
                f"column {name!r}: expected each category once, found {len(listed)} with "
                f"{len(set(listed))} distinct; list each once"
            )
        checked[name] = listed
    return checked


def coded(records: Sequence[Mapping[str, str]], columns: Mapping[str, tuple[str, ...]]) -> NDArray[np.int64]:
    """Each record's categories as their positions, of shape (records, columns).

    Raises UsageError that names a record's number, counted from 1, and never what it holds.
    """
    positions = [{each: at for at, each in enumerate(categories)} for categories in columns.values()]
    codes = np.zeros((len(records), len(columns)), dtype=np.int64)
    for row, record in enumerate(records):
        for at, name in enumerate(columns):
            if name not in record:
                raise UsageError(f"record {row + 1}: expected the column {name!r}, found none; add it")
            code = positions[at].get(record[name], -1)
            if code < 0:
                raise UsageError(
                    f"record {row + 1}: expected a declared category of {name!r}, found another; correct the "
                    "record, or declare the category"
                )
            codes[row, at] = code
    return codes


def part(said: Mapping[str, str], columns: Mapping[str, tuple[str, ...]]) -> Part:
    """A combination of categories, by column name. Raises UsageError for one that is not declared."""
    for name, category in said.items():
        if category not in columns.get(name, ()):
            raise UsageError(
                f"combination: expected declared columns and categories, found {name!r}: {category!r}; "
                "correct it, or declare the category"
            )
    if not said:
        raise UsageError("combination: expected at least one column and its category, found none; add one")
    return tuple(sorted(said.items()))


def _words(name: str) -> list[str]:
    """The words of a column's name, in small letters; ``BirthDate`` and ``birth_date`` are two."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_\d]+", parted.lower()) if word]
