"""Old rows out of the tables that people and the clock work in: `files` writes and reads, `moving` moves and removes.

Imports the registry, in which each app names its rows.
"""
