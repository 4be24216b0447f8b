"""Cases: states, clocks, verdicts and replies."""
