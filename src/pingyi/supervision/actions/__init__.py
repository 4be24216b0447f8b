"""What supervision does, one module per kind of thing."""
