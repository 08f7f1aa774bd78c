"""Answers as a file that people fill in: YAML (or JSON) in, and a commented template out."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import ValidationError

from slumpcv.answers import (
    ASKED_PHASES,
    SCREEN_GROUPS,
    Answers,
    HeadLiftChange,
    Quality,
    Region,
    StopReason,
    Tried,
    WarningSign,
)
from slumpcv.errors import InputError
from slumpcv.files import atomic_write
from slumpcv.language import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE_NAME = "answers.yaml"
LARGEST_BYTES = 1_000_000
NEWEST_SCHEMA = 1
WIDTH = 100


class _PlainLoader(yaml.SafeLoader):
    """Reads plain YAML: no references, which can unfold without end, and no key twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("it refers back to another part of itself")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.YAMLError(f"{twice} stands in it twice, the second time near {node.start_mark}")
        return super().construct_mapping(node, deep)


def load_answers(path: str | Path) -> Answers:
    """Read an answers file.

    Parameters
    ----------
    path : YAML, or JSON when its name ends so. What is left empty is not answered.

    Raises
    ------
    InputError
        When it cannot be read, or an answer is not one of those that are possible.
    """
    path = Path(path)
    fix = "Write a new one with: slumpcv answers --template"
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{path.name} is far too large for answers", fix + ".")
        written = path.read_text(encoding="utf-8-sig")
        data = json.loads(written) if path.suffix.lower() == ".json" else yaml.load(written, _PlainLoader)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", fix + ".") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise InputError(f"{path.name} is neither YAML nor JSON ({said})", fix + ".") from error
    if not isinstance(data, dict):
        raise InputError(f"{path.name} holds no answers", fix + ".")
    return _validated(path.name, data)


def _validated(name: str, data: dict[Any, Any]) -> Answers:
    version = data.get("schema_version", NEWEST_SCHEMA)
    if isinstance(version, int) and version > NEWEST_SCHEMA:
        raise InputError(
            f"{name} was written for a newer slumpcv (answers schema {version}, this one reads "
            f"{NEWEST_SCHEMA})",
            "Update slumpcv.",
        )
    try:
        return Answers.model_validate(_without_blanks(data))
    except ValidationError as error:
        first = error.errors()[0]
        place = " > ".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        given = "" if isinstance(first["input"], dict | list) else f", not {first['input']!r}"
        raise InputError(
            f"{name} has an answer that does not fit at {place or 'the top'}: {said}{given}",
            "slumpcv answers --template lists all possible answers.",
        ) from error


def _without_blanks(value: Any) -> Any:
    """Leave out what was left empty, as the template does until it is filled in."""
    if isinstance(value, dict):
        kept = {key: _without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != {}}
    if isinstance(value, list):
        return [_without_blanks(item) for item in value if item is not None]
    return value


def save_answers(path: Path, answers: Answers) -> None:
    """Write answers as YAML, without what was not answered."""
    plain = answers.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    with atomic_write(path) as temporary:
        written = yaml.safe_dump(
            {"schema_version": answers.schema_version} | plain, sort_keys=False, allow_unicode=True
        )
        temporary.write_text(written, encoding="utf-8", newline="\n")


def write_new(path: Path, written: str) -> None:
    """Write a file that is not there yet.

    Raises
    ------
    InputError
        When there is one, or it cannot be written.
    """
    if path.exists():
        raise InputError(f"{path} is there already", "Give another name with -o.")
    with atomic_write(path) as temporary:
        temporary.write_text(written, encoding="utf-8", newline="\n")


def template() -> str:
    """Return an answers file with nothing answered: every question, and the possible answers."""
    return "\n".join([*_head(), *_screen(), *_intake(), *_test(), *_symptoms(), *_after()]) + "\n"


def _comment(words: str) -> str:
    return f"# {words}"


def _comments(words: str, indent: int) -> list[str]:
    pad = " " * indent
    return [pad + _comment(line) for line in wrap(words, WIDTH - indent, break_on_hyphens=False)]


def _title(name: str) -> list[str]:
    return ["", _comment(f"--- {text(f'ask.title.{name}')}")]


def _blank(key: str, question: str, options: Iterable[str] = (), indent: int = 2) -> list[str]:
    allowed = f" ({', '.join(options)})" if options else ""
    return [*_comments(question + allowed, indent), f"{' ' * indent}{key}:"]


def _head() -> Iterator[str]:
    yield _comment(text("ask.template.head"))
    yield _comment(text("ask.template.blank"))
    yield f"schema_version: {NEWEST_SCHEMA}"
    yield _comment("patient, therapist")
    yield "entered_by: patient"
    yield _comment("live, replay, afterwards")
    yield "how: afterwards"


def _screen() -> Iterator[str]:
    yield from _title("screen")
    yield _comment(text("ask.intro.screen"))
    yield "screen:"
    for names in SCREEN_GROUPS.values():
        for name in names:
            yield from _blank(name, text(f"ask.screen.{name}"), ("yes", "no"))


def _intake() -> Iterator[str]:
    yield from _title("intake")
    yield "intake:"
    yield from _blank("side", text("ask.intake.side"), ("left", "right"))
    yield from _blank("regions", text("ask.intake.regions"), ("[right calf, low_back]",))
    yield from _comments(", ".join(get_args(Region)), 2)
    yield from _blank("qualities", text("ask.intake.qualities"), get_args(Quality))
    yield from _blank("onset", text("ask.intake.onset"), ("injury", "gradual", "unknown"))
    yield from _blank("over_6_weeks", text("ask.intake.over_6_weeks"), ("yes", "no", "unsure"))
    yield from _blank("tried", text("ask.intake.tried"), get_args(Tried))
    yield f"  {_comment('tried: [{what: stretching, helped: no}]')}"
    for name in ("back_pain_now", "back_pain_ever", "tailbone_fall_ever", "headaches"):
        yield from _blank(name, text(f"ask.intake.{name}"), ("yes", "no"))
    yield from _blank("earlier_tests_24h", text("ask.intake.earlier_tests_24h"), ("0, 1, ...",))


def _test() -> Iterator[str]:
    yield from _title("phases")
    yield _comment(text("ask.intro.phases"))
    yield from _blank("intensity", text("ask.felt.intensity"), indent=0)[:1]
    yield from _blank("familiar", text("ask.felt.familiar"), ("yes", "no", "unsure"), indent=0)[:1]
    yield from _blank("regions", text("ask.felt.regions"), ("[right calf, low_back]",), indent=0)[:1]
    yield from _blank("qualities", text("ask.felt.qualities"), ("[pull, tingling]",), indent=0)[:1]
    yield "phases:"
    for phase in ASKED_PHASES:
        yield f"  {phase}: {_comment(text(f'ask.phase.{phase}'))}"
        yield from (f"    {key}:" for key in ("intensity", "familiar", "regions", "qualities"))
    yield from _title("head_lift")
    yield from _blank("head_lift_change", text("ask.felt.head_lift_change"), get_args(HeadLiftChange), 0)


def _symptoms() -> Iterator[str]:
    yield from _title("symptoms")
    yield _comment(text("ask.intro.symptoms"))
    yield "symptoms:"
    example = (
        "- start_s: 10.5",
        "  peak_s: 12.0",
        "  end_s: 16.0",
        "  intensity: 4",
        "  familiar: yes",
        "  regions: [right calf]",
        "  qualities: [pull]",
    )
    yield from (f"  {_comment(line)}" for line in example)


def _after() -> Iterator[str]:
    yield from _title("stop")
    yield from _blank("stop_reason", text("ask.felt.stop_reason"), get_args(StopReason), 0)
    yield from _blank("stopped_in", text("ask.felt.stopped_in"), ASKED_PHASES, 0)
    yield from _blank("warning_signs", text("ask.felt.warning_signs"), get_args(WarningSign), 0)
    yield from _title("recovery")
    yield "recovery:"
    yield from _blank("intensity", text("ask.felt.recovery_intensity"))
    yield from _blank("after_min", text("ask.felt.recovery_after_min"))
