"""Timed entry points: each a query of what is due and one idempotent action."""
