"""Early-warning indicators: what deserves a look; one rule a file, presence is registration."""
