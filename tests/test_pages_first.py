"""The first page: ways to begin, what is kept, and what is another's."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from page_case import ALL_NO, begun, choose, only, opened, press, stored, words

from slumpcv.language import LANGUAGES, speaking, text

if TYPE_CHECKING:
    from slumpcv.visits import Visits


pytestmark = pytest.mark.usefixtures("without_components")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_is_there_in_every_language(visits: Visits, language: str) -> None:
    app = opened(language=language)
    with speaking(language):  # type: ignore[arg-type]
        assert app.title[0].value == text("app.welcome.title")
        assert text("app.welcome.is_not.reviewed") in words(app)
    assert str(visits.root) in [code.value for code in app.code]


def test_a_test_begins_with_the_consent_and_is_begun_once(visits: Visits) -> None:
    app = opened(language="es")
    press(app, "start")
    visit = only(visits)
    assert (visit.step, visit.language) == ("consent", "es")
    press(app, "home")
    press(app, "start")
    assert only(visits).id == visit.id


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_sample_goes_straight_to_the_test(visits: Visits, number: int) -> None:
    app = opened()
    name = ("right_plain", "right_no_lift", "right_knee_bends")[number]
    press(app, name)
    test = only(visits).test
    assert test is not None
    assert (only(visits).step, test.source, test.sample) == ("camera", "demo", name)


def test_the_first_page_leads_back_to_what_was_begun(visits: Visits) -> None:
    visit = begun(visits, "consent")
    press(opened(visit), "agree")
    app = opened()
    press(app, f"open_unfinished_{visit.id}")
    assert app.title[0].value == text("app.screen.title")


def test_a_deleted_test_is_gone_after_one_more_question(visits: Visits) -> None:
    visit = visits.add_test(begun(visits, "result"), "left", "camera")
    app = opened()
    assert text("app.welcome.delete_sure") in words(app)
    press(app, f"delete_result_{visit.id}")
    assert visits.of_owner("anna") == []
    assert f"open_result_{visit.id}" not in {button.key for button in app.button}


def test_another_browsers_visit_is_not_shown(visits: Visits) -> None:
    visit = visits.new("ben", "en")
    app = opened(visit)
    assert text("app.welcome.unknown") in words(app)
    assert app.title[0].value == text("app.welcome.title")


def test_a_leg_tested_today_is_remembered_and_said(visits: Visits) -> None:
    earlier = visits.add_test(visits.new("anna", "en"), "left", "camera")
    visits.update_test(earlier, 1, clip="clip.webm")
    assert text("app.welcome.lately", legs="left leg") in words(opened())
    app = opened(begun(visits, "prepare", screen=ALL_NO))
    choose(app, "leg", "right")
    assert text("app.prepare.lately", leg="right leg") not in words(app)
    choose(app, "leg", "left")
    assert text("app.prepare.lately", leg="left leg") in words(app)


def test_a_browser_without_the_cookie_still_keeps_its_own_visit(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, locale=None, timezone=None))
    app = opened()
    press(app, "start")
    press(app, "agree")
    assert app.title[0].value == text("app.screen.title")
    assert visits.of_owner("anna") == []


def test_a_result_is_listed_with_leg_and_day_also_while_the_other_leg_is_under_way(visits: Visits) -> None:
    visit = visits.add_test(begun(visits, "prepare", screen=ALL_NO), "left", "camera")
    at = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
    visits.update_test(visit, 1, clip="clip.webm", analysed=True, answered=True, started_at=at)
    app = opened()
    assert "Left leg, 8 March 2026, 00:30" in words(app)  # by the clock of the browser, in Berlin
    press(app, f"open_unfinished_{visit.id}")
    assert app.title[0].value == text("app.prepare.title")
    assert "Left leg, 8 March 2026, 00:30" in words(app)
    app.button(key="earlier_open").click().run()
    assert stored(visits, visit).step == "result"


def test_the_way_back_from_getting_ready_leads_to_the_leg_before(visits: Visits) -> None:
    visit = visits.add_test(begun(visits, "prepare", screen=ALL_NO), "left", "camera")
    visit = visits.update_test(visit, 1, clip="clip.webm", analysed=True, answered=True)
    app = opened(visits.add_test(visit, "right", "camera"))  # begun and left again
    app.button(key="back").click().run()
    assert stored(visits, visit).step == "result"
