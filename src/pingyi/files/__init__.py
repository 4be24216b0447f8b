"""Checked uploads: known by their content, stored outside the web root, served as attachments."""
