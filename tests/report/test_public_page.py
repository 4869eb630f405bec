"""The public page: what it says and refuses, and that nothing small can be worked out of it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from clew.errors import StorageError, UsageError
from clew.proceedings.load import Law
from clew.proceedings.registry.register import add, create, open_register, verify
from clew.proceedings.registry.releases import forget_release, note_release, noted
from clew.proceedings.statistics.attack import attack
from clew.proceedings.statistics.tables import Release
from clew.report.public import publish as public
from clew.report.public.phrases import LANGUAGES, Voice, phrases
from clew.report.public.publish import check_folder, publish
from clew.report.public.tables import article
from proceedings.register_law import entry
from report.published import DAY, MATTER, TERMS, enter, published, register

FOLDER = Path(public.__file__).parent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Law]:
    """A published folder, its register, and the law; nothing is changed in them."""
    folder = tmp_path_factory.mktemp("made")
    path, law = register(folder)
    published(folder / "out", path, law)
    return folder / "out", path, law


@pytest.fixture
def law(made: tuple[Path, Path, Law]) -> Law:
    return made[2]


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path, Law]:
    """A register with its law, and a folder that is not there yet."""
    path, law = register(tmp_path)
    return tmp_path / "out", path, law


def refused(world: tuple[Path, Path, Law], **changes: Any) -> str:
    out, path, law = world
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        publish(out, path, law, **{**TERMS, **changes})
    assert not out.exists()
    assert path.read_bytes() == before, "a refused release was noted"
    assert "\n" not in str(caught.value)
    return str(caught.value)


class _Page(HTMLParser):
    """Tags with their attributes, tables as rows of text, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.captions: list[str] = []
        self.words: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self._in = "cell"
        if tag == "caption":
            self.captions.append("")
            self._in = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "caption"}:
            self._in = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in == "cell":
            self.tables[-1][-1][-1] += data
        if self._in == "caption":
            self.captions[-1] += data


def page(folder: Path, lang: str) -> _Page:
    return _Page((folder / ("index.html" if lang == "en" else "ko/index.html")).read_text("utf-8"))


class TestPhrases:
    def test_every_phrase_has_both_languages_and_the_same_words_in_braces(self) -> None:
        for key, said in phrases().items():
            assert set(said) == set(LANGUAGES), key
            assert all(said[lang].strip() == said[lang] and said[lang] for lang in LANGUAGES), key
            if not key.startswith("day."):
                braces = [sorted(set(re.findall(r"{(\w+)}", said[lang]))) for lang in LANGUAGES]
                assert braces[0] == braces[1], key

    def test_korean_phrases_are_korean(self) -> None:
        same = {"language.other", "language.name", "and"}
        for key, said in phrases().items():
            if key in same or not re.search(r"[A-Za-z]{3}", said["en"]):
                continue
            assert re.search("[가-힣]", said["ko"]), key
            assert not re.search("[가-힣]", said["en"]), key

    def test_every_phrase_that_code_and_page_name_is_there(self) -> None:
        texts = [each.read_text("utf-8") for each in [*FOLDER.glob("*.py"), FOLDER / "page.html.j2"]]
        named = {
            key
            for text in texts
            for key in re.findall(r"""(?:voice|say|_ENGLISH)\(f?["']([a-z_.]+)["']""", text)
        }
        assert len(named) > 40
        assert sorted(named - set(phrases())) == ["about."]

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_nothing_says_what_is_never_said(self, lang: str) -> None:
        words = {
            "en": r"\bguilty\b|\bperpetrator|\bwill be (convicted|sentenced)|\blikely\b|\boffender\b",
            "ko": r"범인(?!도)|범죄자(?! 인도)|가해자|진범",
        }
        for key, said in phrases().items():
            assert not re.search(words[lang], said[lang], re.IGNORECASE), key


@pytest.mark.parametrize(
    ("cited", "korean"),
    [
        ("Art. 11(2)", "제11조 제2항"),
        ("Art. 3", "제3조"),
        ("Art. 10-4", "제10조의4"),
        ("Art. 74(1)2", "제74조 제1항 제2호"),
        ("Art. 2 and list", "Art. 2 and list"),
        ("not known", "조문 미확인"),
    ],
)
def test_a_korean_article_is_cited_as_korean_law_does(law: Law, cited: str, korean: str) -> None:
    plain = law.provisions["zz.act.1"].model_copy(update={"article": cited})
    assert article(plain.model_copy(update={"act_ko": "법률"}), Voice("ko")) == korean
    assert article(plain, Voice("en")) == ("article not known" if cited == "not known" else cited)


class TestPage:
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_it_is_one_page_without_script_or_things_from_elsewhere(
        self, made: tuple[Path, Path, Law], lang: str
    ) -> None:
        found = page(made[0], lang)
        names = {tag for tag, _ in found.tags}
        assert not names & {"script", "img", "iframe", "link", "object", "form", "input", "embed"}
        for tag, attributes in found.tags:
            assert not any(each.startswith("on") or each in {"style", "src"} for each in attributes), tag
            target = attributes.get("href")
            assert target is None or re.match(r"#|mailto:|\.\./|data/|ko/|[\w.]+$", target)
        policy = next(a["content"] for t, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy is not None
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_every_link_leads_somewhere(self, made: tuple[Path, Path, Law], lang: str) -> None:
        found = page(made[0], lang)
        ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        home = made[0] / ("" if lang == "en" else "ko")
        for tag, attributes in found.tags:
            target = attributes.get("href")
            if tag == "a" and target and target.startswith("#"):
                assert target[1:] in ids
            elif tag == "a" and target and not target.startswith("mailto:"):
                assert (home / target).is_file(), target

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_language_expiry_reviewer_and_address_are_there(
        self, made: tuple[Path, Path, Law], lang: str
    ) -> None:
        found, text = page(made[0], lang), " ".join(page(made[0], lang).words)
        assert found.tags[0] == ("html", {"lang": lang})
        assert ("meta", {"name": "expires", "content": "2027-05-25"}) in found.tags
        for each in ("A. Reviewer, attorney", "corrections@example.org", Voice(lang).day(TERMS["expires"])):
            assert each in text
        other = next(a for t, a in found.tags if t == "a" and "hreflang" in a)
        assert other["hreflang"] == ("ko" if lang == "en" else "en")
        said = json.loads((made[0] / "release.json").read_text("utf-8"))
        assert said["snapshot"] in text
        assert said["register_seal"] in text

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_tables_say_what_the_release_says(self, made: tuple[Path, Path, Law], lang: str) -> None:
        found = page(made[0], lang)
        release = Release.from_json((made[0] / "statistics.json").read_text("utf-8"))
        voice = Voice(lang)
        table = found.tables[found.captions.index(voice("sentence.caption"))]
        counts = release.table(["sentence"]).cells
        assert [row[1] for row in table[1:]] == [
            voice("hidden.short") if each is None else f"{each:,}" for each in counts.values()
        ]
        both = found.tables[found.captions.index(voice("proceedings.caption"))]
        assert both[-1][-1] == "120"
        assert both[1][0] == "ZZ"

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_charts_say_what_tables_say(self, made: tuple[Path, Path, Law], lang: str) -> None:
        text = (made[0] / ("index.html" if lang == "en" else "ko/index.html")).read_text("utf-8")
        voice = Voice(lang)
        found = page(made[0], lang)
        for key in ("sentence", "duration", "next"):
            svg = re.search(rf'<svg[^>]*"{key}-chart-title.*?</svg>', text, re.DOTALL)
            assert svg is not None
            values = re.findall(r'class="value"[^>]*>([^<]*)', svg[0])
            labels = re.findall(r'class="label"[^>]*>([^<]*)', svg[0])
            table = found.tables[found.captions.index(voice(f"{key}.caption"))]
            assert list(zip(labels, values, strict=True)) == [tuple(row) for row in table[1:-1]]
            assert svg[0].count("<title") == svg[0].count("<desc") == 1
            wide = [int(each) for each in re.findall(r'class="bar"[^>]*width="(\d+)"', svg[0])]
            shown = [int(each.replace(",", "")) for each in values if re.fullmatch(r"[\d,]+", each)]
            assert sorted(wide, reverse=True)[0] == 294, "the longest bar has its whole length"
            assert len(wide) == len([each for each in shown if each])

    def test_no_small_count_can_be_worked_out(self, made: tuple[Path, Path, Law]) -> None:
        release = Release.from_json((made[0] / "statistics.json").read_text("utf-8"))
        counts = [each for table in release.tables for each in table.cells.values()]
        assert not [each for each in counts if each is not None and 0 < each < 5]
        assert None in counts
        assert not attack([release])

    def test_nothing_of_the_register_is_told_but_counts(self, made: tuple[Path, Path, Law]) -> None:
        numbers = {each.proceeding.case_number for each in open_register(made[1]).standing}
        for each in made[0].rglob("*"):
            if each.is_file():
                text = each.read_text("utf-8")
                assert not [number for number in numbers if re.search(rf"(?<![\d-]){number}(?![\d-])", text)]
                assert "registry clerk" not in text
                assert "Daily report of the court" not in text

    def test_no_digest_of_an_entry_is_told(self, made: tuple[Path, Path, Law], tmp_path: Path) -> None:
        """Who knows all but one entry could find it by trying all, were the chain's digests public."""
        out, path, _ = made
        digests = {json.loads(line)["digest"] for line in path.read_bytes().splitlines()}
        told = b"".join(each.read_bytes() for each in out.rglob("*") if each.is_file()).decode()
        assert not [each for each in digests if each in told]
        secret = json.loads(path.read_bytes().splitlines()[0])["secret"]
        assert secret not in told
        one, other = (create(tmp_path / name) for name in ("one.jsonl", "other.jsonl"))
        assert one.seal != other.seal
        assert one.holds(one.seal)
        assert not one.holds(other.seal)

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_conflicting_figures_stand_side_by_side_with_their_marks(
        self, made: tuple[Path, Path, Law], lang: str
    ) -> None:
        found, voice = page(made[0], lang), Voice(lang)
        title = {"en": "A matter of tests", "ko": "시험용 사건"}[lang]
        table = found.tables[found.captions.index(voice("figures.caption", matter=title))]
        assert [row[1] for row in table[1:]] == {
            "en": ["7,300 payments", "7,293 payments"], "ko": ["7,300건", "7,293건"]
        }[lang]  # fmt: skip
        assert [row[5] for row in table[1:]] == [voice("mark.read"), voice("mark.memory")]
        assert "Smith" not in " ".join(found.words), "a source's title that could name somebody was shown"

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_the_law_says_what_is_unverified_and_unread(
        self, made: tuple[Path, Path, Law], lang: str
    ) -> None:
        found, voice = page(made[0], lang), Voice(lang)
        (caption,) = [each for each in found.captions if "Law of a state that is none" in each]
        table = found.tables[found.captions.index(caption)]
        assert [row[-1] for row in table[1:]] == [
            voice("mark.read"), voice("mark.memory"), voice("law.unread.mark")
        ]  # fmt: skip
        assert table[1][3:6] == [voice("term.year"), voice("term.years", n=5), voice("law.no_fine")]
        assert table[3][4] == voice("law.unread")

    def test_csvs_have_a_mark_of_order_and_say_why_a_count_is_not_shown(
        self, made: tuple[Path, Path, Law]
    ) -> None:
        data = (made[0] / "data" / "proceedings-by-state-and-status.csv").read_bytes()
        assert data.startswith(
            b"\xef\xbb\xbfstate,status,count,shown,why_not_shown,counted_on,released_on\r\n"
        )
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        hidden = [row for row in rows if row["shown"] == "no"]
        assert hidden
        assert all(row["count"] == "" and row["why_not_shown"] == "under 5 or withheld" for row in hidden)
        assert all(
            row["count"].isdigit() and not row["why_not_shown"] for row in rows if row["shown"] == "yes"
        )
        law = (made[0] / "data" / "law-zz.csv").read_text("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(law)))) == 3

    def test_digests_are_those_of_the_files(self, made: tuple[Path, Path, Law]) -> None:
        sums = dict(reversed(line.split("  ")) for line in (made[0] / "SHA256SUMS").read_text().splitlines())
        files = {p.relative_to(made[0]).as_posix(): p for p in made[0].rglob("*") if p.is_file()}
        assert set(sums) == set(files) - {"SHA256SUMS"}
        assert all(sha256(files[name].read_bytes()).hexdigest() == digest for name, digest in sums.items())
        assert noted(open_register(made[1]))[0].digest == sums["release.json"]

    def test_the_same_register_gives_the_same_bytes(
        self, made: tuple[Path, Path, Law], world: tuple[Path, Path, Law]
    ) -> None:
        published(*world)
        for each in made[0].rglob("*"):
            if each.is_file():
                assert (world[0] / each.relative_to(made[0])).read_bytes() == each.read_bytes(), each

    def test_a_small_register_shows_no_count_and_says_so(self, tmp_path: Path) -> None:
        path, law = register(tmp_path, 3)
        found = published(tmp_path / "out", path, law, matters=[])
        text = " ".join(page(tmp_path / "out", "en").words)
        assert Voice("en")("table.withheld") in text
        assert Voice("en")("figures.none") in text
        assert found.proceedings == 3
        release = Release.from_json((tmp_path / "out" / "statistics.json").read_text("utf-8"))
        assert not any(count for table in release.tables for count in table.cells.values())

    def test_a_postal_address_and_a_further_table(self, world: tuple[Path, Path, Law]) -> None:
        published(*world, correction="Box 12, 1010 Vienna, Austria", by=[("role",)])
        text = (world[0] / "index.html").read_text("utf-8")
        assert "Box 12, 1010 Vienna, Austria" in text
        assert "mailto:" not in text
        assert "Number of proceedings, by Role" in text


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"reviewer": None}, "reviewer: expected the name of the legal reviewer"),
            ({"reviewer": "  "}, "reviewer: expected the name of the legal reviewer"),
            ({"reviewer": "A <b>B</b>"}, "reviewer: expected a name and an office"),
            ({"reviewer": "A. B., mail a@b.example"}, "reviewer: expected a name and an office"),
            ({"reviewed": None}, "reviewed: expected the day of the legal review"),
            ({"reviewed": DAY + timedelta(days=1)}, "reviewed: expected the day of the legal review"),
            ({"expires": None}, "expires: expected a day after 2026-11-25"),
            ({"expires": DAY}, "expires: expected a day after 2026-11-25"),
            ({"expires": date(2020, 1, 1)}, "found 2020-01-01"),
            ({"expires": date(2028, 11, 26)}, "at most two years ahead"),
            ({"correction": None}, "correction: expected an address"),
            ({"correction": "nowhere"}, "correction: expected an address"),
            ({"correction": "a@b.example, c@d.example"}, "correction: expected one e-mail address"),
            ({"by": [("name",)]}, "expected a column that names nobody"),
            ({"by": [("role", "nickname")]}, "expected a column that names nobody"),
            ({"by": [("age",)]}, "expected a column that names nobody"),
            ({"by": [("rle",)]}, "expected a column to count by, found 'rle'"),
            ({"by": [("role", "sentence", "duration")]}, "expected columns that single out nobody"),
        ],
    )
    def test_one_line_and_nothing_written(
        self, world: tuple[Path, Path, Law], changes: dict[str, Any], said: str
    ) -> None:
        assert said in refused(world, **changes)

    def test_two_years_ahead_is_the_last_day(self, world: tuple[Path, Path, Law]) -> None:
        published(*world, expires=date(2028, 11, 25))

    def test_another_address_or_link_in_a_matter(self, world: tuple[Path, Path, Law]) -> None:
        for text, said in (("a@b.example", "no e-mail address but"), ("https://b.example", "no link")):
            figure = MATTER.figures["payments"].model_copy(update={"title": f"See {text}"})
            matter = MATTER.model_copy(update={"figures": {"payments": figure}})
            assert said in refused(world, matters=[matter])

    def test_a_folder_with_things_in_it_and_a_full_disk(
        self, world: tuple[Path, Path, Law], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out, path, law = world
        out.mkdir()
        (out / "mine.txt").write_text("mine")
        with pytest.raises(UsageError, match="expected an empty folder"):
            publish(out, path, law, **TERMS)
        assert not noted(open_register(path))

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(StorageError, match="No space left"):
            publish(out.parent / "other", path, law, **TERMS)
        assert not (out.parent / "other").exists()
        assert not noted(open_register(path))

    def test_a_folder_that_cannot_take_its_name_is_not_noted(
        self, world: tuple[Path, Path, Law], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out, path, law = world

        def refuse(*_: object) -> None:
            raise OSError(30, "Read-only file system")

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", refuse)
            with pytest.raises(StorageError, match="Read-only"):
                publish(out, path, law, **TERMS)
        assert not out.exists()
        assert not noted(open_register(path))
        published(*world)

    def test_an_entry_while_it_is_counted_stops_it(self, world: tuple[Path, Path, Law]) -> None:
        _, path, law = world
        head = open_register(path).head
        add(path, law, [entry(case_number="2024-9")], by="registry clerk", when=DAY)
        with pytest.raises(UsageError, match="found a newer entry"):
            note_release(path, "0" * 64, DAY, by="publisher", head=head)


LATER: dict[str, Any] = {
    "day": date(2027, 2, 25),
    "reviewed": date(2027, 2, 1),
    "expires": date(2028, 2, 1),
}


class TestEarlier:
    @pytest.fixture
    def first(self, world: tuple[Path, Path, Law]) -> tuple[Path, Path, Law]:
        """The next folder, a register of one release and of newer entries, and the law."""
        out, path, law = world
        published(out, path, law)
        enter(path, law, 25, first=500, seed=4)
        return out.with_name("second"), path, law

    def earlier(self, first: tuple[Path, Path, Law]) -> Path:
        return first[0].with_name("out")

    def test_releases_follow_each_other_and_give_nothing_away_together(
        self, first: tuple[Path, Path, Law]
    ) -> None:
        out = self.earlier(first)
        published(*first, **LATER, earlier=[out])
        third = first[0].with_name("third")
        later = {"day": date(2028, 6, 1), "expires": date(2029, 1, 1)}
        published(third, *first[1:], **later, earlier=[first[0], out])
        texts = [(each / "statistics.json").read_text("utf-8") for each in (out, first[0], third)]
        releases = [Release.from_json(each) for each in texts]
        assert not attack(releases)
        months = [each.columns["next"] for each in releases]
        assert months[0][-1] == "after 2027-10"
        assert months[2][-3:] == ("2029-04", "2029-05", "after 2029-05")
        assert months[2][: len(months[0]) - 1] == months[0][:-1]
        said = json.loads((third / "release.json").read_text("utf-8"))
        assert said["before"] == sha256((first[0] / "release.json").read_bytes()).hexdigest()
        assert len(noted(open_register(first[1]))) == 3
        assert not verify(first[1]).faults

    def test_a_missing_one_is_refused(self, first: tuple[Path, Path, Law]) -> None:
        assert "expected the folder of the release of 2026-11-25" in refused(first, **LATER)

    @pytest.mark.parametrize("name", ["statistics.json", "index.html", "data/law-zz.csv", "release.json"])
    def test_an_altered_one_is_refused(self, first: tuple[Path, Path, Law], name: str) -> None:
        changed = self.earlier(first) / name
        data = changed.read_bytes()
        changed.write_bytes(
            data.replace(b"A. Reviewer", b"B. Reviewer") if name == "release.json" else data[:-1]
        )
        said = refused(first, **LATER, earlier=[self.earlier(first)])
        assert "altered" in said or "as it was published" in said
        assert check_folder(self.earlier(first), DAY).faults or name == "release.json"

    def test_a_file_that_is_gone_or_new_is_found(self, first: tuple[Path, Path, Law]) -> None:
        out = self.earlier(first)
        (out / "extra.txt").write_text("x")
        assert "found this one" in refused(first, **LATER, earlier=[out])
        (out / "extra.txt").unlink()
        (out / "data" / "law-zz.csv").unlink()
        assert "found none" in refused(first, **LATER, earlier=[out])
        assert check_folder(out, DAY).state == "altered"

    def test_twice_or_of_another_register_or_no_later_day(
        self, first: tuple[Path, Path, Law], made: tuple[Path, Path, Law]
    ) -> None:
        out = self.earlier(first)
        assert "each release once" in refused(first, **LATER, earlier=[out, out])
        assert "expected a day after 2026-11-25" in refused(first, earlier=[out])
        assert "expected a release that clew law publish wrote" in refused(first, earlier=[out.parent])
        text = first[1].read_text("utf-8").splitlines(keepends=True)
        first[1].write_text("".join(text[:50]), "utf-8")
        assert "of another register" in refused(first, **LATER, earlier=[out])

    def test_one_that_was_never_public_can_be_forgotten_with_a_reason(
        self, first: tuple[Path, Path, Law]
    ) -> None:
        (release,) = noted(open_register(first[1]))
        with pytest.raises(UsageError, match="release that is noted"):
            forget_release(first[1], "1" * 64, by="publisher", when=DAY, why="Stopped.")
        forget_release(
            first[1], release.digest, by="publisher", when=DAY, why="Stopped before it was public."
        )
        published(*first, **LATER)

    def test_an_expired_one_is_told(self, made: tuple[Path, Path, Law], tmp_path: Path) -> None:
        for day, state in ((date(2027, 5, 25), "current"), (date(2027, 5, 26), "expired")):
            found = check_folder(made[0], day)
            assert (found.state, found.expires, found.faults) == (state, date(2027, 5, 25), ())
        with pytest.raises(UsageError, match="expected a release"):
            check_folder(tmp_path, DAY)
