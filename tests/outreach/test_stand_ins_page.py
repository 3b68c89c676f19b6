"""The page of what would have gone: Slack's buttons pressed there come in through the webhook itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import StandInCall, User, WorkspaceSettings
from emails.enums import DraftState, Lane
from emails.models import Draft
from emails.services.drafts import compose_draft
from emails.services.editing import reload
from outreach.enums import ClickResult
from outreach.models import SlackClick
from outreach.services import slack_questions
from tests import factories
from tests.vendors import connect

pytestmark = pytest.mark.django_db
PAGE = "/settings/stand-ins"


@pytest.fixture
def draft(ops: User, now: datetime) -> Any:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})
    person = factories.StakeholderFactory.create(customer=factories.CustomerFactory.create(name="Acme", owner=ops))
    made = compose_draft(
        customer=person.customer,
        stakeholder=person,
        sender=ops,
        subject="Limits",
        body="Hello <b>you</b>",
        now=now,
        by=ops,
    )
    Draft.objects.filter(pk=made.pk).update(lane=Lane.UPSELL)
    with time_machine.travel(now):  # Ticking: two messages of one moment have no order.
        slack_questions.sweep(now)
        yield made


def in_as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def press(client: Client, *, stranger: bool = False, **changes: str) -> Any:
    call = StandInCall.objects.filter(vendor="slack", action="post").get()
    button = call.request["blocks"][-1]["elements"][0]
    data = {"action": button["action_id"], "value": button["value"], **({"stranger": "on"} if stranger else {})}
    return client.post(f"{PAGE}/{call.pk}/click", {**data, **changes}, follow=True)


@pytest.mark.parametrize("role", ["csm", "lead", "reader"])
def test_page_is_for_ops(draft: Draft, role: str, request: pytest.FixtureRequest) -> None:
    client = in_as(request.getfixturevalue(role))

    assert client.get(PAGE).status_code == 403
    assert press(client).status_code == 403


def test_message_is_shown_with_its_buttons_and_its_text_is_text(draft: Draft, ops: User) -> None:
    words = in_as(ops).get(PAGE).content.decode()

    assert "Slack is not connected" in words
    assert "evergreen_approve" in words and "evergreen_decline" in words
    assert "<b>you" not in words


def test_pressed_button_is_a_signed_call(draft: Draft, ops: User, settings: Any) -> None:
    settings.SLACK_SIGNING_SECRET = "another one, of the real Slack"
    User.objects.filter(pk=ops.pk).update(slack_id="U0OLGA")

    words = press(in_as(ops)).content.decode()

    assert "Approve: the click came in through the webhook." in words
    assert (SlackClick.objects.get().result, reload(draft).state) == (ClickResult.APPROVED, DraftState.QUEUED)
    assert reload(draft).approved_by == ops
    assert "evergreen_approve" not in words


@pytest.mark.parametrize(("slack_id", "stranger"), [("", False), ("U0OLGA", True)])
def test_stranger_is_refused_and_sees_why(draft: Draft, ops: User, slack_id: str, stranger: bool) -> None:
    User.objects.filter(pk=ops.pk).update(slack_id=slack_id)

    words = press(in_as(ops), stranger=stranger).content.decode()

    assert "Your Slack account belongs to nobody here" in words
    assert reload(draft).state == DraftState.DRAFT


@pytest.mark.parametrize("changes", [{"value": "x:1:a"}, {"action": "evergreen_edit"}, {"action": ""}])
def test_only_what_stands_in_the_message_can_be_pressed(draft: Draft, ops: User, changes: dict[str, str]) -> None:
    assert "This button cannot be pressed here." in press(in_as(ops), **changes).content.decode()
    assert not SlackClick.objects.exists()


def test_nothing_is_pressed_once_slack_is_connected(draft: Draft, ops: User, settings: Any) -> None:
    connect(settings, SLACK_BOT_TOKEN="x", SLACK_CHANNEL="C", SLACK_API_BASE="http://127.0.0.1:9/")

    assert "cannot be pressed" in press(in_as(ops)).content.decode()
    assert "evergreen_approve" not in in_as(ops).get(PAGE).content.decode()


def test_member_id_is_entered_by_ops_once(ops: User, csm: User, lead: User) -> None:
    client = in_as(ops)
    fields = {"first_name": "Dana", "email": csm.email, "role": "csm", "timezone": "UTC", "slack_id": "U0DANA"}

    assert client.post(f"/settings/people/{csm.pk}", fields).status_code == 302
    csm.refresh_from_db()
    assert csm.slack_id == "U0DANA"

    others = {**fields, "email": lead.email, "role": "lead"}
    taken = client.post(f"/settings/people/{lead.pk}", others).content.decode()
    bad = client.post(f"/settings/people/{lead.pk}", {**others, "slack_id": "dana"}).content.decode()

    assert "Another person has this member id." in taken
    assert 'id="id_slack_id_error"' in bad
    csm.refresh_from_db()
    in_as(csm).post("/settings/profile", {"first_name": "D", "timezone": "UTC", "slack_id": "U0EVIL"})
    csm.refresh_from_db()
    assert csm.slack_id == "U0DANA"
