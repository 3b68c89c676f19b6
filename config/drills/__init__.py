"""Attempts to break what Evergreen promises, with processes, threads and faults. `choice` names them."""
