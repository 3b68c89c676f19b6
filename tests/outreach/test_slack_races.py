"""Clicks and pages at the same moment: one decision, whoever is first."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.drills.threads import at_once
from customers.models import Activity, StandInCall, User, WorkspaceSettings
from emails.enums import DraftState, Lane
from emails.models import Draft
from emails.services import approvals
from emails.services.drafts import compose_draft
from emails.services.editing import reload, save_draft
from outreach.enums import ClickResult
from outreach.models import SlackClick, SlackQuestion
from outreach.rules.slack_clicks import Clicked
from outreach.rules.slack_messages import Click
from outreach.services import slack_clicks, slack_questions
from tests import factories
from tests.conftest import NOW
from tests.outreach.slack_calls import value_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ROUNDS = 5
TOGETHER = 6


@pytest.fixture
def question(lead: User) -> SlackQuestion:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})
    User.objects.filter(pk=lead.pk).update(slack_id="U0LIAM")
    customer = factories.CustomerFactory.create(owner=lead)
    person = factories.StakeholderFactory.create(customer=customer)
    draft = compose_draft(
        customer=customer,
        stakeholder=person,
        sender=lead,
        subject="Limits",
        body="Hello,\n\nshall we talk?",
        now=NOW,
        by=lead,
    )
    Draft.objects.filter(pk=draft.pk).update(lane=Lane.UPSELL)
    slack_questions.sweep(NOW)
    return SlackQuestion.objects.get()


def keep(question: SlackQuestion, action: Click, number: int) -> Any:
    clicked = Clicked(action, value_of(question), "U0LIAM", question.channel, question.ts)
    slack_clicks.keep_click(clicked, f"{action}{number}".encode(), now=NOW)
    return uuid.UUID(bytes=hashlib.sha256(f"{action}{number}".encode()).digest()[:16])


def test_many_clicks_at_once_decide_once(question: SlackQuestion) -> None:
    clicks = [keep(question, Click.APPROVE if n % 2 else Click.DECLINE, n) for n in range(TOGETHER)]

    at_once(TOGETHER, lambda n: slack_clicks.apply_click(clicks[n], now=NOW))
    slack_clicks.sweep(NOW + timedelta(minutes=10))

    decided = SlackClick.objects.filter(result__in=[ClickResult.APPROVED, ClickResult.DECLINED])
    assert decided.count() == 1
    assert SlackClick.objects.filter(result=ClickResult.REPEATED).count() == TOGETHER - 1
    assert Activity.objects.filter(verb__in=["draft.queued", "draft.declined"]).count() == 1


def test_one_click_taken_by_many_workers_works_once(question: SlackQuestion) -> None:
    click = keep(question, Click.APPROVE, 1)

    at_once(TOGETHER, lambda n: slack_clicks.apply_click(click, now=NOW))

    assert SlackClick.objects.get().result == ClickResult.APPROVED
    assert Activity.objects.filter(verb="draft.queued").count() == 1


def test_click_against_the_page_decides_once(question: SlackQuestion, lead: User) -> None:
    click = keep(question, Click.DECLINE, 1)

    def act(number: int) -> Any:
        if number:
            return slack_clicks.apply_click(click, now=NOW)
        version = question.version
        return approvals.approve_letter(question.draft_id, version=version, now=NOW, by=lead, undo_seconds=10)

    at_once(2, act)

    state = Draft.objects.get().state
    lines = set(Activity.objects.filter(verb__in=["draft.queued", "draft.declined"]).values_list("verb", flat=True))
    assert (state, lines) in [
        (DraftState.QUEUED, {"draft.queued"}),
        (DraftState.CANCELLED, {"draft.declined"}),
        # The page's yes came first, and the no after it: which the page too allows while the mail is still here.
        (DraftState.CANCELLED, {"draft.queued", "draft.declined"}),
    ]


def test_yes_against_an_edit_approves_what_was_shown_or_nothing(question: SlackQuestion, lead: User) -> None:
    click = keep(question, Click.APPROVE, 1)
    draft = reload(question.draft)

    def act(number: int) -> Any:
        if number:
            return slack_clicks.apply_click(click, now=NOW)
        return save_draft(draft, version=draft.version, now=NOW, by=lead, body="Hello,\n\nother words.")

    at_once(2, act)

    now = reload(draft)
    if now.approval_hash:
        assert (now.approval_hash, now.body) == (question.content_hash, "Hello,\n\nshall we talk?")
    else:
        assert (now.state, now.body) == (DraftState.DRAFT, "Hello,\n\nother words.")


def test_many_workers_post_one_message(lead: User, question: SlackQuestion) -> None:
    SlackQuestion.objects.all().delete()
    StandInCall.objects.all().delete()

    at_once(TOGETHER, lambda n: slack_questions.sweep(_at(n)))

    assert StandInCall.objects.filter(action="post").count() == 1


def _at(number: int) -> datetime:
    return NOW + timedelta(milliseconds=number)
