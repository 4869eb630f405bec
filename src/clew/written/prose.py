"""Whether sentences name a person: rules for running text, where names stand among other words.

No rule knows all names. A Korean name of two syllables that stands alone is not found, since half of the
language looks like it; nor is a lone surname in Latin letters without a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clew.written import names
from clew.written.persons import form_of_a_name, holds_account, in_text, is_surname_first

_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_HANGUL = re.compile(r"[가-힣]+")
_TITLED_LATIN = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mister|Dr|Herr|Frau|Monsieur|Madam)\.? +[A-ZÀ-Þ]")
_TITLED_HANGUL = re.compile(r"(?<![가-힣])([가-힣]{2,4}) ?(?:씨|님|군|양)(?![가-힣])")
_SURNAME_FIRST = re.compile(r"\b([A-ZÀ-Þ][A-ZÀ-Þ'-]+), [A-ZÀ-Þ][a-zß-ÿ]{2,}(?:-[a-zß-ÿ]+)?\b")
_MOST = 3
_LONG_SURNAME = 5
"""From here on, capitals before a comma are rather a surname than an abbreviation."""

_COMMON_SURNAMES = frozenset(
    "kim lee park choi jung jeong kang cho yoon jang lim shin seo kwon hwang ahn song hong jeon".split()
)
"""Korean surnames in Latin letters that are no English words, or seldom ones."""

_WORDS_OF_LAW = frozenset(
    """
    act acts amendment annex appeal appeals appellate april art article articles assembly august authority
    bar bars book bureau case cases central chapter charge charges circuit civil code commission commonwealth
    conduct constitution convention council count counts court courts crime crimes criminal crown customs
    december department deputy direct director district division embassy england federal february felony
    first foreign general government grand ground grounds high home house indictment interpol january judge
    judges judgment judicial july june jury justice korea korean law laws legal limitation london magistrate
    magistrates march may memory minister ministry national no northern november october office offence
    offences offense offenses order panel paragraph part parliament penal police prison proceeding proceedings
    proceeds prosecution prosecutor prosecutors protocol public regulation regulations republic request rule
    rules schedule second secretary section seoul september sentence service session sex south special state
    states statute statutes sub supreme table territory the third time title treaty tribunal united victim
    virginia wales washington western westminster youth
    """.split()
)
"""Words of law and its offices: names are looked for among the words between them."""

_GIVEN_SYLLABLES = frozenset(
    "강건경광규근길남다덕동두라란래련록리린림만명미민배범병보복봉빈빛서석선섭성소솔송수숙순승슬식"
    "신아안애연열영예옥완용우욱운웅원유윤은율이익인일재정조종주준중지진찬채천철초춘충태택필하학한해향헌"
    "혁현형혜호홍환효훈휘희나기도시상화창"
)
"""Syllables that Korean given names are commonly made of."""

_ENDS_OF_WORDS = frozenset("은이도만인일나하한해지시라중용형기명서식율성화주상창선리원안정")
"""Of these, those that many other words end in: there the given name must be a common one."""

_COMMON_GIVEN = frozenset(
    """
    가은 고은 다은 도은 동은 명은 미은 민은 서은 성은 세은 소은 시은 영은 예은 정은 주은 지은 채은 태은 하은 혜은 희은
    가이 다이 나이 소이 유이 조이 은이 준이 상도 기만 종만 영만 동만 용만 재만 병만 다인 서인 세인 수인 예인 유인 재인
    정인 종인 지인 채인 태인 하인 해인 혜인 동일 상일 성일 영일 용일 재일 종일 준일 진일 태일 현일 가나 다나 리나 미나
    보나 세나 안나 예나 유나 지나 하나 한나 해나 도하 동하 민하 서하 성하 세하 수하 승하 시하 영하 윤하 은하 재하 정하
    주하 준하 지하 진하 태하 동한 승한 요한 정한 종한 주한 지한 태한 지해 은해 성해 다해 가지 민지 서지 세지 수지 연지
    영지 예지 윤지 은지 정지 현지 혜지 동시 지시 소라 아라 유라 보라 미라 세라 하라 현중 재중 하중 광용 기용 동용 성용
    수용 영용 용용 재용 정용 종용 주용 준용 지용 진용 태용 현용 준형 재형 도형 동형 민형 상형 성형 세형 수형 시형 우형
    윤형 은형 인형 정형 종형 지형 진형 태형 현형 경기 명기 민기 병기 봉기 상기 석기 성기 승기 영기 용기 완기 원기 윤기
    은기 인기 재기 정기 종기 준기 진기 창기 춘기 태기 현기 홍기 훈기 희명 동명 재명 지명 진명 창명 태명 경서 민서 연서
    영서 예서 윤서 은서 정서 준서 지서 진서 현서 형서 효서 경식 광식 규식 동식 명식 민식 병식 봉식 상식 성식 영식 용식
    우식 윤식 인식 재식 정식 종식 준식 진식 창식 춘식 태식 현식 홍식 희식 가율 다율 서율 소율 은율 지율 하율 한율 건성
    경성 기성 대성 동성 민성 보성 수성 영성 용성 우성 유성 윤성 은성 인성 재성 정성 종성 준성 지성 진성 태성 현성 효성
    희성 경화 근화 금화 명화 미화 민화 선화 성화 수화 순화 연화 영화 옥화 용화 윤화 은화 인화 재화 정화 종화 지화 진화
    춘화 태화 향화 현화 형화 희화 경주 광주 기주 동주 명주 미주 민주 병주 상주 선주 성주 세주 수주 승주 시주 연주 영주
    예주 용주 우주 윤주 은주 인주 재주 정주 종주 진주 태주 하주 현주 형주 혜주 효주 희주 경상 기상 동상 문상 민상 성상
    영상 용상 우상 재상 정상 종상 준상 지상 진상 태상 현상 경선 광선 기선 명선 미선 민선 보선 수선 순선 연선 영선 예선
    옥선 용선 우선 유선 윤선 은선 인선 재선 정선 종선 지선 진선 태선 현선 형선 혜선 효선 희선 경원 광원 규원 기원 다원
    도원 동원 명원 문원 미원 민원 병원 상원 서원 석원 선원 성원 세원 소원 수원 순원 승원 시원 연원 영원 예원 용원 우원
    유원 윤원 은원 인원 재원 정원 종원 주원 준원 지원 진원 찬원 창원 채원 철원 태원 하원 학원 한원 현원 형원 혜원 호원
    효원 희원 지안 도안 이안 수안 시안 유안 재안 태안 하안 가정 경정 다정 명정 문정 미정 민정 보정 서정 선정 성정 세정
    소정 수정 순정 승정 아정 애정 연정 영정 예정 옥정 우정 유정 윤정 은정 인정 재정 주정 지정 진정 태정 현정 혜정 호정
    효정 희정 아리 유리 나리 미리 초리 혜리 두리 소리 예리
    """.split()
) - frozenset(
    """
    가나 가정 가지 경기 경상 광주 기만 기상 기선 기성 기원 나리 나이 다이 동상 동시 동원 동일 미리 민원 민주 병원 상도
    상식 상주 성형 소리 소원 소이 수하 순화 영상 영원 예선 예정 용기 우선 우상 유선 유성 유인 은하 이안 인기 인선 인식
    인원 인정 재일 재정 재주 정기 정식 정상 정서 정선 정성 정원 정지 정한 정형 정화 조이 종식 종일 주정 준이 지나 지명
    지상 지서 지시 지정 지하 지형 진상 진정 진주 진화 철원 태안 특수 하나 하인 하중 학원 한나 현상 현주 현지
    """.split()
)
"""Given names of two syllables that end so, without those that are ordinary words as well."""

_PARTICLES = (
    "으로부터", "에게서", "이라는", "으로서", "이라고", "에게", "께서", "으로", "에서", "부터", "까지", "이라", "라는",
    "처럼", "보다", "은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도", "만", "로", "씨", "님", "군", "양",
)  # fmt: skip

_ORDINARY = frozenset(
    """
    고소인 고정은 공유자 기다린 기다림 기소유 기준일 남도록 도우미 도주한 배우자 변호인 성보호 소리나 소유자 소지한 손상일
    신청인 양도인 양수인 오도록 오리진 용의자 원주민 유지한 이동은 이동한 이동형 이상일 이용자 인경우 정보나 정수형 정지한
    조지아 주도록 주소록 하도록 한국인
    """.split()
)
"""Ordinary words that are formed like a name."""

_ORDINARY_BEGINNINGS = (
    "구성", "금지", "변수", "서명", "설명", "설정", "유효", "인도", "정규", "지시", "지정", "표시", "표현", "한한", "함수",
    "현지화",
)  # fmt: skip
"""Beginnings of ordinary words that are seldom those of a name."""

_SURNAMES_APART = frozenset("김박최강윤장임오서신권황송류홍문손백허남심노곽")
"""Surnames that are no words of their own, so that they are known where they stand apart."""

_ROMANISED = re.compile(
    r"(?i)(?:[gkdtbpjhsmnryw]|ch|ss|kk|tt|pp|jj)?(?:yeo|yae|wae|woo|yoo|eo|eu|ae|ya|yo|yu|ye|wa|wo|wi|ui|oe|oo|ee|"
    r"[aeiou])(?:ng|[nmlkptbgr])?"
)


def why_named(text: str) -> str | None:
    """Why a text seems to name a person or to lead to one; None where no rule finds a name.

    The words found are not repeated, so that a message carries no name further.
    """
    return next(_reasons(text), None)


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
    if any(part in names.GIVEN for part in parts if part not in _WORDS_OF_LAW):
        return True
    rest = [part for part in parts if part not in _WORDS_OF_LAW]
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
    if _TITLED_LATIN.search(text) or _is_titled_in_hangul(text):
        yield "has a title of persons before or after a word"
    if is_surname_first(text) or any(_is_surname(found[1]) for found in _SURNAME_FIRST.finditer(text)):
        yield "has words formed like a surname and given names"
    words = [found.group().rstrip(".,;:'’") for found in _WORD.finditer(text)]
    for size in range(2, _MOST + 1):
        for start in range(len(words) - size + 1):
            reason = _of_window(words[start : start + size])
            if reason:
                yield reason
    if any(_is_hangul_name(found.group()) for found in _HANGUL.finditer(text)):
        yield "has a word formed like a Korean name"


def _of_window(words: list[str]) -> str | None:
    """Two or three words side by side: a given name and a surname, or a Korean name in Latin letters."""
    if any(_HANGUL.fullmatch(word) for word in words):
        # A surname that stands apart from the given name.
        bare = {words[-1], *(words[-1].removesuffix(end) for end in _PARTICLES)}
        apart = len(words) == 2 and words[0] in _SURNAMES_APART and any(_is_given(each) for each in bare)
        return "has words formed like a Korean name" if apart else None
    small = [word.casefold() for word in words]
    if not _WORDS_OF_LAW.isdisjoint(small):
        return None
    if all(word[0].isupper() for word in words) and (_is_korean(small) or _is_initial_and_surname(words)):
        return "has words formed like a Korean name"
    if len(words) == 2 and any("-" in word for word in words) and _is_korean(small):
        # In small letters, as in a handle: only surnames that are no English words.
        return None if _COMMON_SURNAMES.isdisjoint(small) else "has words formed like a Korean name"
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
        and any(word.casefold() in _COMMON_SURNAMES for word in words)
    )


def _are_syllables(parts: list[str]) -> bool:
    if len(parts) == 1:
        return any(
            _ROMANISED.fullmatch(parts[0][:cut]) and _ROMANISED.fullmatch(parts[0][cut:])
            for cut in range(2, len(parts[0]) - 1)
        )
    return len(parts) == 2 and all(len(part) > 1 and _ROMANISED.fullmatch(part) for part in parts)


def _is_titled_in_hangul(text: str) -> bool:
    return any(
        found.group(1)[:1] in names.KOREAN or found.group(1)[:2] in names.KOREAN
        for found in _TITLED_HANGUL.finditer(text)
    )


def _is_hangul_name(word: str) -> bool:
    """A surname and two syllables of given names, with or without a particle at the end."""
    if word.startswith(_ORDINARY_BEGINNINGS) or not _ORDINARY.isdisjoint((word, *_without(word))):
        return False
    for bare in (word, *_without(word)):
        for length in (2, 1):
            if bare[:length] in names.KOREAN and len(bare) == length + 2 and _is_given(bare[length:]):
                return True
    return False


def _is_given(syllables: str) -> bool:
    if len(syllables) != 2 or not all(each in _GIVEN_SYLLABLES for each in syllables):
        return False
    return syllables[1] not in _ENDS_OF_WORDS or syllables in _COMMON_GIVEN


def _without(word: str) -> list[str]:
    return [word.removesuffix(end) for end in _PARTICLES if len(word) > len(end) + 2 and word.endswith(end)]


