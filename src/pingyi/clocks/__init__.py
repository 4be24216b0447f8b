"""The city's working calendar, and the deadline base that cases and letters share."""
