"""What other systems are told of: which line of the record is which event."""

from __future__ import annotations

EVENT_OF_VERB = {
    "customer.created": "customer.created",
    "customer.changed": "customer.changed",
    "customer.handed_over": "customer.changed",
    "contract.added": "contract.changed",
    "contract.changed": "contract.changed",
    "stakeholder.added": "stakeholder.added",
    "stakeholder.changed": "stakeholder.changed",
    "stakeholder.left": "stakeholder.left",
    "hold.started": "hold.started",
    "hold.ended": "hold.ended",
    "brake.set": "brake.set",
    "brake.cleared": "brake.cleared",
    "meeting.planned": "meeting.changed",
    "meeting.moved": "meeting.changed",
    "meeting.held": "meeting.changed",
    "meeting.cancelled": "meeting.changed",
    "draft.written": "mail.written",
    "draft.approved": "mail.approved",
    "draft.queued": "mail.approved",
    "draft.sent": "mail.sent",
    "draft.blocked": "mail.blocked",
    "draft.failed": "mail.failed",
    "draft.bounced": "mail.bounced",
    "reply.received": "mail.replied",
    "reply.corrected": "reply.classified",
    "journey.started": "journey.changed",
    "journey.adjusted": "journey.changed",
    "journey.paused": "journey.changed",
    "journey.resumed": "journey.changed",
    "journey.skipped": "journey.changed",
    "journey.cancelled": "journey.changed",
    "journey.completed": "journey.completed",
    "deliverable.written": "deliverable.written",
    "deliverable.approved": "deliverable.delivered",
    "deliverable.opened": "deliverable.opened",
    "enrollment.asked": "enrollment.changed",
    "enrollment.approved": "enrollment.changed",
    "enrollment.declined": "enrollment.changed",
    "enrollment.enrolled": "enrollment.changed",
    "enrollment.failed": "enrollment.changed",
    "enrollment.refused": "enrollment.changed",
    "enrollment.paused": "enrollment.changed",
    "enrollment.resumed": "enrollment.changed",
    "enrollment.removed": "enrollment.changed",
    "enrollment.finished": "enrollment.changed",
    "enrollment.replied": "enrollment.changed",
    "plan.opened": "plan.opened",
    "plan.closed": "plan.closed",
    "engage.opened": "engage.opened",
    "introduction.answered": "introduction.answered",
    "upsell.started": "upsell_run.started",
    "upsell.ended": "upsell_run.finished",
    "upsell.cancelled": "upsell_run.finished",
    "opportunity.logged": "opportunity.changed",
    "opportunity.found": "opportunity.changed",
    "opportunity.moved": "opportunity.changed",
    "usage_alert.received": "usage_alert.received",
    "renewal.opened": "renewal.opened",
    "price.locked": "price.locked",
    "price.unlocked": "price.unlocked",
    "renewal.closed": "renewal.outcome_set",
}
"""Verb of the record → event; other lines are told to nobody."""

TEST_EVENT = "webhook.test"
EVENT_TYPES = tuple(sorted(set(EVENT_OF_VERB.values())))

API_PATHS = {
    "draft": "/api/emails/{id}",
    "reply": "/api/replies/{id}",
    "deliverable": "/api/deliverables/{id}",
    "upsellrun": "/api/upsell-runs/{id}",
    "opportunity": "/api/opportunities/{id}",
}
NAMES = {"draft": "emailId", "upsellrun": "runId", "outreachplan": "planId", "usagealert": "alertId"}


def event_of(verb: str) -> str | None:
    return EVENT_OF_VERB.get(verb)


def listens_to(event_types: list[str], event: str) -> bool:
    """This will say whether an endpoint with these choices is told; no choice is all of them."""
    return not event_types or event in event_types


def data_of(*, customer_id: str | None, subject_kind: str, subject_id: str | None, base: str) -> dict[str, str]:
    """This will give the ids and the address where the rest is read; nothing personal and no figure.

    base: the public address of this installation.
    """
    data: dict[str, str] = {}
    if customer_id:
        data["customerId"] = customer_id
    if subject_id and subject_kind and subject_kind != "customer":
        data[NAMES.get(subject_kind, f"{subject_kind}Id")] = subject_id
    path = API_PATHS.get(subject_kind) if subject_id else None
    if path is None and customer_id:
        path, subject_id = "/api/customers/{id}", customer_id
    if path is not None and subject_id:
        data["url"] = base + path.format(id=subject_id)
    return data
