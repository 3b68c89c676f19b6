"""The link in every letter: GET shows, POST acts, nobody is asked who they are, and scanners change nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from customers.models import Activity, Customer, Stakeholder, User, WorkspaceSettings
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import CapturedMail, Draft, Suppression
from emails.queries.footers import make_token, read_token, unsubscribe_url
from emails.queries.suppression import find_suppression
from emails.rules.preferences import OPTIONAL_LANES, mask_address, read_choice
from emails.services import outbox
from emails.services.sending import schedule, send
from emails.services.suppression import suppress
from tests import factories
from tests.emails.conftest import make_draft

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def sent(draft: Draft, csm: User, now: datetime) -> Draft:
    send(draft, version=draft.version, now=now, by=csm)
    delivered = outbox.deliver(draft.pk, now=now)
    assert delivered is not None
    return delivered


@pytest.fixture
def outsider() -> Client:
    """A mail program: no session, and CSRF checked as for a stranger."""
    return Client(enforce_csrf_checks=True)


def link(draft: Draft) -> str:
    return f"/u/{make_token(draft.pk)}"


def is_off(draft: Draft, lane: Lane = Lane.RENEWAL) -> bool:
    return find_suppression(draft.to_email, lane) is not None


# --- What leaves carries the way out --------------------------------------------------------------------------------


def test_mail_carries_one_address_and_the_one_click_header(sent: Draft, settings: Any) -> None:
    mail = message_from_bytes(bytes(CapturedMail.objects.get().raw), policy=default)

    assert mail.get_all("List-Unsubscribe") == [f"<{unsubscribe_url(sent.pk)}>"]
    assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    for kind in ("html", "plain"):
        body = mail.get_body((kind,))
        assert body is not None
        assert body.get_content().count(unsubscribe_url(sent.pk)) == 1


def test_link_is_made_of_public_url(draft: Draft, settings: Any) -> None:
    settings.PUBLIC_URL = "https://desk.acme.example"

    assert unsubscribe_url(draft.pk) == f"https://desk.acme.example{link(draft)}"


def test_long_address_of_the_link_is_neither_broken_nor_encoded(
    draft: Draft, csm: User, now: datetime, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://" + "a-rather-long-name." * 6 + "example.com"
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)

    assert f"List-Unsubscribe: <{unsubscribe_url(draft.pk)}>\r\n".encode() in bytes(CapturedMail.objects.get().raw)


def test_preview_shows_the_text_that_is_sent(draft: Draft, csm: User, now: datetime) -> None:
    client = Client()
    client.force_login(csm)
    html = client.get(f"/drafts/{draft.pk}/preview/html").content.decode()
    before = draft.content_hash(to_email=draft.to_email, sender_email=csm.email)

    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)

    mail = message_from_bytes(bytes(CapturedMail.objects.get().raw), policy=default)
    part = mail.get_body(("html",))
    assert part is not None
    assert part.get_content().strip() == html.strip()
    draft.refresh_from_db()
    assert draft.approval_hash == before


def test_contract_notice_has_no_header(draft: Draft, csm: User, now: datetime) -> None:
    Draft.objects.filter(pk=draft.pk).update(lane=Lane.NOTICE)
    draft.refresh_from_db()
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)

    raw = bytes(CapturedMail.objects.get().raw)
    assert b"List-Unsubscribe" not in raw
    assert b"/u/" not in raw


# --- Showing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_page_shows_and_changes_nothing(sent: Draft, outsider: Client, slash: str) -> None:
    WorkspaceSettings.objects.update(company_name="Fir & Sons")

    shown = outsider.get(link(sent) + slash)
    head = outsider.head(link(sent) + slash)

    assert (shown.status_code, head.status_code) == (200, 200)
    assert "Fir &amp; Sons" in shown.content.decode()
    assert "s•••@acme.example" in shown.content.decode()
    assert sent.to_email not in shown.content.decode()
    assert not shown.cookies
    assert shown["Referrer-Policy"] == "no-referrer"
    assert Suppression.objects.count() == 0


def test_scanner_that_fetches_every_link_of_every_mail_unsubscribes_nobody(
    sent: Draft, csm: User, account: Customer, now: datetime, outsider: Client
) -> None:
    before = Draft.objects.values().get(pk=sent.pk)
    links = set()
    for captured in CapturedMail.objects.all():
        message = message_from_bytes(bytes(captured.raw), policy=default)
        parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
        links |= set(re.findall(r"https?://[^\s\"<>]+", " ".join([*parts, str(message["List-Unsubscribe"])])))
    assert any("/u/" in address for address in links)

    for address in links:
        path = address.removeprefix(settings.PUBLIC_URL)
        for _ in range(3):
            outsider.get(path)
            outsider.head(path)

    assert Suppression.objects.count() == 0
    assert Draft.objects.values().get(pk=sent.pk) == before


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_do_nothing(sent: Draft, outsider: Client, method: str) -> None:
    assert getattr(outsider, method)(link(sent)).status_code == 405
    assert Suppression.objects.count() == 0


# --- Unsubscribing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_one_click_post_unsubscribes_without_login_cookie_or_redirect(
    sent: Draft, outsider: Client, kind: str, slash: str
) -> None:
    if kind == "multipart":
        answer = outsider.post(link(sent) + slash, ONE_CLICK)
    else:
        form = "application/x-www-form-urlencoded"
        answer = outsider.post(link(sent) + slash, "List-Unsubscribe=One-Click", content_type=form)

    assert answer.status_code == 200
    assert not answer.cookies
    assert is_off(sent)
    row = Suppression.objects.get()
    assert (row.cause, row.topic, row.draft, row.customer) == ("unsubscribed", "", sent, sent.customer)


def test_repeated_post_is_answered_alike_and_changes_nothing(sent: Draft, outsider: Client) -> None:
    first = outsider.post(link(sent), ONE_CLICK)
    lines = Activity.objects.count()

    second = outsider.post(link(sent), ONE_CLICK)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert Suppression.objects.count() == 1
    assert Activity.objects.count() == lines


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/x-www-form-urlencoded"),
        ("", "multipart/form-data; boundary=x"),
        ("not a form", "multipart/form-data"),
        ("{}", "application/json"),
        ("\xff\xfe%00%ff", "application/x-www-form-urlencoded; charset=klingon"),
    ],
)
def test_post_that_cannot_be_read_is_an_unsubscribe_all_the_same(
    sent: Draft, outsider: Client, body: str, content_type: str
) -> None:
    answer = outsider.generic("POST", link(sent), body.encode("latin-1"), content_type=content_type)

    assert answer.status_code == 200
    assert is_off(sent)


def test_huge_post_is_refused(sent: Draft, outsider: Client) -> None:
    assert outsider.post(link(sent), {"x": "a" * 70_000}).status_code == 413
    assert Suppression.objects.count() == 0


def test_production_leaves_the_link_out_of_the_way_to_https(sent: Draft, outsider: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^u/[^/]+/?$"]

    assert outsider.post(link(sent), ONE_CLICK).status_code == 200
    assert outsider.post(link(sent) + "/", ONE_CLICK).status_code == 200


def test_who_moved_to_another_address_is_taken_off_both(sent: Draft, sarah: Stakeholder, outsider: Client) -> None:
    Stakeholder.objects.filter(pk=sarah.pk).update(email="sarah.lee@acme.example")

    outsider.post(link(sent), ONE_CLICK)

    assert set(Suppression.objects.values_list("address", flat=True)) == {
        "sarah@acme.example",
        "sarah.lee@acme.example",
    }


def test_link_of_a_letter_that_has_not_left_changes_nothing(draft: Draft, outsider: Client) -> None:
    answer = outsider.post(link(draft), ONE_CLICK)

    assert answer.status_code == 200
    assert "not been sent yet" in answer.content.decode()
    assert Suppression.objects.count() == 0


# --- Unknown and forged ---------------------------------------------------------------------------------------------


def test_forged_tokens_all_get_the_same_answer_and_change_nothing(sent: Draft, outsider: Client) -> None:
    good = make_token(sent.pk)
    other = "A" if good[-1] != "A" else "B"
    forged = [
        good[:-1] + other,
        good[:-1],
        good + "A",
        good[:22] + make_token(uuid4())[22:],
        make_token(uuid4()),
        str(sent.pk),
        sent.pk.hex,
        "A" * 38,
        "💥",
        "%00",
        "..",
        "x" * 200,
    ]

    answers = [outsider.get(f"/u/{token}") for token in forged] + [
        outsider.post(f"/u/{token}", ONE_CLICK) for token in forged
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert Suppression.objects.count() == 0


def test_token_is_the_same_each_time_and_says_nothing_of_the_person(sent: Draft) -> None:
    token = make_token(sent.pk)

    assert token == make_token(sent.pk)
    assert read_token(token) == sent.pk
    assert "sarah" not in token.lower()
    assert len(token) == 38


# --- What it stops --------------------------------------------------------------------------------------------------


def test_unsubscribing_stops_queued_and_scheduled_letters_and_names_those_in_flight(
    sent: Draft, sarah: Stakeholder, contract: Any, csm: User, now: datetime, outsider: Client
) -> None:
    queued, planned, away = (make_draft(sarah, contract, csm, now) for _ in range(3))
    send(queued, version=queued.version, now=now, by=csm, undo_seconds=600)
    schedule(planned, at=now + timedelta(days=2), version=planned.version, now=now, by=csm)
    Draft.objects.filter(pk=away.pk).update(state=DraftState.UNKNOWN, subject="Where it went")

    outsider.post(link(sent), ONE_CLICK)

    for draft in (queued, planned):
        draft.refresh_from_db()
        assert (draft.state, draft.blocked_by) == (DraftState.BLOCKED, "opt_out")
        assert draft.outcome.startswith("Sarah Lee unsubscribed")
        assert [line["passed"] for line in draft.receipt if line["check"] == "opt_out"] == [False]
    line = Activity.objects.get(verb="suppression.added")
    assert "“Where it went”" in line.summary
    assert line.data["in_flight"] == [str(away.pk)]
    assert line.actor_name == "The contact"


def test_subscribing_again_frees_what_waited_for_it_alone(
    sent: Draft, sarah: Stakeholder, contract: Any, csm: User, now: datetime, outsider: Client
) -> None:
    queued, planned, held = (make_draft(sarah, contract, csm, now) for _ in range(3))
    send(queued, version=queued.version, now=now, by=csm, undo_seconds=600)
    schedule(planned, at=timezone.now() + timedelta(days=5), version=planned.version, now=now, by=csm)
    Draft.objects.filter(pk=held.pk).update(state=DraftState.BLOCKED, blocked_by="facts")
    outsider.post(link(sent), ONE_CLICK)

    answer = outsider.post(link(sent), {"action": "all_on"})

    queued.refresh_from_db()
    held.refresh_from_db()
    assert "What mail would you like?" in answer.content.decode()
    planned.refresh_from_db()
    assert (queued.state, queued.blocked_by) == (DraftState.QUEUED, "")
    assert planned.state == DraftState.SCHEDULED
    assert held.state == DraftState.BLOCKED
    assert not is_off(sent)


# --- Topics ---------------------------------------------------------------------------------------------------------


def test_topics_are_chosen_one_by_one(sent: Draft, outsider: Client) -> None:
    outsider.post(link(sent), {"action": "save", "topic": ["renewal", "notice"]})

    assert not is_off(sent, Lane.RENEWAL)
    assert is_off(sent, Lane.UPSELL)
    assert is_off(sent, Lane.JOURNEY)


def test_last_choice_counts_whatever_was_before(sent: Draft, outsider: Client) -> None:
    outsider.post(link(sent), ONE_CLICK)
    outsider.post(link(sent), {"action": "save", "topic": ["journey"]})
    outsider.post(link(sent), {"action": "save", "topic": ["upsell", "renewal"]})

    assert {lane for lane in OPTIONAL_LANES if not is_off(sent, lane)} == {Lane.UPSELL, Lane.RENEWAL}


def test_page_lists_contract_notices_as_not_optional(sent: Draft, outsider: Client) -> None:
    html = outsider.get(link(sent)).content.decode()

    assert "Contract notices" in html
    assert 'value="notice" checked disabled' in html
    assert "cannot be switched off" in html


@pytest.mark.parametrize("cause", [SuppressionCause.COMPLAINT, SuppressionCause.HARD_BOUNCE, SuppressionCause.PERSON])
def test_what_the_contact_did_not_set_the_contact_does_not_lift(
    sent: Draft, outsider: Client, now: datetime, cause: SuppressionCause
) -> None:
    suppress(sent.to_email, cause=cause, now=now, by=None)

    answer = outsider.post(link(sent), {"action": "all_on"})

    assert "You get no mail from us" in answer.content.decode()
    assert is_off(sent)


def test_wish_by_reply_is_taken_back_by_the_contact(sent: Draft, outsider: Client, now: datetime) -> None:
    suppress(sent.to_email, cause=SuppressionCause.REPLY, now=now, by=None)

    outsider.post(link(sent), {"action": "all_on"})

    assert not is_off(sent)


@pytest.mark.parametrize(
    ("action", "topics", "expected"),
    [
        ("", [], set()),
        ("all_off", ["renewal"], set()),
        ("save", [], set()),
        ("save", ["renewal", "notice", "nonsense"], {"renewal"}),
        ("all_on", [], set(OPTIONAL_LANES)),
        ("<script>", ["renewal"], set()),
    ],
)
def test_choice_of_a_post(action: str, topics: list[str], expected: set[str]) -> None:
    assert read_choice(action, topics) == expected


@pytest.mark.parametrize(("address", "shown"), [("sarah@acme.example", "s•••@acme.example"), ("x", ""), ("", "")])
def test_address_is_masked(address: str, shown: str) -> None:
    assert mask_address(address) == shown


def test_page_costs_few_queries_with_many_topics(
    sent: Draft, outsider: Client, django_assert_max_num_queries: Any
) -> None:
    factories.StakeholderFactory.create(email=sent.to_email)
    outsider.post(link(sent), {"action": "save", "topic": ["renewal"]})

    with django_assert_max_num_queries(4):
        outsider.get(link(sent))
