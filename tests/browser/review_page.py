"""The page of the review alone; which result is reviewed, and in which words, is in the address."""

import os
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from review_ledger import FileLedger

from slumpcv.language import speaking
from slumpcv.ui import shell, state
from slumpcv.ui.desk import review
from slumpcv.ui.server.review import open_review
from slumpcv.ui.server.review_source import FolderReview

st.set_page_config(page_title="Review", layout="wide")
language = state.language(None)
folder = Path(os.environ["REVIEWS"]) / st.query_params.get("of", "knee_bends")
ledger = FileLedger(Path(os.environ["SLUMPCV_DATA"]) / f"{st.query_params.get('kept', 'rows')}.jsonl")
source = FolderReview(folder, ledger, "right")
with speaking(language):
    st.html(shell.STYLE)
    st.title("Review", anchor=False)
    if "wait" in st.query_params and not st.button("Open"):
        st.stop()
    review.show_player(open_review(str(ledger.path), state.owner(), language, source))
