"""Sentences that several pages of outreach say alike."""

STALE = "Somebody changed the settings meanwhile. What you typed is still here; open the page anew to see theirs."
