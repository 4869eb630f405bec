"""Whether sentences name a person: rules for running text, where names stand among other words.

No rule knows all names: a lone surname in Latin letters without a title is not found, and what passes still
has to be read by somebody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from clew.written import names
from clew.written.korean import holds_titled_name, is_name, is_name_apart
from clew.written.persons import form_of_a_name, holds_account, in_text, is_surname_first

_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_HANGUL = re.compile(r"[가-힣]+")
_TITLED_LATIN = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mister|Dr|Herr|Frau|Monsieur|Madam)\.? +[A-ZÀ-Þ]")
_OFFICE_AND_SURNAME = re.compile(
    r"\b(?:prosecutor|judge|officer|detective|inspector|agent|attorney|lawyer|analyst) +([a-z]+)\b",
    re.IGNORECASE,
)
_HANGUL_AND_OFFICE = re.compile(
    r"(?<![가-힣])([가-힣]|[가-힣] (?<![이한전현주] ))(?:검사|판사|변호사|수사관|경위|경감|형사)(?![가-힣])"
)
_SURNAME_FIRST = re.compile(r"\b([A-ZÀ-Þ][A-ZÀ-Þ'-]+), [A-ZÀ-Þ][a-zß-ÿ]{2,}(?:-[a-zß-ÿ]+)?\b")
_MOST = 3
_LONG_SURNAME = 5
"""From here on, capitals before a comma are rather a surname than an abbreviation."""

_SURNAMES = """
kim lee park choi jung jeong kang cho yoon jang lim shin seo kwon hwang ahn song hong jeon
"""

_LAW = """
act acts amendment annex appeal appeals appellate april art article articles assembly august authority
bar bars book bureau case cases central chapter charge charges circuit civil code commission
commonwealth conduct constitution convention council count counts court courts crime crimes criminal
crown customs december department deputy direct director district division embassy england federal
february felony first foreign general government grand ground grounds high home house indictment
interpol january judge judges judgment judicial july june jury justice korea korean law laws legal
limitation london magistrate magistrates march may memory minister ministry national no northern
november october office offence offences offense offenses order panel paragraph part parliament penal
police prison proceeding proceedings proceeds prosecution prosecutor prosecutors protocol public
regulation regulations republic request rule rules schedule second secretary section seoul september
sentence service session sex south special state states statute statutes sub supreme table territory the
third time title treaty tribunal united victim virginia wales washington western westminster youth
"""

GIVEN = names.GIVEN - {"frank", "jack", "jan", "mark", "victor"}
"""Given names that are no English words."""

COMMON_SURNAMES = frozenset(_SURNAMES.split())
"""Korean surnames in Latin letters that are no English words, or seldom ones."""

WORDS_OF_LAW = frozenset(_LAW.split())
"""Words of law and its offices: names are looked for among the words between them."""

_ROMANISED = re.compile(
    r"(?i)(?:[gkdtbpjhsmnryw]|ch|ss|kk|tt|pp|jj)?(?:yeo|yae|wae|woo|yoo|eo|eu|ae|ya|yo|yu|ye|wa|wo|wi|ui|oe|oo|ee|"
    r"[aeiou])(?:ng|[nmlkptbgr])?"
)


def why_named(text: str) -> str | None:
    """Why a text seems to name a person or to lead to one; None where no rule finds a name.

    The words found are not repeated, so that a message carries no name further.
    """
    # Signs without a form, as the soft hyphen, part a name for a rule and not for a reader.
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return next(_reasons(seen), None)


def quoted(value: object) -> str:
    """A value in quotes for a message; a text that seems to name somebody is not repeated."""
    if isinstance(value, str) and (why_named(value) or names_in_slug(value)):
        return "a text that may name somebody"
    return repr(value)


def names_in_slug(text: str) -> bool:
    """Whether a name of small letters and hyphens is made of a person's name, as in given-surname."""
    parts = [part for part in re.split(r"[\W_\d]+", text.casefold()) if part]
    if len(parts) < 2 or not re.fullmatch(r"[a-z0-9._-]+", text.casefold()):
        return False
    if any(part in GIVEN for part in parts if part not in WORDS_OF_LAW):
        return True
    rest = [part for part in parts if part not in WORDS_OF_LAW]
    return len(rest) >= 2 and any(
        _is_korean(rest[start : start + size])
        for size in (2, 3)
        for start in range(len(rest) - size + 1)
    )  # fmt: skip


def _reasons(text: str) -> Iterator[str]:
    for said in in_text(text, "text"):
        yield f"holds {said.rpartition(' holds ')[2]}"
    if holds_account(text):
        yield "holds the name of an account"
    if _TITLED_LATIN.search(text) or holds_titled_name(text):
        yield "has a title of persons before or after a word"
    if _has_office_and_surname(text):
        yield "has an office and a surname"
    if is_surname_first(text) or any(_is_surname(found[1]) for found in _SURNAME_FIRST.finditer(text)):
        yield "has words formed like a surname and given names"
    words = [found.group().rstrip(".,;:'’") for found in _WORD.finditer(text)]
    for size in range(2, _MOST + 1):
        for start in range(len(words) - size + 1):
            reason = _of_window(words[start : start + size])
            if reason:
                yield reason
    if any(_is_name_with_hyphens(word.casefold()) for word in words):
        yield "has a word made of a person's name"
    if any(is_name(found.group()) for found in _HANGUL.finditer(text)):
        yield "has a word formed like a Korean name"


def _has_office_and_surname(text: str) -> bool:
    latin = (found[1].casefold() for found in _OFFICE_AND_SURNAME.finditer(text))
    hangul = (found[1].strip() for found in _HANGUL_AND_OFFICE.finditer(text))
    return any(word in COMMON_SURNAMES | GIVEN for word in latin) or any(
        word in names.KOREAN for word in hangul
    )


def _is_name_with_hyphens(word: str) -> bool:
    """A word of a surname and given names, as in a handle."""
    parts = word.split("-")
    if len(parts) < 2 or not all(parts):
        return False
    if len(parts) == 2 and any(part in GIVEN for part in parts):
        return True
    return any(part in COMMON_SURNAMES for part in (parts[0], parts[-1])) and _is_korean(parts)


def _of_window(words: list[str]) -> str | None:
    """Two or three words side by side: a given name and a surname, or a Korean name in Latin letters."""
    if len(words) == 2 and is_name_apart(*words):
        return "has words formed like a Korean name"
    small = [word.casefold() for word in words]
    if not WORDS_OF_LAW.isdisjoint(small):
        return None
    if all(word[0].isupper() for word in words) and (_is_korean(small) or _is_initial_and_surname(words)):
        return "has words formed like a Korean name"
    if len(words) == 2 and any("-" in word for word in words) and _is_korean(small):
        # In small letters, as in a handle: only surnames that are no English words.
        return None if COMMON_SURNAMES.isdisjoint(small) else "has words formed like a Korean name"
    reason = form_of_a_name(" ".join(words))
    if reason is None or reason.endswith("Korean name"):
        return None
    return reason.replace("is formed", "has words formed")


def _is_korean(small: list[str]) -> bool:
    """A Korean surname first or last, and one or two syllables as Korean given names have them."""
    for surname, given in ((small[0], small[1:]), (small[-1], small[:-1])):
        syllables = [part for word in given for part in word.split("-")]
        if surname in names.KOREAN_IN_LATIN and _are_syllables(syllables):
            return True
    return False


def _is_surname(capitals: str) -> bool:
    return len(capitals) >= _LONG_SURNAME or capitals.casefold() in names.KOREAN_IN_LATIN


def _is_initial_and_surname(words: list[str]) -> bool:
    return (
        len(words) == 2
        and any(len(word) == 1 for word in words)
        and any(word.casefold() in COMMON_SURNAMES for word in words)
    )


def _are_syllables(parts: list[str]) -> bool:
    if len(parts) == 1:
        return any(
            _ROMANISED.fullmatch(parts[0][:cut]) and _ROMANISED.fullmatch(parts[0][cut:])
            for cut in range(2, len(parts[0]) - 1)
        )
    return len(parts) == 2 and all(len(part) > 1 and _ROMANISED.fullmatch(part) for part in parts)
