"""Ids of somebody else's in query and body: refused, or found nowhere; nothing of theirs is read or moved.

Who calls is a CSM of another team, with an account of their own; the ids are of the book that they do not see. Fields
with ids are taken from the description: one that is not known here fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from customers.enums import Role
from customers.models import Contract, Customer, Stakeholder
from emails.models import Attachment, Draft
from journeys.models import AutomationSchedule, JourneyChange
from outreach.models import OutreachPlan, UpsellRun
from renewals.models import Renewal
from tests.api.description import describe, list_operations
from tests.rights.world import Seen, World

pytestmark = pytest.mark.django_db
ROWS: dict[str, Any] = {
    "customerId": Customer,
    "clientId": Customer,
    "clientIds": Customer,
    "customerIds": Customer,
    "stakeholderId": Stakeholder,
    "stakeholderIds": Stakeholder,
    "order": Stakeholder,
    "draftId": Draft,
    "emailId": Draft,
    "planId": OutreachPlan,
    "runId": UpsellRun,
    "automationId": AutomationSchedule,
    "changeId": JourneyChange,
    "renewalId": Renewal,
    "attachments": Attachment,
}
OF_THE_WORKSPACE = {"programme", "endpointId", "team", "teamId", "person", "personId"}
"""Programmes, teams and colleagues are everybody's, and only ops ask for an endpoint's deliveries."""
TO_BE_SENT: dict[str, dict[str, Any]] = {
    "post /api/admin/journeys/selection": {
        "action": "pause",
        "arguments": {"reason": "Budget"},
        "clientIds": ["FOREIGN"],
    },
    "post /api/admin/journeys/simulate": {"clientIds": ["FOREIGN"], "from": "2026-03-01", "to": "2026-06-01"},
    "post /api/clients/{id}/portal-links": {"stakeholderId": "FOREIGN"},
    "post /api/clients/{id}/journey/undo": {"changeId": "FOREIGN"},
    "post /api/customers/{id}/meetings": {
        "title": "Preview",
        "startsAt": "2030-01-01T10:00:00Z",
        "stakeholderIds": ["FOREIGN"],
    },
    "patch /api/customers/{id}/meetings/{meetingId}": {"stakeholderIds": ["FOREIGN"]},
    "post /api/customers/{id}/negotiation/objections": {"kind": "price", "quote": "Dear", "stakeholderId": "FOREIGN"},
    "post /api/customers/{id}/merge": {"customerId": "FOREIGN"},
    "post /api/customers/{id}/renewal/outcome": {"renewalId": "FOREIGN", "result": "churned", "reason": "Gone"},
    "post /api/emails/drafts": {"customerId": "FOREIGN", "subject": "Hello", "body": "Hello"},
    "patch /api/emails/drafts/{id}": {"version": 1, "stakeholderId": "FOREIGN"},
    "post /api/emails/send": {"draftId": "FOREIGN", "version": 1},
    "patch /api/engage/{id}": {"order": ["FOREIGN"], "reason": "They asked"},
    "post /api/handovers": {"to": "outsider", "customerIds": ["FOREIGN"], "reason": "Takes over"},
    "post /api/outreach/enroll": {"stakeholderId": "FOREIGN", "sequenceId": 1},
    "post /api/outreach/prospects": {"stakeholderId": "FOREIGN"},
    "post /api/upsell-runs": {"customerId": "FOREIGN", "eventId": "matrix", "metricType": "trade_volume"},
}
"""A body that is right but for whose the thing is."""
CALLED_BY = {"post /api/handovers": Role.LEAD, "get /api/suppressions": Role.LEAD}


def test_every_field_with_an_id_is_known() -> None:
    unknown = {
        f"{method} {address} {name}"
        for method, address in list_operations()
        for name in (*_query_ids(method, address), *_body_ids(method, address))
        if name not in ROWS and name not in OF_THE_WORKSPACE
    }
    unsent = {
        f"{method} {address}"
        for method, address in list_operations()
        if set(_body_ids(method, address)) & set(ROWS) and f"{method} {address}" not in TO_BE_SENT
    }

    assert unknown == set()
    assert unsent == set()


@pytest.mark.parametrize("call", [f"{m} {a}" for m, a in list_operations() if m == "get"])
def test_a_filter_by_somebody_elses_finds_nothing(world: World, call: str) -> None:
    method, address = call.split(" ", 1)
    wrong = {}
    for name in _query_ids(method, address):
        if name in ROWS:
            path = address.replace("{id}", str(world.theirs.pk))
            role, asked = CALLED_BY.get(call, Role.CSM), {name: foreign(name, world)}
            seen = world.ask(path, method=method, role=role, relation="foreign", body=asked)
            if not _is_nothing(seen):
                wrong[name] = (seen.status, seen.body[:200])

    assert wrong == {}


@pytest.mark.parametrize("call", TO_BE_SENT)
def test_a_body_with_somebody_elses_is_refused(world: World, call: str) -> None:
    method, address = call.split(" ", 1)
    body = {name: _put(value, foreign(name, world)) for name, value in TO_BE_SENT[call].items()}
    path = address.replace("{id}", str(world.theirs.pk))

    seen = world.ask(path, method=method, role=CALLED_BY.get(call, Role.CSM), relation="foreign", body=body)

    assert seen.status in (400, 404, 409, 200), seen.body
    assert seen.status != 200 or _took_none(seen), seen.body
    assert seen.wrote == ""
    assert str(world.examples.customer.name) not in seen.body.decode()


def test_a_letter_of_ones_own_is_addressed_to_nobody_elses(world: World) -> None:
    """The account is the caller's own, the person in the body another's."""
    body = {"customerId": str(world.theirs.pk), "subject": "Hello", "body": "Hello"}
    body |= {"stakeholderId": foreign("stakeholderId", world)}

    seen = world.ask("/api/emails/drafts", method="post", role=Role.CSM, relation="foreign", body=body)

    assert seen.status in (400, 404)
    assert seen.wrote == ""


def foreign(name: str, world: World) -> str:
    """Give an id of the book that the outsider does not see."""
    if name not in ROWS:
        return ""
    row = ROWS[name]._default_manager.exclude(pk=world.theirs.pk)
    if name == "renewalId":
        row = row.exclude(contract__in=Contract.objects.filter(customer=world.theirs))
    if name in ("stakeholderId", "stakeholderIds", "order"):
        row = row.exclude(customer=world.theirs)
    found = row.order_by("pk").first()
    assert found is not None or name in ("changeId",), f"the book has no {name}"
    return str(found.pk) if found else str(world.owner.pk)


def _put(value: Any, ident: str) -> Any:
    if value == "FOREIGN":
        return ident
    return [ident] if value == ["FOREIGN"] else value


def _is_nothing(seen: Seen) -> bool:
    return seen.status in (400, 404) or (seen.status == 200 and b'"count":0' in seen.body.replace(b" ", b""))


def _took_none(seen: Seen) -> bool:
    """A selection names what it left out; of a handover nothing is taken."""
    return any(none in seen.body.replace(b" ", b"") for none in (b'"accounts":0', b'"total":0'))


def _query_ids(method: str, address: str) -> Iterator[str]:
    for parameter in describe()["paths"][address][method].get("parameters", ()):
        is_id = parameter["schema"].get("format") == "uuid" or parameter["name"] in ROWS
        if parameter["in"] == "query" and is_id:
            yield parameter["name"]


def _body_ids(method: str, address: str) -> list[str]:
    content = describe()["paths"][address][method].get("requestBody", {}).get("content", {})
    return sorted({name for kind in content.values() for name in _ids_in(kind["schema"], "")})


def _ids_in(schema: dict[str, Any], name: str) -> Iterator[str]:
    while "$ref" in schema:
        schema = describe()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for choice in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(choice, ()):
            yield from _ids_in(part, name)
    if schema.get("format") == "uuid" or name in ROWS:
        yield name
    if schema.get("type") == "array":
        yield from _ids_in(schema["items"], name)
    for inner, of in schema.get("properties", {}).items():
        yield from _ids_in(of, name if inner == "id" else inner)
