"""What each finding says to the person who made the recording.

One sentence on what was seen and why it matters, one on what helps. A fix speaks of the
next recording, because repeating the test on the same day changes its result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from slumpcv.session import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["note", "warn", "unusable"]

# In the order of weight: of two findings as severe and as early, the first comes first.
WORDS: dict[str, tuple[str, str]] = {
    "NO_PERSON": (
        "No person could be found in this clip.",
        "Next time, film one person from the side in good light, with the whole body in the picture.",
    ),
    "ROTATED": (
        "The picture lies on its side or upside down, so angles against the vertical cannot be read.",
        "Turn the clip upright in a photo or video app, save it, and analyze it again.",
    ),
    "FRONTAL_VIEW": (
        "The camera looks at the person from the front or the back, so the bending cannot be measured.",
        "Next time, put the camera at hip height beside the tested leg, square to the chair.",
    ),
    "NOT_SEATED": (
        "Nobody was seen sitting tall and still with their side to the camera, and the test is done seated.",
        "Next time, start by sitting tall and still on a firm chair for 3 seconds, side-on to the camera.",
    ),
    "NO_TEST": (
        "No slump test was found in this clip: nobody slumped, bent the neck or straightened a knee.",
        "Check that this is the right clip and that it was not cut short.",
    ),
    "SIDE_MISMATCH": (
        "You gave the {asked} leg as the one tested, but the camera sees the {near} side of the body.",
        "Check which leg was tested and whether the recording is mirrored, as selfie cameras often do.",
    ),
    "FAR_LEG_TESTED": (
        "The leg that straightened is the one away from the camera, where it cannot be measured.",
        "Next time, put the camera on the side of the leg that is tested.",
    ),
    "YAW_TOO_LARGE": (
        "The camera stands about {degrees} degrees towards the {end}, so the angles cannot be trusted.",
        "Next time, put the camera straight beside the person, square to the chair.",
    ),
    "PERSON_LOST": (
        "The person could not be seen for part of the test, so nothing is known of those moments.",
        "Next time, make sure that nobody walks in front of the camera and that the room is well lit.",
    ),
    "OUT_OF_FRAME": (
        "Part of the body left the picture ({parts}), so angles that need it are guesses.",
        "Next time, move the camera back until the whole body fits, also with the leg straight.",
    ),
    "TOO_FAR": (
        "The person is small in the picture, so the angles are less certain.",
        "Next time, move the camera closer or record at a higher resolution.",
    ),
    "TOO_CLOSE": (
        "The camera is so close that the whole body hardly fits, and this bends the view.",
        "Next time, move the camera back until there is space around the head and the straight leg.",
    ),
    "LOW_FPS": (
        "The recording has only about {fps} pictures a second, so quick movements are seen less exactly.",
        "Next time, record at 30 pictures a second and in good light.",
    ),
    "FEW_ANALYSED": (
        "Only about {fps} pictures a second were analysed, as asked, so quick movements are seen less well.",
        "Leave out --fps to analyse more.",
    ),
    "DAMAGED": (
        "The file is broken in places, so pictures are missing there.",
        "Copy it again from the camera, or record again.",
    ),
    "FRAMES_MISSING": (
        "The recording skips some moments of the test, so nothing is known of them.",
        "Next time, close other apps while recording, and check that the clip plays without stops.",
    ),
    "YAW": (
        "The camera stands about {degrees} degrees towards the {end}, so the angles are less certain.",
        "Next time, put the camera straight beside the person, square to the chair.",
    ),
    "SHANK_HIDDEN": (
        "The lower leg was hidden for part of the test, so the knee angle is missing there.",
        "Next time, use a chair or bench that leaves the lower leg in full view.",
    ),
    "PART_HIDDEN": (
        "Part of the body was hard to see ({parts}), so angles that need it are less certain.",
        "Next time, wear close-fitting clothes and keep furniture and arms out of the view.",
    ),
    "DARK": (
        "The picture is dark, so the body is found less exactly.",
        "Next time, turn on more light and do not film against a window.",
    ),
    "BLURRED": (
        "The picture is blurred, so the body is found less exactly.",
        "Next time, wipe the lens, let the camera focus, and use more light.",
    ),
    "SHAKY": (
        "The camera was shaking, so the angles are less certain.",
        "Next time, put the camera on a tripod or lean it against something firm.",
    ),
    "CAMERA_MOVED": (
        "The camera or the seat moved during the test, so positions before and after compare less well.",
        "Next time, fix the camera in one place and stay on the same spot of a firm seat.",
    ),
    "JITTERY": (
        "The knee could not be followed steadily while it was held still, so its angle is less certain.",
        "Next time, wear close-fitting clothes and film in good light against a plain background.",
    ),
    "LEGS_SWAPPED": (
        "The left and the right leg were hard to tell apart for a while, and this was put right.",
        "Next time, keep the other foot on the floor and further back than the tested one.",
    ),
    "SHORT_HOLD": (
        "A position {around} the head lift was held so briefly that it is hard to read.",
        "Next time, hold still for 3 seconds before and after lifting the head.",
    ),
    "HASTY": (
        "Some movements were quick ({parts}), and quick movements are measured less well.",
        "Next time, take at least 2 seconds for each movement.",
    ),
    "HIP_HINGE": (
        "The trunk leaned forward from the hips while the back stayed long, which is not a slump.",
        "Next time, let the whole back sag without leaning forward.",
    ),
    "INCOMPLETE": (
        "These steps of the test were not found: {parts}.",
        "If you stopped because of what you felt, leave it at that; if not, check the clip is complete.",
    ),
    "COMPANY": (
        "Another person was in the picture, and the one who sits in the chair was followed.",
        "Next time, ask others to stay out of the picture, or check here that the right person is drawn.",
    ),
}
# What to say instead where the same matter leaves nothing to judge.
REFUSALS: dict[str, str] = {
    "PERSON_LOST": "The person could not be seen for so much of the test that it cannot be judged.",
    "OUT_OF_FRAME": "Part of the body was out of the picture ({parts}), so the head lift cannot be judged.",
    "TOO_FAR": "The person is so small in the picture that the angles cannot be measured.",
    "LOW_FPS": "The recording has only about {fps} pictures a second, too few to follow the movements.",
    "DARK": "The picture is so dark that the body cannot be followed well enough to judge the test.",
    "BLURRED": "The picture is so blurred that the body cannot be followed well enough to judge the test.",
    "JITTERY": "The knee could not be followed steadily around the head lift, so the lift cannot be judged.",
}
_WEIGHT = {code: place for place, code in enumerate(WORDS)}
_SEVERITIES = ("unusable", "warn", "note")


def finding(code: str, severity: Severity, spans: Iterable[Span] = (), **words: object) -> Finding:
    """Return a finding in its plain words; ``words`` fill the sentence's gaps."""
    message, fix = WORDS[code]
    if severity == "unusable":
        message = REFUSALS.get(code, message)
    return Finding(
        code=code,
        severity=severity,
        message=message.format(**words),
        fix=fix.format(**words),
        spans=tuple(spans),
    )


def listed(parts: Iterable[str]) -> str:
    """Join words as in ``head, knee and foot``."""
    words = list(parts)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by severity, then by the first second concerned (a whole clip first), then by weight."""

    def key(f: Finding) -> tuple[int, float, int]:
        begins_s = f.spans[0].start_s if f.spans else float("-inf")
        return _SEVERITIES.index(f.severity), begins_s, _WEIGHT.get(f.code, len(_WEIGHT))

    return tuple(sorted(findings, key=key))
