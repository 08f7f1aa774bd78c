"""The app in the browser: ``streamlit run app.py``; all of it is in slumpcv/ui."""

import streamlit as st

from slumpcv.ui.app import PARTS
from slumpcv.ui.login import login_settings, use_settings

use_settings(login_settings())
app = st.App(**PARTS)
