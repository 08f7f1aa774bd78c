"""The guided test alone on a page, with the scripted coach: started by the tests."""

import os
import sys
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from scripted_coach import ScriptedCoach  # noqa: E402 (the page's own folder is on the path)

from slumpcv.ui.server import hub  # noqa: E402
from slumpcv.ui.server.routes import MIDDLEWARE, ROUTES  # noqa: E402

hub.make_coach = lambda side, _language: ScriptedCoach(side, step_s=float(os.environ.get("STEP_S", "1")))

app = st.App(HERE / "camera_page.py", routes=ROUTES, middleware=MIDDLEWARE)
