"""Engines: how whole entities are spread over cores or machines."""
