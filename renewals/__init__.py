"""Renewals: the ten stages, the lock on the price, outcomes, and the Engage workflow step by step.

May import outreach, journeys, emails and customers (floors 0-3). Only config imports this app.
"""
