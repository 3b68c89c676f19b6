"""Drafts and how they leave: writing, facts, the gate, the outbox, the mail providers.

May import customers (floors 0-3). Nothing here knows renewals, outreach or journeys: they hand in facts and
origins, and hear of sent mail through `emails.signals`.
"""
