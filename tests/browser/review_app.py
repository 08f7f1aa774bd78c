"""The review of one result folder on a page: started by the tests."""

from pathlib import Path

import streamlit as st

from slumpcv.ui.server.routes import MIDDLEWARE, ROUTES

app = st.App(Path(__file__).with_name("review_page.py"), routes=ROUTES, middleware=MIDDLEWARE)
