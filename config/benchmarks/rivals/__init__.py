"""What a user would pick instead of Evergreen's clock: a queue or scheduler that is given one task for each row.

Each file is one rival with workers of its own, on a broker of its own, which carry out the same work row by row
(`one_by_one.py`).
"""
