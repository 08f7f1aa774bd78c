"""All findings of a recording, and whether it can be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.quality.person import person_findings
from slumpcv.quality.picture import picture_findings
from slumpcv.quality.scene import set_scene
from slumpcv.quality.tempo import tempo_findings
from slumpcv.quality.view import is_frontal, view_findings
from slumpcv.quality.words import in_order
from slumpcv.quality.yaw import estimate_yaw_deg, load_yaw_fit
from slumpcv.session import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slumpcv.angles import Angles
    from slumpcv.phases import PhaseSpan
    from slumpcv.terms import Side
    from slumpcv.track import PoseTrack


def judge_quality(
    track: PoseTrack,
    angles: Angles,
    spans: Sequence[PhaseSpan],
    asked_side: Side | None = None,
) -> Quality:
    """Judge whether a recording can be trusted.

    Parameters
    ----------
    track, angles, spans : the clip, measured and segmented.
    asked_side : the leg that the user says was tested; None when not said.

    Returns
    -------
    Quality
        Findings sorted by severity, then time; ``usable`` unless one of them is
        ``unusable``. At most one finding of each code.
    """
    scene = set_scene(track, angles, spans)
    base = angles.baseline if spans and not is_frontal(scene) else None
    yaw_deg = estimate_yaw_deg(angles.raw, base.trunk_px, scene.test & scene.found) if base else None
    findings = [
        *person_findings(scene, asked_side),
        *view_findings(scene, yaw_deg),
        *picture_findings(scene),
        *tempo_findings(scene),
    ]
    return Quality(
        usable=all(f.severity != "unusable" for f in findings),
        findings=in_order(findings),
        camera_yaw_deg=None if yaw_deg is None else round(yaw_deg, 1),
        camera_yaw_plus_minus_deg=None if yaw_deg is None else load_yaw_fit().plus_minus_deg,
    )
