"""Slack and Zoom, one file each, with the stand-ins that answer while they are not connected."""
