"""Outreach.io: what its resources say, how its answers are read, which limits they tell of. Pure."""
