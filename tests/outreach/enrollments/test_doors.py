"""The doors: API, pages, the approvals queue; not yours is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer, Stakeholder, User
from outreach.models import Enrollment, OutreachSequence, TriggerMapping
from outreach.services.enrollment_sending import work
from outreach.services.trigger_mappings import MappingValues, save_mapping
from tests import factories
from tests.api.conftest import Caller, key_of
from tests.outreach.enrollments.conftest import Enrolled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
MOST_QUERIES = 12


def api(user: User, scopes: Iterable[str] = ("read", "write", "approve")) -> Caller:
    return Caller(key_of(user, (*scopes, "admin") if user.is_ops else scopes))


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# The API


def test_api_walks_from_asking_to_removing(
    sequence: OutreachSequence, person: Stakeholder, csm: User, now: datetime
) -> None:
    caller = api(csm)
    asked = caller.post("/api/outreach/enroll", {"stakeholderId": person.pk, "sequenceId": sequence.sequence_id})
    assert (asked.status_code, asked.json()["status"]) == (202, "pending_approval")

    approved = caller.post(f"/api/outreach/enrollments/{asked.json()['id']}/approve")
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert work(Enrollment.objects.get().pk, now=timezone.now())

    (row,) = caller.get(f"/api/outreach/status/{person.pk}").json()["enrollments"]
    assert (row["status"], row["state"], row["step"], row["stepCount"]) == ("enrolled", "active", 1, 2)
    paused = caller("put", f"/api/outreach/pause/{person.pk}", {}).json()["results"]
    resumed = caller("put", f"/api/outreach/resume/{person.pk}", {"sequenceId": sequence.sequence_id})
    removed = caller.delete(f"/api/outreach/remove/{person.pk}").json()["results"]
    assert [paused[0]["state"], resumed.json()["results"][0]["state"], removed[0]["status"]] == [
        "paused",
        "active",
        "removed",
    ]
    assert caller.post(f"/api/outreach/enrollments/{asked.json()['id']}/approve").status_code == 409


def test_prospect_is_synced_by_api(sequence: OutreachSequence, person: Stakeholder, csm: User) -> None:
    answer = api(csm).post("/api/outreach/prospects", {"stakeholderId": person.pk})

    assert (answer.status_code, answer.json()["email"]) == (200, "ann.lee@acme.example")
    assert answer.json()["externalId"] == str(person.pk)


def test_person_is_enrolled_from_their_own_row(
    sequence: OutreachSequence, account: Customer, person: Stakeholder, csm: User
) -> None:
    factories.StakeholderFactory.create(customer=account, name="Bo Diaz")
    browser, url = page(csm), f"/customers/{account.pk}/sequences"
    said = {"sequence": sequence.sequence_id, "person": person.pk}

    shown = browser.get(url, said).content.decode()
    browser.post(url, {**said, "people": [person.pk]})

    assert ("Enroll Ann Lee" in shown, "Bo Diaz" in shown) == (True, False)
    assert f"?person={person.pk}#enroll" in browser.get(f"/customers/{account.pk}").content.decode()
    assert Enrollment.objects.get().asked_through == "stakeholder"


def test_not_yours_is_not_there(ask: Enrolled, person: Stakeholder, stranger: User, account: Customer) -> None:
    row, caller = ask(), api(stranger)
    enroll = {"stakeholderId": person.pk, "sequenceId": row.sequence_id}

    answers = [
        caller.post("/api/outreach/enroll", enroll),
        caller.post("/api/outreach/prospects", {"stakeholderId": person.pk}),
        caller.post(f"/api/outreach/enrollments/{row.pk}/approve"),
        caller.get(f"/api/outreach/status/{person.pk}"),
        caller("put", f"/api/outreach/pause/{person.pk}", {}),
        caller("put", f"/api/outreach/resume/{person.pk}", {}),
        caller.delete(f"/api/outreach/remove/{person.pk}"),
        page(stranger).get(f"/customers/{account.pk}/sequences"),
        page(stranger).post(f"/customers/{account.pk}/sequences/{row.pk}/decide", {"verdict": "approve"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 9
    assert Enrollment.objects.get().state == "pending_approval"


def test_approval_needs_its_scope(ask: Enrolled, csm: User) -> None:
    answer = api(csm, ("read", "write")).post(f"/api/outreach/enrollments/{ask().pk}/approve")

    assert answer.status_code == 403


def test_enrolling_refuses_by_field_and_says_why(sequence: OutreachSequence, person: Stakeholder, csm: User) -> None:
    caller = api(csm)
    body = {"stakeholderId": person.pk, "sequenceId": sequence.sequence_id}

    wrong = caller.post("/api/outreach/enroll", {**body, "sequenceId": 999_999})
    caller.post("/api/outreach/enroll", body)
    twice = caller.post("/api/outreach/enroll", body)

    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["sequence"])
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "cannot_enroll")
    assert caller.post("/api/outreach/enroll", {**body, "stakeholderId": str(uuid4())}).status_code == 404


def test_mapping_that_stands_twice_is_refused_and_the_old_list_stays(sequence: OutreachSequence, ops: User) -> None:
    one = {"triggerType": "new_customer", "sequenceId": sequence.sequence_id, "stakeholderRoles": ["champion", "user"]}
    kept = api(ops)("put", "/api/outreach/mappings", [one, {**one, "segmentFilter": "Enterprise"}])
    again = {**one, "stakeholderRoles": ["user", "champion"], "enabled": False, "healthThreshold": 60}

    twice = api(ops)("put", "/api/outreach/mappings", [one, {**one, "stakeholderRoles": []}, again])

    assert (kept.status_code, twice.status_code) == (200, 400)
    assert "Mapping 3" in str(twice.json()["error"])
    assert TriggerMapping.objects.count() == 2


def test_mapping_that_is_there_is_not_added_but_changed(sequence: OutreachSequence, ops: User, now: datetime) -> None:
    values = MappingValues(trigger_type="new_customer", sequence_id=sequence.sequence_id, segment_filter="SMB")
    row = save_mapping(values, now=now, by=ops)

    with pytest.raises(ValidationError, match="already"):
        save_mapping(replace(values, segment_filter="smb ", health_threshold=9), now=now, by=ops)
    save_mapping(replace(values, enabled=False), now=now, by=ops, mapping=row)

    assert TriggerMapping.objects.get().enabled is False


def test_mappings_are_replaced_listed_and_deleted_by_ops(sequence: OutreachSequence, ops: User, csm: User) -> None:
    wanted = [
        {
            "triggerType": "health_drop",
            "sequenceId": sequence.sequence_id,
            "sequenceName": "Whatever",
            "stakeholderRoles": ["champion"],
            "segmentFilter": "Enterprise",
            "healthThreshold": 50,
            "enabled": True,
        }
    ]
    put = api(ops)("put", "/api/outreach/mappings", wanted)
    again = api(ops)("put", "/api/outreach/mappings", wanted)

    assert (put.status_code, again.status_code) == (200, 200)
    (row,) = api(csm).get("/api/outreach/mappings").json()
    assert (row["sequenceName"], row["healthThreshold"]) == ("Re-engagement", 50)
    assert api(csm)("put", "/api/outreach/mappings", []).status_code == 403
    assert api(csm).delete(f"/api/outreach/mappings/{row['id']}").status_code == 403
    assert api(ops)("put", "/api/outreach/mappings", [{**wanted[0], "triggerType": "moon"}]).status_code == 400
    assert TriggerMapping.objects.count() == 1
    assert api(ops).delete(f"/api/outreach/mappings/{row['id']}").status_code == 204
    assert api(ops).delete(f"/api/outreach/mappings/{row['id']}").status_code == 404


# Pages


def test_page_shows_criteria_and_puts_forward_whom_was_ticked(
    sequence: OutreachSequence, account: Customer, person: Stakeholder, csm: User
) -> None:
    factories.StakeholderFactory.create(customer=account, name="Bo", email="")
    client, url = page(csm), f"/customers/{account.pk}/sequences"

    shown = client.get(url, {"sequence": sequence.sequence_id}).content.decode()
    assert "Can be enrolled." in shown
    assert "There is no email address for Bo." in shown

    posted = client.post(url, {"sequence": sequence.sequence_id, "people": [str(person.pk)]})
    assert (posted.status_code, Enrollment.objects.get().stakeholder) == (302, person)
    nobody = client.post(url, {"sequence": sequence.sequence_id})
    assert (nobody.status_code, "Tick who is to be enrolled." in nobody.content.decode()) == (400, True)


def test_page_approves_pauses_resumes_and_removes(ask: Enrolled, account: Customer, csm: User, now: datetime) -> None:
    row, client = ask(), page(csm)
    base = f"/customers/{account.pk}/sequences"
    client.post(f"{base}/{row.pk}/decide", {"verdict": "approve"})
    assert work(row.pk, now=timezone.now())

    seen = []
    for wish in ("pause", "resume", "finish"):
        client.post(f"{base}/change", {"wish": wish, "enrollment": str(row.pk)})
        row.refresh_from_db()
        seen.append((row.state, row.standing))

    assert seen == [("enrolled", "paused"), ("enrolled", "active"), ("removed", "finished")]


def test_pending_enrollment_stands_in_the_queue_and_is_approved_there(ask: Enrolled, csm: User) -> None:
    row, client = ask(), page(csm)

    shown = client.get("/approvals", {"item": str(row.pk)}).content.decode()
    assert "Re-engagement" in shown
    assert "Approve and enroll" in shown
    assert csm.email in shown
    assert "Mail after 4 days" in shown

    listed = api(csm).get("/api/approvals").json()["results"]
    assert [(one["kind"], one["recipient"]) for one in listed] == [("enrollment", "Ann Lee")]
    answer = api(csm).post(f"/api/approvals/{row.pk}/approve")
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert api(csm).post(f"/api/approvals/{row.pk}/approve").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(
    ask: Enrolled, sequence: OutreachSequence, account: Customer, csm: User, ops: User, count: int
) -> None:
    for number in range(count):
        ask(factories.StakeholderFactory.create(customer=account, name=f"P{number}"))
    _mapping(sequence)
    urls = [
        (csm, f"/customers/{account.pk}/sequences?sequence={sequence.sequence_id}"),
        (ops, "/settings/outreach/triggers"),
        (ops, f"/settings/outreach/triggers?account={account.name}"),
        (csm, "/approvals"),
        (csm, f"/customers/{account.pk}/panels/sequences"),
    ]
    counts = {}
    for user, url in urls:
        client = page(user)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            counts[url] = (client.get(url).status_code, len(queries))

    assert {url: said for url, said in counts.items() if said[0] == 200 and said[1] > MOST_QUERIES} == {}


def test_panel_brings_each_persons_sequences_to_their_row(
    enrolled: Enrolled, person: Stakeholder, account: Customer, csm: User
) -> None:
    row = enrolled(person)
    place = f'id="person-sequences-{person.pk}"'

    account_page = page(csm).get(f"/customers/{account.pk}").content.decode()
    part = page(csm).get(f"/customers/{account.pk}/panels/sequences", HTTP_HX_REQUEST="true").content.decode()
    alone = page(csm).get(f"/customers/{account.pk}/panels/sequences").content.decode()

    assert place in account_page
    assert f'{place} hx-swap-oob="true"' in part
    assert row.sequence_name in part.split(place)[1]
    assert place not in alone


def test_ops_keep_mappings_and_try_them_on_an_account(
    sequence: OutreachSequence, account: Customer, person: Stakeholder, ops: User, csm: User
) -> None:
    client = page(ops)
    said = {
        "trigger_type": "health_drop",
        "sequence_id": sequence.sequence_id,
        "stakeholder_roles": ["champion"],
        "segment_filter": "Enterprise",
        "health_threshold": "50",
        "enabled": "on",
    }
    assert client.post("/settings/outreach/triggers/add", said).status_code == 302
    wrong = client.post("/settings/outreach/triggers/add", {**said, "health_threshold": "101"})
    assert (wrong.status_code, "less than or equal to 100" in wrong.content.decode()) == (400, True)
    mapping = TriggerMapping.objects.get()

    tried = client.get("/settings/outreach/triggers", {"account": "Acme"}).content.decode()
    assert "Would be put forward" in tried
    assert "Is champion. Segment Enterprise. Health is 42." in tried
    nothing = client.get("/settings/outreach/triggers", {"account": "Nobody"}).content.decode()
    assert "There is no such account" in nothing

    edit = f"/settings/outreach/triggers/{mapping.pk}"
    assert client.post(edit, {**said, "health_threshold": "40"}).status_code == 302
    mapping.refresh_from_db()
    assert mapping.health_threshold == 40
    assert page(csm).post(edit, said).status_code == 403
    assert client.post(edit, {"delete": "1"}).status_code == 302
    assert not TriggerMapping.objects.exists()


def test_custom_fields_are_kept_and_written_there(
    sequence: OutreachSequence, person: Stakeholder, ops: User, csm: User, now: datetime
) -> None:
    client = page(ops)
    wrong = client.post("/settings/outreach/triggers/fields", {"custom_fields": "custom151 = segment"})
    assert (wrong.status_code, "custom151 = segment" in wrong.content.decode()) == (400, True)
    kept = client.post("/settings/outreach/triggers/fields", {"custom_fields": "custom1 = segment\ncustom7=owner"})
    assert kept.status_code == 302

    api(csm).post("/api/outreach/prospects", {"stakeholderId": person.pk})

    from outreach.models import StandInThing

    said = StandInThing.objects.get(kind="prospect").attributes
    assert (said["custom1"], said["custom7"]) == ("Enterprise", csm.display_name)


def _mapping(sequence: OutreachSequence, **fields: Any) -> TriggerMapping:
    values = {"trigger_type": "new_customer", "sequence_name": sequence.name, **fields}
    row: TriggerMapping = TriggerMapping.objects.create(sequence_id=sequence.sequence_id, **values)
    return row
