"""What is never said, as data: patterns in English and Korean, and why each is not ours to say.

A sentence that says that something is never said is no fault. What a court decided may be told in the court's
words (convicted, acquitted); what is told of anybody's future, guilt or knowledge may not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

GUILT = "Guilt is for a court to find."
SENTENCE = "No sentence is foretold; a maximum is a maximum."
DISCRETION = "How a discretion will be exercised is for those who have it."
SAMENESS = "Whether two offences or acts are the same is for a court to compare."
OUTCOME = "No outcome is foretold."
JEOPARDY = "Double jeopardy is flagged, never decided here."
CALL = "What ought to be done to a person is not ours to say."


@dataclass(frozen=True)
class Wording:
    """A way of saying what is never said."""

    pattern: str
    """A regular expression; case does not matter, and every space stands for any white space."""
    language: Literal["en", "ko"]
    why: str
    example: str
    """Something that it finds."""

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, ready to search with."""
        return re.compile(self.pattern.replace(" ", r"\s+"), re.IGNORECASE)


@dataclass(frozen=True)
class Saying:
    """Something said that is never said."""

    text: str
    sentence: str
    why: str


_TERM = r"(sentences?|terms?|punishments?|penalt(y|ies)|outcomes?|verdicts?)"
_FORETOLD = r"(likely|expected|probable|predicted|foreseeable|realistic|anticipated)"
_DONE = r"(extradited|surrendered|convicted|acquitted|sentenced|punished|imprisoned|refused|granted|released)"

NEVER_SAID: tuple[Wording, ...] = (
    Wording(r"\bguilt(y|s|iness)?\b", "en", GUILT, "The operator is guilty."),
    Wording(r"\b(innocent|innocence)\b", "en", GUILT, "The payer is innocent."),
    Wording(r"\b(perpetrators?|culprits?|wrongdoers?)\b", "en", GUILT, "The perpetrator moved the coins."),
    Wording(
        r"\b(he|she|they|who|operator|person|payer|member|nominee)"
        r" (knew|must have known|intended|meant) (that|of|to)\b",
        "en",
        GUILT,
        "The operator must have known that it was.",
    ),
    Wording(
        rf"\b{_FORETOLD} ((maximum|prison|total) )?{_TERM}\b",
        "en",
        SENTENCE,
        "The likely sentence is five years.",
    ),
    Wording(rf"\b{_TERM} (is|are) {_FORETOLD}\b", "en", SENTENCE, "A sentence is expected."),
    Wording(
        r"\bfac(e|es|ed|ing) (up to )?(\d+|life|[a-z]+teen|[a-z]+ty)\b",
        "en",
        SENTENCE,
        "The operator faces 60 years.",
    ),
    Wording(
        r"\b(will|would|is going to|are going to|is set to) (probably |surely |likely |not )?(be|get) "
        + _DONE,
        "en",
        OUTCOME,
        "The person will be extradited.",
    ),
    Wording(
        r"\blikely (to|that) (be |the )?\w*"
        r"(extradit|refus|grant|convict|acquit|sentenc|appl|bar|succeed|fail|court|minister)",
        "en",
        OUTCOME,
        "The request is likely to be refused.",
    ),
    Wording(
        r"\b(court|judge|minister|secretary|ministry|prosecut(or|ion))"
        r" (will|would|is going to|is likely to|can be expected to)"
        r" (probably |surely )?(refus|grant|decide for|exercis|allow|deny|order|extradit|surrender)\w*",
        "en",
        DISCRETION,
        "The court will refuse it.",
    ),
    Wording(
        r"\b(probability|likelihood|chances?|odds|prospects?) of (a |an |the )?"
        r"(conviction|extradition|refusal|acquittal|sentence|surrender|success|bar)\b",
        "en",
        OUTCOME,
        "The chance of extradition is small.",
    ),
    Wording(
        r"\b(same|identical) (offen[cs]es?|crimes?|criminal conduct|criminal acts?)\b",
        "en",
        SAMENESS,
        "The counts are the same offence.",
    ),
    Wording(
        r"\b(offen[cs]es|counts|charges|crimes|acts|conduct)"
        r" (is|are) (the same|identical|one and the same)\b",
        "en",
        SAMENESS,
        "These counts are identical.",
    ),
    Wording(
        r"\bdouble jeopardy (bars|forbids|prevents|prohibits|excludes|does not bar|does not prevent)\b",
        "en",
        JEOPARDY,
        "Double jeopardy bars the six counts.",
    ),
    Wording(
        r"\bbarred (by|for) double jeopardy\b", "en", JEOPARDY, "The counts are barred by double jeopardy."
    ),
    Wording(
        r"\b(should|ought to|must|deserves? to) be"
        r" (extradited|convicted|punished|sentenced|imprisoned|acquitted)\b",
        "en",
        CALL,
        "The operator should be punished.",
    ),
    Wording(r"유죄(가|이|임|다|라|로 (보|판단될|인정될))", "ko", GUILT, "운영자는 유죄이다."),
    Wording(r"무죄(가|이|임|다|라|로 (보|판단될|인정될))", "ko", GUILT, "회원은 무죄이다."),
    Wording(r"(진범|범인(이다|임|입니다|으로 보))", "ko", GUILT, "운영자가 진범이다."),
    Wording(
        r"(예상|예측|유력|추정)(되는|한|된)? ?(형량|선고|처벌|판결|결과)",
        "ko",
        SENTENCE,
        "예상 형량은 5년이다.",
    ),
    Wording(r"(형량|선고|처벌|판결|결과)(이|가|은|는)? (예상|예측|유력)", "ko", SENTENCE, "형량이 예상된다."),
    Wording(
        r"(선고|처벌|인도|송환|석방|구속|기소|거절|허가)(될|받을|할|당할)( ?(것|전망|가능성|공산|예정))",
        "ko",
        OUTCOME,
        "미국으로 인도될 것이다.",
    ),
    Wording(
        r"(인도|거절|유죄|선고|처벌)(이|가|는|은)? (확실|유력|확정적)", "ko", OUTCOME, "인도가 확실하다."
    ),
    Wording(
        r"재량(을|이) ?(행사할|행사될|인정될) (것|전망|가능성)", "ko", DISCRETION, "재량을 행사할 것이다."
    ),
    Wording(
        r"(같은|동일한|동일) ?(범죄|범행|죄)(다|이|로|임|에|가|\b)",
        "ko",
        SAMENESS,
        "두 공소사실은 동일한 범죄이다.",
    ),
    Wording(
        r"(일사부재리|이중처벌)(로|에 따라|이므로|에 의해) ?(금지|인도|처벌|불가)",
        "ko",
        JEOPARDY,
        "이중처벌에 따라 금지된다.",
    ),
    Wording(
        r"(처벌|인도|송환|구속)(되어야|받아야|해야) (한다|마땅|합니다)",
        "ko",
        CALL,
        "미국으로 송환되어야 한다.",
    ),
)
"""Every way of saying what is never said that is searched for; no list has all of them."""

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n\s*\n|\n(?=\s*[-*|#])")
_OF_ITSELF = re.compile(
    r"never\s+(said|says?|claim(s|ed)?|foretold|decided)|(is|are)\s+not\s+said|does\s+not\s+say|do\s+not\s+say|"
    r"says\s+(nothing|neither)|no(thing)?\s+(\w+\s+){0,3}says?\b|not\s+ours\s+to\s+say|말하지\s*않|뜻하지\s*않|의미하지\s*않",
    re.IGNORECASE,
)
"""A sentence about what is not said."""


_PRESUMED = re.compile(
    r"presumed\s+innocent|presumption\s+of\s+innocence|무죄로\s*추정|무죄\s*추정", re.IGNORECASE
)


def faults_of(text: str) -> list[Saying]:
    """Everything in a text that is never said, in the order of the text; none for a text that keeps to it."""
    found = []
    for sentence in _SENTENCE.split(text):
        if _OF_ITSELF.search(sentence):
            continue
        # The presumption is the law's own word, and says the contrary of a finding.
        sentence = _PRESUMED.sub("", sentence)
        for wording in NEVER_SAID:
            for hit in wording.compiled.finditer(sentence):
                found.append(Saying(hit.group(), " ".join(sentence.split()), wording.why))
    return found


__all__ = ["NEVER_SAID", "Saying", "Wording", "faults_of"]
