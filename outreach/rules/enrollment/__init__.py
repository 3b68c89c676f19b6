"""Who may be put into a sequence at Outreach.io, what is missing for it, and what its states mean here."""
