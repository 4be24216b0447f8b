"""Areas, units, service points, items, posts, point codes, seasons and enrolment."""
