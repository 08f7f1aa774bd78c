"""Consent, safety questions, story and getting ready, empty and filled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from page_case import ALL_NO, begun, choose, only, opened, press, stored, words

from slumpcv.answers import Intake, Place, Screen
from slumpcv.language import text

if TYPE_CHECKING:
    from slumpcv.visits import Step, Visits


pytestmark = pytest.mark.usefixtures("without_components")


@pytest.mark.parametrize("step", ["intake", "prepare", "camera", "upload"])
def test_on_another_day_consent_and_safety_are_asked_again(visits: Visits, step: Step) -> None:
    visit = begun(visits, step, screen=ALL_NO)
    visit = visits.update(visit, consented_at=datetime.now(UTC) - timedelta(hours=25))
    app = opened(visit)
    assert app.title[0].value == text("app.consent.title")
    press(app, "agree")
    again = stored(visits, visit)
    assert again.screen == Screen()
    assert again.consented_at is not None
    assert datetime.now(UTC) - again.consented_at < timedelta(minutes=5)
    assert app.title[0].value == text("app.screen.title")


def test_a_recording_of_another_day_is_gone_on_with(visits: Visits) -> None:
    visit = begun(visits, "camera", screen=ALL_NO)
    visit = visits.update(visit, consented_at=datetime.now(UTC) - timedelta(hours=25))
    visit = visits.add_test(visit, "right", "camera")
    app = opened(visits.update_test(visit, 1, clip="clip.webm"))
    assert text("app.camera.recorded") in words(app)


def test_the_consent_is_kept_with_its_time(visits: Visits) -> None:
    visit = begun(visits, "consent")
    app = opened(visit)
    press(app, "agree")
    assert stored(visits, visit).step == "screen"
    assert stored(visits, visit).consented_at is not None
    assert app.title[0].value == text("app.screen.title")


def test_no_safety_question_is_answered_in_advance(visits: Visits) -> None:
    app = opened(begun(visits, "screen"))
    assert [group.value for group in app.button_group] == [None] * len(Screen.model_fields)


def test_open_safety_questions_are_pointed_to(visits: Visits) -> None:
    visit = begun(visits, "screen", screen=ALL_NO.model_copy(update={"pregnancy": None}))
    app = opened(visit)
    press(app, "next")
    assert stored(visits, visit).step == "screen"
    assert text("app.screen.missing", count=1) in words(app)
    choose(app, "screen_pregnancy", "no")
    press(app, "next")
    assert stored(visits, visit).step == "intake"


@pytest.mark.parametrize(
    ("names", "group"),
    [
        (("under_18",), "not_suitable"),
        (("pregnancy", "hot_swollen_calf"), "urgent"),
        (("weight_loss", "saddle_numbness"), "emergency"),
    ],
)
def test_a_yes_blocks_the_way_and_says_where_to_go(
    visits: Visits, names: tuple[str, ...], group: str
) -> None:
    visit = begun(visits, "screen")
    app = opened(visit)
    for name in names:
        choose(app, f"screen_{name}", "yes")
    press(app, "next")
    for page in (app, opened(visit)):  # also after a reload
        assert page.title[0].value == text("outcome.BLOCKED.title")
        assert text(f"outcome.go.{group}") in words(page)
        assert "next" not in {button.key for button in page.button}
        assert stored(visits, visit).step == "screen"


def test_a_slip_of_the_finger_can_be_put_right(visits: Visits) -> None:
    visit = begun(visits, "screen", screen=ALL_NO.model_copy(update={"pregnancy": "yes"}))
    app = opened(visit)
    press(app, "correct")
    choose(app, "screen_pregnancy", "no")
    press(app, "next")
    assert stored(visits, visit).step == "intake"


def test_the_story_may_be_left_out(visits: Visits) -> None:
    visit = begun(visits, "intake", screen=ALL_NO)
    press(opened(visit), "next")
    assert stored(visits, visit).step == "prepare"
    assert stored(visits, visit).intake == Intake()


def test_the_story_is_kept_as_it_is_told(visits: Visits) -> None:
    visit = begun(visits, "intake", screen=ALL_NO)
    app = opened(visit)
    choose(app, "intake_side", "left")
    choose(app, "intake_regions", ["low_back", "calf"])
    choose(app, "intake_tried", ["ice"])
    choose(app, "intake_helped_ice", "unsure")
    choose(app, "intake_headaches", "no")
    intake = stored(visits, visit).intake
    assert intake is not None
    assert intake.regions == (Place(region="low_back"), Place(region="calf", side="left"))
    assert (intake.tried[0].helped, intake.headaches) == ("unsure", "no")
    again = opened(visit)
    assert again.button_group(key="intake_calf").value == ["left"]
    assert again.button_group(key="intake_helped_ice").value == "unsure"


def test_a_region_without_its_side_is_left_out(visits: Visits) -> None:
    visit = begun(visits, "intake", screen=ALL_NO)
    app = opened(visit)
    choose(app, "intake_regions", ["calf"])
    assert stored(visits, visit).intake == Intake()
    choose(app, "intake_calf", ["left", "right"])
    intake = stored(visits, visit).intake
    assert intake is not None
    assert [place.side for place in intake.regions] == ["left", "right"]


def test_the_test_waits_for_its_leg(visits: Visits) -> None:
    visit = begun(visits, "prepare", screen=ALL_NO, intake=Intake(side="right"))
    app = opened(visit)
    assert "<svg" in words(app)
    assert "Begin with the other one, the left leg" in words(app)
    press(app, "next")
    assert text("app.prepare.leg_missing") in words(app)
    choose(app, "leg", "left")
    press(app, "next")
    now = stored(visits, visit)
    assert now.test is not None
    assert (now.step, now.test.side, now.test.source) == ("camera", "left", "camera")


def test_a_test_that_never_began_is_taken_again(visits: Visits) -> None:
    visit = begun(visits, "prepare", screen=ALL_NO)
    app = opened(visit)
    choose(app, "leg", "left")
    press(app, "next")
    press(app, "back")
    assert app.button_group(key="leg").value == "left"
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    visits.update_test(visit, 1, started_at=yesterday)
    press(app, "next")
    (test,) = stored(visits, visit).tests
    assert test.started_at > yesterday + timedelta(hours=24)  # it counts from when it is really begun


def test_who_brings_a_clip_goes_from_the_story_to_it(visits: Visits) -> None:
    app = opened()
    press(app, "start_upload")
    press(app, "agree")
    visit = only(visits)
    visits.update(visit, screen=ALL_NO, step="intake")
    press(app, "next")
    assert only(visits).step == "upload"
    assert app.title[0].value == text("app.upload.title")


def test_the_way_back_loses_nothing(visits: Visits) -> None:
    visit = begun(visits, "prepare", screen=ALL_NO, intake=Intake(side="left"))
    app = opened(visit)
    for title in ("ask.title.intake", "app.screen.title", "app.consent.title", "app.welcome.title"):
        press(app, "back")
        assert app.title[0].value == text(title)
    now = stored(visits, visit)
    assert (now.screen, now.intake) == (ALL_NO, Intake(side="left"))


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"consented_at": None, "screen": ALL_NO}, "app.consent.title"),
        ({"screen": None}, "app.screen.title"),
        ({"screen": ALL_NO.model_copy(update={"weak_bones": None})}, "app.screen.title"),
        ({"screen": ALL_NO.model_copy(update={"weak_bones": "yes"})}, "outcome.BLOCKED.title"),
        ({"screen": ALL_NO}, "app.prepare.title"),
    ],
    ids=["no consent", "no screen", "one open", "one yes", "all no"],
)
def test_nothing_leads_past_an_open_safety_question(
    visits: Visits, given: dict[str, Any], title: str
) -> None:
    app = opened(visits.update(begun(visits, "prepare"), **given))
    assert app.title[0].value == text(title)
