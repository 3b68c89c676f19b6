"""Outreach: plans and their touches, follow-up cadence and reply triggers; later upsell and Outreach.io.

May import journeys, emails and customers (floors 0-3). Knows nothing of renewals: a plan carries a renewal's
id as a plain value.
"""
