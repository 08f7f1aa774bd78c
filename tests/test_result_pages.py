"""The questions beside the replay, and the result, as Streamlit runs them, without a browser."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from page_case import fine, opened, press, stored, words
from streamlit.testing.v1 import AppTest
from synthetic import make_track, perform
from take_case import offered

from slumpcv.analysis import Analysis, analyze_track, with_answers, write_results
from slumpcv.answers import Answers
from slumpcv.live.record import GuidedTest, LiveMark
from slumpcv.report.tables import write_session_json
from slumpcv.session import NOT_JUDGED
from slumpcv.ui import jobs
from slumpcv.ui.pages import questions, result
from slumpcv.ui.server import hub
from slumpcv.visits import Take

if TYPE_CHECKING:
    from slumpcv.terms import Side
    from slumpcv.visits import Visit, Visits, VisitTest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = Path(hub.__file__).parents[1] / "main.py"
STORIES = {
    path.stem: Answers.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "samples" / "answers").glob("*.yaml"))
}
TOLD = STORIES["EASED_WITH_HEAD_LIFT"]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    story = perform(hold_s=2.5).rest(2)
    return analyze_track(make_track(story, story.times()))


@pytest.fixture(scope="module")
def written(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_results(analysis, folder)
    return folder


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the replay was shown; what the next run of it gives back is put into ``changes``."""
    shown: list[Any] = []
    monkeypatch.setattr(questions, "replay", lambda film, look, marks: shown.append((film, look, marks)))
    return shown


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> list[Answers]:
    given: list[Answers] = []
    monkeypatch.setattr(jobs, "finish", lambda _visit, _number, answers: given.append(answers))
    return given


def a_visit(visits: Visits, written: Path, side: Side = "right", live: GuidedTest | None = None) -> Visit:
    """A visit with one analysed test."""
    agreed = {"consented_at": datetime.now(UTC), "screen": TOLD.screen, "intake": TOLD.intake}
    known = agreed | {"step": "questions"}
    made = visits.update(visits.new("anna", "en"), **known)
    return with_test(visits, written, made, side, live)


def with_test(
    visits: Visits, written: Path, visit: Visit, side: Side = "right", live: GuidedTest | None = None
) -> Visit:
    visit = visits.add_test(visit, side, "camera")
    test = latest(visit)
    folder = visits.folder(visit, test)
    for path in written.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return visits.update_test(visit, test.number, clip="clip.webm", live=live, analysed=True)


def latest(visit: Visit) -> VisitTest:
    assert visit.test is not None
    return visit.test


def answered(visits: Visits, visit: Visit, analysis: Analysis, answers: Answers) -> Visit:
    """The visit at its result, with these answers about its latest test."""
    judged = with_answers(analysis, answers)
    write_session_json(visits.folder(visit, latest(visit)) / "session.json", judged.session)
    visit = visits.update_test(visit, latest(visit).number, answers=answers, answered=True)
    return visits.update(visit, step="result")


def choose(app: AppTest, visit: Visit, name: str, value: object) -> None:
    fine(app.button_group(key=f"questions-{visit.id}-1-{name}").set_value(value).run())


def title(app: AppTest) -> str:
    return str(app.title[0].value)


# --- questions ----------------------------------------------------------------------------------


def test_the_whole_way_of_somebody_who_marked_it(
    visits: Visits, written: Path, replayed: list[Any], finished: list[Answers]
) -> None:
    marks = (LiveMark(start_s=13.0, end_s=16.0, by="hand"),)
    heard = {"SLUMP": False, "NECK_FLEXION": False, "HEAD_LIFT": False}
    live = GuidedTest(side="right", status="done", duration_s=30, marks=marks, heard=heard)
    visit = a_visit(visits, written, live=live)
    app = opened(visit)
    assert title(app) == "Where you did not raise your hand"
    press(app, "answer_next")  # silence was a no
    assert title(app) == "Sitting tall, before the test"
    assert app.button(key="answer_next").disabled
    choose(app, visit, "phase-BASELINE_intensity", 0)
    press(app, "answer_next")
    assert title(app) == "You showed that you felt it"
    film, look, shown = replayed[-1]
    assert film.url.endswith("/replay.mp4")
    assert (look.active, look.editable) == ("mark-0", True)
    assert [(mark["id"], mark["start"], mark["end"]) for mark in shown] == [("mark-0", 13.0, 16.0)]
    choose(app, visit, "mark-0_intensity", 5)
    choose(app, visit, "mark-0_regions", ["calf"])
    press(app, "answer_next")
    assert title(app) == "After lifting only the head"
    choose(app, visit, "change", "eased")
    choose(app, visit, "phase-HEAD_LIFT_intensity", 2)
    choose(app, visit, "phase-HEAD_LIFT_familiar", "yes")
    press(app, "answer_next")
    press(app, "answer_next")  # none of the signs
    assert finished == []
    press(app, "skip")  # recovery later
    (answers,) = finished
    assert answers.screen == TOLD.screen
    assert answers.intake is not None
    assert answers.symptoms[0].intensity == 5
    assert answers.symptoms[0].regions[0].side == "right"
    assert answers.phases["SLUMP"].intensity == 0
    assert answers.head_lift_change == "eased"
    assert answers.recovery is None
    assert stored(visits, visit).step == "result"


def test_a_reload_goes_on_where_the_answers_end(visits: Visits, written: Path, replayed: list[Any]) -> None:
    visit = a_visit(visits, written)
    app = opened(visit)
    choose(app, visit, "phase-BASELINE_intensity", 2)
    choose(app, visit, "phase-BASELINE_familiar", "yes")  # on disk before anything is pressed
    again = opened(visit)
    assert "slumped" in title(again)
    press(again, "previous")
    field = f"questions-{visit.id}-1-phase-BASELINE_intensity"
    assert again.button_group(key=field).value == 2
    assert replayed[-1][1].jump == "phase-BASELINE"


@pytest.mark.usefixtures("replayed")
def test_the_page_waits_for_the_person_to_go_on(visits: Visits, written: Path) -> None:
    visit = a_visit(visits, written)
    app = opened(visit)
    choose(app, visit, "phase-BASELINE_intensity", 2)
    choose(app, visit, "phase-BASELINE_familiar", "yes")  # enough of an answer, but there is more to say
    choose(app, visit, "phase-BASELINE_regions", ["low_back"])
    assert title(app) == "Sitting tall, before the test"
    answers = latest(stored(visits, visit)).answers
    assert answers is not None
    assert answers.phases["BASELINE"].regions[0].region == "low_back"


@pytest.mark.usefixtures("replayed")
def test_answers_can_be_changed_from_the_result(
    visits: Visits, written: Path, analysis: Analysis, finished: list[Answers]
) -> None:
    visit = answered(visits, a_visit(visits, written), analysis, TOLD)
    app = opened(visit)
    press(app, "change_answers")
    assert title(app) == "Sitting tall, before the test"
    for _ in range(12):
        if finished:
            break
        press(app, "answer_next")
    assert finished[0].phases == TOLD.phases
    assert stored(visits, visit).step == "result"


def test_a_mark_that_is_moved_is_on_disk_at_once(
    visits: Visits, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = GuidedTest(
        side="right", status="done", duration_s=30, marks=(LiveMark(start_s=13.0, end_s=16.0, by="key"),)
    )
    visit = a_visit(visits, written, live=live)
    felt = {phase: {"intensity": 0} for phase in ("BASELINE", "SLUMP", "NECK_FLEXION")}
    known = Answers.model_validate({"phases": felt, "symptoms": [m.model_dump() for m in live.symptoms()]})
    visit = visits.update_test(visit, 1, answers=known)
    change = {"id": "mark-0", "start": 12.5, "end": 15.0}
    monkeypatch.setattr(questions, "replay", lambda *_: change)
    app = opened(visit)
    answers = latest(stored(visits, visit)).answers
    assert answers is not None
    assert (answers.symptoms[0].start_s, answers.symptoms[0].end_s) == (12.5, 15.0)
    assert answers.symptoms[0].how == "replay"
    monkeypatch.setattr(questions, "replay", lambda *_: {"id": "mark-0", "remove": True})
    app.run()
    answers = latest(stored(visits, visit)).answers
    assert answers is not None
    assert answers.symptoms == ()
    assert title(app) == "With the knee straightened"


def test_a_knee_that_stopped_short_is_asked_about_before_all_else(
    visits: Visits, tmp_path_factory: pytest.TempPathFactory, replayed: list[Any]
) -> None:
    story = perform(knee=50.0, hold_s=2.5).rest(2)
    folder = tmp_path_factory.mktemp("short")
    write_results(analyze_track(make_track(story, story.times())), folder)
    app = opened(a_visit(visits, folder))
    assert title(app) == "Here the knee stopped"
    look = replayed[-1][1]
    assert look.focus is not None
    assert look.at_s == pytest.approx(look.focus[0] - questions.LEAD_S)


def test_who_stopped_and_names_a_sign_is_asked_nothing_more(
    visits: Visits, written: Path, replayed: list[Any], finished: list[Answers]
) -> None:
    live = GuidedTest(
        side="right", status="stopped", duration_s=15, stopped_by="sat_up", stopped_in="KNEE_EXTENSION"
    )
    visit = a_visit(visits, written, live=live)
    app = opened(visit)
    assert title(app) == "The test ended early"
    app.radio[0].set_value("electric_shock_down_the_spine").run()
    press(app, "answer_next")
    app.checkbox[0].check().run()
    press(app, "answer_next")
    (answers,) = finished
    assert answers.stop_reason == "electric_shock_down_the_spine"
    assert answers.stopped_in == "KNEE_EXTENSION"
    assert answers.warning_signs == ("saddle_numbness",)
    assert replayed == []


@pytest.mark.parametrize("reason", ["dizziness_or_vision", "new_numbness_or_weakness", "both_legs"])
def test_who_stopped_for_what_needs_a_doctor_is_asked_for_signs_only(
    visits: Visits, written: Path, finished: list[Answers], reason: str
) -> None:
    live = GuidedTest(
        side="right", status="stopped", duration_s=15, stopped_by="sat_up", stopped_in="KNEE_EXTENSION"
    )
    app = opened(a_visit(visits, written, live=live))
    app.radio[0].set_value(reason).run()
    press(app, "answer_next")
    press(app, "answer_next")  # none of the signs
    assert [answers.stop_reason for answers in finished] == [reason]


@pytest.mark.usefixtures("replayed")
def test_who_only_came_back_up_can_say_so(visits: Visits, written: Path) -> None:
    seen = GuidedTest(
        side="right", status="stopped", duration_s=15, stopped_by="sat_up", stopped_in="HEAD_LIFT"
    )
    visit = a_visit(visits, written, live=seen)
    app = opened(visit)
    assert app.radio[0].value is None
    assert app.button(key="answer_next").disabled
    app.radio[0].set_value("not_stopped").run()
    press(app, "answer_next")
    answers = latest(stored(visits, visit)).answers
    assert answers is not None
    assert (answers.stop_reason, answers.stopped_in) == (None, None)
    press(app, "previous")
    assert app.radio[0].value == "not_stopped"


@pytest.mark.usefixtures("replayed")
def test_answers_that_do_not_agree_are_asked_about_once_more(visits: Visits, written: Path) -> None:
    visit = a_visit(visits, written)
    felt = {"BASELINE": 1, "SLUMP": 1, "NECK_FLEXION": 1, "KNEE_EXTENSION": 5, "HEAD_LIFT": 5}
    phases = {phase: {"intensity": number, "familiar": "yes"} for phase, number in felt.items()}
    known = Answers.model_validate({"phases": phases, "head_lift_change": "gone"})
    app = opened(visits.update_test(visit, 1, answers=known))
    assert title(app) == "Once more: the head lift"
    choose(app, visit, "change_again", "same")
    press(app, "answer_next")
    assert title(app) == "During and after the test"
    answers = latest(stored(visits, visit)).answers
    assert answers is not None
    assert answers.head_lift_change == "same"


@pytest.mark.usefixtures("replayed")
def test_both_legs_in_one_place_are_kept_as_two(visits: Visits, written: Path) -> None:
    visit = a_visit(visits, written)
    app = opened(visit)
    choose(app, visit, "phase-BASELINE_intensity", 2)
    choose(app, visit, "phase-BASELINE_regions", ["calf", "low_back"])
    choose(app, visit, "phase-BASELINE_side", "both")
    answers = latest(stored(visits, visit)).answers
    assert answers is not None
    places = [(place.region, place.side) for place in answers.phases["BASELINE"].regions]
    assert places == [("calf", "left"), ("calf", "right"), ("low_back", None)]


# --- result -------------------------------------------------------------------------------------


def test_earlier_recordings_of_a_test_are_offered(visits: Visits, written: Path, analysis: Analysis) -> None:
    visit = answered(visits, a_visit(visits, written), analysis, STORIES["NOT_REPRODUCED"])
    test = visit.tests[-1]
    for name in ("clip.webm", "clip-2.webm", "clip-3.webm"):
        (visits.folder(visit, test) / name).write_bytes(b"x")
    takes = {name: Take() for name in ("clip.webm", "clip-2.webm", "clip-gone.webm")}
    as_before = {"live": test.live, "answers": test.answers, "analysed": True, "answered": True}
    visit = visits.update_test(visit, test.number, clip="clip-3.webm", earlier_takes=takes, **as_before)
    assert {one for one in offered(opened(visit)) if one.startswith("Recording")} == {
        "Recording 1",
        "Recording 2",
    }


@pytest.mark.parametrize("code", sorted(STORIES))
def test_the_result_of_every_story(visits: Visits, written: Path, analysis: Analysis, code: str) -> None:
    told = STORIES[code]
    visit = answered(visits, a_visit(visits, written), analysis, told)
    outcome = with_answers(analysis, told).session.outcome
    assert outcome is not None
    app = opened(visit)
    said = words(app)
    assert title(app) == outcome.title
    assert "Report as PDF" in offered(app)
    judged = outcome.code not in NOT_JUDGED
    assert ("Timeline" in said) is judged
    assert ("Angles while" in said) is judged
    assert bool(app.get("plotly_chart")) is judged
    if not judged:
        assert 'class="go"' in said
        assert "Test the left leg" not in [button.label for button in app.button]


def test_key_frames_and_curves_have_words_for_who_does_not_see_them(
    visits: Visits, written: Path, analysis: Analysis
) -> None:
    app = opened(answered(visits, a_visit(visits, written), analysis, TOLD))
    said = words(app)
    assert said.count("<img") == said.count('alt="The person in side view')
    assert said.count("<img") >= 3
    assert app.get("plotly_chart")[0].proto.alt.startswith("Curves of knee")


def test_recovery_can_still_be_answered(
    visits: Visits, written: Path, analysis: Analysis, finished: list[Answers]
) -> None:
    open_ = TOLD.model_copy(update={"recovery": None})
    visit = answered(visits, a_visit(visits, written), analysis, open_)
    app = opened(visit)
    assert "Still to answer" in words(app)
    assert app.button(key="save_recovery").disabled
    field = f"recovery-{visit.id}-1"
    app.button_group(key=f"{field}_intensity").set_value(1).run()
    app.number_input(key=f"{field}_min").set_value(3.0).run()  # there is no recording to know it from
    press(app, "save_recovery")
    (answers,) = finished
    assert answers.recovery is not None
    assert (answers.recovery.intensity, answers.recovery.after_min) == (1, 3.0)
    assert answers.screen == TOLD.screen
    assert "Still to answer" not in words(opened(answered(visits, visit, analysis, TOLD)))


def test_both_legs_can_be_looked_at(visits: Visits, written: Path, analysis: Analysis) -> None:
    visit = answered(visits, a_visit(visits, written), analysis, TOLD)
    visit = with_test(visits, written, visit, "left")
    visit = answered(visits, visit, analysis, STORIES["NOT_REPRODUCED"])
    app = opened(visit)
    second = title(app)
    fine(app.button_group(key="result_leg").set_value(1).run())
    assert title(app) == "It eased when only the head moved" != second
    assert "other_leg" not in [button.key for button in app.button]  # both were tested today


def test_the_other_leg_is_offered_until_it_was_tested(
    visits: Visits, written: Path, analysis: Analysis
) -> None:
    visit = answered(visits, a_visit(visits, written), analysis, TOLD)
    app = opened(visit)
    press(app, "other_leg")
    assert stored(visits, visit).step == "prepare"


@pytest.mark.usefixtures("replayed")
def test_a_result_leads_on_to_the_leg_that_is_still_open(
    visits: Visits, written: Path, analysis: Analysis
) -> None:
    visit = answered(visits, a_visit(visits, written), analysis, TOLD)
    visit = with_test(visits, written, visit, "left")  # measured, and no question answered
    app = opened(visit)
    assert title(app) == "It eased when only the head moved"
    press(app, "go_on")
    assert stored(visits, visit).step == "questions"
    assert title(app) == "Sitting tall, before the test"


def test_deleting_asks_first_and_leaves_nothing(visits: Visits, written: Path, analysis: Analysis) -> None:
    visit = answered(visits, a_visit(visits, written), analysis, TOLD)
    folder = visits.folder(visit)
    app = opened(visit)
    assert "cannot be undone" in words(app)
    press(app, "delete_yes")
    assert not folder.exists()


def test_the_zip_file_holds_the_video_only_when_wished(written: Path, tmp_path: Path) -> None:
    for path in written.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "overlay.mp4").write_bytes(b"a video")
    for wished in (False, True):
        with zipfile.ZipFile(BytesIO(result.zipped(tmp_path, wished, None))) as file:
            assert ("overlay.mp4" in file.namelist()) is wished
            assert "report.pdf" in file.namelist()


def test_what_could_be_seen_badly_says_what_to_do_better(
    visits: Visits, tmp_path_factory: pytest.TempPathFactory
) -> None:
    track = make_track(perform(), perform().times())
    track.visibility[:] = 0.1
    hidden = analyze_track(track)
    folder = tmp_path_factory.mktemp("hidden")
    write_results(hidden, folder)
    visit = answered(visits, a_visit(visits, folder), hidden, TOLD)
    app = opened(visit)
    fixes = [finding.fix for finding in hidden.session.quality.findings if finding.fix]
    assert fixes
    assert all(fix in words(app) for fix in fixes)
