"""Importing a book of accounts: files → read → plan → (dry run's report | write) → undo.

reading: files and choices to entries · plans: entries against what is there, nothing written · writing: a plan to rows,
in batches that each stand alone · undoing: back again · runs: the ImportRun row as the job · reports: what is shown.
"""
