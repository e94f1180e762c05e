"""The script that Streamlit runs for every visit: who comes, which screens they see, and the one that is asked for."""

import streamlit as st

from dashboards import shell
from dashboards.gate.arriving import arrive

st.set_page_config(page_title="fxwatch", page_icon="🧭", layout="wide", initial_sidebar_state=252)

visit = arrive()
page = shell.navigation(visit)
shell.sidebar(visit)
shell.fresh(visit)
page.run()
