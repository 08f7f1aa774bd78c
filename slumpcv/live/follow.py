"""Following the person live, where no first look can tell which way they face and where they sit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slumpcv.conditioning import Conditioner, Needs
from slumpcv.follow import Follower
from slumpcv.pose import MAX_PEOPLE, Landmarker
from slumpcv.survey import Anchor, Survey

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.pose import Image, Pose
    from slumpcv.terms import Side
    from slumpcv.video import Frame


class LiveFollower(Follower):
    """Follows one person with both models in memory: making one takes a quarter of a second.

    Parameters
    ----------
    model : path of a model bundle.
    side : the tested side. Whoever shows it to the camera looks that way in the picture.
    """

    def __init__(self, model: Path, side: Side) -> None:
        super().__init__(model, Survey(side, None, {}), Needs())
        self._searcher = Landmarker(model, side, MAX_PEOPLE)

    def close(self) -> None:
        """Free the models."""
        super().close()
        self._searcher.close()

    def people(self, rgb: Image, time_s: float) -> list[Pose]:
        """Search a whole picture for people."""
        return self._searcher.find(rgb, time_s)

    def stay_with(self, patient: Pose, needs: Needs) -> None:
        """Follow who sits here from now on, and help the model to see in this light."""
        self._look = replace(self._look, anchor=Anchor(patient.hip_px, patient.torso_px))
        self._conditioner = Conditioner(needs)

    def _find_again(self, frame: Frame, pose: Pose | None) -> Pose | None:
        """Return the patient when somebody else is tracked; a tracker without anybody searches by itself."""
        found = None if pose is None else super()._find_again(frame, pose)
        self._nobody = False
        return found

    def _everybody(self, frame: Frame) -> list[Pose]:
        return self.people(frame.rgb, frame.time_s)
