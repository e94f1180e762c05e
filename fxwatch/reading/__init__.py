"""The questions that doors ask."""
