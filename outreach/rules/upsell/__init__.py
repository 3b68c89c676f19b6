"""Expansion, decided: which alert starts a run, what a run may do alone, what to offer, and how to say it."""
