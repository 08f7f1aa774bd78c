"""Undo and redo over a list that only grows behave as a classic undo stack; and edits of phases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_review_corrections import WHOLE, read

from slumpcv.errors import InputError
from slumpcv.review.corrections import Corrections, HandMeasure
from slumpcv.review.edits import add, move_end, move_start, remove, rename
from slumpcv.review.history import NOTHING, Edit, current, redo, redoable, standing, undo, undoable

if TYPE_CHECKING:
    from collections.abc import Callable

    from slumpcv.review.corrections import CorrectedPhase

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def state(number: int) -> Corrections:
    points = ((0.0, 0.0), (0.0, float(number)))
    return Corrections(
        measures=(HandMeasure(id=str(number), time_s=0, kind="vertical", points_px=points, angle_deg=0),)
    )


def edit(number: int) -> Edit:
    return Edit(made_at=NOON + timedelta(seconds=number), made_by="A", action="measure", state=state(number))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=40))
def test_any_sequence_behaves_as_a_classic_undo_stack(steps: list[str]) -> None:
    edits: list[Edit] = []
    past: list[Corrections] = [NOTHING]
    future: list[Corrections] = []
    for number, step in enumerate(steps, start=1):
        before = list(edits)
        if step == "edit":
            edits.append(edit(number))
            past.append(state(number))
            future.clear()
        else:
            made = (undo if step == "undo" else redo)(edits, "B", NOON, "why")
            if step == "undo":
                assert (made is None) is (len(past) == 1)
                if made is not None:
                    future.append(past.pop())
            else:
                assert (made is None) is (not future)
                if made is not None:
                    past.append(future.pop())
            if made is not None:
                assert (made.made_by, made.action, made.why) == ("B", step, "why")
                edits.append(made)
        assert edits[: len(before)] == before
        assert current(edits) == past[-1]
        assert [e.state for e in standing(edits)] == past[1:]
        assert (undoable(edits) is None) is (len(past) == 1)
        assert (redoable(edits) is None) is (not future)


def test_an_edit_needs_to_say_when_with_a_time_zone() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Edit(made_at=datetime(2026, 3, 1), made_by="A", action="measure", state=NOTHING)


def whole() -> tuple[CorrectedPhase, ...]:
    return read(WHOLE).phases or ()


def edges(phases: tuple[CorrectedPhase, ...]) -> list[tuple[str, float, float]]:
    return [(p.phase, p.start_s, p.end_s) for p in phases]


def test_dragging_an_edge_moves_that_of_the_neighbour() -> None:
    for moved in (move_start(whole(), 4, 7.25), move_end(whole(), 3, 7.25, 14)):
        assert edges(moved)[3:5] == [("KNEE_EXTENSION", 6.0, 7.25), ("HEAD_LIFT", 7.25, 10.0)]
        assert edges(moved)[:3] + edges(moved)[5:] == edges(whole())[:3] + edges(whole())[5:]


def test_an_edge_stops_before_it_swallows_a_phase() -> None:
    assert move_start(whole(), 4, 0.0)[4].start_s == 6.1
    assert move_start(whole(), 4, 99.0)[4].start_s == 9.9
    assert move_end(whole(), 6, 99.0, 14.5)[6].end_s == 14.5
    assert move_start(whole(), 0, -3.0)[0].start_s == 0.0


def test_a_given_hold_goes_only_when_it_lies_outside() -> None:
    held = (*whole()[:3], whole()[3].model_copy(update={"hold_start_s": 7.0}), *whole()[4:])
    assert move_start(held, 4, 7.5)[3].hold_start_s == 7.0
    assert move_start(held, 4, 6.5)[3].hold_start_s is None


def test_the_time_of_a_removed_phase_goes_to_the_one_before() -> None:
    left = remove(whole(), 2)
    assert edges(left)[1] == ("SLUMP", 2.0, 6.0)
    assert len(left) == 6
    assert remove(whole(), 0)[0].phase == "SLUMP"


def test_a_phase_is_added_where_it_begins() -> None:
    without = remove(whole(), 4)
    again = add(without, "HEAD_LIFT", 8.0, 14.0)
    assert edges(again) == edges(whole())
    assert edges(add((), "BASELINE", 1.0, 9.0)) == [("BASELINE", 1.0, 9.0)]


def test_a_phase_gets_another_name() -> None:
    assert rename(whole()[:4], 3, "HEAD_LIFT")[3].phase == "HEAD_LIFT"


@pytest.mark.parametrize(
    "do",
    [
        lambda: rename(whole(), 1, "HEAD_LIFT"),
        lambda: remove(whole(), 5),
        lambda: remove(whole(), 7),
        lambda: add(whole(), "SLUMP", 7.0, 14.0),
        lambda: add(whole(), "DORSIFLEXION", 6.01, 14.0),
        lambda: move_start(whole(), -1, 3.0),
    ],
)
def test_what_would_make_no_test_is_refused(do: Callable[[], object]) -> None:
    with pytest.raises(InputError):
        do()
