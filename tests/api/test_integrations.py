"""What ops keep of the integrations and the automations, by API: the page's services, by a token of ops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from customers.models import Activity, Customer, Standstill, User
from outreach.models import CrmSettings, CrmWrite, EnrollmentDesk, Opportunity, OutreachConnection, SlackQuestion
from outreach.services.outreach_stand_in import connect_stand_in
from tests import factories
from tests.api.conftest import ALL_SCOPES, Caller, error_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def by_ops(ops: User, call_as: Callable[..., Caller]) -> Caller:
    return call_as(ops, (*ALL_SCOPES, "admin"))


def put(caller: Caller, path: str, body: Any) -> Any:
    return caller("put", path, body)


CRM = "/api/integrations/crm"


def test_stages_of_the_crm_are_named_and_a_stale_version_is_refused(by_ops: Caller, api: Caller) -> None:
    before = by_ops.get(CRM).json()
    asked = {"version": before["version"], "stages": [{"stage": "won", "name": "Signed"}]}

    saved = by_ops.patch(CRM, asked).json()
    stale = by_ops.patch(CRM, {**asked, "renewalStage": "Proposed"})

    names = {row["stage"]: row["name"] for row in saved["stages"]}
    others = {row["stage"]: row["name"] for row in before["stages"]}
    assert names == {**others, "won": "Signed"}
    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")
    assert api.get(CRM).json() == saved
    assert api.patch(CRM, asked).status_code == 403


def test_once_its_stages_are_known_others_are_refused(by_ops: Caller) -> None:
    read = by_ops.post(f"{CRM}/read-stages").json()
    version, known = read["version"], [row["value"] for row in read["known"] if row["active"]]

    wrong = by_ops.patch(CRM, {"version": version, "renewalStage": "Nowhere"})
    worse = by_ops.patch(CRM, {"version": version, "stages": [{"stage": "won", "name": "Nowhere"}]})
    right = by_ops.patch(CRM, {"version": version, "renewalStage": known[0]})

    assert known
    assert list(error_of(wrong)["fields"]) == ["renewalStage"]
    assert list(error_of(worse)["fields"]) == ["stages"]
    assert right.json()["renewalStage"] == known[0]
    assert CrmSettings.objects.get().renewal_stage == known[0]


def test_what_could_not_be_written_is_listed_and_tried_once(
    api: Caller, customer: Customer, foreign: Customer, now: datetime
) -> None:
    rows = [
        CrmWrite.objects.create(
            customer=one,
            opportunity=Opportunity.objects.create(customer=one, name="Seats", found_at=now),
            state="failed",
            outcome="No such stage.",
        )
        for one in (customer, foreign)
    ]
    listed = api.get(f"{CRM}/writes").json()

    retried = api.post(f"{CRM}/writes/{rows[0].pk}/retry")
    twice = api.post(f"{CRM}/writes/{rows[0].pk}/retry")
    theirs = api.post(f"{CRM}/writes/{rows[1].pk}/retry")

    assert [(row["id"], row["outcome"]) for row in listed] == [(str(rows[0].pk), "No such stage.")]
    assert (retried.status_code, retried.json()["state"]) == (200, "queued")
    assert (twice.status_code, theirs.status_code) == (409, 404)
    assert CrmWrite.objects.get(pk=rows[1].pk).state == "failed"


OUTREACH = "/api/integrations/outreach"


def test_connection_is_read_read_again_and_ended(by_ops: Caller, api: Caller, ops: User, now: datetime) -> None:
    early = by_ops.post(f"{OUTREACH}/discover")
    connect_stand_in(now=now, by=ops)

    shown = api.get(OUTREACH).json()
    again = by_ops.post(f"{OUTREACH}/discover")
    refused = [api.post(f"{OUTREACH}/{deed}") for deed in ("discover", "disconnect")]
    ended = by_ops.post(f"{OUTREACH}/disconnect").json()

    assert error_of(early)["code"] == "not_connected"
    assert (shown["state"], shown["connectedBy"]) == ("connected", ops.username)
    assert again.status_code == 202
    assert {answer.status_code for answer in refused} == {403}
    assert ended["state"] == "disconnected"
    row = OutreachConnection.objects.get()
    assert (row.sealed_access, row.sealed_refresh) == ("", "")


def test_custom_fields_are_replaced(by_ops: Caller, api: Caller) -> None:
    path = "/api/outreach/custom-fields"
    rows = [{"field": "custom1", "holds": "segment"}, {"field": "custom12", "holds": "owner"}]

    kept = put(by_ops, path, rows)
    refused = put(api, path, [])
    wrong = [
        put(by_ops, path, [one]) for one in ({"field": "custom151", "holds": "plan"}, {"field": "x", "holds": "y"})
    ]

    assert kept.json() == rows == api.get(path).json()
    assert refused.status_code == 403
    assert {answer.status_code for answer in wrong} == {400}
    assert EnrollmentDesk.objects.get().custom_fields == {"custom1": "segment", "custom12": "owner"}
    assert put(by_ops, path, []).json() == []


SETTINGS = "/api/upsell-settings"
RULE = {"metric": "Seats", "above": "5000", "matching": "all", "coolDownDays": 7}


def test_settings_of_expansion_are_changed_and_full_automation_takes_a_word(by_ops: Caller, api: Caller) -> None:
    version = api.get(SETTINGS).json()["version"]
    asked = {"version": version, "coolDownDays": 3, "metrics": ["Seats", "api calls"], "metricRules": [RULE]}

    saved = by_ops.patch(SETTINGS, asked).json()
    stale = by_ops.patch(SETTINGS, asked | {"coolDownDays": 4})
    unsure = by_ops.patch(SETTINGS, {"version": saved["version"], "upsellCeiling": "FULL_AUTOMATION"})
    sure = by_ops.patch(SETTINGS, {"version": saved["version"], "upsellCeiling": "FULL_AUTOMATION", "isSure": True})

    assert (saved["coolDownDays"], saved["metrics"]) == (3, ["api calls", "seats"])
    assert [row["metric"] for row in saved["metricRules"]] == ["seats"]
    assert error_of(stale)["code"] == "stale_version"
    assert list(error_of(unsure)["fields"]) == ["upsellCeiling"]
    assert sure.json()["upsellCeiling"] == "FULL_AUTOMATION"
    assert Activity.objects.filter(verb="upsell.full_allowed").count() == 1
    assert api.patch(SETTINGS, {"version": 3, "coolDownDays": 1}).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"replyTimeoutHours": 0}, "replyTimeoutHours"),
        ({"highValue": "-1"}, "highValue"),
        ({"coolDownDays": 366}, "coolDownDays"),
        ({"metrics": ["a\nb"]}, "metrics.0"),
        ({"metrics": ["x"] * 51}, "metrics"),
        ({"metricRules": [RULE | {"metric": "a; 1"}]}, "metricRules.0.metric"),
        ({"metricRules": [RULE, RULE]}, "metricRules"),
    ],
)
def test_setting_that_makes_no_sense_is_refused_beside_its_field(by_ops: Caller, wrong: Any, field: str) -> None:
    answer = by_ops.patch(SETTINGS, {"version": 1, **wrong})

    assert (answer.status_code, list(error_of(answer)["fields"])) == (400, [field])


def test_question_at_slack_is_posted_again_by_ops(by_ops: Caller, api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    letter = {"customerId": str(customer.pk), "stakeholderId": str(person.pk), "subject": "Hello", "body": "Hello"}
    draft = api.post("/api/emails/drafts", letter).json()["id"]
    question = SlackQuestion.objects.create(
        customer=customer, draft_id=draft, version=1, content_hash="x", state="failed", outcome="channel_not_found"
    )
    path = f"/api/slack-questions/{question.pk}/post-again"

    listed = by_ops.get("/api/slack-questions").json()
    refused = api.post(path)
    posted, twice = by_ops.post(path), by_ops.post(path)

    assert [row["id"] for row in listed] == [str(question.pk)]
    assert refused.status_code == 403
    assert (posted.status_code, posted.json()["state"], twice.status_code) == (200, "queued", 409)
    assert by_ops.post(f"/api/slack-questions/{uuid4()}/post-again").status_code == 404


def test_estimates_are_changed_by_name(by_ops: Caller, api: Caller) -> None:
    path = "/api/admin/automations/savings"
    before = {row["type"]: row["minutes"] for row in api.get(path).json()}

    after = put(by_ops, path, [{"type": "SEND_REMINDER", "minutes": 7}]).json()
    wrong = put(by_ops, path, [{"type": "SEND_REMINDER", "minutes": 481}])

    assert {row["type"]: row["minutes"] for row in after} == {**before, "SEND_REMINDER": 7}
    assert wrong.status_code == 400
    assert put(api, path, []).status_code == 403
    assert Activity.objects.filter(verb="savings.changed").count() == 1


@pytest.mark.parametrize("due", ["run", "leave_out"])
def test_clock_that_stands_still_goes_on_by_the_word_of_ops(
    by_ops: Caller, api: Caller, now: datetime, due: str
) -> None:
    path = "/api/admin/clock"
    early = by_ops.post(path, {"due": due})
    Standstill.objects.create(reason="Restored", began_at=now, last_tick_at=now - timedelta(hours=1))

    shown = api.get(path).json()
    refused, unsaid = api.post(path, {"due": due}), by_ops.post(path, {})
    gone_on = by_ops.post(path, {"due": due}).json()

    assert early.status_code == 409
    assert (shown["standsStill"], shown["reason"], shown["waiting"]["automations"]) == (True, "Restored", 0)
    assert (refused.status_code, list(error_of(unsaid)["fields"])) == (403, ["due"])
    assert gone_on == {"standsStill": False, "reason": None, "since": None, "lastTickAt": None, "waiting": None}
    assert not Standstill.objects.filter(ended_at=None).exists()
