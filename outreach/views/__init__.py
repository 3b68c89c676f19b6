"""Doors of outreach."""
