"""Wiring: settings, URLs and the server's entry point."""
