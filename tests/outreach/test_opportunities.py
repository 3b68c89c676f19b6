"""Opportunities: found by their signals, one open per account, moved by people, and by what came of introductions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.models import Activity, Customer, Stakeholder, User
from customers.services.usage import Reading, record_usage
from emails.models import Draft, Reply, StaffMail
from emails.services.editing import reload
from emails.services.outbox import deliver
from emails.services.replies import apply_reply, correct_reply
from emails.services.sending import send
from outreach.enums import LedBy, OpportunityStage, UpsellReply
from outreach.models import ExpansionLook, Opportunity, UpsellIntroduction
from outreach.services.introduction_copies import copy_account_executive, drop_account_executive
from outreach.services.introduction_tracking import note_reply, note_sent, set_response
from outreach.services.introductions import write_introduction
from outreach.services.opportunities import StageMoved, change_stage, dismiss, look_for_expansion, sweep
from tests import factories
from tests.outreach.expanding import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
STAGE = OpportunityStage


@pytest.fixture
def growing(customer: Customer, people: dict[str, Stakeholder], now: datetime) -> Customer:
    return grow(customer, now=now)


@pytest.fixture
def found(growing: Customer, now: datetime) -> Opportunity:
    opportunity = look_for_expansion(growing, now=now)
    assert opportunity is not None
    return opportunity


def left(customer: Customer, by: User, now: datetime, **more: Any) -> UpsellIntroduction:
    """An introduction that has left."""
    introduction = write_introduction(customer.pk, by=by, now=now, **more)
    draft = introduction.draft
    assert draft is not None
    send(draft, version=draft.version, now=now, by=by, undo_seconds=0)
    deliver(draft.pk, now=now)
    assert reload(draft).is_sent, reload(draft).outcome
    note_sent(draft.pk, sent_at=now, now=now)
    introduction.refresh_from_db()
    return introduction


def answer(introduction: UpsellIntroduction, text: str, classification: str, at: datetime, now: datetime) -> Reply:
    draft = Draft.objects.get(pk=introduction.draft_id)
    reply: Reply = factories.ReplyFactory.create(
        stakeholder=draft.stakeholder,
        draft=draft,
        text=text,
        classification=classification,
        received_at=at,
        settled_at=at,
    )
    note_reply(reply.pk, now=now)
    return reply


def test_opportunity_is_found_with_the_data_that_supports_it(found: Opportunity) -> None:
    assert (found.stage, found.recommended_plan, found.led_by) == (STAGE.IDENTIFIED, "Enterprise", LedBy.CSM_AND_AE)
    assert (found.estimated_value, found.currency) == (Decimal(48_000), "USD")
    limit = found.signals[0]
    assert (limit["kind"], limit["data"]) == ("limit", [["used", "8,500"], ["limit", "10,000"]])
    assert Activity.objects.filter(verb="opportunity.found", subject_id=found.pk).exists()


def test_one_is_open_and_kept_up_to_date_while_nobody_acted(
    found: Opportunity, growing: Customer, csm: User, now: datetime
) -> None:
    record_usage(growing, [Reading("users", Decimal(100), now, Decimal(100))], now=now, by=csm)

    again = look_for_expansion(growing, now=now)

    assert again == found and Opportunity.objects.count() == 1
    assert [row["data"][0] for row in Opportunity.objects.get().signals if row["kind"] == "limit"][-1] == [
        "used",
        "100",
    ]


def test_clock_leaves_an_account_alone_that_needs_help_first(growing: Customer, csm: User, now: datetime) -> None:
    Customer.objects.filter(pk=growing.pk).update(churn_risk=51)
    growing.refresh_from_db()

    assert look_for_expansion(growing, now=now) is None
    assert look_for_expansion(growing, now=now, by=csm) is not None


def test_success_alone_is_found_only_at_a_healthy_account_that_renews_soon(customer: Customer, now: datetime) -> None:
    factories.WinFactory.create(customer=customer)
    factories.ContractFactory.create(customer=customer, renewal_date=(now + timedelta(days=90)).date())
    Customer.objects.filter(pk=customer.pk).update(health_score=79)
    customer.refresh_from_db()
    assert look_for_expansion(customer, now=now) is None

    customer.health_score = 80

    assert look_for_expansion(customer, now=now) is not None


def test_nothing_speaks_for_a_quiet_account(customer: Customer, now: datetime) -> None:
    customer.health_score = None

    assert look_for_expansion(customer, now=now) is None
    assert not Opportunity.objects.exists()


def test_clock_looks_at_accounts_whose_usage_came_in(growing: Customer, csm: User, now: datetime) -> None:
    record_usage(growing, [Reading("users", Decimal(99), now, Decimal(100))], now=now, by=csm)

    assert ExpansionLook.objects.get().due_at is not None
    later = now + timedelta(minutes=5)
    assert (sweep(later), sweep(later)) == (1, 0)
    assert Opportunity.objects.get().stage == STAGE.IDENTIFIED
    assert ExpansionLook.objects.get().due_at == later + timedelta(days=1)


def test_stage_is_changed_by_a_person_with_a_reason(found: Opportunity, csm: User, now: datetime) -> None:
    with pytest.raises(ValidationError) as refused:
        change_stage(found, stage=STAGE.WON, seen=found.stage, reason=" ", now=now, by=csm)
    assert set(refused.value.message_dict) == {"reason"}

    won = change_stage(found, stage=STAGE.WON, seen=found.stage, reason="Signed Enterprise", now=now, by=csm)

    assert (won.stage, won.closed_at, won.end_reason) == (STAGE.WON, now, "Signed Enterprise")
    with pytest.raises(StageMoved):
        change_stage(won, stage=STAGE.LOST, seen=STAGE.IDENTIFIED, reason="Late", now=now, by=csm)
    back = change_stage(won, stage=STAGE.IN_TALKS, seen=STAGE.WON, reason="Too early", now=now, by=csm)
    assert (back.closed_at, back.end_reason) == (None, "")


def test_dismissed_one_is_not_found_again_for_ninety_days(
    found: Opportunity, growing: Customer, csm: User, now: datetime
) -> None:
    dismiss(found, seen=found.stage, reason="Merger ahead", now=now, by=csm)

    assert look_for_expansion(growing, now=now + timedelta(days=60)) is None
    asked = look_for_expansion(growing, now=now + timedelta(days=60), by=csm)
    assert asked is not None and asked != found


def test_closed_one_is_not_reopened_beside_another(
    found: Opportunity, growing: Customer, csm: User, now: datetime
) -> None:
    dismiss(found, seen=found.stage, reason="No", now=now, by=csm)
    look_for_expansion(growing, now=now, by=csm)

    with pytest.raises(ValidationError):
        change_stage(found, stage=STAGE.IN_TALKS, seen=STAGE.LOST, reason="", now=now, by=csm)


def test_sending_introduces_the_opportunity(found: Opportunity, growing: Customer, csm: User, now: datetime) -> None:
    introduction = left(growing, csm, now)

    found.refresh_from_db()
    assert introduction.sent_at == now
    assert (found.stage, found.intro_sent_at, found.intro_response) == (STAGE.INTRODUCED, now, "")


def test_introduction_without_an_opportunity_makes_one(growing: Customer, csm: User, now: datetime) -> None:
    introduction = left(growing, csm, now)

    assert introduction.opportunity is not None and introduction.opportunity.stage == STAGE.INTRODUCED


def test_latest_answer_counts_and_each_is_kept(growing: Customer, csm: User, now: datetime) -> None:
    first = left(growing, csm, now)
    answer(first, "Thanks, I will think about it.", "neutral", now + timedelta(hours=1), now)
    first.refresh_from_db()
    assert first.response == UpsellReply.MAYBE

    answer(first, "Yes, let's talk.", "positive", now + timedelta(hours=2), now)

    first.refresh_from_db()
    opportunity = Opportunity.objects.get()
    assert (first.response, first.responded_at) == (UpsellReply.YES, now + timedelta(hours=2))
    assert (opportunity.intro_response, opportunity.stage) == (UpsellReply.YES, STAGE.IN_TALKS)
    assert Reply.objects.count() == 2


def test_news_of_a_reply_may_come_twice(growing: Customer, csm: User, now: datetime) -> None:
    first = left(growing, csm, now)
    reply = answer(first, "No thanks.", "neutral", now + timedelta(hours=1), now)
    note_reply(reply.pk, now=now)

    assert Activity.objects.filter(verb="introduction.answered").count() == 1
    assert Opportunity.objects.get().intro_response == UpsellReply.NO


def test_corrected_reply_is_read_anew(
    growing: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    first = left(growing, csm, now)
    reply = answer(first, "Yes!", "positive", now + timedelta(hours=1), now)

    with django_capture_on_commit_callbacks(execute=True):
        correct_reply(reply, classification="out_of_office", now=now, by=csm)

    first.refresh_from_db()
    assert (first.response, first.responded_at) == ("", None)
    assert Opportunity.objects.get().intro_response == ""


def test_reply_is_heard_through_the_signal(
    growing: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    first = left(growing, csm, now)
    draft = Draft.objects.get(pk=first.draft_id)
    with django_capture_on_commit_callbacks(execute=True):
        reply = factories.ReplyFactory.create(
            stakeholder=draft.stakeholder, draft=draft, text="Yes, gladly.", received_at=now + timedelta(hours=1)
        )
        apply_reply(reply, now=now)

    first.refresh_from_db()
    assert first.response == UpsellReply.YES


def test_word_of_a_colleague_stands_against_earlier_replies(growing: Customer, csm: User, now: datetime) -> None:
    first = left(growing, csm, now)
    answer(first, "Maybe", "neutral", now + timedelta(minutes=1), now)
    set_response(first, response="no", now=now + timedelta(hours=2), by=csm)
    note_reply(Reply.objects.get().pk, now=now)

    first.refresh_from_db()
    assert first.response == UpsellReply.NO


def test_what_has_not_left_cannot_be_answered(growing: Customer, csm: User, now: datetime) -> None:
    introduction = write_introduction(growing.pk, by=csm, now=now)

    for response in ("yes", "timeout", "gladly"):
        with pytest.raises(ValidationError):
            set_response(introduction, response=response, now=now, by=csm)


def test_copy_to_the_account_executive_voids_the_approval_and_tells_them_why(
    growing: Customer, csm: User, ae: User, now: datetime
) -> None:
    introduction = write_introduction(growing.pk, by=csm, now=now)
    draft = introduction.draft
    assert draft is not None
    send(draft, version=draft.version, now=now, by=csm, undo_seconds=60)
    queued = reload(draft)
    introduction.refresh_from_db()

    copied = copy_account_executive(introduction, version=queued.version, now=now, by=csm)

    assert (copied.cc, copied.state, copied.approved_at) == ([ae.email.lower()], "draft", None)
    note = StaffMail.objects.get()
    assert note.user == ae and "It may be worth $48,000 a year." in note.body
    assert f"/drafts/{draft.pk}" in str(note.buttons)
    introduction.refresh_from_db()
    again = copy_account_executive(introduction, version=copied.version, now=now, by=csm)
    assert (again.version, StaffMail.objects.count()) == (copied.version, 1)
    introduction.refresh_from_db()
    assert drop_account_executive(introduction, version=again.version, now=now, by=csm).cc == []


def test_copy_needs_an_account_executive(growing: Customer, csm: User, now: datetime) -> None:
    Customer.objects.filter(pk=growing.pk).update(account_executive=None)
    introduction = write_introduction(growing.pk, by=csm, now=now)
    introduction = UpsellIntroduction.objects.get(pk=introduction.pk)

    with pytest.raises(ValidationError):
        copy_account_executive(introduction, version=1, now=now, by=csm)
