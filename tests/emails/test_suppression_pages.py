"""The suppression list and the person's own page: seen, exported and lifted by those who may."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, Customer, Stakeholder, User
from customers.services.tokens import create_token
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import Draft, Suppression
from emails.queries.suppression import find_suppression
from emails.rules.suppression import refuse_lift
from emails.services.suppression import CannotLift, lift, suppress
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/settings/suppressed"


@pytest.fixture
def signed_in() -> Any:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def row(sarah: Stakeholder, account: Customer, now: datetime) -> Suppression:
    return suppress(sarah.email, cause=SuppressionCause.UNSUBSCRIBED, customer=account, now=now, by=None).row


# --- Who may lift ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "leader", "api", "in_use", "may"),
    [
        ("person", True, False, True, True),
        ("person", True, True, True, True),
        ("person", False, False, True, False),
        ("unsubscribed", True, False, True, True),
        ("reply", True, False, True, True),
        ("outreach", True, True, True, True),
        ("hard_bounce", True, False, True, False),
        ("hard_bounce", True, False, False, True),
        ("hard_bounce", False, False, False, False),
        ("complaint", True, False, True, True),
        ("complaint", True, True, True, False),
        ("complaint", False, False, True, False),
        ("erased", True, False, False, False),
    ],
)
def test_who_may_lift_what(cause: str, leader: bool, api: bool, in_use: bool, may: bool) -> None:
    refusal = refuse_lift(SuppressionCause(cause), is_leader=leader, is_api=api, is_in_use=in_use)

    assert (refusal == "") == may


def test_bounced_address_is_lifted_once_nobody_has_it(sarah: Stakeholder, lead: User, now: datetime) -> None:
    row = suppress(sarah.email, cause=SuppressionCause.HARD_BOUNCE, now=now, by=None).row
    with pytest.raises(CannotLift):
        lift(row, reason="Mailbox is back", by=lead, now=now)

    Stakeholder.objects.filter(pk=sarah.pk).update(email="new@acme.example")

    assert lift(row, reason="She has another one", by=lead, now=now)
    assert find_suppression("sarah@acme.example", Lane.RENEWAL) is None


def test_new_address_is_written_to_without_any_lift(draft: Draft, sarah: Stakeholder, csm: User, now: datetime) -> None:
    from emails.services.sending import send

    suppress(sarah.email, cause=SuppressionCause.HARD_BOUNCE, now=now, by=None)
    Stakeholder.objects.filter(pk=sarah.pk).update(email="sarah.lee@acme.example")

    assert send(draft, version=draft.version, now=now, by=csm).state == DraftState.QUEUED


# --- The list -------------------------------------------------------------------------------------------------------


def test_list_is_for_leads_and_ops(row: Suppression, csm: User, lead: User, ops: User, signed_in: Any) -> None:
    assert signed_in(csm).get(LIST).status_code == 403
    assert signed_in(lead).get(LIST).status_code == 200
    assert signed_in(ops).get(LIST).status_code == 200
    assert "/sign-in" in Client().get(LIST)["Location"]


def test_list_names_the_address_the_cause_and_who_has_it(
    row: Suppression, sarah: Stakeholder, lead: User, signed_in: Any
) -> None:
    html = signed_in(lead).get(LIST).content.decode()

    assert row.address in html
    assert "Unsubscribed by link" in html
    assert f"/customers/{sarah.customer_id}/people/{sarah.pk}/mail" in html


def test_list_is_searched_by_address_account_and_cause(
    row: Suppression, lead: User, now: datetime, signed_in: Any
) -> None:
    client = signed_in(lead)

    def finds(query: str) -> bool:
        return row.address in client.get(f"{LIST}?{query}").content.decode()

    assert finds("q=sarah@ACME")
    assert finds("q=acme+corp")
    assert finds("cause=unsubscribed")
    assert not finds("q=nobody")
    assert not finds("cause=complaint")
    assert not finds("state=lifted")
    assert client.get(f"{LIST}?q=%00&cause=%27&state=x&page=9999").status_code == 200


def test_lead_does_not_see_addresses_of_other_teams(ops: User, lead: User, now: datetime, signed_in: Any) -> None:
    other = factories.StakeholderFactory.create(email="else@other.example")
    row = suppress(other.email, cause=SuppressionCause.REPLY, customer=other.customer_id, now=now, by=None).row

    assert row.address not in signed_in(lead).get(LIST).content.decode()
    assert row.address in signed_in(ops).get(LIST).content.decode()
    assert signed_in(lead).get(f"{LIST}/{row.pk}/lift").status_code == 404


def test_list_costs_as_much_for_three_rows_as_for_one(
    row: Suppression, account: Customer, lead: User, now: datetime, signed_in: Any
) -> None:
    client = signed_in(lead)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for n in range(2):
        person = factories.StakeholderFactory.create(customer=account)
        suppress(person.email, cause=SuppressionCause.COMPLAINT, now=now + timedelta(n), by=None)

    with CaptureQueriesContext(connection) as three:
        client.get(LIST)

    assert len(three) == len(one) <= 12


def test_export_is_inert_and_on_record(account: Customer, lead: User, csm: User, now: datetime, signed_in: Any) -> None:
    person = factories.StakeholderFactory.create(customer=account, email="bob@acme.example")
    suppress(person.email, cause=SuppressionCause.PERSON, customer=account, note="=1+1", now=now, by=csm)

    answer = signed_in(lead).get(f"{LIST}.csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["Address"], row["Account"], row["By"], row["Note"]) for row in rows] == [
        ("bob@acme.example", "Acme Corporation", csm.display_name, "'=1+1")
    ]
    assert Activity.objects.get(verb="suppression.exported").actor == lead
    assert signed_in(csm).get(f"{LIST}.csv").status_code == 403


def test_lift_needs_a_reason_and_keeps_it(row: Suppression, lead: User, signed_in: Any) -> None:
    client = signed_in(lead)

    refused = client.post(f"{LIST}/{row.pk}/lift", {"reason": "  "})
    row.refresh_from_db()
    assert (refused.status_code, row.lifted_at) == (200, None)

    client.post(f"{LIST}/{row.pk}/lift", {"reason": "She asked for it on the phone"})
    row.refresh_from_db()
    assert (row.lifted_by, row.lift_reason) == (lead, "She asked for it on the phone")
    line = Activity.objects.get(verb="suppression.lifted")
    assert (line.actor, line.customer) == (lead, row.customer)


def test_csm_may_not_lift(row: Suppression, csm: User, signed_in: Any) -> None:
    assert signed_in(csm).post(f"{LIST}/{row.pk}/lift", {"reason": "x"}).status_code == 403


# --- The person -----------------------------------------------------------------------------------------------------


def person_url(person: Stakeholder) -> str:
    return f"/customers/{person.customer_id}/people/{person.pk}/mail"


def test_account_page_shows_the_badge(row: Suppression, sarah: Stakeholder, csm: User, signed_in: Any) -> None:
    html = signed_in(csm).get(f"/customers/{sarah.customer_id}").content.decode()

    assert "Unsubscribed 4 Mar 2026, by link" in html
    assert person_url(sarah) in html


def test_colleague_takes_somebody_off_and_sees_what_was_away(
    draft: Draft, sarah: Stakeholder, csm: User, signed_in: Any
) -> None:
    Draft.objects.filter(pk=draft.pk).update(state=DraftState.UNKNOWN, subject="On the way")
    client = signed_in(csm)

    asked = client.get(f"{person_url(sarah)}/off").content.decode()
    answer = client.post(f"{person_url(sarah)}/off", {"note": "At the fair"}, follow=True).content.decode()

    assert "“On the way”" in asked
    assert "Already on its way: “On the way”" in answer
    row = Suppression.objects.get()
    assert (row.cause, row.by, row.note) == ("person", csm, "At the fair")


def test_page_of_the_person_names_topics_letters_and_the_past(
    row: Suppression, sarah: Stakeholder, lead: User, now: datetime, signed_in: Any
) -> None:
    lift(row, reason="By phone", by=lead, now=now)
    suppress(sarah.email, cause=SuppressionCause.UNSUBSCRIBED, topic=Lane.UPSELL, now=now, by=None)

    html = signed_in(lead).get(person_url(sarah)).content.decode()

    assert "By phone" in html
    assert "Product and expansion news" in html
    assert html.count(">Off<") == 1
    assert "not optional" in html


def test_person_of_another_team_is_not_there(sarah: Stakeholder, stranger: User, signed_in: Any) -> None:
    client = signed_in(stranger)

    assert client.get(person_url(sarah)).status_code == 404
    assert client.post(f"{person_url(sarah)}/off").status_code == 404
    assert Suppression.objects.count() == 0


def test_reader_may_look_and_not_take_off(sarah: Stakeholder, reader: User, signed_in: Any) -> None:
    client = signed_in(reader)

    assert client.get(person_url(sarah)).status_code == 200
    assert client.post(f"{person_url(sarah)}/off").status_code == 403


# --- Other systems and the admin ------------------------------------------------------------------------------------


def test_body_of_a_person_says_what_stops_mail(row: Suppression, sarah: Stakeholder, csm: User, now: datetime) -> None:
    _, key = create_token(csm, name="t", scopes=["read"], expires_at=None, now=now, by=csm)
    headers = {"Authorization": f"Bearer {key}"}
    path = f"/api/customers/{sarah.customer_id}/stakeholders"

    one = Client().get(f"{path}/{sarah.pk}", headers=headers).json()
    listed = Client().get(path, headers=headers).json()["results"]

    assert one["suppressed"] is True
    assert one["suppressions"] == [
        {
            "cause": "unsubscribed",
            "topic": "",
            "since": "2026-03-04T15:00:00Z",
            "reason": "unsubscribed 4 Mar 2026, by link",
            "final": False,
        }
    ]
    assert [person["suppressions"] for person in listed] == [one["suppressions"]]


def test_admin_shows_rows_and_changes_none(row: Suppression, ops: User, signed_in: Any) -> None:
    client = signed_in(ops)

    assert client.get(f"/admin/emails/suppression/{row.pk}/change/").status_code == 200
    assert client.post(f"/admin/emails/suppression/{row.pk}/change/", {"address": "x"}).status_code == 403
    assert client.get("/admin/emails/suppression/add/").status_code == 403
