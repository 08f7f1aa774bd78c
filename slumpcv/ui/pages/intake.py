"""The story before the test: where, what, since when. Everything may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from slumpcv.answers import MIDLINE, Intake, Quality, Region, Tried
from slumpcv.language import text
from slumpcv.terms import Side
from slumpcv.ui import shell, state
from slumpcv.ui.fields import one_of, some_of, spoken

if TYPE_CHECKING:
    from slumpcv.visits import Visit

SIDES = get_args(Side)
YES_NO = ("yes", "no")
YES_NO_UNSURE = ("yes", "no", "unsure")
ONSETS = ("injury", "gradual", "unknown")
HISTORY = ("back_pain_now", "back_pain_ever", "tailbone_fall_ever", "headaches")


def show(visit: Visit) -> None:
    """Ask for the story; each answer is on disk at once."""
    shell.heading(text("ask.title.intake"), text("app.intake.lead"))
    given = visit.intake or Intake()
    answers: dict[str, Any] = {}
    with st.container(border=True, key="group_symptom"):
        answers["side"] = one_of(text("ask.intake.side"), SIDES, "side", given.side, "intake_side")
        answers["regions"] = _places(given, answers["side"])
        answers["qualities"] = some_of(
            text("ask.intake.qualities"), get_args(Quality), "quality", given.qualities, "intake_qualities"
        )
    with st.container(border=True, key="group_story"):
        answers["onset"] = one_of(text("ask.intake.onset"), ONSETS, "onset", given.onset, "intake_onset")
        answers["over_6_weeks"] = one_of(
            text("ask.intake.over_6_weeks"),
            YES_NO_UNSURE,
            "answer",
            given.over_6_weeks,
            "intake_over_6_weeks",
        )
        answers["tried"] = _tried(given)
    with st.container(border=True, key="group_history"):
        for name in HISTORY:
            with st.container(key=f"asked_{name}"):
                answers[name] = one_of(
                    text(f"ask.intake.{name}"), YES_NO, "answer", getattr(given, name), f"intake_{name}"
                )
    visit = state.keep(visit, intake=Intake.model_validate(answers))
    if st.button(text("app.next"), type="primary", key="next", icon=":material/arrow_forward:"):
        state.go(visit, "upload" if state.way() == "upload" else "prepare")


def _places(given: Intake, side: str | None) -> list[dict[str, Any]]:
    """Ask where; of a region with two sides the affected one is taken until another is chosen."""
    known = list(dict.fromkeys(place.region for place in given.regions))
    regions = some_of(text("ask.intake.regions"), get_args(Region), "region", known, "intake_regions")
    places: list[dict[str, Any]] = []
    for region in regions:
        if region in MIDLINE:
            places.append({"region": region})
            continue
        before = [place.side for place in given.regions if place.region == region and place.side]
        label = text("ask.felt.side", region=spoken(f"ask.region.{region}"))
        with st.container(key=f"asked_{region}"):
            chosen = some_of(label, SIDES, "side", before or ([side] if side else []), f"intake_{region}")
        places += [{"region": region, "side": one} for one in chosen]
    return places


def _tried(given: Intake) -> list[dict[str, Any]]:
    before: dict[str, str | None] = {treatment.what: treatment.helped for treatment in given.tried}
    tried = some_of(text("ask.intake.tried"), get_args(Tried), "tried", list(before), "intake_tried")
    treatments: list[dict[str, Any]] = []
    for what in tried:
        label = text("ask.intake.helped", what=text(f"ask.tried.{what}"))
        with st.container(key=f"asked_{what}"):
            helped = one_of(label, YES_NO_UNSURE, "answer", before.get(what), f"intake_helped_{what}")
        treatments.append({"what": what, "helped": helped})
    return treatments
