"""Two tests step by step: which phases are played together, and when each is in either clip."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from synthetic import make_track, perform

from slumpcv.analysis import analyze_track
from slumpcv.compare.steps import shared_steps
from slumpcv.report.comparison_curves import POINTS, curves_of_angles
from slumpcv.report.palette import LIGHT
from slumpcv.ui.desk.pair_curves import NAMES, overlaid


def measured(hold_s: float):
    story = perform(hold_s=hold_s).rest(2)
    return analyze_track(make_track(story, story.times()), "right")


SLOW, QUICK = measured(3.5), measured(2.5)


def test_a_test_beside_itself_is_at_the_same_time_in_both() -> None:
    steps = shared_steps(SLOW.session, SLOW.session)
    assert [step.phase for step in steps] == [phase.phase for phase in SLOW.session.phases]
    assert all(step.first_s == step.second_s for step in steps)


def test_the_same_phase_is_played_in_both_however_long_it_lasted() -> None:
    steps = shared_steps(SLOW.session, QUICK.session)
    assert {"SLUMP", "KNEE_EXTENSION", "HEAD_LIFT"} <= {step.phase for step in steps}
    for step in steps:
        for session, (start_s, end_s) in ((SLOW.session, step.first_s), (QUICK.session, step.second_s)):
            own = next(phase for phase in session.phases if phase.phase == step.phase)
            assert (start_s, end_s) == (own.start_s, own.end_s)


@given(st.sets(st.integers(0, len(SLOW.session.phases) - 1)))
def test_what_one_test_lacks_is_left_out_and_the_order_stays(missing: set[int]) -> None:
    phases = SLOW.session.phases
    left = tuple(phase for number, phase in enumerate(phases) if number not in missing)
    steps = shared_steps(SLOW.session, SLOW.session.model_copy(update={"phases": left}))
    assert [step.phase for step in steps] == [phase.phase for phase in left]
    starts = [step.first_s[0] for step in steps]
    assert starts == sorted(starts)


def test_curves_keep_their_gaps_and_end_where_the_last_phase_does() -> None:
    knee = SLOW.angles.knee_flexion_deg.copy()
    lift = next(phase for phase in SLOW.session.phases if phase.phase == "HEAD_LIFT")
    knee[(SLOW.angles.time_s > lift.start_s) & (SLOW.angles.time_s < lift.end_s)] = np.nan
    curves = curves_of_angles(0, SLOW.session, SLOW.angles, NAMES)
    assert curves is not None
    curves.steps["HEAD_LIFT"]["knee_flexion_deg"][10:20] = np.nan
    steps = [step.phase for step in shared_steps(SLOW.session, SLOW.session)]
    chart = overlaid([curves, None], ["one", "two"], steps, LIGHT)
    assert len(chart.data) == len(NAMES)
    at = steps.index("HEAD_LIFT") * POINTS
    assert np.isnan(chart.data[0].y[at + 10 : at + 20]).all()
    assert chart.data[0].x[-1] == len(steps)
    assert not chart.data[0].connectgaps
