"""Outreach by API."""
