"""Who is on the list gets nothing; what stops them, and how they come off it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from customers.models import Activity, Customer, Stakeholder, User
from customers.services.digests import digest_address
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import CapturedMail, Draft, Suppression
from emails.queries.suppression import find_suppression, list_suppressed
from emails.services.outbox import deliver
from emails.services.sending import Refused, send
from emails.services.suppression import lift_address, suppress
from emails.signals import address_suppressed
from tests import factories

pytestmark = pytest.mark.django_db


def test_suppressed_address_is_found_in_any_case_and_in_every_lane(
    sarah: Stakeholder, account: Customer, now: datetime
) -> None:
    suppress("Sarah@Acme.example ", cause=SuppressionCause.REPLY, customer=account, now=now, by=None)

    facts = find_suppression("SARAH@acme.example", Lane.JOURNEY)

    assert facts is not None
    assert (facts.address, facts.cause, facts.topic) == ("sarah@acme.example", SuppressionCause.REPLY, "")
    assert find_suppression("else@acme.example", Lane.JOURNEY) is None


def test_topic_stops_its_lane_alone(now: datetime) -> None:
    suppress("a@b.example", cause=SuppressionCause.UNSUBSCRIBED, topic=Lane.UPSELL, now=now, by=None)

    assert find_suppression("a@b.example", Lane.RENEWAL) is None
    assert find_suppression("a@b.example", Lane.UPSELL) is not None


def test_many_addresses_take_one_query_and_the_strongest_reason_counts(
    now: datetime, django_assert_num_queries: Any
) -> None:
    suppress("a@b.example", cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)
    suppress("a@b.example", cause=SuppressionCause.COMPLAINT, now=now, by=None)
    suppress("c@d.example", cause=SuppressionCause.HARD_BOUNCE, now=now, by=None)

    with django_assert_num_queries(1):
        found = list_suppressed(["A@b.example", "c@d.example", "e@f.example"], Lane.RENEWAL)

    assert {address: facts.cause for address, facts in found.items()} == {
        "a@b.example": SuppressionCause.COMPLAINT,
        "c@d.example": SuppressionCause.HARD_BOUNCE,
    }


def test_suppressing_twice_keeps_one_row_and_one_line_on_record(
    sarah: Stakeholder, account: Customer, csm: User, now: datetime
) -> None:
    first = suppress(sarah.email, cause=SuppressionCause.PERSON, customer=account, now=now, by=csm)
    second = suppress(sarah.email, cause=SuppressionCause.PERSON, customer=account, now=now, by=csm)

    assert (first.is_new, second.is_new) == (True, False)
    assert first.row == second.row
    assert Activity.objects.filter(verb="suppression.added", customer=account).count() == 1


def test_two_open_rows_of_one_reason_are_refused_by_the_database(now: datetime) -> None:
    row = suppress("a@b.example", cause=SuppressionCause.PERSON, now=now, by=None).row

    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address=row.address, digest=row.digest, cause=row.cause, at=now)


def test_nobody_can_be_taken_off_contract_notices(now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        suppress("a@b.example", cause=SuppressionCause.UNSUBSCRIBED, topic=Lane.NOTICE, now=now, by=None)


def test_suppression_is_told_with_the_accounts_concerned(
    sarah: Stakeholder, account: Customer, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    twin = factories.StakeholderFactory.create(email="Sarah@acme.example")
    heard: list[dict[str, Any]] = []

    def hear(sender: object, **values: Any) -> None:
        heard.append(values)

    address_suppressed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            suppress(sarah.email, cause=SuppressionCause.COMPLAINT, now=now, by=None)
    finally:
        address_suppressed.disconnect(hear)

    assert len(heard) == 1
    assert (heard[0]["address"], heard[0]["topic"], heard[0]["cause"]) == (sarah.email, "", "complaint")
    assert set(heard[0]["customer_ids"]) == {account.pk, twin.customer_id}


def test_gate_stops_a_letter_to_a_suppressed_person_at_approval_and_at_claim(
    draft: Draft, csm: User, now: datetime
) -> None:
    queued = send(draft, version=draft.version, now=now, by=csm)
    suppress(draft.to_email, cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)

    deliver(queued.pk, now=now)

    queued.refresh_from_db()
    assert (queued.state, queued.blocked_by) == (DraftState.BLOCKED, "opt_out")
    assert CapturedMail.objects.count() == 0
    with pytest.raises(Refused) as refused:
        send(queued, version=queued.version, now=now, by=csm)
    assert refused.value.code == "suppressed"


def test_person_in_copy_who_unsubscribed_stops_the_letter(draft: Draft, csm: User, now: datetime) -> None:
    copied = factories.StakeholderFactory.create(customer=draft.customer, email="bob@acme.example")
    Draft.objects.filter(pk=draft.pk).update(cc=[copied.email])
    suppress(copied.email, cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)
    draft.refresh_from_db()

    with pytest.raises(Refused) as refused:
        send(draft, version=draft.version, now=now, by=csm)

    assert "bob@acme.example" in refused.value.reason


def test_lifted_address_is_written_to_again_and_the_row_stays(now: datetime) -> None:
    suppress("a@b.example", cause=SuppressionCause.REPLY, now=now, by=None)

    lifted = lift_address(
        "A@B.example", causes={SuppressionCause.REPLY}, reason="It was no such wish", now=now + timedelta(1), by=None
    )

    assert lifted == 1
    assert find_suppression("a@b.example", Lane.RENEWAL) is None
    row = Suppression.objects.get(digest=digest_address("a@b.example"))
    assert (row.lifted_at, row.lift_reason) == (now + timedelta(1), "It was no such wish")


def test_list_is_seen_by_those_at_whose_accounts_somebody_has_the_address(
    sarah: Stakeholder, csm: User, stranger: User, ops: User, now: datetime
) -> None:
    row = suppress(sarah.email, cause=SuppressionCause.COMPLAINT, now=now, by=None).row

    assert list(Suppression.objects.visible_to(csm)) == [row]
    assert list(Suppression.objects.visible_to(ops)) == [row]
    assert list(Suppression.objects.visible_to(stranger)) == []
