"""What apps on the left hand in at start-up: panels of the account page, steps of a merge."""
