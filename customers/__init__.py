"""The ground: accounts, people, contracts, usage, health, holds, to-dos, activity, access.

Here live the accounts and everything known of them, who may see whom, the record of what was done, the workspace's
settings, the parent of every row that leaves the house, and the import of a book. Imports no other app.
"""
