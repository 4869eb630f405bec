"""Names of persons in Hangul, where they stand among other words with endings.

Found are names of three syllables (four with a surname of two), with or without an ending. A name of two
syllables is not, since half of the language looks like it, unless a title of persons follows.
"""

from __future__ import annotations

import re

from clew.written import names

_MISTER = re.compile(
    r"(?<![가-힣])([가-힣]{1,4}) ?씨(?:가|는|은|이|를|을|의|에게|와|과|도|로|에|라고)?(?![가-힣])"
)
_TITLED = re.compile(r"(?<![가-힣])([가-힣]{3,4}) ?(?:님|군|양)(?![가-힣])")
_HANGUL = re.compile(r"[가-힣]+")

_SYLLABLES = frozenset(
    "강건경광규근길남다덕동두라란래련록리린림만명미민배범병보복봉빈빛서석선섭성소솔송수숙순승슬식"
    "신아안애연열영예옥완용우욱운웅원유윤은율이익인일재정조종주준중지진찬채천철초춘충태택필하학한해향헌"
    "혁현형혜호홍환효훈휘희나기도시상화창"
)
"""What Korean given names are commonly made of."""

_ENDS_OF_WORDS = frozenset("은이도만인일나하한해지시라중용형기명서식율성화주상창선리원안정")
"""Of these, those that many other words end in: there the given name must be a common one."""

_GIVEN = """
가은 고은 다은 도은 동은 명은 미은 민은 서은 성은 세은 소은 시은 영은 예은 정은 주은 지은 채은 태은 하은
혜은 희은 가이 유이 은이 종만 영만 동만 용만 재만 병만 다인 서인 세인 수인 예인 재인 정인 종인 지인 채인
태인 해인 혜인 상일 성일 영일 용일 준일 진일 태일 현일 다나 리나 미나 보나 세나 안나 예나 유나 해나 도하
동하 민하 서하 성하 세하 승하 시하 영하 윤하 재하 정하 주하 준하 진하 태하 동한 승한 요한 종한 주한 지한
태한 지해 은해 성해 다해 민지 서지 세지 수지 연지 영지 예지 윤지 은지 혜지 소라 아라 유라 보라 미라 세라
하라 현중 재중 광용 기용 동용 성용 수용 영용 용용 재용 정용 종용 주용 준용 지용 진용 태용 현용 준형 재형
도형 동형 민형 상형 세형 수형 시형 우형 윤형 은형 인형 종형 진형 태형 현형 명기 민기 병기 봉기 상기 석기
성기 승기 영기 완기 원기 윤기 은기 재기 종기 준기 진기 창기 춘기 태기 현기 홍기 훈기 희명 동명 재명 진명
창명 태명 경서 민서 연서 영서 예서 윤서 은서 준서 진서 현서 형서 효서 경식 광식 규식 동식 명식 민식 병식
봉식 성식 영식 용식 우식 윤식 재식 준식 진식 창식 춘식 태식 현식 홍식 희식 가율 다율 서율 소율 은율 지율
하율 한율 건성 경성 대성 동성 민성 보성 수성 영성 용성 우성 윤성 은성 인성 재성 종성 준성 지성 진성 태성
현성 효성 희성 경화 근화 금화 명화 미화 민화 선화 성화 수화 연화 영화 옥화 용화 윤화 은화 인화 재화 종화
지화 춘화 태화 향화 현화 형화 희화 경주 기주 동주 명주 미주 병주 선주 성주 세주 수주 승주 시주 연주 영주
예주 용주 우주 윤주 은주 인주 정주 종주 태주 하주 형주 혜주 효주 희주 문상 민상 성상 용상 재상 종상 준상
태상 경선 광선 명선 미선 민선 보선 수선 순선 연선 영선 옥선 용선 윤선 은선 재선 종선 지선 진선 태선 현선
형선 혜선 효선 희선 경원 광원 규원 다원 도원 명원 문원 미원 상원 서원 석원 선원 성원 세원 수원 순원 승원
시원 연원 예원 용원 우원 유원 윤원 은원 재원 종원 주원 준원 지원 진원 찬원 창원 채원 태원 하원 한원 현원
형원 혜원 호원 효원 희원 지안 도안 수안 시안 유안 재안 하안 경정 다정 명정 문정 미정 민정 보정 서정 선정
성정 세정 소정 수정 순정 승정 아정 애정 연정 영정 옥정 우정 유정 윤정 은정 태정 현정 혜정 호정 효정 희정
아리 유리 초리 혜리 두리 예리
"""

_ORDINARY = """
고소인 고정은 공유자 기다린 기다림 기소유 기준일 남도록 도우미 도주한 명세나 배우자 변호인 성보호 소리나
소유자 소지한 손상일 송금액 신청인 양도인 양수인 오도록 오리진 용의자 원주민 유지한 이동은 이동한 이동형
이상일 이용자 인경우 정보나 정산금 정수형 정지한 조지아 주도록 주소록 추적망 하도록 한국인 현금화 현금화한
환전소
"""

BEGINNINGS = (
    "구성", "금지", "변수", "서명", "설명", "설정", "유효", "인도", "정규", "지시", "지정", "표시", "표현",
    "한한", "함수", "현지화",
)  # fmt: skip
"""Beginnings of ordinary words that are seldom those of a name."""

_APART = frozenset("김박최강윤장임오서신권황송류홍문손백허남심노곽")
"""Surnames that are no words of their own, so that they are known where they stand apart."""

_ENDINGS = (
    "으로부터", "에게서", "이라는", "으로서", "이라고", "에게", "께서", "으로", "에서", "부터", "까지",
    "이라", "라는", "처럼", "보다", "은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도",
    "만", "로", "씨", "님", "군", "양",
)  # fmt: skip

COMMON_GIVEN = frozenset(_GIVEN.split())
"""Given names of two syllables that end as many words do, without those that are such words."""

ORDINARY = frozenset(_ORDINARY.split())
"""Ordinary words that are formed like a name."""


def holds_titled_name(text: str) -> bool:
    """Whether a name stands before a title of persons."""
    return any(_may_be_mister(found[1]) for found in _MISTER.finditer(text)) or any(
        is_name(found[1]) for found in _TITLED.finditer(text)
    )


def is_name(word: str) -> bool:
    """Whether a word is a surname and two syllables of given names, with or without an ending."""
    if not _HANGUL.fullmatch(word):
        return False
    bare = [word, *_without_ending(word)]
    if word.startswith(BEGINNINGS) or not ORDINARY.isdisjoint(bare):
        return False
    return any(
        each[:length] in names.KOREAN and len(each) == length + 2 and _is_given(each[length:])
        for each in bare
        for length in (2, 1)
    )


def is_name_apart(surname: str, given: str) -> bool:
    """Whether two words are a surname and given names, the second with or without an ending."""
    bare = {given, *(given.removesuffix(end) for end in _ENDINGS)}
    return surname in _APART and any(_is_given(each) for each in bare)


def _may_be_mister(word: str) -> bool:
    """Whether a word before the commonest title is a surname, given names, or begins with a surname."""
    if word == "성":
        return False
    return word in names.KOREAN or _is_given(word) or (len(word) > 1 and word[0] in names.KOREAN)


def _is_given(syllables: str) -> bool:
    if len(syllables) != 2:
        return False
    if syllables[1] in _ENDS_OF_WORDS:
        return syllables in COMMON_GIVEN
    return all(each in _SYLLABLES for each in syllables)


def _without_ending(word: str) -> list[str]:
    return [word.removesuffix(end) for end in _ENDINGS if len(word) > len(end) + 2 and word.endswith(end)]
