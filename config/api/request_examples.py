"""A body for every call that takes one, shown in the description: what somebody would send who does the day's work.

`add_examples` puts them beside the schema; a call that describes an example of its own keeps it. Each fits its call's
schema, and there is none for a call that is not there: `tests/api/test_examples.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACCOUNT = "6f1b2f0e-3f0c-4c9e-9a53-0d4f6a3c1b11"
PERSON = "b7c5a8b2-6f1e-4f0b-8f5e-2a6d8c4e7f21"
SOMEBODY_ELSE = "0d9a4c9e-7b3a-4a55-9f38-5c1e2b7d6a31"
CHANGE = "e2a7c0f4-1d2b-4b6a-8c57-9f3e6d5a4b41"

_WHY = {"reason": "They asked for a week more."}
_SEEN = {"version": 3}
_SITUATION = {
    "priceIncreasePercent": 8.0,
    "churnRisk": 35,
    "relationshipStrength": 7,
    "daysToRenewal": 115,
    "competitivePressure": "medium",
    "budgetPressure": "low",
}
_ON = {"sequenceId": 42}

EXAMPLES: Mapping[str, Any] = {
    "PUT /api/admin/automations/savings": [{"type": "SEND_REMINDER", "minutes": 10}],
    "POST /api/admin/clock": {"due": "leave_out"},
    "POST /api/admin/journeys/selection": {"action": "pause", "filter": {"state": "overdue"}, "days": 14, **_WHY},
    "POST /api/admin/journeys/simulate": {"days": 30, "clientIds": [ACCOUNT], "assume": {"opens": "none"}},
    "POST /api/approvals/{id}/approve": _SEEN,
    "POST /api/approvals/{id}/decline": {**_SEEN, "reason": "The figure for the seats is last year's."},
    "POST /api/automations/{id}/trigger": {"reason": "The client waits for it."},
    "POST /api/clients/{id}/automations/schedule": {
        "type": "SEND_REMINDER",
        "triggerDate": "2026-12-07T09:00:00Z",
        "payload": {"month": 3, "template": "READY"},
    },
    "POST /api/clients/{id}/business-plan/approve": {"version": 2},
    "POST /api/clients/{id}/portal-links": {"stakeholderId": PERSON},
    "PATCH /api/clients/{id}/journey/adjust": {"startDate": "2026-12-07", "reason": "The kick-off moved."},
    "POST /api/clients/{id}/journey/cancel": {"reason": "They left the programme."},
    "POST /api/clients/{id}/journey/force": {"month": 3, "reason": "They have the plan on paper."},
    "POST /api/clients/{id}/journey/pause": {"days": 14, "reason": "The whole team is away."},
    "POST /api/clients/{id}/journey/resume": {"reason": "They are back."},
    "POST /api/clients/{id}/journey/simulate": {
        "days": 90,
        "assume": {"opens": "all", "replyOnDay": 12, "hold": {"from": "2026-12-21", "to": "2027-01-04"}},
    },
    "POST /api/clients/{id}/journey/skip": {"month": 5, "reason": "They have done this with us before."},
    "POST /api/clients/{id}/journey/start": {"startDate": "2026-12-07"},
    "POST /api/clients/{id}/journey/undo": {"changeId": CHANGE},
    "POST /api/customers": {
        "externalId": "0015g00000Xy7Zz",
        "name": "Castellan Insurance Group",
        "segment": "Enterprise",
        "timezone": "Europe/London",
        "currency": "GBP",
        "owner": "dana",
        "churnRisk": 35,
    },
    "PATCH /api/customers/{id}": {"churnRisk": 55, "competitivePressure": "high"},
    "POST /api/customers/{id}/brake": {"reason": "They called: no mails until the board has met."},
    "POST /api/customers/{id}/feature-requests": [
        {"text": "Single sign-on for contractors", "source": "Ticket 4711", "askedOn": "2026-11-02"}
    ],
    "POST /api/customers/{id}/hold": {"scope": "account", "until": "2026-12-14", **_WHY},
    "POST /api/customers/{id}/negotiation/start": {"reason": "They have another offer."},
    "POST /api/customers/{id}/negotiation/objections": {
        "kind": "price",
        "quote": "That is more than we have for it.",
        "stakeholderId": PERSON,
    },
    "POST /api/customers/{id}/negotiation/objections/{objectionId}/settle": {"how": "They take two years instead."},
    "POST /api/customers/{id}/negotiation/terms": {"price": "108000.00", "termMonths": 24, "discountPercent": 4.5},
    "POST /api/customers/{id}/negotiation/terms/{termsId}/decide": {"approved": True},
    "POST /api/customers/{id}/negotiation/next-steps": {"title": "Send the contract", "dueDate": "2026-12-11"},
    "POST /api/customers/{id}/reaction": {"choice": "hold", "until": "2026-12-14", **_WHY},
    "PATCH /api/customers/{id}/renewal": {"renewalDate": "2027-03-31", "noticeDays": 90, "targetPrice": "112000.00"},
    "POST /api/customers/{id}/renewal/outcome": {"result": "renewed", "price": "110500.00", "termMonths": 12},
    "POST /api/customers/{id}/stakeholders": {
        "name": "Robert Ashby",
        "email": "robert.ashby@castellan.example",
        "title": "Head of Operations",
        "roles": ["champion"],
        "primary": True,
    },
    "PATCH /api/customers/{id}/stakeholders/{stakeholderId}": {"left": True},
    "POST /api/customers/{id}/meetings": {"title": "Renewal preview", "startsAt": "2026-12-08T14:00:00Z"},
    "PATCH /api/customers/{id}/meetings/{meetingId}": {"startsAt": "2026-12-10T14:00:00Z", "stakeholderIds": [PERSON]},
    "POST /api/customers/{id}/meetings/{meetingId}/held": {
        "notes": "They like the reports and ask for single sign-on.",
        "actions": ["Send the roadmap"],
    },
    "POST /api/customers/{id}/merge": {"customerId": "ext:0015g00000Xy8Aa"},
    "POST /api/customers/{id}/todos": {"title": "Ask for the logo", "dueDate": "2026-12-07"},
    "POST /api/customers/{id}/upsell-intro": {"approach": "problem_solving", "directness": "soft"},
    "POST /api/customers/{id}/usage": [{"metric": "seats", "value": "182", "limit": "200"}],
    "POST /api/customers/{id}/wins": {"text": "Invoices in a day instead of a week", "value": "40000.00"},
    "POST /api/todos/{id}/channel": {"channel": "introduction"},
    "PATCH /api/todos/{id}": {"state": "done"},
    "POST /api/customers/{id}/stakeholders/{stakeholderId}/suppress": {"note": "Asked for it at the fair."},
    "POST /api/deliverables/{id}/approve": _SEEN,
    "POST /api/deliverables/{id}/facts/confirm": {**_SEEN, "span": "40 %"},
    "POST /api/deliverables/{id}/rewrite": {**_SEEN, "instruction": "Shorter, and more about hotels."},
    "POST /api/deliverables/{id}/submit": _SEEN,
    "POST /api/deliverables/{id}/versions/{versionId}/restore": _SEEN,
    "POST /api/emails/drafts": {
        "customerId": ACCOUNT,
        "stakeholderId": PERSON,
        "subject": "Thank you, and what we agreed",
        "body": "Robert,\n\nthank you for your time today.",
        "tone": "professional",
    },
    "PATCH /api/emails/drafts/{id}": {**_SEEN, "subject": "What we agreed on Tuesday"},
    "POST /api/emails/drafts/{id}/approve": _SEEN,
    "POST /api/emails/drafts/{id}/facts/confirm": {**_SEEN, "span": "$77,777"},
    "POST /api/emails/drafts/{id}/regenerate": {**_SEEN, "instruction": "Shorter, and begin with the win."},
    "POST /api/emails/drafts/{id}/schedule": {**_SEEN, "scheduledSendDate": "2026-12-07T09:30:00Z"},
    "POST /api/emails/drafts/{id}/sign": _SEEN,
    "POST /api/emails/drafts/{id}/versions/{versionId}/restore": _SEEN,
    "POST /api/emails/{id}/settle": {"verdict": "sent", "reason": "It stands in the provider's log."},
    "POST /api/suppressions/{id}/lift": {"reason": "She called and wants to hear from us again."},
    "POST /api/emails/send": {"draftId": CHANGE, **_SEEN},
    "PATCH /api/engage/{id}": {
        **_SEEN,
        "approach": "parallel",
        "owners": [{"stakeholderId": PERSON, "owner": "executive"}],
        "reason": "Their new director decides alone.",
    },
    "POST /api/engage/{id}/close": {"reason": "They renewed by phone."},
    "PATCH /api/engage/{id}/touches/{touchId}": {"state": "done"},
    "POST /api/engage/pricing": _SITUATION,
    "POST /api/engage/rehearsal": _SITUATION,
    "POST /api/engage/sequence": _SITUATION,
    "PATCH /api/integrations/crm": {
        **_SEEN,
        "renewalStage": "Renewal Proposed",
        "stages": [{"stage": "won", "name": "Closed Won"}],
    },
    "POST /api/introductions/{id}/answer": {"response": "yes"},
    "POST /api/introductions/{id}/copy": {**_SEEN, "copied": True},
    "POST /api/offers": {
        "name": "Enterprise",
        "annualPrice": "48000.00",
        "currency": "USD",
        "features": ["Single sign-on", "Audit log"],
    },
    "PATCH /api/offers/{id}": {"active": False},
    "PATCH /api/opportunities/{id}": {"stage": "in_talks", "seen": "introduced"},
    "PUT /api/outreach/custom-fields": [{"field": "custom1", "holds": "segment"}],
    "POST /api/outreach/enroll": {"stakeholderId": PERSON, **_ON, "mailboxId": 7},
    "POST /api/outreach/enrollments/{id}/approve": _SEEN,
    "POST /api/outreach/enrollments/{id}/decline": {**_SEEN, "reason": "They are in talks with us."},
    "PUT /api/outreach/mappings": [
        {"triggerType": "health_drop", **_ON, "stakeholderRoles": ["champion"], "healthThreshold": 60, "enabled": True}
    ],
    "PUT /api/outreach/pause/{stakeholderId}": _ON,
    "POST /api/outreach/prospects": {"stakeholderId": SOMEBODY_ELSE},
    "PUT /api/outreach/resume/{stakeholderId}": _ON,
    "POST /api/invitations": {"email": "nina.albrecht@example.com", "role": "csm"},
    "PATCH /api/notices/settings": {"choices": {"reply": ["in_app", "slack"]}, "digestEvery": "day"},
    "POST /api/people": {"name": "CRM sync"},
    "PATCH /api/people/{id}": {"role": "lead", "title": "Head of Customer Success"},
    "PATCH /api/profile": {"title": "Customer Success Manager", "timezone": "Europe/Berlin"},
    "PATCH /api/settings": {"contactCap": 3, "workingDays": [0, 1, 2, 3], **_SEEN},
    "POST /api/teams": {"name": "North"},
    "PATCH /api/teams/{id}": {"name": "North and West"},
    "POST /api/usage-sources": {
        "name": "Meter",
        "url": "https://meter.example.com/usage",
        "secret": "a long text that both sides know",
        "mapping": {"account": "customer.id", "metric": "metric", "value": "used", "limit": "included"},
    },
    "PATCH /api/usage-sources/{id}": {"enabled": False, **_SEEN},
    "POST /api/views": {"of": "book", "name": "At risk in spring", "query": "risk=high&sort=-price"},
    "PATCH /api/replies/{id}": {"classification": "objection_price", "handled": True},
    "PATCH /api/upsell-settings": {
        **_SEEN,
        "coolDownDays": 7,
        "metrics": ["seats"],
        "metricRules": [{"metric": "trade_volume", "above": "5000", "matching": "all", "coolDownDays": 7}],
    },
    "POST /api/upsell-runs": {"customerId": ACCOUNT, "eventId": "metering-20261129-17", "metricType": "seats"},
    "POST /api/upsell-runs/{id}/cancel": {"reason": "They are in the middle of a renewal."},
    "POST /api/upsell-runs/{id}/reply": {"reply": "yes"},
    "POST /api/upsell-runs/{id}/steps/{name}/approve": {"estimatedValue": "18000.00"},
    "POST /api/upsell-runs/{id}/steps/{name}/retry": {"startsAt": "2026-12-08T14:00:00Z"},
    "POST /api/upsell-runs/{id}/steps/{name}/skip": {"reason": "They have met already."},
}


def add_examples(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """This will put an example beside the schema of each body that has none; a hook of drf-spectacular."""
    for address, calls in result["paths"].items():
        for method, call in calls.items():
            body = _json_body(call)
            name = f"{method.upper()} {address}"
            if body is not None and name in EXAMPLES and not {"example", "examples"} & body.keys():
                body["example"] = EXAMPLES[name]
    return result


def _json_body(call: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = call.get("requestBody", {}).get("content", {}).get("application/json")
    return found
