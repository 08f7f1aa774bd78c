#!/usr/bin/env python3
"""Run slumpcv from a checkout: ``python3 scripts/run.py analyze CLIP``.

The first start sets everything up in the folder ``.venv``; later ones start at once.
"""

from __future__ import annotations

import sys

from bootstrap import RUN, become, prepare

if __name__ == "__main__":
    become([str(prepare(RUN) / "slumpcv"), *sys.argv[1:]])
