"""What the documentation says about files, options, names and thresholds is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from draw_steps import steps_svg
from draw_timeline import small_timeline
from fake_result import fake_result
from test_language import DOMAINS, catalogue

from slumpcv import answers, cli_job, isolation, marks, phases, session, signals, terms, thresholds
from slumpcv.compare import schema as comparison
from slumpcv.export.fhir_parts import codes
from slumpcv.export.measurements import ROW_COLUMNS, SESSION_COLUMNS
from slumpcv.export.mot import COORDINATES, OTHERS
from slumpcv.export.run import FILE_NAMES
from slumpcv.export.trc import NOMINAL_THIGH_MM
from slumpcv.files import COMPARISON_FILES, RESULT_FILES
from slumpcv.language import LANGUAGES, Language
from slumpcv.quality.words import CODES
from slumpcv.report.comparison_files import COMPARISON_COLUMNS
from slumpcv.report.palette import PHASE_TINTS
from slumpcv.report.tables import ANGLE_COLUMNS, PHASE_COLUMNS
from slumpcv.track import array_names

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [ROOT / "README.md", *DOCS.glob("*.md"), *ROOT.glob("samples/*.md"), *ROOT.glob("models/*.md")]
)
PHASES = get_args(session.PhaseName)
# Words that judge or frighten a person, or promise more than a recording can.
BANNED = {
    language: re.compile(words, re.IGNORECASE)
    for language, words in {
        "en": r"positive|negative|%|\bper ?cent|damage|\bscores?\b|physical therap|traffic light|\bnormal"
        r"|abnormal|all good|nothing to worry|harmless|you are fine|you have nerve",
        "es": r"positiv|negativ|%|por ?ciento|\bdañ|puntuaci|puntaje"  # codespell:ignore
        r"|semáforo|\bnormal|anormal|anómal|todo (está )?bien|no se preocupe"  # codespell:ignore
        r"|inofensiv|usted está bien|usted tiene un nervio",
        "de": r"positiv|negativ|%|prozent|schaden|schäd|punktzahl|\bscores?\b"  # codespell:ignore
        r"|\bampel|\bnormal|abnormal|alles gut|keine sorge|harmlos"
        r"|ihnen fehlt nichts|sie haben einen nerv",  # codespell:ignore
    }.items()
}
# Figures of studies and of errors are on the therapist's pages only; test_report_pdf sees to that.
# Of files, not of people.
ABOUT_FILES = ("trouble.damaged", "trouble.unsealed", "trouble.camera_damaged", "library.database.damaged")
THERAPISTS_ONLY = ("report.literature.", "report.method.", "report.angles.note")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


def section(page: str, heading: str) -> str:
    """The text below a heading, down to the next of its rank."""
    rank = heading.split(maxsplit=1)[0]
    rest = text_of(DOCS / page).split(f"\n{heading}\n", maxsplit=1)[1]
    return re.split(rf"^{rank} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(table: str) -> list[str]:
    """The code names that open the rows of tables."""
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith("http"):
            continue  # tests open no connection
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), f"{page.name} links to {target}, which is not there"
        assert not anchor or anchor in anchors(found), f"{found.name} has no heading for #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_named_in_commands_are_there(page: Path) -> None:
    for name in re.findall(
        r"python3? (?:-\S+ )*((?:scripts|examples|benchmarks)[/.]\w+(?:\.py)?)", text_of(page)
    ):
        path = name if name.endswith(".py") else f"{name.replace('.', '/')}.py"
        assert (ROOT / path).is_file(), f"{page.name} names {name}"


@cache
def help_of(command: str) -> str:
    asked = [sys.executable, "-m", "slumpcv.cli", command, "--help"]
    wide = os.environ | {"COLUMNS": "200"}
    shown = subprocess.run(asked, capture_output=True, encoding="utf-8", check=True, env=wide).stdout
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


@pytest.mark.parametrize(
    "command",
    ["analyze", "answers", "app", "ask", "batch", "compare", "desk", "export", "open", "models", "reanalyze"],
)
def test_options_named_in_the_docs_exist(command: str) -> None:
    usage = re.search(
        rf"^    slumpcv {command} .*(?:\n {{8,}}.*)*", text_of(ROOT / "README.md"), re.MULTILINE
    )
    assert usage, f"README.md does not show how slumpcv {command} is used"
    named = set(re.findall(r"--?[a-z][a-z-]*", usage[0]))
    for page in PAGES:
        for line in re.findall(rf"slumpcv {command}\b[^`\n]*", text_of(page)):
            named.update(re.findall(r"(?<=[\s\[`])--?[a-z][a-z-]*", line))
    there = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", help_of(command)))
    assert named
    assert named <= there, f"slumpcv {command} does not know {sorted(named - there)}"


def test_the_exit_code_after_an_interruption_is_stated() -> None:
    assert f"{cli_job.INTERRUPTED} after Ctrl-C" in text_of(ROOT / "README.md")


def test_the_limits_of_the_head_lift_are_those_of_the_code() -> None:
    table = section("therapists.md", "## Did only the head move?")
    for rule in isolation.RULES:
        row = re.search(rf"^\| {rule.part}\b.*", table, re.MULTILINE)
        assert row, f"docs/therapists.md does not list {rule.part}"
        numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", row[0])}
        assert numbers == {rule.still, rule.moved, rule.certain}


def test_loose_options_in_the_therapists_page_exist() -> None:
    named = set(re.findall(r"`(--[a-z-]+)", section("therapists.md", "## When the machine got it wrong")))
    there = set(re.findall(r"--[a-z][a-z-]*", help_of("analyze")))
    assert named
    assert named <= there


def test_the_columns_are_those_that_are_written() -> None:
    listed = first_cells(section("therapists.md", "## Columns"))
    angles = ["time_s", "phase", *ANGLE_COLUMNS]
    assert listed == [*angles, *PHASE_COLUMNS]
    files = section("architecture.md", "## Files")
    for name, columns in (("angles.csv", angles), ("phases.csv", list(PHASE_COLUMNS))):
        paragraph = re.search(rf"^`{name}`:(.*?)\.?$\n\n", files, re.MULTILINE | re.DOTALL)
        assert paragraph
        assert re.findall(r"`(\w+)`", paragraph[1].split(";")[0]) == columns


def test_the_exports_are_described_as_they_are() -> None:
    text = section("therapists.md", "## Exports")
    assert first_cells(text)[1 : len(FILE_NAMES) + 1] == list(FILE_NAMES)
    named = set(re.findall(r"`([^`\n]+)`", text))
    assert {*FILE_NAMES.values(), *SESSION_COLUMNS, *ROW_COLUMNS} <= named
    assert {name for name in COORDINATES.values()} <= {n.removesuffix("_r") for n in named}
    assert set(OTHERS.values()) <= named
    assert f"a thigh of {NOMINAL_THIGH_MM:.1f} mm" in text
    coded = {
        c["code"] for concept in codes().values() for c in concept.get("coding", ()) if "loinc" in c["system"]
    }
    assert coded <= set(re.findall(r"\b\d{5}-\d\b", text))


def test_the_fields_of_the_session_are_listed() -> None:
    table = section("architecture.md", "## Files")
    models = [
        model
        for model in vars(session).values()
        if isinstance(model, type) and issubclass(model, terms.Strict)
    ]
    assert session.Session in models
    for model in {*models, answers.Felt, answers.Mark} - {answers.Screen, answers.Intake}:
        for field in model.model_fields:
            assert f"`{field}`" in table, f"{model.__name__}.{field} is not in docs/architecture.md"


def test_the_fields_of_a_comparison_are_listed() -> None:
    table = section("architecture.md", "## Files").partition("`compare.json`")[2]
    for model in (comparison.Comparison, comparison.Compared, comparison.Row, comparison.Cell):
        assert [field for field in model.model_fields if f"`{field}`" not in table] == []
    for field in (*comparison.Difference.model_fields, *comparison.Reason.model_fields, *COMPARISON_COLUMNS):
        assert f"`{field}`" in table


def test_the_result_files_and_the_track_are_listed() -> None:
    readme, contracts = text_of(ROOT / "README.md"), section("architecture.md", "## Contracts")
    assert all(f"`{name}`" in readme for name in (*RESULT_FILES, *COMPARISON_FILES))
    assert set(array_names()) == set(first_cells(contracts))


def test_the_phases_are_those_of_the_code() -> None:
    sequence = first_cells(section("protocol.md", "## How it is done"))
    assert tuple(sequence) == PHASES
    assert set(PHASES) == set(PHASE_TINTS)
    keys = catalogue("en", "movement").keys()
    for kind in ("phase", "short_phase"):
        assert {key for key in keys if key.startswith(f"movement.{kind}.")} == {
            f"movement.{kind}.{phase}" for phase in PHASES
        }
    criteria = section("therapists.md", '## Phases: "reached" and the margin')
    assert set(re.findall(r"`([A-Z_]+)`", criteria)) == set(PHASES)


def test_every_finding_is_explained() -> None:
    listed = first_cells(section("therapists.md", "## Findings about the recording"))
    assert sorted(listed) == sorted(CODES)


def test_the_diagram_has_the_stages_of_the_machine() -> None:
    diagram = re.search(
        r"```mermaid\nstateDiagram-v2\n(.*?)```", text_of(DOCS / "architecture.md"), re.DOTALL
    )
    assert diagram
    assert set(re.findall(r"\b[A-Z]{4,}\b", diagram[1])) == {stage.name for stage in marks.Stage}


def test_constants_of_the_machine_are_named_as_in_the_code() -> None:
    text = section("architecture.md", "## The state machine")
    known = {*PHASES, *(stage.name for stage in marks.Stage)}
    places = [phases, signals, sys.modules["slumpcv.motion"]]
    for name in set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", text)) - known:
        assert any(hasattr(place, name) for place in places), f"docs/architecture.md names {name}"


def test_every_module_is_listed() -> None:
    listed = first_cells(section("architecture.md", "## Modules"))
    files = {path.stem for path in ROOT.glob("slumpcv/[a-z]*.py")}
    packages = {path.parent.name for path in ROOT.glob("slumpcv/*/__init__.py")}
    assert sorted(listed) == sorted(files | packages)


def test_thresholds_have_the_values_of_the_code() -> None:
    rows = re.findall(
        r"^\|[^|]*\|([^|]*)\| `([A-Z_]+)` \|([^|]*)\|", section("protocol.md", "## Thresholds"), re.M
    )
    stated = {name: (value, basis) for value, name, basis in rows}
    constants = {name for name in vars(thresholds) if name.isupper()}
    assert stated.keys() == constants
    for name, (value, basis) in stated.items():
        numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", value)]
        assert getattr(thresholds, name) in numbers, f"docs/protocol.md: {name}"
        assert re.search(r"\[[SPE]\]", basis), f"{name} has no basis"


def test_constants_of_the_guide_have_the_values_of_the_code() -> None:
    rows = re.findall(
        r"^\|[^|]*\|([^|]*)\| `(\w+)\.([A-Z_]+)` \|", section("protocol.md", "### Led by voice"), re.M
    )
    assert rows
    for value, module, name in rows:
        place = import_module(f"slumpcv.{'' if module == 'moments' else 'live.'}{module}")
        numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", value)]
        assert getattr(place, name) in numbers, f"docs/protocol.md: {module}.{name}"


def test_the_picture_of_the_steps_shows_the_app_as_it_is() -> None:
    assert text_of(DOCS / "steps.svg") == steps_svg()


def test_the_picture_is_small_its_text_stays_text_and_its_bytes_stay_the_same() -> None:
    result = fake_result()
    drawn = small_timeline(result)
    assert drawn == small_timeline(result)
    assert "head lifted by</text>" in drawn
    kept = text_of(DOCS / "timeline.svg")
    assert ">Head lift</text>" in kept
    assert len(kept.encode()) < 300_000
    for word in ("<dc:date>", "Matplotlib v", "<image", str(ROOT)):
        assert word not in kept


def test_words_for_patients_do_not_judge() -> None:
    assert BANNED["en"].findall(text_of(DOCS / "patients.md")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_people_read_do_not_judge(language: Language) -> None:
    for domain in DOMAINS:
        for key, words in catalogue(language, domain).items():
            if key.startswith((*THERAPISTS_ONLY, *ABOUT_FILES)):
                continue
            assert BANNED[language].findall(re.sub(r"\{[^}]*\}", "", words)) == [], key
