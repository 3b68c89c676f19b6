"""The JSON doors of emails: drafts, sending, and what became of a send."""
