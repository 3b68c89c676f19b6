"""Rows into facts, lists and counts; never writes."""
