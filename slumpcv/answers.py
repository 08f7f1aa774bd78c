"""What the person is asked and answers, as strict schemas; the wording is in the catalogue ``ask``.

An answers file (YAML or JSON) is an :class:`Answers`. Everything in it may be left out: what
was not answered is None, and the outcome says what is missing.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from slumpcv.terms import PhaseName, Side, Strict

AskedPhase = Literal["BASELINE", "SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "DORSIFLEXION", "HEAD_LIFT"]
Region = Literal[
    "neck",
    "mid_back",
    "low_back",
    "tailbone",
    "buttock",
    "back_of_thigh",
    "behind_knee",
    "calf",
    "outer_shin",
    "ankle",
    "sole",
    "outer_foot",
    "top_of_foot",
    "toes",
    "other",
]
Quality = Literal[
    "pain",
    "ache",
    "pull",
    "tightness",
    "tingling",
    "numbness",
    "coldness",
    "burning",
    "electric",
    "cramp",
]
HeadLiftChange = Literal["gone", "eased", "same", "worse"]
StopReason = Literal[
    "sharp_or_fast_rising_pain",
    "strong_pain",
    "new_numbness_or_weakness",
    "both_legs",
    "both_arms",
    "electric_shock_down_the_spine",
    "dizziness_or_vision",
    "wish",
]
WarningSign = Literal[
    "saddle_numbness",
    "bladder_bowel_sexual",
    "both_legs_weak_or_numb",
    "both_legs",
    "both_arms",
    "electric_shock_down_the_spine",
    "clumsy_hands_or_unsteady",
]
Tried = Literal["stretching", "massage", "strengthening", "ice", "anti_inflammatories", "rest", "other"]

MIDLINE: frozenset[Region] = frozenset({"neck", "mid_back", "low_back", "tailbone", "other"})
"""Regions that need no side."""


def _yes_or_no(value: object) -> object:
    """Take YAML's idea of yes and no, which is true and false, for the words."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _split(value: object) -> object:
    """Take "pull, tingling" for a list of two."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


YesNo = Annotated[Literal["yes", "no"], BeforeValidator(_yes_or_no)]
YesNoUnsure = Annotated[Literal["yes", "no", "unsure"], BeforeValidator(_yes_or_no)]
Intensity = Annotated[int, Field(ge=0, le=10, strict=True)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Screen(Strict):
    """The safety questions; a yes to any blocks the test. Grouping: docs/protocol.md.

    None is not answered.
    """

    saddle_numbness: YesNo | None = None
    bladder_bowel_sexual: YesNo | None = None
    both_legs_weak_or_numb: YesNo | None = None
    new_leg_weakness: YesNo | None = None
    foot_drop: YesNo | None = None
    clumsy_unsteady_or_shock: YesNo | None = None
    dizzy_vision_speech_swallowing_drops: YesNo | None = None
    new_severe_headache_or_neck_pain: YesNo | None = None
    fever_or_unwell: YesNo | None = None
    infection_risk: YesNo | None = None
    recent_trauma: YesNo | None = None
    hot_swollen_calf: YesNo | None = None
    cancer_with_new_or_night_pain: YesNo | None = None
    weight_loss: YesNo | None = None
    fracture_or_instability: YesNo | None = None
    weak_bones: YesNo | None = None
    recent_surgery: YesNo | None = None
    pregnancy: YesNo | None = None
    severe_pain_at_rest: YesNo | None = None
    long_flares: YesNo | None = None
    under_18: YesNo | None = None
    fainting_or_falls: YesNo | None = None
    cannot_sit_unsupported: YesNo | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the questions that were answered with yes."""
        return tuple(name for name, answer in self if answer == "yes")

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Return the questions that were not answered."""
        return tuple(name for name, answer in self if answer is None)

    @property
    def group(self) -> str | None:
        """Return the most pressing of `SCREEN_GROUPS` with a yes in it."""
        return next((group for group, names in SCREEN_GROUPS.items() if set(names) & set(self.flags)), None)


class Place(Strict):
    """Where on the body; a side is needed except along the spine."""

    region: Region
    side: Side | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_words(cls, value: object) -> object:
        """Take "right calf" or "calf right" for the two fields."""
        if not isinstance(value, str):
            return value
        words = value.replace(",", " ").replace("_", " ").split()
        sides = [w for w in words if w in ("left", "right")]
        region = "_".join(w for w in words if w not in sides)
        return {"region": region, "side": sides[0] if len(sides) == 1 else None}

    @model_validator(mode="after")
    def _has_a_side(self) -> Self:
        if self.side is None and self.region not in MIDLINE:
            raise ValueError(f"the region {self.region} needs a side, left or right")
        return self


class Treatment(Strict):
    """What was tried before, and whether it helped."""

    what: Tried
    helped: YesNoUnsure | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_word(cls, value: object) -> object:
        return {"what": value} if isinstance(value, str) else value


Places = Annotated[tuple[Place, ...], BeforeValidator(_split)]
Qualities = Annotated[tuple[Quality, ...], BeforeValidator(_split)]


class Intake(Strict):
    """The story before the test."""

    side: Side | None = None
    regions: Places = ()
    qualities: Qualities = ()
    onset: Literal["injury", "gradual", "unknown"] | None = None
    over_6_weeks: YesNoUnsure | None = None
    tried: Annotated[tuple[Treatment, ...], BeforeValidator(_split)] = ()
    back_pain_now: YesNo | None = None
    back_pain_ever: YesNo | None = None
    tailbone_fall_ever: YesNo | None = None
    headaches: YesNo | None = None
    earlier_tests_24h: Annotated[int, Field(ge=0, strict=True)] | None = None


class Felt(Strict):
    """What was felt: at a moment, over an interval, or while a phase was held.

    ``intensity`` is the numeric rating scale, 0 to 10; ``familiar`` whether it is the usual
    symptom. None is not asked or not answered.
    """

    intensity: Intensity | None = None
    familiar: YesNoUnsure | None = None
    regions: Places = ()
    qualities: Qualities = ()

    @property
    def is_anything(self) -> bool:
        """Return whether anything was felt at all, also when it was not said how strong."""
        if self.intensity is not None:
            return self.intensity > 0
        return self.familiar in ("yes", "unsure") or bool(self.regions or self.qualities)


EnteredBy = Literal["patient", "therapist"]
EnteredHow = Literal["live", "replay", "afterwards"]


class Mark(Felt):
    """A symptom on the clip's own time, or tied to a phase when nobody marked the time.

    ``start_s`` alone is a point in time; with ``end_s`` it is an interval, and ``peak_s`` is
    when it was strongest. ``how`` it was entered decides how exact the times are.
    """

    start_s: Seconds | None = None
    end_s: Seconds | None = None
    peak_s: Seconds | None = None
    phase: PhaseName | None = None
    entered_by: EnteredBy | None = None
    how: EnteredHow | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.start_s is None:
            if self.phase is None:
                raise ValueError("a symptom needs start_s, or the phase that it belongs to")
            if self.end_s is not None or self.peak_s is not None:
                raise ValueError("a symptom with end_s or peak_s needs start_s as well")
            return self
        end_s = self.start_s if self.end_s is None else self.end_s
        if end_s < self.start_s:
            raise ValueError(f"the symptom at {self.start_s:g} s ends before it starts")
        if self.peak_s is not None and not self.start_s <= self.peak_s <= end_s:
            raise ValueError(f"the peak of the symptom at {self.start_s:g} s lies outside of it")
        return self


class Recovery(Strict):
    """How it was some minutes after the test."""

    intensity: Intensity
    after_min: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Responses(Strict):
    """What was answered about the test itself, but for the symptoms marked on the clip.

    ``entered_by`` and ``how`` hold for all symptoms that do not say so themselves.
    """

    entered_by: EnteredBy = "patient"
    how: EnteredHow = "afterwards"
    phases: dict[AskedPhase, Felt] = Field(default_factory=dict)
    head_lift_change: HeadLiftChange | None = None
    stop_reason: StopReason | None = None
    stopped_in: PhaseName | None = None
    warning_signs: Annotated[tuple[WarningSign, ...], BeforeValidator(_split)] = ()
    recovery: Recovery | None = None


class Answers(Responses):
    """Everything that a person or a therapist answers about one clip."""

    schema_version: Literal[1] = 1
    screen: Screen | None = None
    intake: Intake | None = None
    symptoms: tuple[Mark, ...] = ()

    @property
    def responses(self) -> Responses:
        """Return the answers about the test itself."""
        return Responses(**{name: getattr(self, name) for name in Responses.model_fields})


SCREEN_GROUPS: dict[str, tuple[str, ...]] = {
    "emergency": ("saddle_numbness", "bladder_bowel_sexual", "both_legs_weak_or_numb"),
    "same_day": ("new_leg_weakness", "foot_drop"),
    "urgent": (
        "clumsy_unsteady_or_shock",
        "dizzy_vision_speech_swallowing_drops",
        "new_severe_headache_or_neck_pain",
        "fever_or_unwell",
        "infection_risk",
        "recent_trauma",
        "hot_swollen_calf",
    ),
    "prompt": ("cancer_with_new_or_night_pain", "weight_loss"),
    "clinician_only": ("fracture_or_instability", "weak_bones", "recent_surgery", "pregnancy"),
    "not_today": ("severe_pain_at_rest", "long_flares"),
    "not_suitable": ("under_18", "fainting_or_falls", "cannot_sit_unsupported"),
}
"""Questions of the screen by what a yes asks for, the most pressing first.

After the IFOMPT framework (Finucane 2020) [P]; the grouping is our own [E].
"""

ASKED_PHASES: tuple[AskedPhase, ...] = get_args(AskedPhase)
PROVOKED: tuple[AskedPhase, ...] = ("SLUMP", "NECK_FLEXION", "KNEE_EXTENSION", "DORSIFLEXION")
"""Phases that load the nerve."""
