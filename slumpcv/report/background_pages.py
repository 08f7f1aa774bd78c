"""Safety screen, intake, method, literature and versions: what a reader needs to check the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slumpcv.answers import SCREEN_GROUPS
from slumpcv.language import numeral, text
from slumpcv.report.answer_words import answer, place
from slumpcv.report.blocks import NOTHING, bullets, heading, note, paragraph, table
from slumpcv.report.wording import phase_name
from slumpcv.symptoms import LAGS

if TYPE_CHECKING:
    from slumpcv.answers import Intake, Screen
    from slumpcv.report.blocks import Block
    from slumpcv.session import Session

STUDIES = (
    "kuilart_2005",
    "davis_2008",
    "majlesi_2008",
    "stankovic_1999",
    "jospt_2012",
    "childs_2005",
    "farrar_2001",
    "timberlake_2013",
    "finucane_2020",
)
_METHOD = ("video", "angles", "errors", "phases", "isolation", "symptoms", "outcome", "unvalidated")
_YES_NO = ("over_6_weeks", "back_pain_now", "back_pain_ever", "tailbone_fall_ever", "headaches")


def given_answers(session: Session) -> list[Block]:
    """Return the safety screen, the intake and the answers after the test; nothing without answers."""
    if session.responses is None:
        return []
    return [*_screen(session.screen), *_intake(session.intake), *_afterwards(session)]


def background(session: Session) -> list[Block]:
    """Return method, literature, and what made this report."""
    live, replay, typed = (LAGS[how] for how in ("live", "replay", "afterwards"))
    lags = text(
        "report.method.lags",
        live_least=numeral(live.least_s),
        live_likely=numeral(live.likely_s),
        live_most=numeral(live.most_s),
        replay=numeral(replay.most_s),
        typed=numeral(typed.most_s),
    )
    return [
        heading(text("report.method.title")),
        bullets([*(text(f"report.method.{name}") for name in _METHOD), lags]),
        heading(text("report.literature.title")),
        paragraph(text("report.literature.intro")),
        bullets([text(f"report.literature.{study}") for study in STUDIES]),
        *_software(session),
    ]


def _screen(screen: Screen | None) -> list[Block]:
    blocks = [heading(text("report.screen.title"))]
    if screen is None:
        return [*blocks, paragraph(text("report.screen.none"))]
    rows = [
        [text(f"ask.screen.{name}"), answer(getattr(screen, name)), text(f"report.screen.{group}")]
        for group, names in SCREEN_GROUPS.items()
        for name in names
    ]
    columns = [text(f"report.screen.{c}") for c in ("question", "answer", "group")]
    return [*blocks, table(columns, rows, (4, 0.9, 1.7)), note(text("report.screen.note"))]


def _intake(intake: Intake | None) -> list[Block]:
    blocks = [heading(text("report.intake.title"))]
    if intake is None:
        return [*blocks, paragraph(text("report.intake.none"))]
    tried = [f"{text(f'ask.tried.{t.what}')} ({_helped(t.helped)})" for t in intake.tried]
    said = {
        "side": None if intake.side is None else text(f"ask.side.{intake.side}"),
        "regions": "; ".join(place(p) for p in intake.regions),
        "qualities": "; ".join(text(f"ask.quality.{q}") for q in intake.qualities),
        "onset": None if intake.onset is None else text(f"ask.onset.{intake.onset}"),
        **{name: answer(getattr(intake, name)) for name in _YES_NO},
        "tried": "; ".join(tried),
        "earlier_tests_24h": None if intake.earlier_tests_24h is None else str(intake.earlier_tests_24h),
    }
    rows = [[text(f"ask.intake.{name}"), words or text("ask.answer.none")] for name, words in said.items()]
    columns = [text("report.screen.question"), text("report.screen.answer")]
    return [*blocks, table(columns, rows, (1, 1.2))]


def _helped(helped: str | None) -> str:
    return text(f"report.helped.{helped or 'none'}")


def _afterwards(session: Session) -> list[Block]:
    responses = session.responses
    assert responses is not None
    rows = []
    if responses.stop_reason is not None:
        rows.append([text("ask.felt.stop_reason"), text(f"ask.stop_reason.{responses.stop_reason}")])
    if responses.stopped_in is not None:
        rows.append([text("ask.felt.stopped_in"), phase_name(responses.stopped_in)])
    if responses.warning_signs:
        signs = "; ".join(text(f"ask.warning_sign.{s}") for s in responses.warning_signs)
        rows.append([text("ask.felt.warning_signs"), signs])
    if responses.recovery is not None:
        after = numeral(responses.recovery.after_min)
        rows.append([text("ask.felt.recovery_intensity"), str(responses.recovery.intensity)])
        rows.append([text("ask.felt.recovery_after_min"), after])
    if not rows:
        return []
    columns = [text("report.screen.question"), text("report.screen.answer")]
    return [heading(text("report.afterwards.title")), table(columns, rows, (1, 1.2))]


def _software(session: Session) -> list[Block]:
    clip, software = session.clip, session.software
    kind = " ".join(k for k in (clip.container, clip.codec) if k) or NOTHING
    rate = NOTHING if clip.fps_nominal is None else numeral(clip.fps_nominal)
    size = f"{clip.width_px} \N{MULTIPLICATION SIGN} {clip.height_px} px, {kind}, {rate}/s"
    rows = [
        [text("report.software.slumpcv"), software.slumpcv],
        [text("report.software.model"), f"{software.model}\n{software.model_sha256}"],
        [text("report.software.clip"), f"{numeral(clip.duration_s, '.1f')} s, {size}"],
        [text("report.software.frames"), str(clip.frames_analysed)],
        [text("report.software.sha256"), clip.sha256 or NOTHING],
        [text("report.software.schema"), str(session.schema_version)],
    ]
    columns = [text("report.software.what"), text("report.software.value")]
    return [
        heading(text("report.software.title")),
        table(columns, rows, (1, 2.6)),
        note(text("report.software.not_reviewed")),
    ]
