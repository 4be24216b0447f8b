"""What `pingyi bench` measures, a module each with `measure(rounds=, seconds=)`."""
