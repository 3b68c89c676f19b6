"""Every operation of /api/schema under generated calls, right and wrong ones: no 5xx, no answer beside its description.

FUZZ_EXAMPLES says how many calls of each sort an operation gets: few in the suite, 50 or more at night (docs/api.md).
New operations are taken from the description by themselves.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.enums import Scope
from customers.models import Customer, Stakeholder, Todo, User
from emails.models import Draft, Reply
from journeys.models import AutomationSchedule, Deliverable, DeliverableVersion, PortalLink, SimulationRun
from outreach.models import (
    Enrollment,
    FeatureRequest,
    Offer,
    Opportunity,
    OutreachPlan,
    Reaction,
    Touch,
    TriggerMapping,
    UpsellIntroduction,
    UpsellRun,
)
from outreach.services.outreach_stand_in import connect_stand_in
from renewals.models import Objection, TermNote
from tests import factories
from tests.api.conftest import Caller, key_of
from tests.api.description import describe, list_operations
from tests.outreach.upsell.conftest import make_account

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # day 115 of the account's contract
MAPPING = {
    "triggerType": "new_customer",
    "sequenceId": 1,
    "sequenceName": "Onboarding",
    "stakeholderRoles": ["champion"],
    "segmentFilter": "",
    "healthThreshold": None,
    "enabled": True,
}
HELD_TO = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
"""Not: that what fits the description is always taken. A rule of the business (a moment that is past) may refuse it."""
KNOWN: dict[str, Callable[[], Any]] = {
    "/api/customers/{id}": lambda: Customer.objects.all(),
    "/api/clients/{id}": lambda: Customer.objects.all(),
    "/api/emails/{id}": lambda: Draft.objects.all(),
    "/api/emails/drafts/{id}": lambda: Draft.objects.all(),
    "/api/approvals/{id}": lambda: Draft.objects.filter(state="draft"),
    "/api/replies/{id}": lambda: Reply.objects.all(),
    "/api/automations/{id}": lambda: AutomationSchedule.objects.all(),
    "/api/deliverables/{id}": lambda: Deliverable.objects.all(),
    "/api/engage/{id}": lambda: OutreachPlan.objects.all(),
    "/api/opportunities/{id}": lambda: Opportunity.objects.all(),
    "/api/upsell-runs/{id}": lambda: UpsellRun.objects.all(),
    "/api/outreach/enrollments/{id}": lambda: Enrollment.objects.all(),
    "/api/outreach/mappings/{id}": lambda: TriggerMapping.objects.all(),
    "/api/introductions/{id}": lambda: UpsellIntroduction.objects.all(),
    "/api/offers/{id}": lambda: Offer.objects.all(),
    "/api/todos/{id}": lambda: Todo.objects.all(),
    "/api/admin/journeys/simulate/{id}": lambda: SimulationRun.objects.all(),
}
"""Which rows an address is about; one that stands here not yet gets ids of nothing."""
NAMED: dict[str, Callable[[], Any]] = {
    "stakeholderId": lambda: Stakeholder.objects.all(),
    "customerId": lambda: Customer.objects.all(),
    "draftId": lambda: Draft.objects.all(),
    "touchId": lambda: Touch.objects.all(),
    "linkId": lambda: PortalLink.objects.all(),
    "versionId": lambda: DeliverableVersion.objects.all(),
    "objectionId": lambda: Objection.objects.all(),
    "termsId": lambda: TermNote.objects.all(),
    "reactionId": lambda: Reaction.objects.all(),
    "requestId": lambda: FeatureRequest.objects.all(),
}


class World:
    """An account with some of everything, who may call anything about it, and the operations as they are described."""

    def __init__(self) -> None:
        import schemathesis  # takes a second, and is needed here alone

        ops = factories.UserFactory.create(role="ops", is_staff=True)
        fill(ops)
        self.headers = {"Authorization": f"Bearer {key_of(ops, Scope.values)}"}
        self.operations = schemathesis.openapi.from_dict(describe())
        self.operations.app = get_wsgi_application()
        self.ids = {name: _ids(rows()) for name, rows in {**KNOWN, **NAMED}.items()}

    def known_for(self, address: str, name: str) -> list[str]:
        """Give ids of rows that this part of the address may be filled in with."""
        prefix = address.split("{" + name + "}")[0] + "{" + name + "}"
        return self.ids.get(prefix) or self.ids.get(name, [])


def fill(ops: User) -> None:
    """Write what the calls are about, by the calls themselves where there are some."""
    connect_stand_in(now=NOW, by=ops)
    account = make_account(ops, now=NOW)
    customer = factories.CustomerFactory.create(owner=ops)
    factories.ContractFactory.create(customer=customer)
    person = factories.StakeholderFactory.create(customer=customer, roles=["champion", "economic_buyer"])
    factories.ReplyFactory.create(stakeholder=person)
    factories.CustomerFactory.create(owner=ops)
    caller = Caller(key_of(ops, Scope.values))
    made = [
        caller.post(f"/api/customers/{customer.pk}/engage"),
        caller.post(f"/api/clients/{customer.pk}/journey/start", {"startDate": "2026-03-09"}),
        caller.post(f"/api/customers/{customer.pk}/feature-requests", {"text": "Dark mode"}),
        caller.post("/api/upsell-runs", {"customerId": str(account.pk), "eventId": "1", "metricType": "trade_volume"}),
        caller("put", "/api/outreach/mappings", [MAPPING]),
        caller.post("/api/offers", {"name": "Enterprise Plus", "currency": "USD"}),
        caller.post(f"/api/clients/{customer.pk}/portal-links", {"stakeholderId": str(person.pk)}),
        caller.post(f"/api/customers/{customer.pk}/negotiation/objections", {"kind": "price", "quote": "Too dear"}),
        caller.post(f"/api/customers/{customer.pk}/negotiation/terms", {"termMonths": 12}),
    ]
    assert {answer.status_code for answer in made} <= {200, 201}, [answer.content for answer in made]


def _ids(rows: Any) -> list[str]:
    return [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)[:20]]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Fill the book once for all operations; each call is undone by itself."""
    logging.disable(logging.CRITICAL)
    with time_machine.travel(NOW), django_db_blocker.unblock(), transaction.atomic():
        made = World()
        # As Django's own test client does: the connection is not the call's to close.
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        yield made
        transaction.set_rollback(True)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(("method", "address"), list_operations())
def test_generated_calls_are_answered_as_described(world: World, method: str, address: str, mode: str) -> None:
    from schemathesis import GenerationMode
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    operation = world.operations[address][method.upper()]
    cases = operation.as_strategy(generation_mode=GenerationMode(mode))

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, choose=st.randoms(use_true_random=False))
    def call(case: Any, choose: random.Random) -> None:
        if mode == "positive":
            _mean_something(case, world, choose)
        cache.clear()  # the limit on calls counts across examples
        with transaction.atomic():
            answer = case.call(headers={**world.headers, "Accept-Encoding": "identity"})
            transaction.set_rollback(True)
        case.validate_response(answer, checks=[CHECKS.get_one(name) for name in HELD_TO])

    call()


def _mean_something(case: Any, world: World, choose: random.Random) -> None:
    """Have most calls be about rows that there are, so that they get past their first check."""
    for name, value in (case.path_parameters or {}).items():
        if (known := world.known_for(case.path, name)) and choose.random() < 0.8:
            case.path_parameters[name] = choose.choice(known) if value else value
    if isinstance(case.body, dict):
        for name in case.body.keys() & world.ids.keys():
            if world.ids[name] and choose.random() < 0.8:
                case.body[name] = choose.choice(world.ids[name])
