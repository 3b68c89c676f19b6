"""A mail approved at Slack: whoever may, once, and exactly what was shown (promises 2, 9, 10, 11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_httpserver import HTTPServer

from customers.base import claim
from customers.enums import ClaimState
from customers.models import Activity, Customer, Stakeholder, StandInCall, User, WorkspaceSettings
from emails.enums import DraftState, Lane
from emails.models import CapturedMail, Draft
from emails.services import approvals, outbox
from emails.services.drafts import compose_draft
from emails.services.editing import reload, save_draft
from emails.services.erasing import erase_contact
from outreach.enums import AskStanding, ClickResult
from outreach.models import OutreachSettings, SlackClick, SlackQuestion
from outreach.rules.slack_clicks import BadClick, read_interaction
from outreach.services import slack_clicks, slack_questions
from tests import factories
from tests.outreach.slack_calls import PATH, SECRET, form, interaction, post, press, sign, signed
from tests.vendors import connect

pytestmark = pytest.mark.django_db
MOMENTS = count(1)


@pytest.fixture(autouse=True)
def _door(now: datetime, settings: Any) -> Iterator[None]:
    settings.SLACK_SIGNING_SECRET = SECRET
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def account(csm: User) -> Customer:
    User.objects.filter(pk=csm.pk).update(slack_id="U0DANA")
    csm.refresh_from_db()
    return factories.CustomerFactory.create(name="Acme", owner=csm)


@pytest.fixture
def person(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=account, name="Jennifer Lee", email="jennifer@acme.example")


@pytest.fixture
def draft(person: Stakeholder, csm: User, now: datetime) -> Draft:
    return write(person, csm, now)


def write(person: Stakeholder, by: User, now: datetime, *, lane: Lane = Lane.UPSELL) -> Draft:
    made = compose_draft(
        customer=person.customer,
        stakeholder=person,
        sender=by,
        subject="A few limits",
        body="Hello Jennifer,\n\nshall we talk next week?\n\nKind regards",
        now=now,
        by=by,
    )
    Draft.objects.filter(pk=made.pk).update(lane=lane)
    return reload(made)


@pytest.fixture
def question(draft: Draft, now: datetime) -> SlackQuestion:
    slack_questions.sweep(now)
    return only()


def only() -> SlackQuestion:
    found: SlackQuestion = SlackQuestion.objects.get()
    return found


def shown() -> dict[str, Any]:
    """What stands at Slack: the latest text of the stand-in's message."""
    call = StandInCall.objects.filter(action__in=["post", "update"]).order_by("-called_at", "-created_at")[0]
    return dict(call.request)


def work(now: datetime) -> None:
    """What a ring does, each a moment after the one before."""
    later = now + timedelta(milliseconds=next(MOMENTS))
    slack_clicks.sweep(later)
    slack_questions.sweep(later)


def told() -> list[str]:
    return [
        call.request["text"] for call in StandInCall.objects.filter(action="tell").order_by("called_at", "created_at")
    ]


def test_waiting_mail_of_expansion_is_asked_about_once(question: SlackQuestion, draft: Draft, now: datetime) -> None:
    slack_questions.sweep(now)
    slack_questions.sweep(now + timedelta(hours=1))

    assert StandInCall.objects.filter(action="post").count() == 1
    assert (question.state, question.standing, question.version) == (ClaimState.SENT, AskStanding.ASKS, draft.version)
    assert question.note.startswith("Slack is not connected")
    buttons = shown()["blocks"][-1]["elements"]
    assert [one["text"]["text"] for one in buttons] == ["Approve", "Edit", "Decline"]
    assert buttons[1]["url"].endswith(f"/emails/drafts/{draft.pk}") or str(draft.pk) in buttons[1]["url"]


def test_other_mails_are_not_asked_about(person: Stakeholder, csm: User, now: datetime) -> None:
    write(person, csm, now, lane=Lane.RENEWAL)

    assert slack_questions.sweep(now) == 0
    assert not SlackQuestion.objects.exists()


def test_switched_off_nothing_is_asked(draft: Draft, now: datetime) -> None:
    OutreachSettings.objects.update_or_create(pk=1, defaults={"slack_approvals": False})

    assert slack_questions.sweep(now) == 0


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_click_is_kept_before_work_starts(question: SlackQuestion, draft: Draft, now: datetime, path: str) -> None:
    raw = form(interaction(question))

    answer = post(raw, signed(raw, now), path=path)

    assert (answer.status_code, answer.content) == (200, b"")
    click = SlackClick.objects.get()
    assert (click.result, click.due_at, click.slack_user) == (ClickResult.WAITING, now, "U0DANA")
    assert reload(draft).state == DraftState.DRAFT


def test_yes_is_the_pages_own_and_the_message_tells_who(
    question: SlackQuestion, draft: Draft, csm: User, now: datetime
) -> None:
    press(question, now)

    work(now)

    approved = reload(draft)
    assert (approved.state, approved.approved_by, approved.approval_hash) == (
        DraftState.QUEUED,
        csm,
        question.content_hash,
    )
    assert Activity.objects.get(verb="draft.queued").actor == csm
    assert shown()["text"] == "Acme: the mail to Jennifer Lee was approved by Dana Whitfield"
    assert [block["type"] for block in shown()["blocks"]] == ["section"]
    outbox.sweep(now=now + timedelta(seconds=2))
    slack_questions.follow_draft(draft.pk, now=now)
    work(now + timedelta(seconds=3))
    assert shown()["text"].endswith("approved by Dana Whitfield and sent")
    assert CapturedMail.objects.filter(draft=draft).count() == 1


@pytest.mark.parametrize("clicks", [2, 5])
def test_double_clicks_do_it_once(question: SlackQuestion, draft: Draft, now: datetime, clicks: int) -> None:
    for number in range(clicks):
        press(question, now, trigger_id=str(number))
    press(question, now, trigger_id="0")  # the very same call again

    work(now)

    results = list(SlackClick.objects.order_by("result").values_list("result", flat=True))
    assert results == [ClickResult.APPROVED, *[ClickResult.REPEATED] * (clicks - 1)]
    assert Activity.objects.filter(verb="draft.queued").count() == 1
    assert told() == []


def test_click_long_after_the_yes_is_no_new_one(question: SlackQuestion, draft: Draft, now: datetime) -> None:
    press(question, now)
    work(now)
    approved_at, later = reload(draft).approved_at, now + timedelta(minutes=4)

    raw = form(interaction(question, trigger_id="late"))
    with time_machine.travel(later, tick=False):
        post(raw, signed(raw, later))
    work(later)

    assert reload(draft).approved_at == approved_at


def test_no_takes_the_mail_away(question: SlackQuestion, draft: Draft, csm: User, now: datetime) -> None:
    press(question, now, action="decline")

    work(now)

    assert reload(draft).state == DraftState.CANCELLED
    assert Activity.objects.get(verb="draft.declined").actor == csm
    assert shown()["text"] == "Acme: the mail to Jennifer Lee was declined by Dana Whitfield"


@pytest.mark.parametrize(("first", "then"), [("approve", "decline"), ("decline", "approve")])
def test_first_of_two_people_wins_and_the_other_is_told(
    question: SlackQuestion, draft: Draft, lead: User, now: datetime, first: str, then: str
) -> None:
    User.objects.filter(pk=lead.pk).update(slack_id="U0LIAM")
    press(question, now, action=first)
    work(now)

    press(question, now, action=then, user="U0LIAM")
    work(now)

    assert SlackClick.objects.get(by=lead).result == ClickResult.REPEATED
    assert told() == [f"Nothing was done: it was {only().words}."]
    assert reload(draft).state == (DraftState.QUEUED if first == "approve" else DraftState.CANCELLED)


def test_changed_text_is_refused_and_shown_as_it_is_now(
    question: SlackQuestion, draft: Draft, csm: User, now: datetime
) -> None:
    save_draft(draft, version=draft.version, now=now, by=csm, body="Hello Jennifer,\n\nother words.")

    press(question, now)
    work(now)

    assert reload(draft).state == DraftState.DRAFT
    assert SlackClick.objects.get().result == ClickResult.CHANGED
    assert told() == ["Nothing was decided: the text was changed since. The message shows it as it is now."]
    assert shown()["blocks"][0]["text"]["text"] == slack_questions.CHANGED
    assert "other words." in json.dumps(shown())

    press(only(), now, trigger_id="anew")
    work(now)
    assert reload(draft).state == DraftState.QUEUED


def test_another_address_of_the_recipient_is_another_mail(
    question: SlackQuestion, draft: Draft, person: Stakeholder, now: datetime
) -> None:
    Stakeholder.objects.filter(pk=person.pk).update(email="other@acme.example")

    press(question, now)
    work(now)

    assert (reload(draft).state, SlackClick.objects.get().result) == (DraftState.DRAFT, ClickResult.CHANGED)


def test_change_in_the_last_moment_takes_the_yes_back(
    question: SlackQuestion, draft: Draft, person: Stakeholder, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is changed after the click was checked and before the approval is written."""
    approve = slack_clicks.approve_letter

    def late(*args: Any, **kwargs: Any) -> Any:
        Stakeholder.objects.filter(pk=person.pk).update(email="other@acme.example")
        return approve(*args, **kwargs)

    monkeypatch.setattr(slack_clicks, "approve_letter", late)
    press(question, now)
    work(now)

    assert (reload(draft).state, SlackClick.objects.get().result) == (DraftState.DRAFT, ClickResult.CHANGED)
    assert not Activity.objects.filter(verb="draft.queued").exists()


def test_edited_mail_is_shown_anew_once_it_rests(
    question: SlackQuestion, draft: Draft, csm: User, now: datetime
) -> None:
    save_draft(draft, version=draft.version, now=now, by=csm, body="Hello Jennifer,\n\nother words.")

    slack_questions.sweep(now + timedelta(seconds=30))
    assert "other words." not in json.dumps(shown())
    slack_questions.sweep(now + timedelta(seconds=61))

    assert "other words." in json.dumps(shown())
    assert StandInCall.objects.filter(action="post").count() == 1


def test_decision_on_the_page_shows_at_slack(question: SlackQuestion, draft: Draft, lead: User, now: datetime) -> None:
    approvals.approve_letter(draft.pk, version=draft.version, now=now, by=lead, undo_seconds=10)
    slack_questions.follow_draft(draft.pk, now=now)
    work(now)
    assert shown()["text"].endswith(f"approved by {lead.display_name}")

    press(question, now)
    work(now)

    assert SlackClick.objects.get().result == ClickResult.REPEATED
    assert reload(draft).approved_by == lead


def test_mail_decided_before_it_was_asked_is_not_asked(draft: Draft, lead: User, now: datetime) -> None:
    slack_questions.ask_waiting(now=now)
    approvals.approve_letter(draft.pk, version=draft.version, now=now, by=lead, undo_seconds=10)

    slack_questions.sweep(now)

    assert (only().state, StandInCall.objects.count()) == (ClaimState.CANCELLED, 0)


def test_yes_that_was_taken_back_is_asked_again(
    question: SlackQuestion, draft: Draft, csm: User, now: datetime
) -> None:
    from emails.services.sending import undo

    WorkspaceSettings.objects.update(undo_seconds=60)
    press(question, now)
    work(now)

    undo(reload(draft), now=now, by=csm)
    Draft.objects.update(updated_at=now)
    work(now + timedelta(minutes=2))

    assert (only().standing, only().decision) == (AskStanding.ASKS, "")
    assert shown()["blocks"][-1]["type"] == "actions"


@pytest.mark.parametrize("who", ["U0NOBODY", "U0GONE", "U0STEFAN", "U0RITA"])
def test_only_whoever_may_approve_on_the_page_may_here(
    question: SlackQuestion, draft: Draft, stranger: User, reader: User, other_csm: User, now: datetime, who: str
) -> None:
    User.objects.filter(pk=stranger.pk).update(slack_id="U0STEFAN")
    User.objects.filter(pk=reader.pk).update(slack_id="U0RITA")
    User.objects.filter(pk=other_csm.pk).update(slack_id="U0GONE", is_active=False)

    for action in ("approve", "decline"):
        press(question, now, user=who, action=action)
    work(now)

    assert reload(draft).state == DraftState.DRAFT
    results = set(SlackClick.objects.values_list("result", flat=True))
    unknown = who in ("U0NOBODY", "U0GONE")
    assert results == {ClickResult.UNKNOWN_USER if unknown else ClickResult.REFUSED}
    assert len(told()) == 2
    assert (who in told()[0]) is unknown
    assert only().standing == AskStanding.ASKS


def test_what_only_a_lead_may_approve_is_refused_to_others(
    person: Stakeholder, csm: User, lead: User, now: datetime
) -> None:
    User.objects.filter(pk=lead.pk).update(slack_id="U0LIAM")
    draft = write(person, csm, now)
    save_draft(draft, version=draft.version, now=now, by=csm, body="Hello,\n\nwe guarantee the best.\n\nKind regards")
    slack_questions.sweep(now)

    press(only(), now)
    work(now)
    assert SlackClick.objects.get().result == ClickResult.REFUSED
    assert told()[0].startswith("A lead must approve this one.")

    press(only(), now, user="U0LIAM")
    work(now)
    assert reload(draft).approved_by == lead


def test_what_the_gate_refuses_stays_and_the_reason_is_told(
    question: SlackQuestion, draft: Draft, person: Stakeholder, now: datetime
) -> None:
    Stakeholder.objects.filter(pk=person.pk).update(left_at=now)

    press(question, now)
    work(now)

    assert SlackClick.objects.get().result == ClickResult.REFUSED
    assert told()[0].startswith("Not approved: ")
    assert (reload(draft).state, only().standing) == (DraftState.DRAFT, AskStanding.ASKS)


def test_click_in_another_message_does_nothing(question: SlackQuestion, draft: Draft, now: datetime) -> None:
    other = interaction(question, container={"message_ts": "9.9", "channel_id": question.channel})
    raw = form(other)
    post(raw, signed(raw, now))
    bad = interaction(question)
    bad["actions"][0]["value"] = "x" * 50
    raw = form(bad)
    post(raw, signed(raw, now))

    work(now)

    assert set(SlackClick.objects.values_list("result", flat=True)) == {ClickResult.NOT_OURS}
    assert reload(draft).state == DraftState.DRAFT


FORGERIES: dict[str, Callable[[bytes, datetime], tuple[bytes, dict[str, str]]]] = {
    "another secret": lambda raw, now: (raw, signed(raw, now, secret="x")),
    "another body": lambda raw, now: (raw + b"&a=1", signed(raw, now)),
    "another timestamp": lambda raw, now: (raw, {**signed(raw, now), "X-Slack-Request-Timestamp": "1772636401"}),
    "too old": lambda raw, now: (raw, signed(raw, now - timedelta(seconds=301))),
    "from the future": lambda raw, now: (raw, signed(raw, now + timedelta(seconds=301))),
    "no headers": lambda raw, now: (raw, {}),
    "no signature": lambda raw, now: (raw, {**signed(raw, now), "X-Slack-Signature": ""}),
    "signature that is no ASCII": lambda raw, now: (raw, {**signed(raw, now), "X-Slack-Signature": "é" * 67}),
    "timestamp of letters": lambda raw, now: (
        raw,
        {"X-Slack-Request-Timestamp": "abc", "X-Slack-Signature": sign(raw, "abc")},
    ),
    "body that is no text": lambda raw, now: (b"\xff\xfe", signed(b"\xff\xfe", now)),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_forged_click_is_refused(question: SlackQuestion, now: datetime, name: str) -> None:
    answer = post(*FORGERIES[name](form(interaction(question)), now))

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")
    assert not SlackClick.objects.exists()


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "no form": b"hello",
    "no payload": b"a=1",
    "two payloads": b"payload=%7B%7D&payload=%7B%7D",
    "no JSON": b"payload=%7B",
    "a list": b"payload=%5B%5D",
    "deep": b"payload=" + b"%5B" * 30_000,
    "bad escape": b"payload=%FF%FE",
    "many fields": b"&".join(b"a%d=1" % n for n in range(50)),
    "no actions": form({"type": "block_actions"}),
    "empty actions": form({"type": "block_actions", "actions": []}),
    "action of text": form({"type": "block_actions", "actions": ["x"]}),
    "no user": form({"type": "block_actions", "actions": [{"action_id": "evergreen_approve", "value": "x"}]}),
    "user of text": form(
        {"type": "block_actions", "user": "U", "actions": [{"action_id": "evergreen_approve", "value": "x"}]}
    ),
    "value of a number": form(
        {
            "type": "block_actions",
            "user": {"id": "U"},
            "container": {"channel_id": "C", "message_ts": "1"},
            "actions": [{"action_id": "evergreen_approve", "value": 3}],
        }
    ),
    "null in the value": form(
        {
            "type": "block_actions",
            "user": {"id": "U"},
            "container": {"channel_id": "C", "message_ts": "1"},
            "actions": [{"action_id": "evergreen_approve", "value": "a\0b"}],
        }
    ),
    "endless value": form(
        {
            "type": "block_actions",
            "user": {"id": "U"},
            "container": {"channel_id": "C", "message_ts": "1"},
            "actions": [{"action_id": "evergreen_approve", "value": "x" * 5000}],
        }
    ),
}


@pytest.mark.parametrize("name", list(MALFORMED))
def test_signed_garbage_is_a_400(now: datetime, name: str) -> None:
    raw = MALFORMED[name]

    answer = post(raw, signed(raw, now))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert not SlackClick.objects.exists()


def test_too_large_is_a_413_and_no_key_a_403(now: datetime, settings: Any) -> None:
    raw = b"payload=" + b"a" * 256 * 1024
    assert post(raw, signed(raw, now)).status_code == 413

    settings.SLACK_SIGNING_SECRET = ""
    assert post(b"payload=%7B%7D", signed(b"payload=%7B%7D", now)).status_code == 403


@pytest.mark.parametrize(
    "payload",
    [{"type": "view_submission"}, {"type": "block_actions", "actions": [{"action_id": "evergreen_edit"}]}, {"type": 3}],
)
def test_what_decides_nothing_is_answered_and_not_kept(now: datetime, payload: dict[str, Any]) -> None:
    raw = form(payload)

    assert post(raw, signed(raw, now)).status_code == 200
    assert not SlackClick.objects.exists()


def test_get_is_no_click(client: Any) -> None:
    assert client.get(PATH).status_code == 405


def test_fields_beyond_ours_are_not_kept(question: SlackQuestion, now: datetime) -> None:
    raw = form(interaction(question, message={"text": "private words"}))
    post(raw, signed(raw, now))

    row = SlackClick.objects.filter(pk=SlackClick.objects.get().pk).values()[0]
    assert "private words" not in str(row)


def test_reading_names_what_is_wrong() -> None:
    with pytest.raises(BadClick, match="“payload” is no object"):
        read_interaction(b"payload=%5B%5D")


# --- at the wire -----------------------------------------------------------------------------------------------------

POST, UPDATE, TELL = "/api/chat.postMessage", "/api/chat.update", "/api/chat.postEphemeral"
OK = {"ok": True, "channel": "C1", "ts": "1772636400.000100"}


@pytest.fixture
def slack(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    connect(settings, SLACK_BOT_TOKEN="xoxb-token", SLACK_CHANNEL="C1", SLACK_API_BASE=httpserver.url_for("/api"))
    return httpserver


def called(slack: HTTPServer) -> list[str]:
    return [request.path for request, _ in slack.log]


def test_real_message_is_posted_and_changed_where_it_stands(slack: HTTPServer, draft: Draft, now: datetime) -> None:
    slack.expect_request(POST).respond_with_json(OK)
    slack.expect_request(UPDATE).respond_with_json(OK)
    slack_questions.sweep(now)
    question = only()
    assert (question.channel, question.ts, question.note) == ("C1", OK["ts"], "")

    press(question, now)
    work(now)

    assert called(slack) == [POST, UPDATE]
    assert slack.log[1][0].get_json()["ts"] == OK["ts"]


def test_unknown_person_is_told_alone(slack: HTTPServer, draft: Draft, now: datetime) -> None:
    slack.expect_request(POST).respond_with_json(OK)
    slack.expect_request(TELL).respond_with_json({"ok": True, "message_ts": "1.2"})
    slack_questions.sweep(now)

    press(only(), now, user="U0NOBODY")
    work(now)
    work(now + timedelta(hours=1))

    assert called(slack) == [POST, TELL]
    body = slack.log[1][0].get_json()
    assert (body["channel"], body["user"]) == ("C1", "U0NOBODY")
    assert SlackClick.objects.get().state == ClaimState.SENT


def test_post_that_may_have_been_taken_is_not_repeated_and_a_click_says_where_it_stands(
    slack: HTTPServer, draft: Draft, now: datetime
) -> None:
    slack.expect_request(POST).respond_with_data("x", status=500)
    slack.expect_request(UPDATE).respond_with_json(OK)
    slack_questions.sweep(now)
    slack_questions.sweep(now + timedelta(hours=3))
    assert (only().state, called(slack)) == (ClaimState.UNKNOWN, [POST])

    question = only()
    question.channel, question.ts = "C1", "77.7"
    press(question, now)
    work(now)

    assert reload(draft).state == DraftState.QUEUED
    assert (only().state, only().ts, called(slack)) == (ClaimState.SENT, "77.7", [POST, UPDATE])


def test_refusal_is_tried_again_only_where_that_helps(slack: HTTPServer, draft: Draft, now: datetime) -> None:
    slack.expect_ordered_request(POST).respond_with_json(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "30"}
    )
    slack.expect_ordered_request(POST).respond_with_json({"ok": False, "error": "channel_not_found"})
    slack_questions.sweep(now)
    assert (only().state, only().not_before) == (ClaimState.QUEUED, now + timedelta(seconds=30))

    slack_questions.sweep(now + timedelta(seconds=30))
    slack_questions.sweep(now + timedelta(days=1))

    assert (only().state, only().outcome) == (ClaimState.FAILED, "Slack answered: channel_not_found.")
    assert len(called(slack)) == 2


@pytest.mark.parametrize(("role", "status"), [("ops", 302), ("lead", 403), ("csm", 403)])
def test_what_was_refused_is_posted_again_by_ops(
    slack: HTTPServer, draft: Draft, now: datetime, role: str, status: int, request: pytest.FixtureRequest
) -> None:
    person: User = request.getfixturevalue(role)
    slack.expect_ordered_request(POST).respond_with_json({"ok": False, "error": "not_in_channel"})
    slack.expect_ordered_request(POST).respond_with_json(OK)
    slack_questions.sweep(now)
    client = Client()
    client.force_login(person)
    assert ("Slack answered: not_in_channel." in client.get("/settings/expansion").content.decode()) is (role == "ops")

    answer = client.post(f"/settings/expansion/slack/{only().pk}/again")
    slack_questions.sweep(now)

    assert answer.status_code == status
    assert only().state == (ClaimState.SENT if role == "ops" else ClaimState.FAILED)
    assert Activity.objects.filter(verb="slack.posted_again", actor=person).exists() is (role == "ops")
    assert role != "ops" or client.post(f"/settings/expansion/slack/{only().pk}/again").status_code == 404


def test_change_that_failed_is_made_again(slack: HTTPServer, draft: Draft, now: datetime) -> None:
    slack.expect_ordered_request(POST).respond_with_json(OK)
    slack.expect_ordered_request(UPDATE).respond_with_data("x", status=503)
    slack.expect_ordered_request(UPDATE).respond_with_json(OK)
    slack_questions.sweep(now)
    press(only(), now)
    work(now)
    assert (only().is_behind, only().state) == (True, ClaimState.SENT)

    slack_questions.sweep(now + timedelta(minutes=6))

    assert (only().is_behind, called(slack)) == (False, [POST, UPDATE, UPDATE])


def test_without_a_signing_secret_the_question_has_the_link_alone(
    slack: HTTPServer, draft: Draft, now: datetime, settings: Any
) -> None:
    settings.SLACK_SIGNING_SECRET = ""
    slack.expect_request(POST).respond_with_json(OK)

    slack_questions.sweep(now)

    elements = slack.log[0][0].get_json()["blocks"][-1]["elements"]
    assert [one["action_id"] for one in elements] == ["evergreen_edit"]


# --- the rows --------------------------------------------------------------------------------------------------------


def test_worker_that_died_while_posting_leaves_it_unknown(draft: Draft, now: datetime) -> None:
    slack_questions.ask_waiting(now=now)
    with transaction.atomic():
        claim(only(), now=now)

    slack_questions.sweep(now + timedelta(minutes=3))

    assert (only().state, StandInCall.objects.count()) == (ClaimState.UNKNOWN, 0)


def test_worker_that_died_while_changing_is_followed_by_another(
    question: SlackQuestion, draft: Draft, lead: User, now: datetime
) -> None:
    approvals.approve_letter(draft.pk, version=draft.version, now=now, by=lead, undo_seconds=10)
    slack_questions.follow_draft(draft.pk, now=now)
    with transaction.atomic():
        claim(only(), now=now, queued=ClaimState.SENT)

    slack_questions.sweep(now + timedelta(minutes=3))

    assert (only().state, only().is_behind) == (ClaimState.SENT, False)
    assert "approved by" in shown()["text"]


def test_what_changed_during_the_call_is_shown_after_it(
    draft: Draft, lead: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.clients.slack_stand_in import SlackStandIn

    post_it = SlackStandIn.post

    def slow(self: Any, message: Any, *, now: datetime) -> Any:
        approvals.approve_letter(draft.pk, version=draft.version, now=now, by=lead, undo_seconds=10)
        slack_questions.follow_draft(draft.pk, now=now)
        return post_it(self, message, now=now)

    monkeypatch.setattr(SlackStandIn, "post", slow)
    slack_questions.sweep(now)
    assert only().is_behind
    work(now)

    assert "approved by" in shown()["text"]


@pytest.mark.parametrize(
    "values", [{"state": "sent", "ts": ""}, {"decision": "x"}, {"state": "sent", "ts": "1.2", "posted_at": None}]
)
def test_database_keeps_questions_whole(draft: Draft, now: datetime, values: dict[str, Any]) -> None:
    slack_questions.ask_waiting(now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        SlackQuestion.objects.update(**values)


def test_database_keeps_one_question_per_mail(question: SlackQuestion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SlackQuestion.objects.create(
            customer=question.customer, draft=question.draft, version=1, content_hash="x", state=ClaimState.QUEUED
        )


def test_click_that_cannot_be_applied_is_tried_again_then_shown(
    question: SlackQuestion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(slack_clicks, "approve_letter", fail)
    press(question, now)
    for number in range(8):
        slack_clicks.sweep(now + timedelta(minutes=6 * number))

    click = SlackClick.objects.get()
    assert (click.due_at, click.looks, click.problem) == (None, slack_clicks.MOST_LOOKS, "RuntimeError")


def test_clicks_are_seen_by_those_who_see_every_account(
    question: SlackQuestion, csm: User, ops: User, now: datetime
) -> None:
    press(question, now)

    assert list(SlackClick.objects.visible_to(csm)) == []
    assert SlackClick.objects.visible_to(ops).count() == 1
    assert SlackQuestion.objects.visible_to(csm).count() == 1


@pytest.mark.parametrize("is_sent", [False, True])
def test_erased_contact_is_gone_from_slack_too(
    question: SlackQuestion,
    draft: Draft,
    person: Stakeholder,
    lead: User,
    now: datetime,
    is_sent: bool,
    django_capture_on_commit_callbacks: Any,
) -> None:
    if is_sent:
        approvals.approve_letter(draft.pk, version=draft.version, now=now, by=lead)

    with django_capture_on_commit_callbacks(execute=True):
        erase_contact(person, now=now, by=lead)
    work(now)

    said = json.dumps(list(StandInCall.objects.values("request", "answer")))
    assert not any(word in said for word in ("Jennifer", "jennifer@", "A few limits", "shall we talk"))
    assert "Erased contact" in shown()["text"]
    assert shown()["text"].endswith("and sent" if is_sent else "it will not be sent")
