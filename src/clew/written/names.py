"""Words by which a label looks like a person's name. Short lists of common ones; no list has all names."""

from __future__ import annotations

_GIVEN = """
aaron abdul abdullah adam adrian agnes ahmad ahmed aisha alan albert alejandro aleksandr aleksei alexander
alexandra alexei ali alice alicia alina amanda amir amy ana anastasia andrea andreas andrei andrew andrey
angela anil anita anna anne anthony anton antonio arjun artem arthur ashley barbara benjamin bernard bilal
boris brandon brenda brian bruno camille carl carla carlos carmen carol caroline catherine charles
charlotte christian christina christine christopher claire claudia daniel daniela daria david deborah
deepak denis dennis diana diego dieter dmitri dmitry donald dorothy douglas eduardo edward ekaterina elena
elias elizabeth emily emma eric erik eva evgeny fatima felix fernando francesca francesco francis
francisco frank franz frederic gabriel gary george gerald gerhard giovanni giulia giuseppe gregory
guillaume gustavo hannah hans harold hassan heather heinz helen henry hiroshi hussein ibrahim igor ilya
irina isabel isabella ivan jack jacob jacqueline james jan janet jason javier jean jeffrey jennifer jeremy
jessica jesus joan joao john jonathan jorge jose joseph joshua juan judith julia julian julie justin
jürgen karen karim karl katarzyna katherine kathleen keith kelly kenji kenneth kevin khalid kimberly klaus
konstantin krzysztof larisa larry lars laura lauren leonid linda lisa louis luca lucas lucia luis luiz
lukas magdalena manfred manuel marco marcos margaret maria marie marina mario mark marta martha martin
mary matteo matthew maurice maxim maxime megan mehmet melissa michael michel michelle miguel mikhail
mohamed mohammad mohammed monica muhammad mustafa nadia nancy natalia natalie nathan nicholas nicolas
nikolai nikolay nina noah oleg olga oliver olivia omar oscar pablo pamela paolo patricia patrick paul
paula pavel pedro peter petr philip philippe pierre pilar piotr priya rachel rafael rahul raj rajesh ralph
ramon raymond rebecca renate ricardo richard robert roberto roger roland roman ronald rosa ruslan ruth
ryan sabine salvatore samantha samuel sandra sanjay sara sarah scott sebastian sergei sergey sergio sharon
shirley silvia simon sofia sophie stefan stefano stephanie stephen steven sunil susan susanne svetlana
takashi tatiana teresa thomas tiffany timothy tobias tomasz tyler ursula valentina vanessa vera veronica
victor victoria viktor viktoria vincent vladimir vladislav walter wei werner wilhelm william wolfgang
xavier yasmin yousef yuki yulia yuri yusuf yves zachary
"""

_SURNAMES_OF_KOREA = """
ahn bae baek bang cha chang cho choe choi chun chung do eom gang gong goo gu gwak ha han heo hong huh
hwang im jang jeon jeong ji jin jo joo joon ju jun jung kang kim ki ko koo kook kwak kwon lee lim ma maeng
min moon myung na nam namgung noh oh pang park pyo ryu seo seok seong seon shim shin so son song suh sung
tak uhm wi won woo yang yeo yeom yi yim yoo yoon you yu yun
"""

_ORGANISATIONS = """
ag airdrop association atm auction bank bet bets bitcoin bot bridge broker btc bv cafe capital card cards
cash casino chain cloud coin coinjoin coins collective com commission company contract cooperative corp
corporation council court crypto cryptocurrency custody dao darknet deposit desk dex dice discount escrow
exchange exchanger faucet finance financial firm forum foundation fund fx gambling game games gateway gmbh
government group hack hacker hackers holdings hosting hot house inc index industries institute
international invest investment invests labs laundering limited list llc lottery ltd macro mail mall
malware market marketplace markets media miner miners mining ministry mixer mixing money net network
office onion online org organisation organization p2p panel partners pay payment payments plc poker police
ponzi pool pools pro processor project protocol provider ransom ransomware research sa sale sanctions scam
scheme school security server service services shop site society software solutions sport sports stake
stealer store studio swap systems team tech technologies technology theft token trade trader traders
trading trust union university vault virus vpn wallet wallets warm web
"""

_HONORIFICS = "dr frau herr madam miss mister monsieur mr mrs ms prof professor señor señora sir"

_KOREAN = """
김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 유 홍 전 고 문 양 손 배
백 허 남 심 노 하 곽 성 차 주 우 구 민 진 지 엄 채 원 천 방 공 현 함 변 염 여 추
도 소 석 선 설 마 길 연 위 표 명 기 반 라 왕 금 옥 육 인 맹 제 모 남궁 황보 제갈
선우 독고 사공 서문
"""

_CHINESE = """
王 李 张 張 刘 劉 陈 陳 杨 楊 黄 黃 赵 趙 吴 吳 周 徐 孙 孫 马 馬 朱 胡 郭 何 高
林 罗 羅 郑 鄭 梁 谢 謝 宋 唐 许 許 邓 鄧 韩 韓 冯 馮 曹 彭 曾 肖 田 董 潘 袁 蔡
蒋 蔣 余 于 杜 叶 葉 程 苏 蘇 魏 吕 呂 丁 任 沈 姚 卢 盧 姜 崔 钟 鍾 谭 譚 陆 陸
汪 范 金 石 廖 贾 賈 夏 韦 韋 付 方 白 邹 鄒 孟 熊 秦 邱 江 尹 薛 闫 閻 段 雷 侯
龙 龍 史 陶 黎 贺 賀 顾 顧
"""

_MATTERS = {
    "donations": """
        charity donate donation donations donor donors fundraiser fundraising spende
    """,
    "politics": """
        activist activists campaign candidate congressman democrats dissident dissidents election parliament
        political politician politics protest protesters republicans senator
    """,
    "religion": """
        bible catholic christian christians church diocese islamic jewish ministries ministry mosque muslim
        muslims parish quran religion religious synagogue temple
    """,
    "health": """
        abortion clinic disease disorder health hiv hospital medical patient patients pharmacy rehab therapy
    """,
}

GIVEN = frozenset(_GIVEN.split())
"""Common given names of several languages, in small letters."""

KOREAN_IN_LATIN = frozenset(_SURNAMES_OF_KOREA.split())
"""Common Korean surnames in Latin letters, in small letters."""

ORGANISATION_WORDS = frozenset(_ORGANISATIONS.split())
"""Words that a label of a company, a service or malware has, and a person's name has not."""

KOREAN = frozenset(_KOREAN.split())
"""Common Korean surnames."""

CHINESE = frozenset(_CHINESE.split())
"""Common Chinese surnames of one character."""

HONORIFICS = frozenset(_HONORIFICS.split())
"""Words before a name, in small letters."""

PERSONAL_MATTERS = {matter: frozenset(words.split()) for matter, words in _MATTERS.items()}
"""Words that speak of what is nobody's business, by matter, in small letters."""

__all__ = [
    "CHINESE", "GIVEN", "HONORIFICS", "KOREAN", "KOREAN_IN_LATIN", "ORGANISATION_WORDS", "PERSONAL_MATTERS",
]  # fmt: skip
