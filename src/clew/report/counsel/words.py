"""The words of pages for counsel, each in English and in Korean, and what law is called in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clew.proceedings.days import Term
from clew.proceedings.load import Law
from clew.proceedings.provisions import Court, Provision
from clew.proceedings.steps import Reasoned
from clew.report.citation import in_korean
from clew.report.document import Cell, Span
from clew.report.language import LANGUAGES, Language

WORDS: dict[str, tuple[str, str]] = {
    "motto": (
        "Undetermined is the default. Nothing here says who is guilty or what a court will do.",
        "별도의 판단이 없으면 미정입니다. 이 문서는 유무죄나 법원의 판단을 예측하지 않습니다.",
    ),
    "extradition": ("Extradition: counts and grounds of refusal", "범죄인 인도: 공소사실과 인도거절 사유"),
    "exposure": ("What the law threatens, by count", "공소사실별 법정형"),
    "deadlines": ("Periods and limitation", "절차상 기간과 공소시효"),
    "example": ("A case walked through", "사례 해설"),
    "request": ("The request", "인도청구"),
    "matter": ("matter", "사건 파일"),
    "asks": ("asks", "청구국"),
    "asked": ("is asked", "피청구국"),
    "made": ("made", "청구일"),
    "charged": ("counts charged", "기소된 공소사실"),
    "put": ("counts put to the court", "법원에 인도심사가 청구된 공소사실"),
    "confined": ("confined by", "청구를 한정한 기관"),
    "refusal": ("refused on grounds that are", "거절 사유의 성격"),
    "grounds": ("Grounds of refusal, by count", "인도거절 사유와 공소사실"),
    "ground": ("ground", "조항"),
    "what": ("what it is about", "내용"),
    "kind": ("kind", "성격"),
    "decides": ("who decides", "판단 기관"),
    "barred": ("barred", "거절 사유 있음"),
    "not barred": ("not barred", "거절 사유 없음"),
    "undetermined": ("undetermined", "미정"),
    "flagged": ("flagged", "표시"),
    "mandatory": ("mandatory", "절대적"),
    "discretionary": ("discretionary", "임의적"),
    "both": ("mandatory and discretionary", "절대적 및 임의적"),
    "unknown": ("unknown", "알 수 없음"),
    "flag state": (
        "Numbers are those of the counts. A flag says that a person mapped the count to conduct that was "
        "judged; it decides nothing.",
        "숫자는 공소사실의 번호입니다. 표시는 어떤 사람이 그 공소사실을 이미 재판받은 행위에 "
        "대응시켰다는 뜻일 뿐, 아무것도 결정하지 않습니다.",
    ),
    "threshold": ("Threshold of dual criminality", "쌍방가벌성의 형 기준"),
    "threshold state": (
        "Whether the conduct is punishable in both states is for the court to compare.",
        "행위가 양국에서 모두 처벌되는지는 법원이 비교하여 판단합니다.",
    ),
    "by threshold": (" (threshold)", " (형 기준)"),
    "by": ("by", "근거"),
    "needs": ("needs a maximum of", "요구되는 형의 상한"),
    "met": ("met", "충족"),
    "not met": ("not met", "미충족"),
    "at least": ("at least {term}", "{term} 이상"),
    "more than": ("more than {term}", "{term} 초과"),
    "counts": ("The counts", "공소사실"),
    "how many": ("counts", "공소사실"),
    "number": ("No.", "번호"),
    "count": ("count", "공소사실"),
    "provision": ("provision", "적용 법조"),
    "act": ("act", "행위 시기"),
    "minimum": ("minimum", "하한"),
    "maximum": ("maximum", "상한"),
    "fine": ("fine", "벌금"),
    "state": ("state", "상태"),
    "determined": ("determined", "산정됨"),
    "put to court": ("put to the court", "인도심사 청구"),
    "yes": ("yes", "예"),
    "no": ("no", "아니요"),
    "specialty": ("Specialty", "특정성의 원칙"),
    "granted": ("granted", "인도 허가"),
    "refused": ("refused", "인도 거절"),
    "undecided": ("without a decision", "결정 없음"),
    "left out": ("charged and not asked for", "기소되었으나 청구되지 않음"),
    "rules": ("rules", "규정"),
    "reasons": ("Reasons, by ground and count", "사유별·공소사실별 이유"),
    "why": ("why", "이유"),
    "differences": ("Where treaty and act differ", "조약과 법률의 차이"),
    "ceilings": ("Arithmetic ceilings", "산술적 상한"),
    "ceiling state": (
        "Maxima added up. This is arithmetic and no forecast.",
        "법정형 상한을 더한 값입니다. 산술일 뿐 예측이 아닙니다.",
    ),
    "proceeding": ("proceeding", "절차"),
    "sum": ("sum of the maxima", "상한의 합"),
    "counterparts": ("Counterparts in the requested state", "피청구국의 대응 범죄"),
    "counterpart state": (
        "A person named them; whether offences correspond is not decided here.",
        "어떤 사람이 지정한 것이며, 범죄가 서로 대응하는지는 여기서 판단하지 않습니다.",
    ),
    "hypothetical": ("Hypothetical maximum, no forecast", "가정적 상한 (예측이 아님)"),
    "one offence": ("if one comprehensive offence", "포괄일죄인 경우"),
    "concurrent": ("if {number} concurrent offences", "{number}개 죄의 실체적 경합범인 경우"),
    "before": ("before", "적용 전"),
    "no statutory rule": ("no statutory rule", "법률 규정 없음"),
    "basis": ("What it rests on", "근거"),
    "steps": ("Steps", "계산 과정"),
    "step": ("step", "단계"),
    "source": ("provision and source", "조항과 출처"),
    "assumed": ("Assumed, and may be otherwise", "가정 (사실과 다를 수 있음)"),
    "unverified": ("Unverified", "미검증"),
    "unverified state": (
        "Not read in a source: from memory, or inferred.",
        "출처에서 직접 확인하지 않은 것: 기억에 의한 것 또는 추론한 것.",
    ),
    "nothing": ("none", "없음"),
    "in part": ("unverified in part", "일부 미검증"),
    "from memory": ("unverified: from memory", "미검증: 기억에 의함"),
    "inferred": ("unverified: inferred", "미검증: 추론"),
    "english": ("", "아래 문장은 자료에 적힌 영어 원문입니다."),
    "times": ("{number} times the value", "가액의 {number}배"),
    "or": ("or", "또는"),
    "and": ("and", "및"),
    "either or both": ("either or both", "선택 또는 병과"),
    "conflicts": ("Figures that conflict", "서로 다른 수치"),
    "figure": ("figure", "항목"),
    "claim": ("claimed", "주장된 수치"),
    "date": ("date", "날짜"),
    "scope": ("what it covers", "범위"),
    "whose": ("source", "출처"),
    "timeline": ("Timeline", "연표"),
    "day": ("day", "날짜"),
    "open": ("What is unknown", "확인되지 않은 사항"),
    "since": ("since", "시점"),
    "figures": ("The figures", "주요 수치"),
    "us ceiling": (
        "arithmetic ceiling of the counts put to the court",
        "인도심사가 청구된 공소사실의 산술적 상한",
    ),
    "period": ("period", "기간"),
    "from": ("from", "사유 발생일"),
    "last day": ("last day", "마지막 날"),
    "whom": ("whose", "대상"),
    "limitation": ("Limitation", "공소시효"),
    "periods": ("Periods of procedure", "절차상 기간"),
    "seen": ("Seen on {day}.", "{day} 기준."),
    "no clock": ("No day was given on which it is seen.", "기준일을 지정하지 않았습니다."),
    "limitation state": (
        "The last day on which a prosecution can begin, under the assumptions listed below.",
        "아래의 가정 아래에서 공소를 제기할 수 있는 마지막 날입니다.",
    ),
    "predicates": ("Predicate offences on these days", "행위 당시의 전제범죄(특정범죄) 여부"),
    "predicates state": (
        "By the list in force on the days of the act.",
        "행위 당시 시행 중이던 목록에 따릅니다.",
    ),
    "predicate": ("predicate", "해당"),
    "not a predicate": ("not a predicate", "해당하지 않음"),
    "accounts": ("accounts", "개 계정"),
    "payments": ("payments", "건"),
    "persons": ("persons", "명"),
    "addresses": ("addresses", "개 주소"),
    "states": ("states", "개국"),
    "Who is charged with what": ("Who is charged with what", "누가 무엇으로 기소되었는가"),
    "What was put to the court, and who confined it": (
        "What was put to the court, and who confined it",
        "인도심사가 청구된 공소사실과 청구를 한정한 기관",
    ),
    "The counts that were left out": ("The counts that were left out", "청구에서 제외된 공소사실"),
    "The arithmetic ceiling": ("The arithmetic ceiling", "산술적 상한"),
    "By the law of the requested state": (
        "By the law of the requested state",
        "피청구국의 법에 따른 가정적 수치",
    ),
    "The table of counts and grounds": ("The table of counts and grounds", "공소사실과 거절 사유의 표"),
    "Specialty, and the treaty beside the act": (
        "Specialty, and the treaty beside the act",
        "특정성의 원칙, 그리고 조약과 법률",
    ),
    "What was decided on the request": ("What was decided on the request", "인도청구에 대한 결정"),
    "Sentences beside the statutory range": (
        "Sentences beside the statutory range",
        "선고된 형과 법정형의 비교",
    ),
    "Figures of which claims conflict": ("Figures of which claims conflict", "서로 다른 수치"),
    "What is unknown at the end": ("What is unknown at the end", "마지막까지 확인되지 않은 사항"),
    "What is unverified": ("What is unverified", "미검증 사항"),
    "Timeline": ("Timeline", "연표"),
    "no provision": ("no provision is entered", "적용 법조가 입력되지 않음"),
    "no dates": ("no dates are entered", "행위 시기가 입력되지 않음"),
    "no maximum": ("no maximum is entered", "상한이 입력되지 않음"),
    "before the first version": ("before the first version", "입력된 첫 조문 이전"),
    "after the last version": ("after the last version", "입력된 마지막 조문 이후"),
    "after the book": ("after the book", "법령 기준일 이후"),
    "unread": ("a version was not read", "확인하지 못한 개정 조문"),
    "absent": ("no such offence at the time", "당시 처벌 규정 없음"),
    "spans an amendment": ("spans an amendment", "개정 전후에 걸친 행위"),
    "imprecise days": ("the days are imprecise", "날짜가 정확하지 않음"),
    "milder undetermined": ("which version is milder is undetermined", "어느 조문이 더 가벼운지 미정"),
    "no rule": ("no rule is entered", "규정이 입력되지 않음"),
    "version undetermined": ("the version is undetermined", "적용될 조문 미정"),
    "maximum undetermined": ("the maximum is undetermined", "상한 미정"),
    "from majority": ("runs from a majority", "피해자가 성년에 달한 날부터 진행"),
    "exception undetermined": ("whether an exception holds is undetermined", "특례 적용 여부 미정"),
    "no list": ("no list is entered", "목록이 입력되지 않음"),
    "not entered": ("nothing is entered about it", "이에 관하여 입력된 것이 없음"),
    "before the list": ("before the list begins", "목록의 시작일 이전"),
    "differs between the days": ("differs between the days", "날짜에 따라 다름"),
    "a boundary is imprecise": ("the day of a change is not known", "변경일이 정확하지 않음"),
    "the maximum is undetermined": ("the maximum is undetermined", "상한 미정"),
    "another state's offence": ("another state's offence", "다른 국가의 범죄"),
    "only the kind of the charge is known, and no provision": (
        "only the kind of the charge is known, and no provision",
        "죄명의 종류만 알려져 있고 적용 법조는 알 수 없음",
    ),
    "no dated episode is entered": ("no dated episode is entered", "행위 시기가 입력되지 않음"),
    "case number": ("case", "사건번호"),
    "passed": ("passed", "경과"),
    "running": ("running", "진행 중"),
    "counterpart": ("counterpart", "대응 범죄"),
    "no limitation": ("no limitation", "공소시효 없음"),
    "term": ("term", "기간"),
}
"""English and Korean."""


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    code: str
    law: Law

    @property
    def language(self) -> Language:
        """What a document is set in."""
        return LANGUAGES[self.code]

    @property
    def is_korean(self) -> bool:
        """Whether Korean titles are shown where the books have them."""
        return self.code == "ko"

    def __call__(self, key: str, **values: object) -> str:
        """A word or sentence; what is not known stays as it is."""
        if key not in WORDS:
            return key
        return WORDS[key][self.is_korean].format(**values)

    def title(self, entry: object) -> str:
        """The title of an entry that may have a Korean one."""
        korean = getattr(entry, "title_ko", None) if self.is_korean else None
        return str(korean or getattr(entry, "title", entry))

    def provision(self, name: str | None) -> str:
        """Act and article of a provision by name; a dash where there is none."""
        found = self.law.provisions.get(name or "")
        return self.cited(found) if found else name or "-"

    def cited(self, provision: Provision) -> str:
        """Act and article."""
        act = provision.act_ko if self.is_korean and provision.act_ko else provision.act
        return (
            f"{act} {in_korean(provision.article) or provision.article}"
            if self.is_korean
            else f"{act}, {provision.article}"
        )

    def article(self, cited: str) -> str:
        """An article, in Korean as Korean law cites it."""
        return (in_korean(cited) if self.is_korean else None) or cited

    def rule(self, name: str | None) -> str:
        """Act and article of a rule by name; a dash where there is none."""
        found = self.law.rules.get(name or "")
        if found is None:
            return name or "-"
        act = found.act_ko if self.is_korean and found.act_ko else None
        return f"{act} {self.article(found.article)}" if act else found.cited

    def state(self, state: str, reason: str | None = None) -> str:
        """A state and why it is undetermined."""
        return f"{self(state)}: {self(reason)}" if reason else self(state)

    def doubted(self, said: str, *found: Reasoned) -> Cell:
        """A cell that says where something in its row was not read in a source."""
        doubt = ((Span(self("in part"), "quiet"),),) if any(each.unverified for each in found) else ()
        return ((Span(said),), *doubt)

    def court(self, title: str) -> str:
        """A court by its English title."""
        found: Court | None = next((each for each in self.law.courts.values() if each.title == title), None)
        return self.title(found) if found else title

    def term(self, term: Term | None) -> str:
        """A term, in years and months."""
        if term is None:
            return "-"
        if not self.is_korean:
            from clew.proceedings.penalty import worded

            return worded(term)
        if term.is_life:
            return "무기"
        parts = [(term.months // 12, "년"), (term.months % 12, "개월"), (term.days, "일")]
        return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0일"

    def mark(self, mark: str | None) -> str:
        """What stands beside a fact of this mark."""
        return {"memory": self("from memory"), "inferred": self("inferred")}.get(mark or "", "")

    def listed(self, names: Sequence[str]) -> str:
        """Names with commas between them."""
        return ", ".join(names) or "-"
