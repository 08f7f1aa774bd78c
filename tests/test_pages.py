"""Every page of the patient's way, empty and filled, as Streamlit runs it, without a browser."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from clipmaker import make_clip
from streamlit.testing.v1 import AppTest

from slumpcv.answers import Intake, Place, Screen
from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.ui.pages import camera, upload
from slumpcv.ui.server import hub
from slumpcv.ui.server.lan import Pairing
from slumpcv.ui.state import OWNER_COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.visits import Step, Visit, Visits

SCRIPT = Path(hub.__file__).parents[1] / "main.py"
ALL_NO = Screen(**dict.fromkeys(Screen.model_fields, "no"))


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visits:
    monkeypatch.setenv("SLUMPCV_DATA", str(tmp_path))
    hub.visits.cache_clear()
    browser = {"cookies": {OWNER_COOKIE: "anna"}, "locale": "en-GB", "timezone": "Europe/Berlin"}
    monkeypatch.setattr("streamlit.context", SimpleNamespace(**browser))
    monkeypatch.setattr(camera, "guide", lambda *_: None)
    monkeypatch.setattr(upload, "upload", lambda *_, **__: None)
    # What follows the recording has its own tests.
    monkeypatch.setitem(sys.modules, "slumpcv.ui.pages.analysis", SimpleNamespace(show=lambda _visit: None))
    return hub.visits()


def opened(visit: Visit | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(SCRIPT), default_timeout=60)
    app.query_params.update(query | ({"visit": visit.id} if visit else {}))
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def choose(app: AppTest, key: str, value: object) -> None:
    app.button_group(key=key).set_value(value).run()
    assert not app.exception


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "html", "warning", "info", "error", "caption")
    return "\n".join(str(getattr(e, "value", None) or e.proto.body) for kind in kinds for e in app.get(kind))


def begun(visits: Visits, step: Step, **answers: Any) -> Visit:
    agreed = None if step == "consent" else datetime.now(UTC)
    return visits.update(visits.new("anna", "en"), step=step, consented_at=agreed, **answers)


def stored(visits: Visits, visit: Visit) -> Visit:
    found = visits.load(visit.id, "anna")
    assert found is not None
    return found


def only(visits: Visits) -> Visit:
    (visit,) = visits.of_owner("anna")
    return visit


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


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_sample_goes_straight_to_the_test(visits: Visits, number: int) -> None:
    app = opened()
    name = ("right_plain", "right_no_lift", "right_knee_bends")[number]
    press(app, name)
    test = only(visits).test
    assert test is not None
    assert (only(visits).step, test.source, test.sample) == ("camera", "demo", name)


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
    press(app, "next")
    assert len(stored(visits, visit).tests) == 1


def test_a_leg_tested_today_is_remembered_and_said(visits: Visits) -> None:
    earlier = visits.add_test(visits.new("anna", "en"), "left", "camera")
    visits.update_test(earlier, 1, clip="clip.webm")
    assert text("app.welcome.lately", legs="left leg") in words(opened())
    app = opened(begun(visits, "prepare", screen=ALL_NO))
    choose(app, "leg", "right")
    assert text("app.prepare.lately", leg="right leg") not in words(app)
    choose(app, "leg", "left")
    assert text("app.prepare.lately", leg="left leg") in words(app)


@pytest.mark.parametrize(("ending", "step"), [(None, "camera"), ("over", "analysis"), ("upload", "upload")])
def test_the_camera_page_goes_where_the_guided_test_ends(
    visits: Visits, monkeypatch: pytest.MonkeyPatch, ending: str | None, step: str
) -> None:
    monkeypatch.setattr(camera, "guide", lambda *_: ending)
    visit = visits.add_test(begun(visits, "camera", screen=ALL_NO), "left", "camera")
    opened(visit)
    assert stored(visits, visit).step == step


def with_clip(visits: Visits, make: Callable[[Path], object]) -> Visit:
    """Return a visit of which the clip has just arrived."""
    visit = visits.add_test(begun(visits, "upload", screen=ALL_NO), "right", "upload")
    make(visits.folder(visit, visit.tests[0]) / "clip.mp4")
    return visits.update_test(visit, 1, clip="clip.mp4")


def lasting(seconds: float) -> Callable[[Path], object]:
    return lambda path: make_clip(path, [number * seconds / 10 for number in range(11)])


def test_a_clip_that_can_be_measured_goes_on(visits: Visits) -> None:
    visit = with_clip(visits, lasting(8))
    press(opened(visit), "next")
    now = stored(visits, visit)
    assert now.test is not None
    assert (now.step, now.test.clip) == ("analysis", "clip.mp4")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("no video"), "This file cannot be used as a clip. Choose another one"),
        (lasting(3), "The clip lasts only 3 seconds."),
        (lasting(660), "The clip lasts about 11 minutes. Cut it to the test itself"),
    ],
    ids=["no video", "short", "long"],
)
def test_a_clip_that_cannot_be_measured_is_put_away_and_said(
    visits: Visits, make: Callable[[Path], object], said: str
) -> None:
    visit = with_clip(visits, make)
    app = opened(visit)
    press(app, "next")
    assert said in words(app)
    assert str(visits.root) not in words(app)
    now = stored(visits, visit)
    assert now.test is not None
    assert (now.step, now.test.clip) == ("upload", None)
    assert list(visits.folder(now, now.test).iterdir()) == []


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


def test_the_first_page_leads_back_to_what_was_begun(visits: Visits) -> None:
    visit = begun(visits, "consent")
    press(opened(visit), "agree")
    app = opened()
    press(app, f"open_{visit.id}")
    assert app.title[0].value == text("app.screen.title")


def test_a_deleted_test_is_gone_after_one_more_question(visits: Visits) -> None:
    visit = visits.add_test(begun(visits, "result"), "left", "camera")
    app = opened()
    assert text("app.welcome.delete_sure") in words(app)
    press(app, f"delete_{visit.id}")
    assert visits.of_owner("anna") == []
    assert f"open_{visit.id}" not in {button.key for button in app.button}


def test_another_browsers_visit_is_not_shown(visits: Visits) -> None:
    visit = visits.new("ben", "en")
    app = opened(visit)
    assert text("app.welcome.unknown") in words(app)
    assert app.title[0].value == text("app.welcome.title")


def test_what_a_user_can_mend_is_said_on_the_page(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = begun(visits, "consent")
    app = opened(visit)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    press(app, "agree")
    assert "There is no room left to write visit.json" in words(app)


def test_who_leaves_a_sample_for_a_clip_begins_at_the_beginning(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = visits.add_test(begun(visits, "camera"), "right", "demo", "right_plain")
    monkeypatch.setattr(camera, "guide", lambda *_: "upload")
    app = opened(demo)
    assert app.title[0].value == text("app.consent.title")
    assert {visit.step for visit in visits.of_owner("anna")} == {"camera", "consent"}


def test_a_browser_without_the_cookie_still_keeps_its_own_visit(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, locale=None, timezone=None))
    app = opened()
    press(app, "start")
    press(app, "agree")
    assert app.title[0].value == text("app.screen.title")
    assert visits.of_owner("anna") == []


def test_a_recorded_test_is_not_recorded_twice_unasked(visits: Visits) -> None:
    visit = visits.add_test(begun(visits, "camera", screen=ALL_NO), "left", "camera")
    visit = visits.update_test(visit, 1, clip="clip.webm")
    app = opened(visit)
    assert text("app.camera.recorded") in words(app)
    press(app, "next")
    assert stored(visits, visit).step == "analysis"


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


def test_the_phone_as_a_button_is_offered_where_a_phone_gets_in(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = visits.add_test(begun(visits, "camera", screen=ALL_NO), "left", "camera")
    assert opened(visit).expander == []
    given = iter("12")
    monkeypatch.setattr(
        "slumpcv.ui.server.lan.pairing", lambda _seat: Pairing(f"https://here/{next(given)}", "<svg></svg>")
    )
    app = opened(visit)
    app.run()
    assert [code.value for code in app.code] == ["https://here/1"]  # scanned once, it must stay
    assert next(given) == "2"  # and no other was made
