"""Monitoring indicators: what people look at; one monitor a file, presence is registration."""
