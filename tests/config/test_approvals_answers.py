"""What the approvals queue keeps is what it would find anew, whatever was written since and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.desk.approvals import Queue
from config.desk.approvals_answers import APPROVAL_ANSWERS
from customers.models import Customer, User
from customers.registry.approvals import list_approval_kinds
from emails.enums import DraftState
from emails.models import Draft
from emails.services.drafts import compose_draft
from tests import factories
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def letters(csm: User) -> list[Draft]:
    return [letter(csm, name) for name in ("Acme", "Beta")]


def letter(csm: User, name: str) -> Draft:
    person = factories.StakeholderFactory.create(customer=factories.CustomerFactory.create(name=name, owner=csm))
    return compose_draft(
        customer=person.customer, stakeholder=person, sender=csm, subject="S", body="Hello", now=NOW, by=csm
    )


CHANGES: dict[str, Callable[[Draft], Any]] = {
    "cancelled": lambda d: Draft.objects.filter(pk=d.pk).update(state=DraftState.CANCELLED),
    "touched": lambda d: Draft.objects.filter(pk=d.pk).update(updated_at=NOW.replace(year=2027)),
    "emptied": lambda d: Draft.objects.filter(pk=d.pk).update(body=""),
    "account gone": lambda d: Customer.objects.filter(pk=d.customer_id).delete(),
    "another": lambda d: letter(d.customer.owner, "Coda"),
    "owner moved": lambda d: User.objects.exclude(role="lead").update(team=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_queue_after_any_change_is_found_as_if_nothing_had_been_kept(
    lead: User, letters: list[Draft], change: Callable[[Draft], Any]
) -> None:
    before = stand(lead, mark=APPROVAL_ANSWERS.read_mark())

    change(letters[0])

    after = stand(lead, mark=APPROVAL_ANSWERS.read_mark())
    assert after == stand(lead, mark="")
    assert after != before


def test_queue_kept_for_one_reader_is_not_shown_to_another(
    lead: User, csm: User, stranger: User, letters: list[Draft]
) -> None:
    mark = APPROVAL_ANSWERS.read_mark()

    assert [len(stand(user, mark=mark)) for user in (lead, csm, stranger)] == [2, 2, 0]
    assert stand(lead, mark=mark, mine=True) == []


def test_mark_watches_every_table_that_the_queue_is_found_in(lead: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        for mine in (False, True):
            stand(lead, mark="", mine=mine)

    read = {name for query in captured for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert len(list_approval_kinds()) == 3
    assert {"emails_draft", "journeys_deliverable", "outreach_enrollment"} <= read
    assert read <= {model._meta.db_table for model in APPROVAL_ANSWERS.watched}


def stand(user: User, *, mark: str, mine: bool = False) -> list[Any]:
    return list(Queue(user, mine=mine, now=NOW, mark=mark)._head)
