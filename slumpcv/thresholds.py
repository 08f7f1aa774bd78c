"""The protocol's thresholds, each with its basis.

[E] marks our own engineering choice without a clinical source, [P] published work; see
docs/protocol.md.
"""

from __future__ import annotations

SLUMP_INDEX = 0.05
"""Slump reached: shortening of the shoulder-hip line. [E]"""

SHOULDER_DROP_THIGHS = 0.05
"""Slump reached: drop of the shoulder, in thigh lengths. [E]"""

HIP_HINGE_LEAN_DEG = 30.0
"""Hip-hinge warning: the trunk leans this much further forward with a slump index below
`SLUMP_INDEX`. [E]"""

NECK_FLEXED_DEG = 20.0
"""Neck flexed: neck flexion or face pitch rises by this. [E]"""

KNEE_EXTENDED_DEG = 30.0
"""Knee extended: it ends within this of straight, or stopped for symptoms. [E]"""

DORSIFLEXED_DEG = 5.0
"""Toes up: the ankle angle rises by this. Advisory, because toes are seen badly. [E]"""

HEAD_LIFTED_DEG = 20.0
"""Head lifted: neck flexion or face pitch reverses by this ... [E]"""

HEAD_LIFTED_SHARE = 0.5
"""... or by this share of the flexion. [E]"""

KNEE_STILL_DEG = 5.0
"""During the head lift the knee stayed still. [E]"""

KNEE_MOVED_DEG = 8.0
"""During the head lift the knee moved; between this and `KNEE_STILL_DEG` is a warning.
The minimal detectable change of active knee extension is 7 to 8 deg. [P]"""

TRUNK_STILL_DEG = 5.0
"""During the head lift the trunk stayed still. [E]"""

SLUMP_INDEX_STILL = 0.03
"""During the head lift the back stayed slumped. [E]"""

SLUMP_INDEX_MOVED = 0.04
"""During the head lift the back moved for certain: `SLUMP_INDEX_STILL` and the standard error
of a measured change (0.01, docs/validation.md). [E]"""

SLUMP_INDEX_CERTAIN = 0.08
"""During the head lift the back moved beyond doubt; between this and `SLUMP_INDEX_MOVED` no
verdict is given. On badly compressed video a back that stayed still read 0.065
(docs/validation.md). [E]"""

ANKLE_STILL_DEG = 10.0
"""During the head lift the ankle stayed still. Advisory. [E]"""

USABLE_CONFIDENCE = 0.5
"""A frame counts as seen from this landmark confidence on ... [E]"""

USABLE_HOLD_SHARE = 0.8
"""... and a hold is usable when this share of its frames is seen. [E]"""

USABLE_FPS = 15.0
"""Recordings with fewer frames a second get a warning. [E]"""

YAW_WARN_DEG = 15.0
"""Camera further from square than this: the angles are less certain. At 15 deg a knee that is
20 deg short of straight reads 0.6 deg off, at 30 deg 2.8 (computed). [E]"""

YAW_REFUSE_DEG = 30.0
"""Camera further from square than this: not judged. [E]"""

KNEE_SPEED_DEG_S = 45.0
"""A knee that extends faster was hasty. [E]"""

REPRODUCED_RISE = 1
"""Symptom reproduced: the familiar one rose by at least this on the 0-10 scale. The rule that a
test counts only when it reproduces the familiar symptom is from the JOSPT guideline 2012 [P],
the number is ours. [E]"""

CLEAR_REPRODUCTION_RISE = 2
"""Clearly reproduced: the minimal detectable change of the 0-10 scale in low back pain, Childs
2005. [P]"""

RELIEF_DROP = 2
"""Clear relief: the intensity drops by at least this (Childs 2005) ... [P]"""

RELIEF_SHARE = 0.3
"""... and by at least this share (Farrar 2001). [P]; using both within one test is ours. [E]"""

CONFLICT_DROP = 2
"""Answers conflict: "same" or "worse", though the intensity dropped by this. [E]"""

STRONG_AT_REST = 7
"""Symptoms at rest from this intensity on are too strong to see a change. [E]"""

STOP_INTENSITY = 7
"""A stop rule: the intensity reaches this. [E]"""

STOP_RISE = 4
"""A stop rule: the intensity rises by this. [E]"""

SETTLED_WITHIN = 1
"""Settled after the test: within this of the intensity at rest. [E]"""

ADVISE_AFTER_MIN = 10.0
"""Not settled for this many minutes: contact a clinician. [E]"""

SIDE_DIFFERENCE_DEG = 10.0
"""Knees of the two sides differ by this: noted for therapists only. [E]"""

KNEE_DIFFERENCE_DEG = 8.0
"""Two tests' knees differ by no more than the measurement error up to this, however small the
stated error: the upper minimal detectable change of active knee extension (7 to 8 deg). [P]"""

DROP_DIFFERENCE = 3
"""Two tests' drops of intensity with the head lift differ by more than the measurement error from
this on: each drop is a difference of two ratings, so their minimal detectable change is that of a
rating, 2 points (`CLEAR_REPRODUCTION_RISE`), times the root of two, in whole points. [E]"""
