"""What looks odd: signals are raised and shown, and no signal removes a rating by itself."""
