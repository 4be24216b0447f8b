"""What follows for persons: measures, apologies due, ladders. A person decides."""
