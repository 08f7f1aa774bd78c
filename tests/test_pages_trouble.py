"""What goes wrong, in words that help whoever reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from page_case import ALL_NO, begun, opened, press, shown, words

from slumpcv.language import LANGUAGES, speaking, text

if TYPE_CHECKING:
    from slumpcv.language import Language
    from slumpcv.visits import Visits


pytestmark = pytest.mark.usefixtures("without_components")


def test_what_a_user_can_mend_is_said_on_the_page(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = begun(visits, "consent")
    app = opened(visit)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    press(app, "agree")
    assert "There is no room left to write visit.json" in words(app)


def boom(*_: object) -> None:
    raise ValueError("secret of the machine room")


@pytest.mark.parametrize("where", ["state.current", "shell.frame", "pages.consent.show"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_expected_is_one_plain_sentence_and_in_the_log(
    visits: Visits,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
    language: Language,
) -> None:
    visit = visits.update(visits.new("anna", language), step="consent")
    monkeypatch.setattr(f"slumpcv.ui.{where}", boom)
    app = shown(visit, language=language)
    assert not app.exception
    with speaking(language):
        assert [error.value for error in app.error] == [text("app.unexpected")]
    assert "secret of the machine room" in caplog.text


def test_a_disk_that_is_full_when_a_recording_is_found_again_is_said(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = visits.add_test(begun(visits, "camera", screen=ALL_NO), "left", "camera")
    (visits.folder(visit, visit.tests[0]) / "clip.webm").write_bytes(b"cut off by a crash")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    app = shown(visit)
    assert not app.exception
    assert "There is no room left to write visit.json" in app.error[0].value
    assert " -o" not in app.error[0].value  # no page has options
