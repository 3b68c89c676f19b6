"""The verbs of letters: write, edit, approve, send, deliver."""
