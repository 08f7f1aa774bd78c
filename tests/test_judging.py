"""What a visit knows beyond the clip: that a sample stood in for the person, and what was not as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pypdf
import pytest
import yaml
from page_case import ALL_NO, begun, opened, words
from synthetic import make_track, perform
from take_case import offered
from test_result_pages import ROOT, latest

from slumpcv.analysis import Analysis, analyze_track, write_results
from slumpcv.answers import Answers, Recovery
from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.live.record import GuidedTest, InVain
from slumpcv.report.tables import session_json
from slumpcv.session_file import load_session
from slumpcv.ui import jobs
from slumpcv.ui.judging import unmet

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.language import Language
    from slumpcv.visits import ClipSource, Visit, Visits

TOLD = Answers.model_validate(
    yaml.safe_load((ROOT / "samples/answers/EASED_WITH_HEAD_LIFT.yaml").read_text(encoding="utf-8"))
)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    story = perform(hold_s=2.5).rest(2)
    return analyze_track(make_track(story, story.times()))


def finished(
    visits: Visits, analysis: Analysis, source: ClipSource, live: GuidedTest | None = None
) -> tuple[Visit, Path]:
    """A visit whose test was answered, and the folder of its result."""
    visit = begun(visits, "questions", screen=ALL_NO)
    visit = visits.add_test(visit, "right", source)
    folder = visits.folder(visit, latest(visit))
    write_results(analysis, folder)
    jobs.finish(visits.update_test(visit, 1, analysed=True, live=live), 1, TOLD)
    return visits.update(visit, step="result"), folder


def test_a_demonstration_says_so_wherever_it_goes(visits: Visits, analysis: Analysis) -> None:
    visit, folder = finished(visits, analysis, "demo")
    assert load_session(folder).demonstration
    pages = [page.extract_text() for page in pypdf.PdfReader(folder / "report.pdf").pages]
    assert "computer-made figure stood in for a person" in " ".join(pages[0].split())
    assert all("DEMONSTRATION" in page for page in pages)
    app = opened(visit)
    assert text("report.demonstration") in words(app)
    assert "Report as PDF" in offered(app)


def test_a_persons_own_result_says_nothing_of_a_demonstration(visits: Visits, analysis: Analysis) -> None:
    _, folder = finished(visits, analysis, "camera")
    assert not load_session(folder).demonstration
    assert "demonstration" not in session_json(analysis.session)  # as versions before it have it
    assert "DEMONSTRATION" not in pypdf.PdfReader(folder / "report.pdf").pages[0].extract_text()


def test_what_was_not_as_asked_limits_the_result(visits: Visits, analysis: Analysis) -> None:
    live = GuidedTest(side="right", status="done", duration_s=30, skipped={"light": "light"})
    visit, folder = finished(visits, analysis, "camera", live)
    outcome = load_session(folder).outcome
    assert outcome is not None
    assert "setup_light" in [remark.code for remark in outcome.limitations]
    said = text("outcome.limitation.setup.light")
    assert said in words(opened(visit))
    assert said in " ".join(pypdf.PdfReader(folder / "report.pdf").pages[0].extract_text().split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", get_args(InVain))
def test_everything_the_guide_can_ask_for_in_vain_has_words(language: Language, wish: InVain) -> None:
    live = GuidedTest(side="right", status="done", duration_s=30, skipped={"chair": wish})
    with speaking(language):
        (remark,) = unmet(live)
    assert remark.text.endswith(".")


def test_a_result_that_was_being_written_when_the_program_ended_is_written_again(
    visits: Visits, analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, folder = finished(visits, analysis, "camera")
    changed = TOLD.model_copy(update={"recovery": Recovery(intensity=2, after_min=5)})

    class EndOfProgram(BaseException):
        pass

    def killed(*_: object) -> None:
        raise EndOfProgram

    monkeypatch.setattr("slumpcv.analysis._write_report", killed)
    with pytest.raises(EndOfProgram):
        jobs.finish(visit, 1, changed)  # session.json is written, and the report is still the old one
    monkeypatch.undo()
    old = (folder / "report.pdf").read_bytes()
    monkeypatch.setenv("SLUMPCV_DATA", str(visits.root.parent))
    monkeypatch.setattr(jobs, "want_video", lambda *_: None)
    jobs.mend(visit, 1)
    session = load_session(folder)
    assert session.responses is not None
    assert session.responses.recovery == changed.recovery
    whole = (folder / "report.pdf").read_bytes()
    assert whole != old
    jobs.mend(visit, 1)  # nothing is left to be done
    assert not (folder / jobs.UNFINISHED).exists()
