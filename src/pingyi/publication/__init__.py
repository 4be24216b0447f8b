"""Results as releases: frozen lines with their scheme version; a correction is a new release."""
