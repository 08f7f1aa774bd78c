"""Where a recording or a clip comes from, and where it leads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clipmaker import make_clip
from page_case import ALL_NO, begun, opened, press, stored, words

from slumpcv.language import text
from slumpcv.ui.pages import camera
from slumpcv.ui.server.lan import Pairing

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.visits import Visit, Visits


pytestmark = pytest.mark.usefixtures("without_components")


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


def test_who_leaves_a_sample_for_a_clip_begins_at_the_beginning(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = visits.add_test(begun(visits, "camera"), "right", "demo", "right_plain")
    monkeypatch.setattr(camera, "guide", lambda *_: "upload")
    app = opened(demo)
    assert app.title[0].value == text("app.consent.title")
    assert {visit.step for visit in visits.of_owner("anna")} == {"camera", "consent"}


def test_a_recorded_test_is_not_recorded_twice_unasked(visits: Visits) -> None:
    visit = visits.add_test(begun(visits, "camera", screen=ALL_NO), "left", "camera")
    visit = visits.update_test(visit, 1, clip="clip.webm")
    app = opened(visit)
    assert text("app.camera.recorded") in words(app)
    press(app, "next")
    assert stored(visits, visit).step == "analysis"


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
