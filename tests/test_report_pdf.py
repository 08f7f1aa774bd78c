"""The report: what its pages say, and that everybody can read them."""

from __future__ import annotations

import importlib
import io
import re
from dataclasses import replace
from datetime import date
from functools import cache

import pikepdf
import pypdf
import pytest
import textstat
from fake_result import ISOLATED, without_phases
from report_stories import MARKS, STORIES, felt, knee_moved, told, unusable
from test_docs import BANNED, DOCS, text_of

from slumpcv.analysis import Analysis
from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.report.keyframes import figures_of_track
from slumpcv.report.pdf import write_report
from slumpcv.session import Session

# What belongs on the therapist's pages only.
STUDIES = re.compile(r"Kuilart|Davis|Majlesi|Stankovic|Childs|Farrar|Timberlake|Finucane|sensitivity")
COUNT = "textstat.backend.counts._count_syllables"


def written(tmp_path_factory, analysis: Analysis, made_on: date | None = None) -> bytes:
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    frames = figures_of_track(analysis.track, analysis.angles, analysis.session, analysis.spans)
    write_report(path, analysis.angles, analysis.session, frames, from_video=False, made_on=made_on)
    return path.read_bytes()


@pytest.fixture(scope="module")
def report_of(tmp_path_factory):
    """Give a story's report by its name, each made once."""

    @cache
    def make(name: str) -> bytes:
        others = {"none": lambda: told(None), "knee": knee_moved, "unusable": unusable}
        return written(tmp_path_factory, others[name]() if name in others else told(STORIES[name]))

    return make


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def plain(words: str) -> str:
    return " ".join(words.split())


def prose(page: str) -> str:
    """The sentences of a page: bullets and headings end where their line does."""
    lines = page.splitlines()[1:]  # the first is the running header
    return "\n".join(lines).replace("•", "\n")


def syllables(word: str) -> int:
    """Count vowel groups, less a silent e: rather one too many than one too few."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$", word) is not None
    return max(1, groups - silent)


def grade(monkeypatch: pytest.MonkeyPatch, words: str) -> float:
    """The school grade that a text asks for, the higher of two counts of syllables.

    The dictionary that textstat prefers would have to be downloaded; without it, it hyphenates.
    """
    monkeypatch.setattr(importlib.import_module(COUNT), "get_cmudict", lambda _: None)
    hyphenated = textstat.flesch_kincaid_grade(words)
    found = re.findall(r"[a-z]+", words.lower())
    per_word = sum(map(syllables, found)) / len(found)
    return max(hyphenated, 0.39 * textstat.words_per_sentence(words) + 11.8 * per_word - 15.59)


def elements(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    """All elements of the structure tree."""
    found, waiting = [], [document.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary):
                waiting.append(kid)
                found.append(kid)
    return found


def test_screen_readers_find_title_language_headings_and_words_for_pictures(report_of) -> None:
    pdf = report_of("EASED_WITH_HEAD_LIFT")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "en"
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "Slump test: record of one clip"
            assert metadata["pdfuaid:part"] == "1"
        tags = [str(e.get("/S")) for e in elements(document)]
        pictures = [e for e in elements(document) if e.get("/S") == "/Figure"]
        assert len(pictures) == 6
        assert all(len(str(e.get("/Alt", ""))) > 40 for e in pictures)
    assert tags.count("/H1") == 2
    assert tags.count("/H2") >= 12
    assert tags.count("/Table") >= 8
    assert tags.count("/TH") > 20


def test_every_font_is_embedded_and_maps_back_to_letters(report_of) -> None:
    fonts = {}
    for page in pypdf.PdfReader(io.BytesIO(report_of("EASED_WITH_HEAD_LIFT"))).pages:
        fonts |= {font["/BaseFont"]: font for font in page["/Resources"]["/Font"].get_object().values()}
    assert fonts
    for font in (f.get_object() for f in fonts.values()):
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert any(key.startswith("/FontFile") for key in descriptor)
        assert "/ToUnicode" in font


@pytest.mark.parametrize(("language", "mark"), [("en", "."), ("es", ","), ("de", ",")])
def test_fractions_have_one_decimal_mark_throughout(tmp_path_factory, language, mark) -> None:
    with speaking(language):
        analysis = told(STORIES["EASED_WITH_HEAD_LIFT"])
        session = analysis.session.model_copy(update={"language": language})
    words = plain(" ".join(pages(written(tmp_path_factory, replace(analysis, session=session)))))
    words = words.replace(session.software.slumpcv, "")
    assert set(re.findall(r"(?<![\d.])\d+([.,])\d+(?![\d.])", words)) == {mark}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["What it does not mean", "14° ±3", "4 March 2026"]),
        ("es", ["Qué no significa", "14° ±3", "4 de marzo de 2026"]),
        ("de", ["Was es nicht bedeutet", "14° ±3", "4. März 2026"]),
    ],
)
def test_letters_and_signs_of_all_languages_can_be_copied(tmp_path_factory, language, said) -> None:
    with speaking(language):
        analysis = told(STORIES["EASED_WITH_HEAD_LIFT"])
        session = analysis.session.model_copy(update={"language": language})
    pdf = written(tmp_path_factory, replace(analysis, session=session), date(2026, 3, 4))
    words = plain(" ".join(pages(pdf)))
    assert [part for part in said if part not in words] == []
    letters = {"en": "±°", "es": "±°ñáéíóú¿", "de": "±°äöüß"}[language]
    assert [letter for letter in letters if letter not in words] == []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == language


def test_the_same_result_gives_the_same_bytes(tmp_path_factory, report_of) -> None:
    again = written(tmp_path_factory, told(STORIES["EASED_WITH_HEAD_LIFT"]))
    assert again == report_of("EASED_WITH_HEAD_LIFT")


@pytest.mark.parametrize("name", [*STORIES, "none", "knee", "unusable"])
def test_the_first_page_is_easy_to_read_and_does_not_judge(report_of, monkeypatch, name) -> None:
    first, second = pages(report_of(name))[:2]
    assert grade(monkeypatch, prose(first)) <= 8
    assert BANNED["en"].findall(first) == []
    assert STUDIES.findall(first) == []
    assert "For the therapist" in plain(second)
    for part in ("What it does not mean", "not a diagnosis", "No licensed clinician has reviewed"):
        assert part in plain(first)


@pytest.mark.parametrize("name", ["BLOCKED", "URGENT", "STOPPED"])
def test_where_to_go_comes_first(name) -> None:
    from slumpcv.report.patient_page import patient_sheet

    session = told(STORIES[name]).session
    blocks = patient_sheet(session)["blocks"]
    assert blocks[1]["kind"] == "lead"
    assert [b["words"] for b in blocks[1]["blocks"]] == [session.outcome.title, session.outcome.next_step]
    said = str(blocks)
    assert "What you did" not in said
    assert "lifted your head" not in said


@pytest.mark.parametrize("name", ["BLOCKED", "URGENT", "STOPPED"])
def test_what_is_not_judged_has_no_verdict(report_of, name) -> None:
    first, second, timeline = (plain(page) for page in pages(report_of(name))[:3])
    assert "The clip is not judged." in second
    for verdict in ("only the head moved", "Only the head moved", "Relief", "reproduced."):
        assert verdict not in first + second + timeline


def test_without_answers_no_outcome_is_given(report_of) -> None:
    first, second = (plain(p) for p in pages(report_of("none"))[:2])
    assert "No answers about symptoms were entered." in first
    assert "only your head moved" in first
    assert "It gives no outcome" in first
    assert "Safety screen" not in " ".join(pages(report_of("none")))
    assert "Course of the symptoms" not in second


def test_what_was_felt_is_on_the_first_page(report_of) -> None:
    first = plain(pages(report_of("EASED_WITH_HEAD_LIFT"))[0])
    assert (
        "As you straightened your knee: 5 out of 10. This was your usual symptom. Where: calf, right."
        in first
    )
    assert "With your head up: 2 out of 10." in first
    assert "3 min after the test the symptom was at 4 out of 10" in first
    assert "You felt nothing during the test." in plain(pages(report_of("NOT_REPRODUCED"))[0])
    assert "your back or leg moved as well" in plain(pages(report_of("knee"))[0])


def did(session: Session) -> str:
    from slumpcv.report.patient_page import patient_sheet

    return str(patient_sheet(session)["blocks"][2]["words"])


def test_steps_that_stayed_small_or_were_not_seen_are_not_told_as_done() -> None:
    session = told(STORIES["NOT_REPRODUCED"]).session
    assert "You straightened your knee. How far your toes came up was hard to see." in did(session)
    missed = {"KNEE_EXTENSION": -9.0, "NECK_FLEXION": -4.0, "HEAD_LIFT": -3.0}
    phases = tuple(
        p.model_copy(update={"reached": False, "margin": missed[p.phase]}) if p.phase in missed else p
        for p in session.phases
        if p.phase != "SLUMP"
    )
    short = session.model_copy(update={"phases": phases})
    said = did(short)
    assert "You straightened your knee part of the way." in said
    assert "You brought your chin down a little." in said
    assert "You lifted your head a little." in said
    assert "back sag" not in said
    lift = ISOLATED.model_copy(update={"isolated": None, "status": "small_lift"})
    said = did(short.model_copy(update={"isolation": lift}))
    assert "Your head came up a little." in said
    assert "You lifted" not in said


def test_a_step_that_was_reached_once_was_done() -> None:
    session = told(STORIES["NOT_REPRODUCED"]).session
    knee = next(p for p in session.phases if p.phase == "KNEE_EXTENSION")
    again = knee.model_copy(update={"reached": False, "margin": -5.0, "repetition": 2})
    said = did(session.model_copy(update={"phases": (*session.phases, again)}))
    assert said.count("your knee") == 1
    assert "You straightened your knee." in said


def test_an_unusable_clip_says_why_and_what_to_do(report_of) -> None:
    first = plain(pages(report_of("unusable"))[0])
    assert "The camera looks at you from the front" in first
    assert "Put the camera at hip height" in first


def test_the_therapist_finds_all_that_was_measured(report_of) -> None:
    words = plain(" ".join(pages(report_of("EASED_WITH_HEAD_LIFT"))))
    for part in (
        "EASED_WITH_HEAD_LIFT",
        "End of knee extension",
        "without the video",
        ["Knee", "14° ±3"][1],
        "Head, lifted by 34° ±3",
        "Before After Drop Said Relief",
        "Onset 10.1 s",
        "most likely 0.5 s",
        "Kuilart 2005: 83 %",
        "Majlesi 2008 (n = 75): sensitivity 0.84",
        "Stankovic 1999: sensitivity 0.44",
        "massage (did not help)",
        "slumpcv version",
        "calf, right: pull or stretch and tingling · patient, during the test",
    ):
        assert part in words, part


def test_a_clip_in_which_nothing_was_found_has_a_report(tmp_path_factory) -> None:
    analysis = told(None)
    empty: Session = without_phases(analysis).session.model_copy(update={"side": None})  # type: ignore[arg-type]
    words = plain(" ".join(pages(written(tmp_path_factory, replace(analysis, session=empty, spans=())))))
    assert "The steps of the test could not be made out" in words
    assert "There are no key frames" in words
    assert "No angles are stated" in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_first_page_is_one_page_and_does_not_judge(tmp_path_factory, language) -> None:
    marks = [mark | {"regions": MARKS[0]["regions"]} for mark in MARKS]
    story = felt(2, "eased", symptoms=marks, recovery={"intensity": 4, "after_min": 12})
    with speaking(language):
        analysis = told(story | {"intake": {"earlier_tests_24h": 2}}, ISOLATED)
        session = analysis.session.model_copy(update={"language": language})
    pdf = written(tmp_path_factory, replace(analysis, session=session))
    with speaking(language):
        opening = text("report.therapist.title")
    first, second = pages(pdf)[:2]
    assert second.splitlines()[1] == opening
    assert BANNED[language].findall(first) == []
    assert STUDIES.findall(first) == []


def test_the_documentation_for_patients_is_easy_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    without = r"^(?:\||    ).*$|\]\([^)]*\)|[`*\[#]"  # tables, commands, addresses, marks
    words = re.sub(without, "", text_of(DOCS / "patients.md"), flags=re.MULTILINE)
    assert grade(monkeypatch, words) <= 6
