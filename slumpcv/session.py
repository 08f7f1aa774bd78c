"""The result of one analysis, as the strict schema that ``session.json`` follows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from slumpcv.answers import AskedPhase, HeadLiftChange, Intake, Mark, Responses, Screen
from slumpcv.corrections import Corrections
from slumpcv.language import Language
from slumpcv.terms import PhaseName, Side, Strict

SESSION_SCHEMA_VERSION = 3


class Span(Strict):
    """A stretch of the clip's own time, in seconds, end included."""

    start_s: float
    end_s: float


class Finding(Strict):
    """One thing about the recording that a person should know.

    ``severity`` is ``note`` (nothing to do), ``warn`` (the result is weaker) or
    ``unusable`` (no verdict is given). ``spans`` is empty when the whole clip is meant.
    """

    code: str
    severity: Literal["note", "warn", "unusable"]
    message: str
    fix: str
    spans: tuple[Span, ...] = ()


class Quality(Strict):
    """How far the recording can be trusted; yaw is positive towards the person's front."""

    usable: bool
    findings: tuple[Finding, ...]
    camera_yaw_deg: float | None
    camera_yaw_plus_minus_deg: float | None


class Phase(Strict):
    """One phase of the test, from the first movement towards it to the first of the next.

    ``margin`` is by how much the phase's own criterion was passed (negative: missed), in
    ``margin_unit``; None where the phase has no criterion.
    """

    phase: PhaseName
    start_s: float
    end_s: float
    reached: bool
    margin: float | None
    margin_unit: Literal["deg", "index", "thigh lengths"] | None
    repetition: int


class Measured(Strict):
    """A value with its error (95 % band, same unit); both None when it was not seen."""

    value: float | None
    plus_minus: float | None


class Moved(Strict):
    """A body part that moved during the head lift.

    ``change`` runs from the hold before to the hold after; ``worst`` is the largest
    excursion from the hold before, at ``at_s``.
    """

    part: Literal["knee", "trunk", "back", "ankle"]
    change: float
    worst: float
    plus_minus: float
    unit: Literal["deg", "index"]
    limit: float
    at_s: float


IsolationStatus = Literal["isolated", "moved", "no_lift", "small_lift", "unseen", "too_close", "unusable"]


class Isolation(Strict):
    """Whether only the head moved during the head lift (None: no lift, or cannot tell).

    ``status`` says the same in one word, and why it cannot be told: no head lift, too small a
    one, the head or a part ``unseen``, a part ``too_close`` to its limit, or an unusable clip.
    """

    isolated: bool | None
    status: IsolationStatus
    head_lift_deg: float | None
    knee_change_deg: float | None
    trunk_change_deg: float | None
    slump_index_change: float | None
    ankle_change_deg: float | None
    plus_minus: dict[str, float]
    moved: tuple[Moved, ...]
    reasons: tuple[str, ...]


class Clip(Strict):
    """Facts about the recording; never its file name, which may name the patient."""

    sha256: str | None
    duration_s: float
    width_px: int
    height_px: int
    rotation_deg: int
    fps_nominal: float | None
    frames_analysed: int
    container: str | None
    codec: str | None


class Software(Strict):
    """What produced this result."""

    slumpcv: str
    model: str
    model_sha256: str


class Reading(Strict):
    """An angle at a moment that is known within a stretch of time.

    ``value`` (± ``plus_minus``, 95 % band) is that of the most likely time, ``low`` and ``high``
    the least and most over the stretch. None where it was not seen, and ``value`` also where no
    time is likelier than another.
    """

    value: float | None
    plus_minus: float | None
    low: float | None
    high: float | None


class Moment(Strict):
    """When something was felt, at the earliest (``from_s``) and latest (``to_s``), and the posture then.

    ``time_s`` is the most likely time, None when only the phase is known.
    """

    time_s: float | None
    from_s: float
    to_s: float
    phase: PhaseName | None
    angles: dict[str, Reading]


class MovedBefore(Strict):
    """An angle that changed in the second before a symptom began."""

    angle: str
    change: float
    plus_minus: float


class Symptom(Strict):
    """A symptom with the posture at its onset, its peak and its end.

    ``phase`` is the one in which it began, ``strongest_in`` the one that its intensity belongs to.
    The moments are None where the phase was not found or nobody marked that moment.
    """

    mark: Mark
    phase: PhaseName | None
    strongest_in: PhaseName | None
    onset: Moment | None
    peak: Moment | None
    end: Moment | None
    moved_before: tuple[MovedBefore, ...]


Relief = Literal["clear", "partial", "none", "worse"]


class PhaseIntensity(Strict):
    """How strong the symptoms were in one phase, and whether it was the usual one."""

    phase: AskedPhase
    intensity: int | None
    familiar: Literal["yes", "no", "unsure"] | None


class HeadLiftResponse(Strict):
    """What the head lift changed, beside whether only the head moved.

    ``before`` and ``after`` are intensities, ``drop`` their difference, ``said`` the answer in
    words, ``conflict`` whether words and numbers contradict each other.
    """

    before: int | None
    after: int | None
    drop: int | None
    said: HeadLiftChange | None
    relief: Relief | None
    conflict: bool
    isolated: bool | None


class Course(Strict):
    """How the symptoms went through the test."""

    intensities: tuple[PhaseIntensity, ...]
    baseline: int | None
    peak: int | None
    reproduced: bool
    head_lift: HeadLiftResponse


OutcomeCode = Literal[
    "BLOCKED",
    "URGENT",
    "STOPPED",
    "CANNOT_ASSESS_VIDEO",
    "CANNOT_ASSESS_SYMPTOMS",
    "INCONCLUSIVE_NO_HEAD_LIFT",
    "INCONCLUSIVE_OTHER_MOVEMENT",
    "UNCLEAR",
    "SPINE_SYMPTOM_ONLY",
    "EASED_WITH_HEAD_LIFT",
    "PARTLY_EASED",
    "UNCHANGED",
    "WORSE_WITH_HEAD_LIFT",
    "FAMILIARITY_UNSURE",
    "OTHER_SENSATION",
    "NOT_CHANGED_BY_TEST",
    "NOT_FULLY_PERFORMED",
    "NOT_REPRODUCED",
]


NOT_JUDGED: frozenset[OutcomeCode] = frozenset({"BLOCKED", "URGENT", "STOPPED"})
"""Outcomes after which nothing is said about the movement in the clip: something else comes first."""


class Remark(Strict):
    """Something to know beside the outcome; ``code`` stays the same in every language."""

    code: str
    text: str


class Outcome(Strict):
    """What the answers and the movement say together, in plain words; no diagnosis."""

    code: OutcomeCode
    title: str
    text: str
    next_step: str
    limitations: tuple[Remark, ...]
    addons: tuple[Remark, ...]


class ReviewEdit(Strict):
    """Who corrected, when, what kind of edit it was, and why."""

    made_at: AwareDatetime
    made_by: Annotated[str, Field(max_length=200)]
    action: Annotated[str, Field(max_length=100)]
    why: Annotated[str, Field(max_length=2000)] = ""


class CorrectedResult(Strict):
    """What follows from a reviewer's corrections; fields as in the session, which keeps the automatic one."""

    quality: Quality
    phases: tuple[Phase, ...]
    measurements: dict[PhaseName, dict[str, Measured]]
    isolation: Isolation
    responses: Responses | None
    symptoms: tuple[Symptom, ...]
    course: Course | None
    outcome: Outcome | None


class Review(Strict):
    """A reviewer's corrections, and the result that follows; reports use it, and say so.

    ``edits`` are those that led to it, oldest first, without those that were taken back.
    """

    edits: Annotated[tuple[ReviewEdit, ...], Field(min_length=1)]
    corrections: Corrections
    result: CorrectedResult


class Session(Strict):
    """Everything that is known about one clip: movement, answers, and what they say together.

    ``screen`` to ``outcome`` are None (``symptoms`` empty) when no answers were given. ``review`` stands
    beside the automatic result, and changes nothing in it. ``demonstration`` says that a sample stood in
    for the person; the file states it only when it is true.
    """

    schema_version: Literal[3] = 3
    language: Language = "en"
    software: Software
    clip: Clip
    side: Side | None
    facing: Side | None
    quality: Quality
    phases: tuple[Phase, ...]
    measurements: dict[PhaseName, dict[str, Measured]]
    isolation: Isolation
    screen: Screen | None = None
    intake: Intake | None = None
    responses: Responses | None = None
    symptoms: tuple[Symptom, ...] = ()
    course: Course | None = None
    outcome: Outcome | None = None
    demonstration: bool = False
    review: Review | None = None

    @property
    def used(self) -> Session:
        """Return the session with the result that counts in place: the reviewer's, where there is one.

        Its own ``review`` stays, so that it can be said whose result it is.
        """
        if self.review is None:
            return self
        return self.model_copy(update=dict(self.review.result))
