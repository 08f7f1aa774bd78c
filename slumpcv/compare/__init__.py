"""Several tests side by side: what differs, and by more than the measurement error or not."""

from __future__ import annotations

from slumpcv.compare.build import compare_sessions
from slumpcv.compare.schema import Comparison

__all__ = ["Comparison", "compare_sessions"]
