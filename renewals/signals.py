"""News of renewals, sent after commit, ids and plain values only."""

from django.dispatch import Signal

price_locked = Signal()  # customer_id, renewal_id
price_unlocked = Signal()  # customer_id, renewal_id
outcome_set = Signal()  # customer_id, renewal_id, outcome
engage_opened = Signal()  # customer_id, run_id
