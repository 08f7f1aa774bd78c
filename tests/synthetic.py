"""A drawn person who performs slump tests of which every angle and every moment is known.

A :class:`Story` is written as the person would be told what to do::

    story = Story(move_s=2, hold_s=2).sit(3).slump().chin().knee().lift().sit_up().rest(3)

It knows the true phases and angles, and gives what the product reads: a pose track
(:func:`make_track`), or the samples that the phase machine is fed (:func:`make_samples`).
All movements are minimum-jerk (Flash and Hogan 1985).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from slumpcv.body import MIRROR_INDEX, NOSE, landmark, other
from slumpcv.phases import Sample
from slumpcv.posture import raw_posture, seated
from slumpcv.track import LANDMARKS, PoseTrack, TrackSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slumpcv.posture import RawPosture
    from slumpcv.terms import PhaseName, Side

    Series = NDArray[np.float64]
    Points = NDArray[np.float64]
    Spans = Sequence[tuple[float, float]]

# Limbs in thigh lengths, about as on the rendered samples.
TRUNK, HEAD, FACE, SHANK, FOOT, UPPER_ARM, FOREARM = 1.15, 0.45, 0.25, 1.0, 0.55, 0.75, 0.6


@dataclass(frozen=True)
class Posture:
    """One posture, angles as in docs/protocol.md; the defaults sit tall."""

    trunk_lean_deg: float = -8.0
    slump_index: float = 0.0
    head_angle_deg: float = 15.0
    face_pitch_deg: float = 7.0
    knee_flexion_deg: float = 90.0
    ankle_deg: float = 0.0
    thigh_deg: float = 0.0


TALL = Posture()
STANDING = Posture(trunk_lean_deg=3.0, knee_flexion_deg=5.0, thigh_deg=-88.0)
CHANNELS = tuple(f.name for f in fields(Posture))
# What the steps change, from the truth of the rendered samples: a slump carries the head along.
SLUMP = {"trunk_lean_deg": 25.0, "slump_index": 0.15}
CARRIED = {"head_angle_deg": 40.0, "face_pitch_deg": 40.0}
CHIN = {"head_angle_deg": 20.0, "face_pitch_deg": 45.0}
LIFT = {"head_angle_deg": -28.0, "face_pitch_deg": -65.0}
KNEE_UP_DEG = 14.0
TOES_DEG = 15.0


def scaled(changes: dict[str, float], share: float) -> dict[str, float]:
    """The same changes, smaller or the other way."""
    return {name: share * change for name, change in changes.items()}


@dataclass(frozen=True)
class _Move:
    start_s: float
    duration_s: float
    changes: dict[str, float]


@dataclass(frozen=True)
class TruePhase:
    """A phase from the first movement towards it to the first movement of the next."""

    phase: PhaseName
    start_s: float
    end_s: float
    repetition: int


class Story:
    """What somebody does, one step after the other; every verb returns the story.

    Parameters
    ----------
    move_s, hold_s : how long a movement and the hold after it take, unless a step says otherwise.
    start : the posture in which the clip begins.
    """

    def __init__(self, move_s: float = 2.0, hold_s: float = 2.0, start: Posture = TALL) -> None:
        self.now_s = 0.0
        self._move_s = move_s
        self._hold_s = hold_s
        self._start = start
        self._target = {name: getattr(start, name) for name in CHANNELS}
        self._moves: list[_Move] = []
        self._starts: list[tuple[PhaseName | None, float, int]] = []
        self._repetition = 1

    # --- telling the story ------------------------------------------------------------------

    def rest(self, seconds: float) -> Self:
        """Keep still."""
        self.now_s += seconds
        return self

    def begins(self, phase: PhaseName | None) -> Self:
        """Say that a phase, or with None no phase, truly begins now."""
        self._starts.append((phase, self.now_s, self._repetition))
        return self

    def change(
        self,
        phase: PhaseName | None = None,
        *,
        move_s: float | None = None,
        hold_s: float | None = None,
        early_s: float = 0.0,
        **changes: float,
    ) -> Self:
        """Change angles by so much and hold; without a phase it is a fidget or part of the one before.

        ``early_s`` starts the movement that long before the step before is over.
        """
        duration_s = self._move_s if move_s is None else move_s
        self.now_s -= early_s
        if phase is not None:
            self.begins(phase)
        self._moves.append(_Move(self.now_s, duration_s, changes))
        for name, change in changes.items():
            self._target[name] += change
        self.now_s += duration_s
        return self.rest(self._hold_s if hold_s is None else hold_s)

    def go_to(
        self, posture: Posture, phase: PhaseName | None = None, *, move_s: float, hold_s: float = 0.0
    ) -> Self:
        """Change every angle to that of a posture."""
        changes = {n: getattr(posture, n) - self._target[n] for n in CHANNELS}
        return self.change(phase, move_s=move_s, hold_s=hold_s, **changes)

    # --- the steps of the test ---------------------------------------------------------------

    def sit(self, seconds: float = 3.0) -> Self:
        """Sit tall: the baseline."""
        return self.begins("BASELINE").rest(seconds)

    def slump(self, share: float = 1.0, *, carries_head: bool = True, **timing: float) -> Self:
        """Let the back sag; the head goes along with it, or keeps looking ahead."""
        return self.change("SLUMP", **scaled(SLUMP | (CARRIED if carries_head else {}), share), **timing)

    def chin(self, **timing: float) -> Self:
        """Bring the chin to the chest."""
        return self.change("NECK_FLEXION", **CHIN, **timing)

    def slump_with_chin(self, **timing: float) -> Self:
        """Slump and chin in one movement: the neck flexion is what is held of it."""
        hold_s = timing.pop("hold_s", self._hold_s)
        both = SLUMP | {name: CARRIED[name] + CHIN[name] for name in CHIN}
        return self.change("SLUMP", hold_s=0.0, **both, **timing).begins("NECK_FLEXION").rest(hold_s)

    def knee(self, to_deg: float = KNEE_UP_DEG, **timing: float) -> Self:
        """Straighten the knee."""
        by_deg = to_deg - self._target["knee_flexion_deg"]
        return self.change("KNEE_EXTENSION", knee_flexion_deg=by_deg, **timing)

    def toes(self, **timing: float) -> Self:
        """Pull the toes up."""
        return self.change("DORSIFLEXION", ankle_deg=TOES_DEG, **timing)

    def lift(self, share: float = 1.0, **also_and_timing: float) -> Self:
        """Lift the head, and with ``knee_flexion_deg=20`` and the like something else too."""
        return self.change("HEAD_LIFT", **scaled(LIFT, share), **also_and_timing)

    def sit_up(self, *, move_s: float = 2.5, recovers: bool = True) -> Self:
        """Put the leg down and sit up; recovery begins when that is done."""
        self.go_to(TALL, "RETURN", move_s=move_s)
        return self.begins("RECOVERY") if recovers else self

    def again(self) -> Self:
        """What follows is the next repetition."""
        self._repetition += 1
        return self

    # --- what is true ------------------------------------------------------------------------

    @property
    def phases(self) -> list[TruePhase]:
        """The true phases; the last one ends with the story."""
        ends = [start_s for _, start_s, _ in self._starts[1:]] + [self.now_s]
        return [
            TruePhase(phase, start_s, end_s, repetition)
            for (phase, start_s, repetition), end_s in zip(self._starts, ends, strict=True)
            if phase is not None
        ]

    def start_of(self, phase: PhaseName) -> float:
        """When a phase first began."""
        return next(p.start_s for p in self.phases if p.phase == phase)

    def angle(self, name: str, time_s: Series) -> Series:
        """The true value of one field of :class:`Posture` over time."""
        value: Series = np.full(len(time_s), float(getattr(self._start, name)))
        for move in self._moves:
            value += move.changes.get(name, 0.0) * minimum_jerk((time_s - move.start_s) / move.duration_s)
        return value

    def times(self, fps: float = 15.0) -> Series:
        """Evenly spaced frame times over the whole story."""
        return np.arange(0.0, self.now_s + 0.5 / fps, 1.0 / fps)


def perform(
    *,
    baseline: float = 3.0,
    slump: float = 1.0,
    chin: bool = True,
    knee: float | None = KNEE_UP_DEG,
    toes: bool = False,
    lift: float | None = 1.0,
    hold_s: float = 2.0,
    move_s: float = 2.0,
) -> Story:
    """The whole test in its ordinary order; ``slump`` and ``lift`` are shares of the usual amount."""
    story = Story(move_s, hold_s).sit(baseline).slump(slump)
    if chin:
        story.chin()
    if knee is not None:
        story.knee(knee)
    if toes:
        story.toes()
    if lift is not None:
        story.lift(lift)
    return story.sit_up(move_s=move_s).rest(3.0)


def minimum_jerk(progress: Series) -> Series:
    """The smoothest way from 0 to 1 while ``progress`` goes from 0 to 1."""
    p = np.clip(progress, 0.0, 1.0)
    return p**3 * (10.0 + p * (6.0 * p - 15.0))


def irregular_times(story: Story, fps: float = 20.0, seed: int = 0) -> Series:
    """Frame times as phones make them: intervals from half to twice the usual one."""
    rng = np.random.default_rng(seed)
    steps = rng.uniform(0.5, 2.0, math.ceil(story.now_s * fps)) / fps
    times = np.cumsum(steps)
    return times[times <= story.now_s]


# --- the figure -------------------------------------------------------------------------------


def figure(story: Story, time_s: Series, near: Side = "right", far_ahead: float = 0.0) -> Points:
    """The 33 landmarks, y up, facing +x, in thigh lengths around the near hip.

    The far side is the same body ``far_ahead`` further forward and a little higher, as a camera
    sees it that is not quite square; its foot stays on the floor.
    """
    angle = {name: story.angle(name, time_s) for name in CHANNELS}
    points = np.zeros((len(time_s), LANDMARKS, 2))
    hanging = angle | {"knee_flexion_deg": 90.0 + angle["thigh_deg"]}
    for side, angles in ((other(near), hanging), (near, angle)):
        body = _one_side(angles)
        nose = body.pop("nose")
        shift = np.array([far_ahead, 0.02]) if side != near else np.zeros(2)
        for joint, at in body.items():
            points[:, landmark(joint, side)] = at + shift
        if side == near:
            points[:, NOSE] = nose
    # Inner and outer eyes, mouth and fingers lie at their neighbours: nothing is measured on them.
    for index, like in ((1, 2), (3, 2), (4, 5), (6, 5), (9, NOSE), (10, NOSE)):
        points[:, index] = points[:, like]
    for index in range(17, 23):
        points[:, index] = points[:, 15 if index % 2 else 16]
    return points


def _one_side(angle: dict[str, Series]) -> dict[str, Points]:
    """Forward kinematics from the hip, up and down."""
    # Whoever stands has the hips above the knees instead of behind them.
    risen = np.maximum(-np.sin(np.radians(angle["thigh_deg"])), 0.0)
    hip = np.stack([np.zeros_like(risen), risen], axis=1)
    trunk = TRUNK * (1.0 - angle["slump_index"])
    shoulder = hip + trunk[:, None] * _towards(90.0 - angle["trunk_lean_deg"])
    ear = shoulder + HEAD * _towards(90.0 - angle["head_angle_deg"])
    nose = ear + FACE * _towards(-angle["face_pitch_deg"])
    elbow = shoulder + UPPER_ARM * _towards(-80.0 + 0 * angle["thigh_deg"])
    knee = hip + _towards(angle["thigh_deg"])
    shank_deg = angle["thigh_deg"] - angle["knee_flexion_deg"]
    ankle = knee + SHANK * _towards(shank_deg)
    foot_deg = shank_deg + 90.0 + angle["ankle_deg"]
    heel = ankle - 0.15 * _towards(foot_deg)
    return {
        "hip": hip,
        "shoulder": shoulder,
        "ear": ear,
        "eye": (ear + nose) / 2,
        "nose": nose,
        "elbow": elbow,
        "wrist": elbow + FOREARM * _towards(0 * angle["thigh_deg"]),
        "knee": knee,
        "ankle": ankle,
        "heel": heel,
        "toe": heel + FOOT * _towards(foot_deg),
    }


def _towards(elevation_deg: Series) -> Points:
    return np.stack([np.cos(np.radians(elevation_deg)), np.sin(np.radians(elevation_deg))], axis=-1)


# --- what the product reads -----------------------------------------------------------------


@dataclass(frozen=True)
class Camera:
    """How the figure is filmed.

    ``far_ahead`` is how far the far side shows ahead of the near one, in thigh lengths: it
    grows with the camera's yaw.
    """

    size_px: tuple[int, int] = (640, 480)
    thigh_px: float = 110.0
    hip_px: tuple[float, float] = (230.0, 290.0)
    facing: Side = "right"
    far_ahead: float = 0.05
    noise_px: float = 0.0


def make_track(story: Story, time_s: Series, camera: Camera = Camera(), seed: int = 0) -> PoseTrack:
    """Film a story: the pose track that a perfect (or, with noise, a shaky) pose model would give.

    A left-facing figure is the mirror image in a mirrored room: ``hip_px`` counts from the right.
    """
    shape = figure(story, time_s, "right", camera.far_ahead) * camera.thigh_px
    px = shape * [1.0, -1.0] + np.array(camera.hip_px)
    if camera.facing == "left":
        px = (px * [-1.0, 1.0] + [camera.size_px[0], 0.0])[:, MIRROR_INDEX]
    px += np.random.default_rng(seed).normal(0.0, camera.noise_px, px.shape)
    n = len(time_s)
    return PoseTrack(
        time_s=time_s,
        landmarks_px=px.astype(np.float32),
        visibility=np.full((n, LANDMARKS), 0.95, np.float32),
        world_m=np.zeros((n, LANDMARKS, 3), np.float32),
        luma=np.full(n, 120.0, np.float32),
        sharpness=np.full(n, 300.0, np.float32),
        people=np.ones(n, np.uint8),
        source=TrackSource(
            width_px=camera.size_px[0],
            height_px=camera.size_px[1],
            rotation_deg=0,
            fps_nominal=None,
            duration_s=float(time_s[-1]) if n else 0.0,
            container=None,
            codec=None,
            sha256=None,
            model="drawn",
            model_sha256="0" * 64,
            slumpcv_version="0",
        ),
    )


def raw_of(story: Story, time_s: Series) -> RawPosture:
    """The raw posture of the figure, thigh length 1."""
    return raw_posture(figure(story, time_s), time_s, "right", 1.0)


def make_samples(
    story: Story,
    time_s: Series | None = None,
    *,
    noise_deg: float = 0.0,
    seed: int = 0,
    lost: Spans = (),
    knee_hidden: Spans = (),
) -> list[Sample]:
    """What the phase machine is fed, with exact angles.

    Parameters
    ----------
    story : what happens.
    time_s : frame times; 15 frames per second when left out.
    noise_deg : standard deviation of noise on back, head and knee, independent in every frame.
    seed : of the noise.
    lost : stretches of seconds in which nobody is found.
    knee_hidden : stretches of seconds in which knee and ankle are not seen.
    """
    time_s = story.times() if time_s is None else time_s
    raw = raw_of(story, time_s)
    tall_rise = raw_of(Story().sit(), np.zeros(1)).rise_px[0]
    rng = np.random.default_rng(seed)
    noise = {n: rng.normal(0.0, noise_deg, len(time_s)) for n in ("back", "head", "knee")}
    columns = {
        "trunk_lean_deg": raw.trunk_lean_deg + noise["back"],
        "shoulder_drop": tall_rise - raw.rise_px,
        "head_angle_deg": raw.head_angle_deg + noise["head"],
        "face_pitch_deg": raw.face_pitch_deg + noise["head"],
        "knee_flexion_deg": raw.knee_flexion_deg + noise["knee"],
        "ankle_deg": raw.ankle_deg,
    }
    sits = seated(raw)
    samples = []
    for i, t in enumerate(time_s):
        sample = Sample(float(t), bool(sits[i]), **{n: float(c[i]) for n, c in columns.items()})
        if _within(t, knee_hidden):
            sample = replace(sample, knee_flexion_deg=math.nan, ankle_deg=math.nan)
        if _within(t, lost):
            sample = replace(sample, seated=None, **dict.fromkeys(columns, math.nan))
        samples.append(sample)
    return samples


def _within(time_s: float, spans: Spans) -> bool:
    return any(start_s <= time_s < end_s for start_s, end_s in spans)
