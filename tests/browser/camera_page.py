"""The page of camera_app.py; the query says which leg, language and source."""

import streamlit as st

from slumpcv.ui import access
from slumpcv.ui.components.guide import guide
from slumpcv.ui.server import hub

asked = st.query_params
if "visit" not in st.session_state:
    visit = hub.visits().new(access.owner() or "", asked.get("language", "en"))
    visit = hub.visits().add_test(visit, asked.get("side", "right"), asked.get("source", "camera"))
    st.session_state.visit = visit
visit = st.session_state.visit
st.set_page_config(page_title="Guided test")
outcome = guide(visit, visit.test)
st.write(f"outcome: {outcome}" if outcome else "waiting")
