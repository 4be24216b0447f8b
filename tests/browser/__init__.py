"""What a person would judge by eye. `SCREENSHOTS=folder` keeps a picture of every page."""
