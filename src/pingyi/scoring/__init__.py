"""From facts to scores: pure arithmetic over a scheme, and the gathering of its facts."""
