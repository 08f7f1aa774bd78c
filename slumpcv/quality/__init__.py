"""How far a recording can be trusted: view, picture, person and tempo.

Every finding has a code, the seconds it concerns, a plain sentence and a plain fix. A clip
that cannot be judged is a result with reasons, not an error.
"""

from __future__ import annotations

from slumpcv.quality.judge import judge_quality

__all__ = ["judge_quality"]
