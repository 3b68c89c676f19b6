"""The page of everything that waits, the card that says why, and what a person is told before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.enums import HoldScope
from customers.models import Customer, Stakeholder, User, WorkspaceSettings
from customers.services.holds import hold_customer
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.queries.waiting import REASONS
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import approve, schedule, send
from tests.emails.pacing_ground import MORNING, NIGHT, ny, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_night(time_machine: Any) -> None:
    time_machine.move_to(NIGHT, tick=False)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(user: User, **filters: str) -> str:
    return as_(user).get(reverse("emails:waiting"), filters).content.decode()


def test_question_at_night_says_when_it_leaves_and_can_be_answered(draft: Draft, csm: User) -> None:
    html = as_(csm).get(reverse("emails:draft_send", args=[draft.pk])).content.decode()

    assert "It leaves Thu 09:00 in New York" in html
    assert 'button-primary" disabled' not in html


def test_send_at_night_waits_and_the_card_and_the_page_say_why(draft: Draft, csm: User) -> None:
    client = as_(csm)

    after = client.post(
        reverse("emails:draft_send", args=[draft.pk]), {"version": draft.version}, follow=True
    ).content.decode()
    html = page(csm)

    assert reload(draft).not_before == MORNING
    assert "Approved, not sent yet." in after and "Not sent yet, next try" in after
    for words in ("Hours and holidays", "mails leave from 09:00 to 17:00", "Thu 09:00 in New York", "Sarah Lee"):
        assert words in html
    assert not CapturedMail.objects.exists()


def test_letter_that_waits_is_taken_back_and_not_sent_again(draft: Draft, csm: User) -> None:
    send(draft, version=draft.version, now=NIGHT, by=csm)

    client = as_(csm)
    card = client.get(reverse("emails:draft", args=[draft.pk])).content.decode()
    preview = client.get(reverse("emails:draft_preview", args=[draft.pk])).content.decode()

    assert "Take back" in card and "data-once-edited hidden>" in card and "Send Email" not in preview
    assert "mails leave from 09:00 to 17:00" in card and "it is 22:" not in card


def test_receipt_on_the_letters_page_shows_every_check_and_the_next_try(draft: Draft, csm: User) -> None:
    send(draft, version=draft.version, now=NIGHT, by=csm)

    html = as_(csm).get(reverse("emails:draft", args=[draft.pk])).content.decode()

    assert html.count("receipt-passed") == len(reload(draft).receipt) - 1
    assert html.count("receipt-waits") == 1
    assert "Not on hold." in html


def test_schedule_for_a_closed_day_says_when_it_leaves(draft: Draft, csm: User) -> None:
    data = {"version": draft.version, "at": "2026-03-07T10:00"}

    html = as_(csm).post(reverse("emails:draft_schedule", args=[draft.pk]), data, follow=True).content.decode()

    assert "It will leave Mon 09:00 in New York" in html


def test_undo_that_comes_too_late_names_the_letter(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)

    html = as_(csm).post(reverse("emails:draft_undo", args=[draft.pk]), follow=True).content.decode()

    assert "Too late" in html
    assert "to Sarah Lee left Wed 4 Mar 10:00 in New York" in html or "to Sarah Lee left Wed 10:00 in New York" in html


def test_delay_counts_down_without_script(draft: Draft, csm: User, time_machine: Any) -> None:
    time_machine.move_to(ny("2026-03-04T12:00"), tick=False)
    client = as_(csm)
    client.post(reverse("emails:draft_send", args=[draft.pk]), {"version": draft.version})

    html = client.get(reverse("emails:draft", args=[draft.pk])).content.decode()

    assert "Leaves in 10 seconds" in html
    assert 'http-equiv="refresh"' in html


@pytest.fixture
def all_kinds(sarah: Stakeholder, account: Customer, csm: User, now: datetime) -> dict[str, Draft]:
    """A letter for each of some reasons."""
    WorkspaceSettings.objects.update(contact_cap=50, account_cap=50)
    approved, scheduled, night, leaving = (write(sarah, csm, now) for _ in range(4))
    approve(approved, version=approved.version, now=now, by=csm)
    schedule(scheduled, at=ny("2026-03-07T10:00"), version=scheduled.version, now=now, by=csm)
    send(night, version=night.version, now=NIGHT, by=csm)
    send(leaving, version=leaving.version, now=now, by=csm, undo_seconds=60)
    return {"approved": approved, "scheduled": scheduled, "window": night, "leaving": leaving}


@pytest.mark.parametrize("reason", ["approved", "scheduled", "window", "leaving"])
def test_filter_by_reason_shows_those_alone(all_kinds: dict[str, Draft], csm: User, reason: str) -> None:
    html = page(csm, reason=reason)

    shown = {code for code, draft in all_kinds.items() if f'id="draft-{draft.pk}"' in html}
    assert shown == {reason}
    assert all(f'id="draft-{draft.pk}"' in page(csm) for draft in all_kinds.values())


def test_scheduled_for_a_closed_day_names_the_day_on_which_it_leaves(all_kinds: dict[str, Draft], csm: User) -> None:
    html = page(csm, reason="scheduled")

    assert "Saturday is no working day" in html
    assert "Mon 09:00 in New York" in html


def test_held_letter_stands_there_with_its_hold(draft: Draft, account: Customer, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="Merger", now=now, by=csm)
    outbox.deliver(draft.pk, now=now)

    html = page(csm, reason="hold")

    assert "Merger" in html and "When somebody acts" in html


def test_page_is_of_those_who_may_see_and_the_lead_sees_the_team(
    draft: Draft, csm: User, lead: User, stranger: User
) -> None:
    send(draft, version=draft.version, now=NIGHT, by=csm)

    row = f'id="draft-{draft.pk}"'
    assert row in page(csm) and row in page(lead) and row in page(lead, owner=csm.username)
    assert row not in page(lead, owner=lead.username)
    assert row not in page(stranger)
    assert Client().get(reverse("emails:waiting")).status_code == 302


def test_page_asks_the_same_for_one_row_and_three(sarah: Stakeholder, csm: User) -> None:
    def ask() -> int:
        letter = write(sarah, csm, NIGHT)
        send(letter, version=letter.version, now=NIGHT, by=csm)
        client = as_(csm)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("emails:waiting"))
        return len(queries)

    one, _, three = ask(), ask(), ask()

    assert one == three <= 12


@pytest.mark.parametrize("query", [{"reason": "nonsense"}, {"owner": "\0"}, {"page": "x"}, {"page": "99"}])
def test_nonsense_in_the_address_is_no_error(csm: User, query: dict[str, str]) -> None:
    assert as_(csm).get(reverse("emails:waiting"), query).status_code == 200


@pytest.mark.parametrize("reason", list(REASONS))
def test_every_reason_can_be_asked_for(draft: Draft, csm: User, reason: str) -> None:
    assert as_(csm).get(reverse("emails:waiting"), {"reason": reason}).status_code == 200


def test_reader_cannot_take_back(draft: Draft, csm: User, reader: User) -> None:
    send(draft, version=draft.version, now=NIGHT, by=csm)

    assert "Take back" not in page(reader)
    assert as_(reader).post(reverse("emails:draft_undo", args=[draft.pk])).status_code == 403
    assert reload(draft).state == DraftState.QUEUED
