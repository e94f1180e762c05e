"""The gate: signing in and out, and nothing without a session, neither page nor file nor websocket."""
