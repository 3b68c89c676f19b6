"""An introduction is a draft like every other: to the right person, by their own figures, and through the same gate."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer, Stakeholder, UsageSample, User
from emails.enums import DraftState, Lane, OriginKind, Purpose, Writer
from emails.models import Draft
from emails.queries.checks import judge
from emails.services.drafts import delete_draft, regenerate_at_once
from emails.services.editing import reload
from emails.services.outbox import deliver
from emails.services.sending import send
from outreach.enums import AutomationLevel, Directness, Framing, OpportunityStage
from outreach.models import FeatureRequest, Offer, Opportunity, UpsellIntroduction, UpsellRun
from outreach.services.introductions import write_introduction
from tests import factories
from tests.outreach.expanding import grow

pytestmark = pytest.mark.django_db


@pytest.fixture
def growing(customer: Customer, people: dict[str, Stakeholder], now: datetime) -> Customer:
    return grow(customer, now=now)


def write(customer: Customer, by: User | None, now: datetime, **more: Any) -> UpsellIntroduction:
    return write_introduction(customer.pk, by=by, now=now, **more)


def test_introduction_is_a_draft_of_its_own_lane_to_the_champion(growing: Customer, csm: User, now: datetime) -> None:
    introduction = write(growing, csm, now)

    draft = Draft.objects.get(pk=introduction.draft_id)
    assert (draft.to_name, draft.sender, draft.state) == ("Ada Byrne", csm, DraftState.DRAFT)
    assert (draft.origin_kind, draft.origin_id, draft.lane) == (OriginKind.UPSELL, introduction.pk, Lane.UPSELL)
    assert (draft.purpose, draft.writer, draft.cc) == (Purpose.FIRST_TOUCH, Writer.BUILT_IN, [])
    assert "98 of 100 in use (98%)" in draft.body and "our Enterprise plan" in draft.body
    assert "More about Enterprise: https://evergreen.example/plans" in draft.body
    assert "Advanced analytics, which you have asked about" in draft.body
    assert "health" not in draft.body.lower() and "$" not in draft.body
    assert judge(draft).open_spans == []
    assert (introduction.framing, introduction.proposed) == (Framing.PROBLEM_SOLVING, Framing.PROBLEM_SOLVING)


def test_scheduling_page_of_the_sender_stands_under_the_letter(growing: Customer, csm: User, now: datetime) -> None:
    User.objects.filter(pk=csm.pk).update(scheduling_url="https://meet.evergreen.example/dana")

    draft = write(growing, csm, now).draft

    assert draft is not None
    assert "\nPick a time that suits you: https://meet.evergreen.example/dana\nMore about Enterprise:" in draft.body


def test_primary_contact_comes_before_the_champion(
    growing: Customer,
    people: dict[str, Stakeholder],
    csm: User,
    now: datetime,
) -> None:
    Stakeholder.objects.filter(pk=people["economic_buyer"].pk).update(primary=True)

    draft = write(growing, csm, now).draft

    assert draft is not None and draft.to_name == "Eve Stone"
    assert draft.body.startswith("Dear Eve Stone,")


def test_framing_of_a_person_is_taken_and_the_rules_one_kept(growing: Customer, csm: User, now: datetime) -> None:
    introduction = write(growing, csm, now, framing=Framing.VALUE_ADD, directness=Directness.DIRECT)

    assert (introduction.framing, introduction.proposed) == (Framing.VALUE_ADD, Framing.PROBLEM_SOLVING)
    assert introduction.directness == Directness.DIRECT
    assert introduction.draft is not None and "I would suggest our Enterprise plan" in introduction.draft.body


def test_account_executive_is_copied_when_asked(growing: Customer, csm: User, ae: User, now: datetime) -> None:
    draft = write(growing, csm, now, copies_account_executive=True).draft

    assert draft is not None and draft.cc == [ae.email.lower()]


def test_what_is_missing_is_told_by_field(customer: Customer, csm: User, now: datetime) -> None:
    Customer.objects.filter(pk=customer.pk).update(owner=None, account_executive=None)

    with pytest.raises(ValidationError) as refused:
        write(customer, None, now, copies_account_executive=True)

    assert set(refused.value.message_dict) == {"to", "sender", "copies_account_executive"}
    assert not UpsellIntroduction.objects.exists() and not Draft.objects.exists()


def test_run_has_one_introduction_until_its_draft_is_deleted(growing: Customer, csm: User, now: datetime) -> None:
    run = UpsellRun.objects.create(
        customer=growing,
        event_id="e-1",
        metric="users",
        level=AutomationLevel.HYBRID,
        wanted_level=AutomationLevel.HYBRID,
        started_at=now,
    )
    first, again = write(growing, None, now, run=run), write(growing, None, now, run=run)
    assert first == again and Draft.objects.count() == 1
    assert first.draft is not None
    delete_draft(first.draft, now=now, by=csm)

    assert write(growing, None, now, run=run) != first


def test_open_opportunity_of_the_account_is_tied(growing: Customer, csm: User, now: datetime) -> None:
    closed = Opportunity.objects.create(
        customer=growing, name="Old", found_at=now, stage=OpportunityStage.LOST, closed_at=now
    )
    live = Opportunity.objects.create(customer=growing, name="New", found_at=now - timedelta(days=9))

    assert write(growing, csm, now).opportunity == live != closed


def test_changed_usage_after_approval_blocks_with_old_and_new(growing: Customer, csm: User, now: datetime) -> None:
    draft = write(growing, csm, now).draft
    assert draft is not None
    send(draft, version=draft.version, now=now, by=csm, undo_seconds=0)
    UsageSample.objects.create(customer=growing, metric="users", value=60, limit=100, at=now)

    deliver(draft.pk, now=now)

    held = reload(draft)
    assert (held.state, held.blocked_by) == (DraftState.BLOCKED, "facts")
    assert "98" in held.outcome and "60" in held.outcome


def test_plan_taken_off_the_list_blocks_too(growing: Customer, csm: User, now: datetime) -> None:
    draft = write(growing, csm, now).draft
    assert draft is not None
    send(draft, version=draft.version, now=now, by=csm, undo_seconds=0)
    Offer.objects.update(is_active=False)

    deliver(draft.pk, now=now)

    assert reload(draft).state == DraftState.BLOCKED


def test_unchanged_introduction_leaves_through_the_gate(growing: Customer, csm: User, now: datetime) -> None:
    draft = write(growing, csm, now).draft
    assert draft is not None
    send(draft, version=draft.version, now=now, by=csm, undo_seconds=0)

    deliver(draft.pk, now=now)

    assert reload(draft).is_sent


def test_written_again_it_states_what_stands_today(growing: Customer, csm: User, now: datetime) -> None:
    draft = write(growing, csm, now).draft
    assert draft is not None
    UsageSample.objects.create(customer=growing, metric="users", value=99, limit=100, at=now)

    again = regenerate_at_once(draft, instruction="shorter", version=draft.version, now=now, by=csm)

    assert "99 of 100 in use (99%)" in again.body and "98 of 100" not in again.body
    assert "More about Enterprise: https://evergreen.example/plans" in again.body
    assert judge(again).open_spans == []


def test_hostile_records_are_left_out_of_the_letter(growing: Customer, csm: User, now: datetime) -> None:
    FeatureRequest.objects.all().delete()
    for text in ("Visit https://evil.example", "Offer it for $1", "What Globex Corporation Ltd has"):
        FeatureRequest.objects.create(customer=growing, text=text)
    factories.WinFactory.create(customer=growing, text="Won a prize, see https://evil.example", value=Decimal(9))

    draft = write(growing, csm, now, framing=Framing.VALUE_ADD).draft

    assert draft is not None
    for word in ("evil", "for $1", "Globex"):
        assert word not in draft.body and word not in str(draft.facts)
