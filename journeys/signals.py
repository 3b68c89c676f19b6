"""News of journeys. Sent after commit, with ids and plain values only."""

from django.dispatch import Signal

deliverable_asked = Signal()  # nothing: which deliverables are to be written stands in the rows
simulation_asked = Signal()  # nothing: what is to be played stands in the rows
