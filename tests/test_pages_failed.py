"""A recording that could not be measured: why, and every way on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from page_case import ALL_NO, opened, press, stored, words

from slumpcv.language import LANGUAGES, later, speaking, text
from slumpcv.ui import jobs
from slumpcv.ui.pages import camera, upload

if TYPE_CHECKING:
    from slumpcv.language import Language
    from slumpcv.visits import ClipSource, Visit, Visits


@pytest.fixture(autouse=True)
def _no_components(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "guide", lambda *_: None)
    monkeypatch.setattr(upload, "upload", lambda *_, **__: None)


def failed(visits: Visits, source: ClipSource = "camera", language: Language = "en") -> Visit:
    """A visit whose recording is no video at all."""
    known = {"consented_at": datetime.now(UTC), "screen": ALL_NO, "step": "analysis"}
    visit = visits.update(visits.new("anna", language), **known)
    sample = "right_plain" if source == "demo" else None
    visit = visits.add_test(visit, "right", source, sample)
    (visits.folder(visit, visit.tests[0]) / "clip.webm").write_bytes(b"no video at all")
    visit = visits.update_test(visit, 1, clip="clip.webm")
    while jobs.start(visit, 1).part != "failed":
        pass
    return visit


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reason_is_said_in_the_persons_language(visits: Visits, language: Language) -> None:
    app = opened(failed(visits, language=language))
    with speaking(language):
        reason = text("trouble.no_video", path=text("app.the_recording"), kind=later("trouble.kind.words"))
        assert reason[1:] in app.error[0].value
    assert str(visits.root) not in words(app)


@pytest.mark.parametrize(("key", "step", "source"), [("film", "camera", "camera"), ("upload",) * 3])
def test_filming_or_giving_a_clip_leaves_the_recording_where_it_is(
    visits: Visits, key: str, step: str, source: str
) -> None:
    visit = failed(visits)
    press(opened(visit), key)
    now = stored(visits, visit)
    first, second = now.tests
    assert (now.step, second.side, second.source, second.clip) == (step, "right", source, None)
    assert first.clip is not None
    assert (visits.folder(now, first) / first.clip).read_bytes() == b"no video at all"
    assert second.earlier_24h == (1 if source == "camera" else 0)


def test_a_sample_is_played_again_as_a_sample(visits: Visits) -> None:
    visit = failed(visits, "demo")
    press(opened(visit), "film")
    second = stored(visits, visit).tests[1]
    assert (second.source, second.sample) == ("demo", "right_plain")


def test_it_can_be_tried_again(visits: Visits) -> None:
    visit = failed(visits)
    before = jobs.start(visit, 1)
    press(opened(visit), "again")
    assert jobs.start(visit, 1) is not before
