"""Outreach.io's stand-in: answers as the contract says, from tables that all processes share. Off in production."""
