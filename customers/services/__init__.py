"""The verbs of the ground: transactions, state moves, and a line in the record for each."""
