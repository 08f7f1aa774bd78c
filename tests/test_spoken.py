"""The whole way from a track to what people read, in every language."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache

import matplotlib
import numpy as np
import pytest
from rich.console import Console
from synthetic import Camera, Story, make_track

from slumpcv.analysis import Analysis, analyze_track
from slumpcv.language import LANGUAGES, Language, speaking
from slumpcv.report.summary import print_summary
from slumpcv.report.timeline import STYLE, timeline_figure

WORD = re.compile(r"[^\W\d_]{3,}")


@cache
def analysed(language: Language) -> Analysis:
    """A dark clip of a test without toes, in which the knee moves along with the head."""
    story = Story().sit().slump().chin().knee().lift(knee_flexion_deg=12).sit_up().rest(3)
    track = make_track(story, story.times(), Camera(far_ahead=0.07))
    with speaking(language):
        return analyze_track(replace(track, luma=np.full_like(track.luma, 30.0)))


@cache
def read(language: Language) -> list[str]:
    """All that people read of it: findings, reasons, summary and timeline."""
    result = analysed(language)
    out = io.StringIO()
    with speaking(language), matplotlib.rc_context(STYLE):
        print_summary(result.session, Console(file=out, width=200))
        figure = timeline_figure(result.angles, result.session)
    findings = [words for f in result.session.quality.findings for words in (f.message, f.fix)]
    drawn = [text.get_text() for place in (figure, *figure.axes) for text in place.texts]
    return [*findings, *result.session.isolation.reasons, *out.getvalue().splitlines(), *drawn]


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_nothing_that_is_read_stays_english(language: Language) -> None:
    english = set(read("en"))
    assert [words for words in read(language) if words in english and len(WORD.findall(words)) > 2] == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_fraction_that_is_read_has_a_comma(language: Language) -> None:
    version = analysed(language).session.software.slumpcv
    said = [words.replace(version, "") for words in read(language)]
    assert [words for words in said if re.search(r"\d\.\d", words)] == []
    assert sum(bool(re.search(r"\d,\d", words)) for words in said) > 5


def test_a_result_speaks_german() -> None:
    session = analysed("de").session
    (finding,) = session.quality.findings
    assert finding.message.endswith("deshalb wird der Körper weniger genau erkannt.")
    assert re.fullmatch(r"Das Knie hat sich bei \d+,\d s um 1\d° bewegt\.", session.isolation.reasons[0])
    words = " ".join(read("de"))
    assert "Beim Kopfheben hat sich nicht nur der Kopf bewegt: das Knie hat sich bei" in words
    for part in ("Slump-Test, rechte Seite", "Kinn zur Brust", "Rumpfneigung", "Knie strecken"):
        assert part in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_the_same_in_every_language(language: Language) -> None:
    said, english = analysed(language).session, analysed("en").session
    assert said.phases == english.phases
    assert said.measurements == english.measurements
    assert said.isolation.moved == english.isolation.moved
    assert [f.code for f in said.quality.findings] == [f.code for f in english.quality.findings]
