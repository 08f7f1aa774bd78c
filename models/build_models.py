#!/usr/bin/env python3
"""Rebuild the model bundles of this folder from their published weights.

``python models/build_models.py`` needs nothing but Python and the npm client; the work is
done by `slumpcv.model_builder`, which explains what is built from what.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

MODELS = Path(__file__).resolve().parent
sys.path.insert(0, str(MODELS.parent))

from slumpcv.errors import InputError  # noqa: E402
from slumpcv.models import SHIPPED, VARIANTS, run_models_command  # noqa: E402


def main() -> int:
    """Build what the arguments ask for, list the result, and return the exit code."""
    parser = argparse.ArgumentParser(description="Rebuild the model bundles from their published weights.")
    parser.add_argument(
        "--variant", choices=VARIANTS, action="append", help="may be repeated; default: those of this folder"
    )
    parser.add_argument("--source", choices=("npm", "pypi"), default="npm", help="package to take them from")
    parser.add_argument("--archive", type=Path, help="that package's file, when it is already there")
    parser.add_argument("--folder", type=Path, default=MODELS, help="where to write (default: this folder)")
    arguments = parser.parse_args()
    variants = arguments.variant or (SHIPPED if arguments.source == "npm" else ("full",))
    try:
        return run_models_command(variants, arguments.source, arguments.archive, arguments.folder)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
