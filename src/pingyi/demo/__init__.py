"""A plausible city, built by walking the actions."""
