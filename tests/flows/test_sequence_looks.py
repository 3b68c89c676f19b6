"""The pages of sequences in a real browser: with long names, several states, and what is approved."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from customers.models import Customer, User
from outreach.enums import AskedThrough, Standing
from outreach.models import Enrollment, OutreachSequence
from outreach.services.enrolling import Asking, ask_to_enroll
from outreach.services.enrollment_triggers import raise_trigger
from outreach.services.outreach_stand_in import connect_stand_in
from outreach.services.trigger_mappings import MappingValues, save_mapping
from tests import factories
from tests.flows.test_looks import LONGEST, WORD, look, page

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(ops: User, live_server: Any) -> Customer:
    now = timezone.now()
    customer: Customer = factories.CustomerFactory.create(
        owner=ops, name=LONGEST, segment="Enterprise", health_score=30
    )
    people = [
        factories.StakeholderFactory.create(customer=customer, name=name)
        for name in (f"{WORD} Müller", "Ann Lee", "Bo Diaz", "Kim Park")
    ]
    connect_stand_in(now=now, by=ops)
    sequence = OutreachSequence.objects.get(name="Re-engagement")
    rows = [
        ask_to_enroll(person, Asking(sequence.sequence_id, AskedThrough.ACCOUNT), now=now, by=ops)
        for person in people[:3]
    ]
    there = {"state": "enrolled", "approved_at": now, "approved_by": ops, "enrolled_at": now, "prospect_id": 1}
    Enrollment.objects.filter(pk=rows[0].pk).update(
        **there,
        state_id=1,
        standing=Standing.ACTIVE,
        word="active",
        step=1,
        step_count=2,
        deliver_count=1,
        open_count=2,
    )
    Enrollment.objects.filter(pk=rows[1].pk).update(
        **there,
        state_id=2,
        standing=Standing.UNKNOWN,
        word="hibernating",
        standing_note=f"Outreach.io calls it “{WORD}”.",
    )
    save_mapping(
        MappingValues("health_drop", sequence.sequence_id, stakeholder_roles=("champion",), health_threshold=40),
        now=now,
        by=ops,
    )
    raise_trigger(customer.pk, "health_drop", occurrence="1", about="Health fell from 60 to 30.", now=now)
    return customer


def test_pages_look_right(page: Page, live_server: Any, account: Customer) -> None:
    sequence = OutreachSequence.objects.get(name="Onboarding: first steps")
    pending = Enrollment.objects.filter(state="pending_approval")[0]
    addresses = (
        f"/customers/{account.pk}/sequences?sequence={sequence.sequence_id}",
        f"/customers/{account.pk}/panels/sequences",
        "/settings/outreach/triggers",
        f"/settings/outreach/triggers?account=ext:{account.external_id}",
        f"/approvals?item={pending.pk}",
    )

    assert {at: wrong for at in addresses if (wrong := look(page, live_server.url + at))} == {}
