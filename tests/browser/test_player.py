"""The review player in a real browser: every frame, every way to correct, by keys, mouse and finger."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HERE, ROOT, serving
from review_way import Desk

from benchmarks.numbered import BIT_PX, WIDTH_PX, read_number, write_number
from slumpcv.analysis import analyze_track
from slumpcv.answers_file import load_answers
from slumpcv.replay import REPLAY
from slumpcv.report.tables import write_session_json
from slumpcv.track import load_track
from slumpcv.video import H264Writer, frame_times, open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

GRAVE = {"serious", "critical"}
HIP, KNEE, ANKLE = 24, 26, 28  # of the right side


@pytest.fixture(scope="module")
def reviews(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results to review: one with answers, one whose clip has a variable frame rate, one without a clip."""
    folder = tmp_path_factory.mktemp("reviews")
    answers = load_answers(ROOT / "samples" / "answers" / "INCONCLUSIVE_OTHER_MOVEMENT.yaml")
    session = analyze_track(load_track(measured / "track.npz"), "right", answers).session
    for name in ("knee_bends", "variable", "no_clip"):
        (folder / name).mkdir()
        shutil.copy(measured / "track.npz", folder / name)
        write_session_json(folder / name / "session.json", session)
    shutil.copy(measured / REPLAY, folder / "knee_bends")
    write_variable(measured / REPLAY, folder / "variable" / REPLAY)
    return folder


def write_variable(clip: Path, replay: Path) -> None:
    """Leave out frames at random and shift others, as phones do; each carries its number."""
    chance, written = np.random.default_rng(5), 0
    with open_clip(clip) as source:
        size = source.info
        with H264Writer(replay, size.width_px, size.height_px) as writer:
            for number, frame in enumerate(source.frames()):
                if number == 0 or chance.random() > 0.35:
                    picture = frame.rgb.copy()
                    write_number(picture, written)
                    writer.write(picture, frame.time_s + (number > 0) * chance.uniform(-0.012, 0.012))
                    written += 1


def picture_number(work: Desk) -> int:
    """Read the number that the picture on the screen carries."""
    rows = work.page.locator("video").evaluate(
        """(video, [width, height]) => { const pen = new OffscreenCanvas(width, height).getContext("2d");
        pen.drawImage(video, 0, 0, width, video.videoHeight * width / video.videoWidth);
        return Array.from(pen.getImageData(0, 0, width, height).data).filter((_, at) => at % 4 === 0); }""",
        [WIDTH_PX, BIT_PX],
    )
    return read_number(np.reshape(np.array(rows, np.uint8), (BIT_PX, WIDTH_PX)))


@pytest.fixture(scope="module")
def app(reviews: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    data = tmp_path_factory.mktemp("data")
    with serving(HERE / "review_app.py", data, REVIEWS=str(reviews)) as address:
        yield address, data


@pytest.fixture
def desk(
    app: tuple[str, Path], open_page: Callable[..., Page], request: pytest.FixtureRequest
) -> Callable[..., Desk]:
    def make(
        of: str = "knee_bends", kept: str = request.node.name, page: Page | None = None, **options: Any
    ) -> Desk:
        page = page or open_page(**{"viewport": {"width": 1280, "height": 960}, **options})
        page.goto(f"{app[0]}/?of={of}&kept={kept}")
        made = Desk(page, app[1] / f"{kept}.jsonl")
        page.locator(".player .stage").wait_for()
        if of != "no_clip":
            until(page, lambda: made.seen()["media"] is not None)
        return made

    return make


def test_each_step_shows_the_very_frame_in_both_directions(desk: Callable[..., Desk], reviews: Path) -> None:
    work, times_s = desk("variable"), frame_times(reviews / "variable" / REPLAY)
    assert np.ptp(np.diff(times_s)) > 0.05  # variable indeed
    work.go(20)
    media_s: list[float] = []
    for way, by in (("ArrowRight", 1), ("ArrowLeft", -1)):
        for _ in range(40):
            before = work.seen()["index"]
            work.press(way)
            assert work.rests()["index"] == before + by
            assert picture_number(work) == before + by
            media_s.append(work.seen()["media"] - times_s[before + by])
    # The browser reports most frames by their own time, and none by another's but the one before.
    assert np.mean(np.abs(media_s) < 1e-4) > 0.9
    work.press("End")
    work.rests()
    assert picture_number(work) == len(times_s) - 1


def test_it_plays_pauses_on_the_frame_shown_and_runs_backwards(desk: Callable[..., Desk]) -> None:
    work = desk()
    work.press("Space")
    work.page.wait_for_timeout(700)
    work.press("Space")
    paused = work.rests()
    assert paused["index"] > 3
    shown_s = work.page.locator("video").evaluate("video => video.currentTime")
    assert paused["frames"][paused["index"]] < shown_s < paused["frames"][paused["index"] + 1]
    work.press("j")
    work.page.wait_for_timeout(300)
    work.press("k")
    assert work.rests()["index"] < paused["index"]


def test_a_phase_is_repeated(desk: Callable[..., Desk]) -> None:
    work = desk()
    first = work.seen()["phases"][0]
    work.go(next(i for i, t in enumerate(work.seen()["frames"]) if t > first["end_s"] - 0.4))
    work.press(".", ".", "p", "Space")
    assert work.page.locator(".rate").input_value() == "2"
    work.page.wait_for_timeout(900)
    work.press("k")
    assert work.rests()["frames"][work.seen()["index"]] < first["end_s"]


def until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it did not come to be")


# --- keys only, mouse only ----------------------------------------------------------------------------


def by_keys(work: Desk) -> None:
    work.go(30)
    work.press("[")  # the end of sitting tall comes here
    work.rests()
    work.go(60)
    work.press("s")
    work.go(75)
    work.press("s", "6")
    work.rests()
    work.go(90)
    work.press("s", "s", "x")
    work.rests()
    work.press("s", "s")
    work.rests()
    work.press("Delete")
    work.rests()
    work.press("Escape")
    work.page.get_by_role("slider", name="Edge between Return and Recovery").focus()
    work.press("ArrowLeft", "ArrowLeft")
    work.rests()


def by_mouse(work: Desk) -> None:
    frames = work.seen()["frames"]
    first_end_s = work.seen()["phases"][0]["end_s"]
    work.drag(work.place(first_end_s, "phases"), work.place(frames[30], "phases"))
    work.rests()
    work.click_frame(60)
    work.button("Symptom begins").first.click()
    work.click_frame(75)
    work.button("Symptom ends here").first.click()
    work.rests()
    work.page.get_by_role("tab", name="Symptoms").click()
    work.page.get_by_label("Intensity").nth(0).select_option("6")
    work.rests()
    work.click_frame(90)
    for name, intensity in (("Symptom begins", "10"), ("Symptom begins", None)):
        work.button(name).first.click()
        work.button("Symptom ends here").first.click()
        work.rests()
        if intensity:
            work.page.get_by_label("Intensity").nth(1).select_option(intensity)
            work.rests()
    work.button("Delete symptom 3").click()
    work.rests()
    edge_s = work.seen()["phases"][-1]["start_s"]
    edge = min(range(len(frames)), key=lambda i: abs(frames[i] - edge_s))
    work.click(edge_s - 0.3)
    for _ in range(2):  # around the moment shown
        work.button("Show less time, larger").click()
    work.drag(work.place(edge_s, "phases"), work.place(frames[edge - 2], "phases"))
    work.rests()


def test_keys_alone_and_mouse_alone_make_the_same_corrections(desk: Callable[..., Desk]) -> None:
    keys, mouse = desk(kept="keys"), desk(kept="mouse")
    by_keys(keys)
    by_mouse(mouse)
    made = keys.corrected()
    assert mouse.corrected() == made
    frames = keys.seen()["frames"]
    assert made["phases"][0]["end_s"] == made["phases"][1]["start_s"] == frames[30]
    own = [mark for mark in made["marks"] if mark["entered_by"] == "therapist"]
    assert [(m["start_s"], m["end_s"], m["intensity"]) for m in own] == [
        (frames[60], frames[75], 6),
        (frames[90], None, 10),
    ]
    assert made["phases"][-1]["start_s"] < 17.03


# --- what follows from corrections -------------------------------------------------------------------


def test_a_dragged_edge_is_counted_anew_and_can_be_undone_and_redone(desk: Callable[..., Desk]) -> None:
    work = desk()
    table = work.page.locator(".panel table")
    automatic = table.inner_text()
    slump = work.seen()["phases"][1]
    work.drag(work.place(slump["end_s"], "phases"), work.place(slump["start_s"] + 0.5, "phases"))
    assert work.seen()["phases"][1]["end_s"] < slump["end_s"] - 1  # at once, before the server's word
    work.rests()
    corrected = table.inner_text()
    assert corrected != automatic
    assert work.page.locator("td.changed").count() > 0
    assert work.page.locator(".phase.automatic").count() == len(work.seen()["phases"])
    assert "“Chin to chest” begins" in work.page.locator(".changes").inner_text()
    work.press("Control+z")
    work.rests()
    assert table.inner_text() == automatic
    work.press("Control+y")
    work.rests()
    assert table.inner_text() == corrected
    assert [row["action"] for row in work.rows()] == ["move_edge", "undo", "redo"]


def test_answers_are_put_right_beside_the_patients_own(desk: Callable[..., Desk]) -> None:
    work = desk()
    automatic = work.host.evaluate("host => host.player.data.automatic.responses")
    work.page.get_by_role("tab", name="Symptoms").click()
    work.page.get_by_label("Intensity, Head lift").select_option("9")
    work.rests()
    work.page.get_by_label("With the head lift it was").select_option("worse")
    told = work.rests()["state"]["responses"]
    assert told["phases"]["HEAD_LIFT"] == automatic["phases"]["HEAD_LIFT"] | {"intensity": 9}
    assert told["head_lift_change"] == "worse"
    assert told["phases"]["BASELINE"] == automatic["phases"]["BASELINE"]
    assert [row["action"] for row in work.rows()] == ["change_answers", "change_answers"]
    assert work.host.evaluate("host => host.player.data.automatic.responses") == automatic


def test_a_reason_goes_with_a_change(desk: Callable[..., Desk]) -> None:
    work = desk()
    work.page.get_by_label("Reason, kept with each change").fill("She leaned on the chair")
    work.page.locator(".stage").click(position={"x": 30, "y": 200})  # plays
    work.press("k", "s", "s")
    work.rests()
    assert work.rows()[-1]["why"] == "She leaned on the chair"


def test_a_phase_is_renamed_split_and_deleted(desk: Callable[..., Desk]) -> None:
    work = desk()
    names = [phase["phase"] for phase in work.seen()["phases"]]
    at = names.index("DORSIFLEXION")
    work.click(work.seen()["phases"][at]["start_s"] + 0.5)
    work.press("n")
    work.button("Delete the phase: “Straighten knee” goes on instead").click()
    assert "DORSIFLEXION" not in [phase["phase"] for phase in work.rests()["phases"]]
    work.button("Phase…").click()
    work.page.get_by_role("combobox", name="on it is").select_option("DORSIFLEXION")
    work.button("Begin").click()
    assert [phase["phase"] for phase in work.rests()["phases"]] == names


def test_what_no_test_can_be_stays_on_the_page_and_says_why(
    desk: Callable[..., Desk],
) -> None:
    work = desk(excused="400")
    work.click(work.seen()["phases"][2]["start_s"] + 0.2)
    work.button("Phase…").click()
    work.page.get_by_label("This phase is").select_option("RECOVERY")
    work.button("Change").click()
    told = work.page.locator(".told")
    told.filter(has_text="Not saved yet").wait_for()
    assert work.seen()["phases"][2]["phase"] == "RECOVERY"
    assert work.rows() == []
    work.button("Go back to what is saved").click()
    assert work.rests()["phases"][2]["phase"] == "NECK_FLEXION"


def test_measured_by_hand_beside_the_automatic_angle(desk: Callable[..., Desk]) -> None:
    work = desk()
    work.go(40)
    work.press("g")
    for joint in (HIP, KNEE, ANKLE):
        work.page.mouse.click(*work.joint(joint))
    work.rests()
    measure = work.rows()[-1]["state"]["measures"][0]
    points = np.array(measure["points_px"])
    arms = points[[0, 2]] - points[1]
    between = np.degrees(np.arccos(arms[0] @ arms[1] / np.prod(np.linalg.norm(arms, axis=1))))
    assert measure["angle_deg"] == pytest.approx(between, abs=0.1)
    assert "Knee, short of straight" in work.page.locator(".panel .entry").inner_text()
    dot = work.page.get_by_role("button", name="Measured point 3")
    dot.focus()
    work.press("Shift+ArrowRight")
    work.rests()
    moved = work.rows()[-1]["state"]["measures"][0]
    assert moved["points_px"][2][0] == pytest.approx(measure["points_px"][2][0] + 10)
    assert moved["angle_deg"] != measure["angle_deg"]
    work.page.locator(".stage").focus()
    work.press("v")
    for _ in range(2):  # by keys: the crosshair is moved, then set
        work.press("Shift+ArrowUp", "ArrowRight", "Enter")
    upright = work.rests()["state"]["measures"][-1]
    assert upright["kind"] == "vertical"
    assert upright["angle_deg"] == pytest.approx(np.degrees(np.arctan2(1, 10)), abs=0.1)


def test_a_landmark_is_dragged_and_the_angles_follow(desk: Callable[..., Desk]) -> None:
    work = desk()
    work.press("e")  # the error band, so that it is drawn once as well
    work.go(40)
    work.button("Move landmarks").click()
    at = work.joint(KNEE)
    before = work.host.evaluate("host => host.player.model.valuesOf('knee_flexion_deg')[20]")
    work.drag(at, (at[0] + 40, at[1] - 30))
    point = work.rests()["state"]["points"][0]
    assert point["landmark"] == KNEE
    after = work.host.evaluate("host => host.player.model.angles !== null")
    assert after
    assert work.joint(KNEE) == pytest.approx((at[0] + 40, at[1] - 30), abs=1.5)
    work.page.get_by_role("tab", name="By hand").click()
    work.button("Put this landmark back").click()
    work.rests()
    assert work.host.evaluate("host => host.player.model.valuesOf('knee_flexion_deg')[20]") == before


# --- when it does not go as planned ---------------------------------------------------------------------


def test_two_windows_do_not_overwrite_each_other(desk: Callable[..., Desk]) -> None:
    first = desk(excused="409")
    second = desk(page=first.page.context.new_page())
    first.page.bring_to_front()
    first.go(30)
    first.press("s", "s")
    first.rests()
    second.page.bring_to_front()
    second.go(50)
    second.press("s", "s")
    told = second.page.locator(".told")
    told.filter(has_text="Dr. Test changed this review in another window").wait_for()
    assert [row["action"] for row in first.rows()] == ["add_mark"]
    assert second.seen()["number"] == 1
    second.button("Save mine instead").click()
    mine = second.rests()
    assert [row["action"] for row in first.rows()] == ["add_mark", "add_mark"]
    assert mine["frames"][50] in [mark["start_s"] for mark in mine["marks"]]


def test_what_could_not_be_sent_is_kept_and_sent_again(desk: Callable[..., Desk]) -> None:
    work = desk(excused="Failed to load")
    work.page.route("**/edit", lambda route: route.abort())
    work.go(30)
    work.press("s", "s")
    again = work.button("Send again")
    again.wait_for()
    work.press("5")
    assert work.seen()["marks"][0]["intensity"] == 5
    assert work.rows() == []
    work.page.unroute("**/edit")
    again.click()
    work.rests()
    assert [row["action"] for row in work.rows()] == ["add_mark", "change_mark"]
    assert work.rows()[-1]["state"]["marks"][0]["intensity"] == 5


def test_a_review_that_could_not_be_loaded_is_tried_again(
    app: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    page = open_page(excused="Failed to load")
    page.route("**/data", lambda route: route.abort())
    page.goto(f"{app[0]}/?of=knee_bends&kept=again")
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.unroute("**/data")
    again.click()
    page.locator(".player .stage").wait_for()


def test_a_result_without_a_clip_can_be_reviewed(desk: Callable[..., Desk]) -> None:
    work = desk("no_clip")
    work.press("Space")
    work.page.wait_for_timeout(500)
    work.press("Space")
    seen = work.seen()
    assert 3 < seen["index"] < 20
    work.press("s", "s")
    assert len(work.rests()["marks"]) == 1


# --- for everybody ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_shuts_nobody_out(desk: Callable[..., Desk], scheme: Any) -> None:
    work = desk(color_scheme=scheme)
    work.press("s", "s")
    work.rests()
    for name in ("Result", "Symptoms", "By hand", "Recording"):
        work.page.get_by_role("tab", name=name).click()
        assert grave(work.page) == []
    for key in ("m", "n", "?"):
        work.press(key)
        assert grave(work.page) == []
        work.press("Escape")


def grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in GRAVE]


def test_a_finger_seeks_drags_edges_and_marks(desk: Callable[..., Desk]) -> None:
    work = desk(viewport={"width": 390, "height": 1500}, has_touch=True, is_mobile=True)
    line = work.page.context.new_cdp_session(work.page)

    def touch(*places: tuple[float, float]) -> None:
        for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(places) - 1)], places, strict=True):
            line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    touch(work.place(6.0, "panel1"))
    assert work.rests()["frames"][work.seen()["index"]] == pytest.approx(6.0, abs=0.15)
    slump = work.seen()["phases"][1]
    start, end = work.place(slump["end_s"], "phases"), work.place(slump["end_s"] - 1, "phases")
    touch(start, ((start[0] + end[0]) / 2, start[1]), end)
    assert work.rests()["phases"][1]["end_s"] == pytest.approx(slump["end_s"] - 1, abs=0.15)
    work.button("Symptom begins").first.tap()
    work.button("Symptom ends here").first.tap()
    assert work.rests()["marks"][0]["end_s"] is None
    small = [
        box
        for one in work.page.locator(".controls button, .tools button, .corner button").all()
        if (box := one.bounding_box()) and min(box["width"], box["height"]) < 43
    ]
    assert small == []
