"""The fields for what was felt: how strong, whether it is the usual symptom, where, and what it is like."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import streamlit as st

from slumpcv.answers import MIDLINE, Felt, Place, Quality, Region
from slumpcv.language import text
from slumpcv.ui.fields import one_of, some_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.answers import Places
    from slumpcv.terms import Side

SCALE = tuple(range(11))
FAMILIAR = ("yes", "no", "unsure")
SIDES: dict[str, tuple[Side, ...]] = {"left": ("left",), "right": ("right",), "both": ("left", "right")}


def ask_intensity(label: str, given: int | None, key: str) -> int | None:
    """Ask for a number from 0 to 10."""
    if key not in st.session_state:
        st.session_state[key] = given
    with st.container(key=f"scale_{key}"):
        number: int | None = st.segmented_control(label, SCALE, key=key, help=text("ask.intro.phases"))
    ends = f"0 = {text('replay.scale_none')} · 10 = {text('replay.scale_most')}"
    st.caption(ends)
    return number


def ask_felt(given: Felt, side: Side, key: str, label: str | None = None) -> Felt:
    """Ask how strong it was, and only when there was something, what it was.

    Parameters
    ----------
    given : what is known already.
    side : of the tested leg, where most symptoms are.
    key : of the fields.
    label : the question for the number; None asks for the intensity then.
    """
    intensity = ask_intensity(label or text("replay.intensity"), given.intensity, f"{key}_intensity")
    if not intensity:
        return Felt() if intensity is None else Felt(intensity=0)
    familiar = one_of(text("replay.familiar"), FAMILIAR, "answer", given.familiar, f"{key}_familiar")
    regions = some_of(
        text("replay.regions"), get_args(Region), "region", regions_of(given.regions), f"{key}_regions"
    )
    places = _places(regions, given.regions, side, key)
    qualities = some_of(
        text("replay.qualities"), get_args(Quality), "quality", given.qualities, f"{key}_qualities"
    )
    found = {"intensity": intensity, "familiar": familiar, "regions": places, "qualities": qualities}
    return Felt.model_validate(found)


def regions_of(places: Places) -> list[str]:
    """Return each region once."""
    return list(dict.fromkeys(place.region for place in places))


def _places(regions: Sequence[str], given: Places, side: Side, key: str) -> list[Place]:
    """Ask once for the side of all that have one; most people have it on one."""
    sided = [region for region in regions if region not in MIDLINE]
    if not sided:
        return [Place.model_validate({"region": region}) for region in regions]
    known = {place.side for place in given if place.side is not None}
    before = "both" if len(known) == 2 else next(iter(known), side)
    label = f"{key}_side"
    if label not in st.session_state:
        st.session_state[label] = before
    chosen = st.segmented_control(
        text("replay.side"),
        tuple(SIDES),
        format_func=lambda option: text(f"replay.side.{option}"),
        key=label,
        required=True,
    )
    sides: dict[str, tuple[Side | None, ...]] = {
        region: SIDES[chosen or before] if region in sided else (None,) for region in regions
    }
    return [
        Place.model_validate({"region": region, "side": one}) for region in regions for one in sides[region]
    ]
