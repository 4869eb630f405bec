"""What a court ordered to be disclosed about a person, which nobody may republish."""

from __future__ import annotations

import re
import unicodedata

WHY = (
    "republishing what a court ordered to be disclosed about a person is an offence in Korea; "
    "cite the judgment, the press or a government's statement instead"
)
"""Why a disclosure is no source, and what to do."""

KINDS = frozenset(
    {
        "disclosure",
        "disclosureorder",
        "disclosurenotice",
        "courtdisclosure",
        "offenderregister",
        "offenderregistry",
        "registry",
        "공개명령",
        "고지명령",
        "신상정보공개",
    }
)
_WORDS = re.compile(
    r"신상정보(의|를)?(공개|고지|등록|열람)|신상공개"
    r"|(공개|고지)(및|·|‧|ㆍ|/)?(공개|고지)?명령|공개(·|‧|ㆍ|및|/)고지|성범죄자(알림|신상)"
    r"|sex(ual)?offend(er|ers)(information)?(disclosure|regist(er|ry|ries)|notification|alert|notice|list)"
    r"|(sex|court)(offender)?disclosure(order|notice)|disclosureorder|orderofdisclosure|ordertodisclose"
    r"|offenderregist(er|ry|ries)"
    r"|(regist(er|ry)|list|notification|disclosure)of(convicted)?(sex)?offenders"
    r"|disclosureofpersonalinformation|(personal|offender)informationdisclosure|nationalsexoffender"
    r"|noticeorder|공개정보|sexoffender(go\.kr)?|nsopw"
)
VIGILANTE = (
    "sites that publish who somebody is accused people wrongly; cite the judgment, the press or a "
    "government's statement instead"
)
"""Why a vigilante site is no source, and what to do."""

_VIGILANTE = re.compile(r"디지털교도소|digitalprison|vigilante|배드파더스|badfathers")


def why_disclosure(text: str) -> str | None:
    """Why a text seems to cite a court's disclosure about a person; None where no rule finds one."""
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf")
    plain = re.sub(r"[\s_'’-]+", "", unicodedata.normalize("NFKC", seen).casefold())
    if plain in KINDS or _WORDS.search(plain):
        return f"expected a court record, the press or a government, found a court's disclosure order: {WHY}"
    if _VIGILANTE.search(plain):
        return f"expected a court record, the press or a government, found a vigilante site: {VIGILANTE}"
    return None
