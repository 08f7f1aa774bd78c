"""Who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# From top to bottom: a module imports from its own row and from those below it, nothing
# from above. Packages count as one module.
LAYERS = (
    {"__init__", "__main__"},
    {"cli"},
    {"cli_app", "cli_batch", "cli_export", "cli_library", "cli_reanalyze"},
    {"cli_batch_library"},
    {"cli_answers", "cli_compare", "cli_many"},
    {"cli_job", "cli_library_parts"},
    {"ui"},
    {"library"},
    {"batch"},
    {"export"},
    {"moments", "review"},
    {"analysis"},
    {"replay"},
    {"visits"},
    {"live"},
    {"asking"},
    {"report"},
    {"compare"},
    {"assess"},
    {"follow"},
    {"rows"},
    {"survey"},
    {"conditioning", "pose", "video"},
    {"isolation", "measurements", "quality"},
    {"criteria", "segmentation", "symptoms"},
    {"bands", "holds"},
    {"phases"},
    {"marks"},
    {"signals"},
    {"motion"},
    {"angles"},
    {"by_hand"},
    {"correction", "plausible"},
    {"posture"},
    {"body", "geometry", "smoothing", "thresholds"},
    {"session_file", "track"},
    {"session"},
    {"answers_file", "corrections"},
    {"answers"},
    {"files", "terms"},
    {"model_builder", "models", "tflite_metadata"},
    {"allocator", "platform_check"},
    {"errors"},
    {"language"},
    {"place"},
)

# Libraries that must stay exchangeable or are slow to load, and the only places for them.
ONLY_IN = {
    "streamlit": ("app.py", "slumpcv/ui/"),
    "starlette": ("slumpcv/ui/",),
    "plotly": ("slumpcv/ui/",),
    "segno": ("slumpcv/ui/",),
    "ifaddr": ("slumpcv/ui/",),
    "trustme": ("slumpcv/ui/",),
    "filelock": ("slumpcv/ui/", "slumpcv/library/"),
    "platformdirs": ("slumpcv/place.py",),
    "sqlalchemy": ("slumpcv/library/",),
    "alembic": ("slumpcv/library/",),
    "fsspec": ("slumpcv/batch/dest_remote.py", "slumpcv/library/"),
    "psutil": ("slumpcv/batch/",),
    "distributed": ("slumpcv/batch/cluster.py",),
    "mediapipe": ("slumpcv/pose.py",),
    "av": ("slumpcv/video/",),
    "cv2": (
        "slumpcv/video/",
        "slumpcv/pose.py",
        "slumpcv/conditioning.py",  # changes every pixel of a frame before the model sees it
        "slumpcv/report/drawing.py",
        "slumpcv/report/overlay.py",
    ),
    "subprocess": ("slumpcv/model_builder.py", "slumpcv/report/typeset.py"),
    "fhir": ("slumpcv/export/fhir.py",),
    "pyarrow": ("slumpcv/batch/tables.py", "slumpcv/export/frames.py"),
    "pandas": ("slumpcv/review/agree.py",),
    "pingouin": ("slumpcv/review/agree.py",),
    "statsmodels": ("slumpcv/review/agree.py",),
}

# No clip leaves the machine: nothing here can even open a connection.
NETWORK = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "ssl", "urllib", "urllib3"}

# What makes `slumpcv --help` slow when it is loaded before it is needed.
SLOW = {
    "alembic",
    "av",
    "babel",
    "cv2",
    "distributed",
    "fhir",
    "matplotlib",
    "mediapipe",
    "pandas",
    "pingouin",
    "pyarrow",
    "scipy",
    "sqlalchemy",
    "statsmodels",
    "streamlit",
}

SOURCES = sorted([*ROOT.glob("slumpcv/**/*.py"), *ROOT.glob("app.py")])


def imports_of(path: Path) -> set[str]:
    """Dotted names of all that a file imports, anywhere in it and for type checking too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def layer_of(module: str) -> int:
    """Row of a module directly below slumpcv."""
    rows = [row for row, modules in enumerate(LAYERS) if module in modules]
    assert rows, f"slumpcv.{module} has no row: give it one in LAYERS of {Path(__file__).name}"
    return rows[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_keep_to_their_place(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name in imports_of(path):
        library = name.split(".")[0]
        assert library not in NETWORK, f"{place} imports {name}, which can open connections"
        allowed = ONLY_IN.get(library, ("",))
        assert place.startswith(allowed), f"{place} imports {library}; only these may: {allowed}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("slumpcv/**/*.py")), ids=lambda path: path.stem)
def test_no_module_imports_from_a_layer_above(path: Path) -> None:
    module = path.relative_to(ROOT / "slumpcv").parts[0].removesuffix(".py")
    inside = {name.split(".")[1] for name in imports_of(path) if name.startswith("slumpcv.")}
    siblings = {source.stem for source in (ROOT / "slumpcv").iterdir()}
    for other in inside & siblings:  # the rest are names that slumpcv/__init__.py defines
        assert layer_of(other) >= layer_of(module), f"slumpcv.{module} imports slumpcv.{other}, above it"


@pytest.mark.parametrize("module", ["slumpcv", "slumpcv.cli"])
def test_nothing_slow_is_loaded_at_the_start(module: str) -> None:
    code = f"import sys, {module}; print(*({SLOW!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []


def test_what_the_setup_scripts_use_needs_no_installed_package() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import slumpcv.model_builder, slumpcv.platform_check"
    )
    # -I and -S: as in a Python that has nothing installed.
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
