"""Two raters rate sessions blind on the desk's pages, and the page says how well they agree."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from desk_case import desk_library, opened, press, words
from library_case import other_result
from synthetic import make_track, perform

from slumpcv.analysis import analyze_track
from slumpcv.corrections import CorrectedPhase, Corrections
from slumpcv.language import text
from slumpcv.library.intake import bring
from slumpcv.library.library import Library
from slumpcv.library.terms import LOCAL
from slumpcv.review.history import NOTHING
from slumpcv.ui.server.rating import RatingLedger
from slumpcv.ui.server.review_result import reviewed_analysis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    with desk_library(tmp_path, monkeypatch) as opened_library:
        yield opened_library


@pytest.fixture
def ids(library: Library, tmp_path: Path) -> list[str]:
    """Sessions of one patient."""
    patient = library.add_patient(LOCAL, "P-1")
    folders = [other_result(tmp_path / f"r{number}", str(number)) for number in range(5)]
    return [bring(library, LOCAL, folder, patient.id).session_id or "" for folder in folders]


def moved(library: Library, session_id: str, by_s: float) -> Corrections:
    """The automatic phases, all but the first of which begin later."""
    spans = reviewed_analysis(library.folder(LOCAL, session_id), (), "right").spans
    starts = [spans[0].start_s, *(span.start_s + by_s for span in spans[1:])]
    ends = [*starts[1:], spans[-1].end_s]
    return Corrections(
        phases=tuple(
            CorrectedPhase(phase=span.phase, start_s=start_s, end_s=end_s)
            for span, start_s, end_s in zip(spans, starts, ends, strict=True)
        )
    )


def rate(library: Library, session_id: str, rater: str, by_s: float) -> None:
    library.rate(LOCAL, session_id, moved(library, session_id, by_s), "EASED_WITH_HEAD_LIFT", rater)


def test_a_rating_begins_with_the_automatic_result(library: Library, ids: list[str]) -> None:
    library.correct(LOCAL, ids[0], "move_edge", moved(library, ids[0], 0.1))
    rate(library, ids[0], "Ben", 0.1)
    ledger = RatingLedger(library, LOCAL, ids[0], "Anna")
    assert not ledger.is_rated
    assert ledger.rows() == ()
    assert ledger.state == NOTHING


def test_a_rating_is_kept_with_each_change_and_found_again(library: Library, ids: list[str]) -> None:
    story = perform(hold_s=2.5).rest(2)
    result = analyze_track(make_track(story, story.times()), "right").session
    ledger, state = RatingLedger(library, LOCAL, ids[0], "Anna"), moved(library, ids[0], 0.1)
    ledger.append("move_edge", state, "", 0, result)
    again = RatingLedger(library, LOCAL, ids[0], "Anna")
    assert again.is_rated
    assert again.state == state
    assert [row.number for row in again.rows()] == [1]
    assert library.corrections(LOCAL, ids[0]) == ()


@pytest.mark.usefixtures("library")
def test_without_sessions_and_raters_the_page_says_so() -> None:
    said = words(opened("agreement"))
    assert text("agreement.no_sessions") in said
    assert text("agreement.one_rater") in said


def test_what_both_have_rated_is_compared(library: Library, ids: list[str]) -> None:
    for session_id in ids:
        rate(library, session_id, "Anna", 0.0)
    rate(library, ids[0], "Cleo", 0.0)
    for session_id in ids[:4]:
        rate(library, session_id, "Ben", 0.1)
    app = opened("agreement")
    said = words(app)
    assert text("agreement.outcome", same=4, sessions=4) in said
    assert "<td>0.10</td>" in said  # all phases begin 0.1 s later
    assert "100%" in said
    app.selectbox(key="rater_a").set_value("Ben")
    app.selectbox(key="rater_b").set_value("Ben").run()
    assert text("agreement.none_shared") in words(app)


def test_who_rates_has_to_have_a_name(library: Library, ids: list[str]) -> None:
    app = opened("agreement")
    press(app, text("agreement.rate.open"))
    assert text("agreement.unnamed") in words(app)
    assert library.ratings(LOCAL) == ()
    rate(library, ids[-1], "Anna", 0.0)
    app.text_input(key="rater_name").set_value("Anna")
    press(app, text("agreement.rate.open"))
    assert text("agreement.blind", rater="Anna") in words(app)


def test_angles_are_told_with_their_unit_and_the_plot_has_its_limits(
    library: Library, ids: list[str]
) -> None:
    for number, session_id in enumerate(ids):
        rate(library, session_id, "Anna", 0.0)
        rate(library, session_id, "Ben", 0.1 * number)
    app = opened("agreement")
    assert re.search(r"<td>\N{MINUS SIGN}?\d+\.\d° … \N{MINUS SIGN}?\d+\.\d°</td>", words(app))
    assert text("agreement.how.sign", first="Anna", second="Ben") in words(app)
    (plot,) = app.get("plotly_chart")
    assert json.loads(plot.proto.spec)["layout"]["separators"][0] == "."
    assert [shape["line"]["dash"] for shape in json.loads(plot.proto.spec)["layout"]["shapes"]] == [
        "solid",
        "dash",
        "dash",
    ]


def test_in_german_every_fraction_has_a_comma(library: Library, ids: list[str]) -> None:
    for number, session_id in enumerate(ids):
        rate(library, session_id, "Anna", 0.0)
        rate(library, session_id, "Ben", 0.1 * number)
    app = opened("agreement", language="de")
    shown = re.sub(r"<style>.*?</style>", "", words(app), flags=re.DOTALL)
    assert not re.search(r"\d\.\d", shown)
    assert "Slump-Index, Einsinken" in shown  # and no hyphen of a narrow column
    assert re.search(r"<td>\N{MINUS SIGN}?\d+,\d° … \N{MINUS SIGN}?\d+,\d°</td>", shown)
    (plot,) = app.get("plotly_chart")
    assert json.loads(plot.proto.spec)["layout"]["separators"][0] == ","
