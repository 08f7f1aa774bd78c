"""The app in the browser: ``streamlit run app.py``; all of it is in slumpcv/ui."""

import streamlit as st

from slumpcv.ui.app import PARTS

app = st.App(**PARTS)
