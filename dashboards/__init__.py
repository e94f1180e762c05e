"""The regulators' door: Streamlit screens over the published snapshot and the register."""
