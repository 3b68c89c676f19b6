"""News of letters for the apps on the left. Sent after commit, with ids and plain values only."""

from django.dispatch import Signal

draft_written = Signal()  # draft_id, customer_id, origin_kind, origin_id
draft_approved = Signal()  # draft_id, customer_id, stakeholder_id, origin_kind, origin_id, purpose, approved_at
draft_sent = Signal()  # draft_id, customer_id, stakeholder_id, origin_kind, origin_id, purpose, lane, sent_at
draft_blocked = Signal()  # draft_id, customer_id, check, reason
draft_bounced = Signal()  # draft_id, customer_id, stakeholder_id, bounce_kind, reason
draft_failed = Signal()  # draft_id, customer_id, reason
draft_cancelled = Signal()  # draft_id, customer_id, origin_kind, origin_id
letters_erased = Signal()  # draft_ids: of a contact that was erased; what stands of them elsewhere must follow
version_asked = Signal()  # nothing: which versions Claude is to write stands in the rows
events_kept = Signal()  # nothing: the calls of the provider that wait stand in the rows
mails_kept = Signal()  # nothing: the mails that came in and wait stand in the rows
reply_received = Signal()
"""reply_id, customer_id, stakeholder_id, draft_id, classification, is_human, is_verified, return_date, received_at.

At least once per reply that belongs to an account, when its class is settled; the last two in ISO, ids and return_date
or None. Who hears it must bear to hear it again.
"""
reply_corrected = Signal()  # reply_id, customer_id, stakeholder_id, draft_id, old, new, return_date (ISO or None)
stops_kept = Signal()  # nothing: which suppressions are still to be announced stands in the rows
address_suppressed = Signal()  # address, topic ("" = everything), cause, customer_ids
address_restored = Signal()  # address, topic, cause, customer_ids
