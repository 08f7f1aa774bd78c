"""What was felt, asked one moment at a time beside a replay of that very moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from slumpcv.answers import Felt, HeadLiftChange, WarningSign
from slumpcv.assess import follow_course
from slumpcv.language import text
from slumpcv.replay import REPLAY
from slumpcv.report.wording import sentences
from slumpcv.symptoms import correlate
from slumpcv.ui import access, jobs, questioning, shell, state, way
from slumpcv.ui.components.replay import Film, Look, replay
from slumpcv.ui.felt_form import ask_felt, ask_intensity
from slumpcv.ui.fields import one_of, spoken
from slumpcv.ui.recovery import ask_recovery
from slumpcv.ui.server import hub
from slumpcv.ui.stored import Stored, read_stored

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from slumpcv.answers import Answers
    from slumpcv.moments import Moment
    from slumpcv.ui.way import Step
    from slumpcv.visits import Visit, VisitTest

LEAD_S = 1.0  # the replay opens this much before a moment, so that one sees it come


def show(visit: Visit) -> None:
    """Show the question that comes next, or the one that the person went back to."""
    test = visit.test
    if test is None:
        state.go(visit, "prepare")
    if not test.analysed:
        state.go(visit, "analysis")
    stored = read_stored(hub.visits().folder(visit, test))
    Questions(visit, test, stored).show()


class Questions:
    """The questions about one test."""

    def __init__(self, visit: Visit, test: VisitTest, stored: Stored) -> None:
        self.visit, self.test, self.stored = visit, test, stored
        self.name = f"questions-{visit.id}-{test.number}"
        clip_end_s = float(stored.angles.time_s[-1]) if len(stored.angles.time_s) else 0.0
        self.answers = test.answers or questioning.first_answers(test.live, clip_end_s)
        self.stopped = questioning.was_stopped(test.live)
        self.steps = self._steps(self.answers)
        self.at = self._at()
        self.nothing = False

    def _steps(self, answers: Answers) -> list[Step]:
        return way.steps(answers, self.stored.angles, self.stored.spans, self.stopped, self.test.live)

    def _at(self) -> int:
        """Return which step is shown: the one last gone to, else the first without an answer."""
        kept = st.session_state.get(self.name)
        if kept is None:
            open_ = (i for i, s in enumerate(self.steps) if not way.is_answered(s, self.answers))
            first = 0 if self.test.answered else next(open_, len(self.steps) - 1)
            # Kept, so that the page does not go on by itself while an answer is still being given.
            kept = st.session_state[self.name] = self.steps[first].key, first
        key, number = kept
        named = (i for i, step in enumerate(self.steps) if step.key == key)
        return next(named, min(number, len(self.steps) - 1))

    def show(self) -> None:
        """Show one step: the replay on one side, the question on the other."""
        step = self.steps[self.at]
        shell.heading(_title(step))
        place: DeltaGenerator = st.container()
        if step.name in ("moment", "again"):
            left, place = st.columns([1.1, 1], gap="medium")
            with left:
                self._replay(step)
        with place:
            st.caption(text("replay.progress", number=self.at + 1, count=len(self.steps)))
            answers = self._ask(step)
            with st.container(key="answer_buttons", horizontal=True):
                self._buttons(step, answers)

    def _ask(self, step: Step) -> Answers:
        if step.moment is not None:
            return self._moment(step.moment)
        if step.name == "quiet":
            return self._quiet(step)
        ask = {"stop": self._stop, "signs": self._signs, "again": self._again, "recovery": self._recovery}
        return ask[step.name]()

    # --- the replay -------------------------------------------------------------------------

    def _replay(self, step: Step) -> None:
        moment = step.moment or self._moment_of("HEAD_LIFT")
        marks = [
            {"id": questioning.moment_key(m), "start": mark.start_s, "end": mark.end_s}
            for m in self._moments()
            if (mark := questioning.mark_at(m, self.answers)) is not None
        ]
        film = Film(
            f"/slumpcv/file/{hub.open_seat(self.visit, self.test.number)}/{REPLAY}",
            self.stored.session.clip.duration_s,
            self.stored.bands(),
            self.stored.frame_s,
        )
        look = Look(
            at_s=max(0.0, moment.at_s - LEAD_S) if moment else 0.0,
            jump=step.key,
            focus=(moment.start_s, moment.end_s) if moment and moment.mark is None else None,
            active=questioning.moment_key(step.moment) if step.moment else None,
            editable=step.moment is not None and step.moment.kind not in ("rest", "head_lift"),
        )
        change = replay(film, look, marks)
        if change is not None and step.moment is not None and change["id"] == step.key:
            self._move(step.moment, change)

    def _move(self, moment: Moment, change: dict[str, Any]) -> None:
        if change.get("remove"):
            changed = questioning.without_mark(self.answers, moment)
        else:
            changed = questioning.with_mark(self.answers, moment, change["start"], change["end"])
        if changed != self.answers:
            self._keep(changed)
            st.rerun()

    def _moments(self) -> list[Moment]:
        return [step.moment for step in self.steps if step.moment is not None]

    def _moment_of(self, phase: str) -> Moment | None:
        return next((moment for moment in self._moments() if moment.phase == phase), None)

    # --- the questions ----------------------------------------------------------------------

    def _moment(self, moment: Moment) -> Answers:
        st.write(text(f"replay.intro.{moment.kind}"))
        heard = questioning.heard_at(moment, self.answers, self.test.live)
        if heard is not None:
            st.info(text(f"replay.heard.{heard}"), icon=":material/hearing:")
        answers = self.answers
        if moment.kind == "head_lift" and questioning.felt_before_lift(answers):
            answers = self._change(answers)
        before = questioning.felt_at(moment, answers) or questioning.filled_in(heard, answers)
        felt = ask_felt(before, self.test.side, self._field(questioning.moment_key(moment)))
        if felt == before and answers == self.answers:
            return self._with(moment, answers, felt)
        # Where nothing was felt, a mark goes: not before the person goes on.
        if felt.intensity != 0 and felt != Felt():
            self._keep(self._with(moment, answers, felt))
            return self.answers
        return self._with(moment, answers, felt)

    def _quiet(self, step: Step) -> Answers:
        """Ask about all steps in which no hand was raised; most people felt nothing in any of them."""
        st.write(text("replay.intro.quiet"))
        names = {moment.phase: _phase(moment) for moment in step.silent if moment.phase is not None}
        chosen = st.pills(
            text("replay.quiet"),
            tuple(names),
            selection_mode="multi",
            default=way.felt_in(step.silent, self.answers),
            format_func=names.__getitem__,
            key=self._field("quiet"),
            wrap=True,
        )
        self.nothing = not chosen
        moments = way.moments_of(self.answers, self.stored.angles, self.stored.spans, self.test.live)
        return way.with_quiet(self.answers, moments, chosen, self.test.live)

    def _with(self, moment: Moment, answers: Answers, felt: Felt) -> Answers:
        return answers if felt == Felt() else questioning.with_felt(answers, moment, felt)

    def _change(self, answers: Answers, field: str = "change") -> Answers:
        said = one_of(
            text("replay.change"),
            get_args(HeadLiftChange),
            "change",
            answers.head_lift_change,
            self._field(field),
        )
        return questioning.with_answer(answers, head_lift_change=said)

    def _again(self) -> Answers:
        stored, answers = self.stored, self.answers
        symptoms = correlate(stored.angles, stored.spans, answers)
        lift = follow_course(answers, symptoms, None).head_lift
        said = text(f"ask.change.{lift.said}")
        st.write(text("ask.felt.head_lift_again", said=said, before=lift.before, after=lift.after))
        changed = self._change(answers, "change_again")
        felt = answers.phases.get("HEAD_LIFT", Felt())
        intensity = ask_intensity(text("replay.after_lift"), felt.intensity, self._field("intensity_again"))
        if intensity is None:
            return changed
        after = felt.model_copy(update={"intensity": intensity})
        return questioning.with_answer(changed, phases={**answers.phases, "HEAD_LIFT": after})

    def _stop(self) -> Answers:
        st.write(text("replay.intro.stop"))
        options = questioning.reasons(self.test.live)
        given = questioning.stop_said(self.answers)
        said = st.radio(
            text("replay.stop_reason"),
            options,
            index=None if given is None else options.index(given),
            format_func=_reason,
            key=self._field("stop"),
        )
        return questioning.with_stop(self.answers, said, self.test.live)

    def _signs(self) -> Answers:
        st.write(text("ask.felt.warning_signs"))
        signs = [
            sign
            for sign in get_args(WarningSign)
            if st.checkbox(
                spoken(f"ask.warning_sign.{sign}"),
                value=sign in self.answers.warning_signs,
                key=self._field(sign),
            )
        ]
        return questioning.with_answer(self.answers, warning_signs=signs)

    def _recovery(self) -> Answers:
        st.write(text("replay.intro.recovery"))
        recovery = ask_recovery(self.visit, self.test, self.answers.recovery, self._field("recovery"))
        return questioning.with_answer(self.answers, recovery=recovery)

    def _field(self, name: str) -> str:
        return f"{self.name}-{name}"

    # --- going on ---------------------------------------------------------------------------

    def _buttons(self, step: Step, answers: Answers) -> None:
        last = self.at == len(self.steps) - 1
        answered = way.is_answered(step, answers)
        if self.at > 0 and st.button(text("replay.previous"), key="previous", icon=":material/arrow_back:"):
            self._go(self.steps[self.at - 1], self.at - 1)
        answered = answered or step.name in ("signs", "again", "quiet")
        none = (step.name == "signs" and not answers.warning_signs) or self.nothing
        label = text("replay.finish" if last else "replay.none_of_these" if none else "replay.next")
        if st.button(label, key="answer_next", type="primary", disabled=not answered):
            self._next(step, answers)
        if not answered:
            words = text("replay.later" if step.name == "recovery" else "replay.skip")
            if st.button(words, key="skip", type="tertiary"):
                self._next(step, self.answers)

    def _next(self, step: Step, answers: Answers) -> None:
        self._keep(answers)
        steps = self._steps(answers)
        number = way.following(self.steps, self.at, steps, answers)
        # A sign that needs help at once comes before everything else that could be asked.
        if number >= len(steps) or (step.name == "signs" and questioning.needs_help(answers)):
            self._finish(answers)
        self._go(steps[number], number)

    def _go(self, step: Step, number: int) -> None:
        st.session_state[self.name] = (step.key, number)
        st.session_state[shell.QUESTION] = step.key
        st.rerun()

    def _keep(self, answers: Answers) -> None:
        """Write the answers down before anything else happens."""
        if answers != self.test.answers:
            self.visit = hub.visits().update_test(self.visit, self.test.number, answers=answers)
        self.answers = answers

    def _finish(self, answers: Answers) -> None:
        with st.spinner(text("replay.writing")):
            access.note("test_change", self.visit)
            jobs.finish(self.visit, self.test.number, questioning.whole(answers, self.visit, self.test))
        st.session_state.pop(self.name, None)
        state.go(self.visit, "result")


def _reason(said: str) -> str:
    not_stopped = said == questioning.NOT_STOPPED
    return text("replay.not_stopped") if not_stopped else spoken(f"ask.stop_reason.{said}")


def _title(step: Step) -> str:
    if step.moment is None:
        return text(f"replay.title.{step.name}")
    if step.moment.kind in ("rest", "phase", "head_lift"):
        return _phase(step.moment)
    return text(f"replay.title.{step.moment.kind}")


def _phase(moment: Moment) -> str:
    return sentences([text(f"ask.phase.{moment.phase}")]).rstrip(".")
