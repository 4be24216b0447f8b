"""Numbered papers with deadlines: recipients, acknowledgements, replies. Knows nothing of cases."""
