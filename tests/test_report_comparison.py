"""The files of a comparison: whole, the same each time, and readable in every language."""

from __future__ import annotations

import csv
import io
import struct
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pikepdf
import pypdf
import pytest
from fake_result import fake_track
from fake_sessions import ANGLES, FULL, PLAIN, UNUSABLE, moment, reading, symptom, with_answers, with_measure
from rich.console import Console
from test_docs import BANNED

from slumpcv.compare import Comparison, compare_sessions
from slumpcv.files import COMPARISON_FILES
from slumpcv.language import Language, speaking, text
from slumpcv.report.comparison_curves import POINTS, Curves, curves_of, shown_steps
from slumpcv.report.comparison_files import COMPARISON_COLUMNS, write_comparison
from slumpcv.report.comparison_panels import LOOKS
from slumpcv.report.comparison_plot import comparison_figure
from slumpcv.report.comparison_terminal import print_comparison
from slumpcv.report.comparison_words import shown_rows
from slumpcv.report.timeline import STYLE
from slumpcv.session import Session

TRACK = fake_track(ANGLES)
LEFT = with_measure(FULL, "KNEE_EXTENSION", "knee_flexion_deg", 40, 2.6).model_copy(update={"side": "left"})
TIED = with_answers(PLAIN, symptoms=(symptom(moment(reading(None, 12, 88), time_s=None)),))
STOPPED = with_answers(FULL, code="STOPPED")
CASES: dict[str, list[Session]] = {
    "sides": [FULL, LEFT],
    "visits": [FULL, FULL],
    "tied": [FULL, TIED],
    "movement only": [PLAIN, PLAIN],
    "unusable": [FULL, UNUSABLE],
    "all unusable": [UNUSABLE, UNUSABLE],
    "three": [FULL, TIED, FULL],
    "six": [FULL, LEFT, TIED, PLAIN, UNUSABLE, STOPPED],
    "six stopped": [STOPPED] * 6,
}

# All cases in English; in the other languages, whose words are longer, the fullest ones.
SHOWN = [("en", case) for case in CASES] + [(one, case) for one in ("es", "de") for case in ("sides", "six")]


def curves(place: int = 0, session: Session = FULL) -> Curves:
    found = curves_of(place, session, TRACK)
    assert found is not None
    return found


def written(comparison: Comparison, folder: Path, drawn: list[Curves] | None = None) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    files = write_comparison(comparison, drawn or [], folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(COMPARISON_FILES)
    assert sorted(path.name for path in files) == sorted(COMPARISON_FILES)
    return {path.name: path.read_bytes() for path in files}


def said_on_page(content: bytes) -> tuple[str, int]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split()), len(reader.pages)


def test_the_same_sessions_give_the_same_bytes(tmp_path: Path) -> None:
    comparison = compare_sessions([FULL, LEFT], ["before", "after"])
    drawn = [curves(0), curves(1)]
    assert written(comparison, tmp_path / "a", drawn) == written(comparison, tmp_path / "b", drawn)


@pytest.mark.parametrize(("language", "case"), SHOWN)
def test_the_page_is_one_tagged_page_in_its_language(language: Language, case: str, tmp_path: Path) -> None:
    sessions = CASES[case]
    with speaking(language):
        comparison = compare_sessions(sessions, ["W" * 30, *"BCDEF"[: len(sessions) - 1]])
        title = text(f"comparison.title.{'sides' if case == 'sides' else 'visits'}")
    page = written(comparison, tmp_path, [curves()])["compare.pdf"]
    said, pages = said_on_page(page)
    assert pages == 1
    with pikepdf.open(io.BytesIO(page)) as pdf:
        assert pdf.Root.Lang == language
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo.Title) == said[: len(str(pdf.docinfo.Title))]
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    if len(sessions) == 2:
        assert said.startswith(title)
    assert "W" * 30 in said
    figures = alt_texts(page)
    assert len(figures) == 1
    with speaking(language):
        drawn = text("comparison.alt.curves")
        assert text("comparison.limits").split(".")[0] in said
    assert (drawn in figures[0]) == (len(sessions) <= 3)


def alt_texts(page: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(page)) as pdf:
        return [
            str(item.Alt)
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/Alt" in item and item.get("/S") == "/Figure"
        ]


@pytest.mark.parametrize("sessions", CASES.values(), ids=CASES.keys())
def test_no_word_judges(sessions: list[Session]) -> None:
    out = io.StringIO()
    print_comparison(compare_sessions(sessions), Console(file=out, width=200))
    assert BANNED["en"].findall(out.getvalue()) == []
    assert "better" not in out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("sessions", [CASES["sides"], CASES["three"]], ids=["two", "three"])
def test_the_table_says_values_differences_and_verdicts(sessions: list[Session], width: int) -> None:
    out = io.StringIO()
    print_comparison(compare_sessions(sessions, [*"XYZ"[: len(sessions)]]), Console(file=out, width=width))
    said = out.getvalue()
    assert "X, right leg" in said
    assert "…" not in said
    assert max(len(line) for line in said.splitlines()) <= width


def test_differences_are_larger_or_smaller_and_never_a_judgement() -> None:
    rows = {row.title: row for row in shown_rows(compare_sessions([FULL, LEFT]))}
    assert rows["Knee, straightened"].cells == ("14° ±3", "40° ±3")
    assert rows["Knee, straightened"].verdicts == (("26° ±4 larger", "more than the measurement error"),)
    less = shown_rows(compare_sessions([FULL, with_answers(FULL, peak=3, after=2)]))
    drop = next(row for row in less if row.title == "Drop with the head lift")
    assert drop.cells == ("4", "1")
    assert drop.verdicts == (("3 points less", "more than the measurement error"),)
    one = shown_rows(compare_sessions([FULL, with_answers(FULL, rest=2)]))
    rest = next(row for row in one if row.title == "Intensity at rest")
    assert rest.verdicts == (("1 point more", "within the measurement error"),)


def test_what_is_not_known_is_said_in_its_cell() -> None:
    rows = {row.title: row for row in shown_rows(compare_sessions([TIED, UNUSABLE]))}
    assert rows["Knee, symptom began"].cells == ("12° to 88° (only the step is known)", "not judged")
    reasons = "cannot be compared (A: only the step is known; B: not judged)"
    assert rows["Knee, symptom began"].verdicts == (("", reasons),)


def test_without_any_answers_the_rows_about_symptoms_are_left_out() -> None:
    shown = {row.title for row in shown_rows(compare_sessions([PLAIN, PLAIN]))}
    assert shown == {"Knee, straightened", "Slump index", "Head lifted by", "Only the head moved"}
    assert len(shown_rows(compare_sessions([PLAIN, FULL]))) == 13


def test_the_csv_has_a_line_for_each_measure_of_each_session(tmp_path: Path) -> None:
    content = written(compare_sessions([FULL, UNUSABLE], ["a", "b"]), tmp_path)["compare.csv"]
    lines = list(csv.DictReader(io.StringIO(content.decode())))
    assert tuple(lines[0]) == COMPARISON_COLUMNS
    assert len(lines) == 2 * 13
    knees = [line for line in lines if line["measure"] == "knee_extension"]
    assert [line["value"] for line in knees] == ["14.00", ""]
    assert [line["missing"] for line in knees] == ["", "not_judged"]
    assert [line["verdict"] for line in knees] == ["", "cannot"]
    assert knees[1]["reasons"] == "B not_judged"
    assert knees[1]["label"] == "b"


def test_the_json_follows_the_schema_and_names_no_file(tmp_path: Path) -> None:
    comparison = compare_sessions([FULL, LEFT])
    content = written(comparison, tmp_path)["compare.json"].decode()
    assert Comparison.model_validate_json(content) == comparison
    assert str(tmp_path) not in content


def test_files_are_in_the_language_of_the_comparison(tmp_path: Path) -> None:
    with speaking("de"):
        comparison = compare_sessions([PLAIN, LEFT])
    assert "Slump-Test" in said_on_page(written(comparison, tmp_path)["compare.pdf"])[0]
    out = io.StringIO()
    print_comparison(comparison, Console(file=out, width=200))
    assert "innerhalb des Messfehlers" in out.getvalue()


@pytest.mark.parametrize(("language", "case"), SHOWN)
def test_nothing_in_the_picture_leaves_it_or_runs_into_its_neighbour(language: Language, case: str) -> None:
    sessions = CASES[case]
    with speaking(language), matplotlib.rc_context(STYLE):
        comparison = compare_sessions(sessions, ["W" * 30, *"BCDEF"[: len(sessions) - 1]])
        figure = comparison_figure(comparison, [curves()], framed=True)
        figure.canvas.draw()
        # Matplotlib has no public way to the extent of a title that stands on the left.
        titles = [axes._left_title for axes in figure.axes]  # type: ignore[attr-defined]
        boxes = [said.get_window_extent() for said in (*figure.texts, *titles)]
        ticks = [t.get_window_extent() for a in figure.axes for t in a.get_xticklabels()]
    whole = figure.bbox
    for box in (*boxes, *ticks):
        assert box.x0 >= 0
        assert box.x1 <= whole.x1
        assert box.y0 >= 0
        assert box.y1 <= whole.y1
    for group in (boxes, ticks):
        for place, box in enumerate(group):
            assert not any(box.overlaps(other) for other in group[place + 1 :] if other.width and box.width)


def test_the_picture_is_as_wide_as_all_pictures(tmp_path: Path) -> None:
    picture = written(compare_sessions([FULL, LEFT]), tmp_path)["compare.png"]
    assert struct.unpack(">I", picture[16:20]) == (1600,)
    assert b"Matplotlib" not in picture


def test_sessions_differ_by_more_than_colour() -> None:
    for part in ("colour", "marker", "line"):
        assert len({getattr(look, part) for look in LOOKS}) == len(LOOKS)


def test_curves_are_stretched_to_their_steps() -> None:
    steps = curves().steps
    assert list(steps) == [phase.phase for phase in FULL.phases]
    knee = steps["KNEE_EXTENSION"]["knee_flexion_deg"]
    assert knee.shape == (POINTS,)
    assert knee[0] == pytest.approx(np.interp(9.5, ANGLES.time_s, ANGLES.knee_flexion_deg), abs=4)
    assert np.isnan(knee).any()  # the gap of the track stays one


def test_steps_stand_in_the_order_of_the_test() -> None:
    there = curves().steps
    few = Curves(0, {"RETURN": there["RETURN"], "SLUMP": there["SLUMP"]})
    assert shown_steps([few, Curves(1, {"HEAD_LIFT": there["HEAD_LIFT"]})]) == [
        "SLUMP",
        "HEAD_LIFT",
        "RETURN",
    ]


def test_only_the_repetition_with_the_head_lift_is_drawn() -> None:
    first, *rest = FULL.phases
    again = [phase.model_copy(update={"repetition": 2}) for phase in rest]
    session = FULL.model_copy(update={"phases": (first, *again)})
    assert list(curves(session=session).steps) == [phase.phase for phase in again]


@pytest.mark.parametrize(
    "session",
    [
        UNUSABLE,
        LEFT,
        FULL.model_copy(update={"phases": ()}),
        FULL.model_copy(update={"clip": FULL.clip.model_copy(update={"sha256": "2" * 64})}),
    ],
    ids=["unusable", "other side", "no phases", "other clip"],
)
def test_a_track_that_does_not_belong_is_not_drawn(session: Session) -> None:
    assert curves_of(0, session, TRACK) is None


def test_an_empty_track_is_not_drawn() -> None:
    none = {name: getattr(TRACK, name)[:0] for name in ("time_s", "landmarks_px", "visibility", "world_m")}
    none |= {name: getattr(TRACK, name)[:0] for name in ("luma", "sharpness", "people")}
    assert curves_of(0, FULL, replace(TRACK, **none)) is None
