"""The `pingyi` commands, a module each."""
