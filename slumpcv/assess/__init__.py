"""What answers and movement say together: course of the symptoms, and one outcome in plain words."""

from __future__ import annotations

from slumpcv.assess.course import follow_course
from slumpcv.assess.outcome import assess

__all__ = ["assess", "follow_course"]
