"""What is done with an Engage plan by API: letters, computing again, steps, the CRM's stage, closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine

from customers.models import Activity, Customer
from emails.models import Draft
from outreach.models import OutreachPlan, Touch
from renewals.models import CrmStageMove, Renewal
from tests import factories
from tests.api.conftest import Caller, error_of

DAY_115 = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # a Monday, 115 days before 2 July


@pytest.fixture
def plan(db: None, api: Caller, customer: Customer) -> Iterator[OutreachPlan]:
    with time_machine.travel(DAY_115):
        factories.ContractFactory.create(customer=customer)
        for name, role in (("Ada Byrne", "champion"), ("Bob Marsh", "economic_buyer")):
            email = f"{name[:3].lower()}@acmerail.example"
            factories.StakeholderFactory.create(customer=customer, name=name, roles=[role], email=email)
        opened = api.post(f"/api/customers/{customer.pk}/engage")
        yield OutreachPlan.objects.get(pk=opened.json()["id"])


def at(plan: OutreachPlan, rest: str) -> str:
    return f"/api/engage/{plan.pk}/{rest}"


def test_letter_that_was_deleted_is_written_again(api: Caller, plan: OutreachPlan) -> None:
    gone = Draft.objects.filter(origin_id=plan.pk).order_by("position")[0]
    assert api.delete(f"/api/emails/drafts/{gone.pk}").status_code == 204

    written = api.post(at(plan, "letters"))
    again = api.post(at(plan, "letters"))

    assert written.status_code == 200
    assert len(written.json()["drafts"]) == len(again.json()["drafts"]) == 2
    assert Draft.objects.filter(origin_id=plan.pk).exclude(state="cancelled").count() == 2


def test_plan_is_computed_again_from_what_is_known_now(api: Caller, plan: OutreachPlan, customer: Customer) -> None:
    before = plan.version
    factories.StakeholderFactory.create(
        customer=customer, name="Cleo Ray", roles=["decision_maker"], email="c@a.example"
    )

    shown = api.post(at(plan, "replan")).json()

    assert shown["version"] == before + 1
    assert "Cleo Ray" in [row["name"] for row in shown["sequence"]]
    assert len(shown["drafts"]) == 3


@pytest.mark.parametrize("state", ["done", "skipped"])
def test_step_is_settled_once(api: Caller, plan: OutreachPlan, state: str) -> None:
    touch = plan.touches.filter(state="planned").exclude(kind="notice").order_by("due_date")[0]

    settled = api.patch(at(plan, f"touches/{touch.pk}"), {"state": state})
    twice = api.patch(at(plan, f"touches/{touch.pk}"), {"state": "done"})

    assert (settled.status_code, settled.json()["id"], settled.json()["state"]) == (200, str(touch.pk), state)
    assert (twice.status_code, error_of(twice)["code"]) == (409, "touch_settled")
    assert (settled.json()["doneAt"] is not None) is (state == "done")


def test_notice_that_was_delivered_closes_the_plan(api: Caller, plan: OutreachPlan) -> None:
    notice = plan.touches.get(kind="notice")

    assert api.patch(at(plan, f"touches/{notice.pk}"), {"state": "done"}).json()["state"] == "done"
    plan.refresh_from_db()
    assert (plan.state, plan.end) == ("closed", "notice_delivered")


@pytest.mark.parametrize("state", ["planned", "cancelled", "infeasible", ""])
def test_step_is_set_to_nothing_else(api: Caller, plan: OutreachPlan, state: str) -> None:
    touch = plan.touches.filter(state="planned")[0]

    answer = api.patch(at(plan, f"touches/{touch.pk}"), {"state": state})

    assert list(error_of(answer)["fields"]) == ["state"]
    assert Touch.objects.get(pk=touch.pk).state == "planned"


def test_step_of_another_plan_is_not_there(api: Caller, plan: OutreachPlan) -> None:
    assert api.patch(at(plan, f"touches/{uuid4()}"), {"state": "done"}).status_code == 404
    assert api.patch(f"/api/engage/{uuid4()}/touches/{uuid4()}", {"state": "done"}).status_code == 404


def test_plan_is_closed_with_its_reason_and_nothing_is_done_with_it_then(api: Caller, plan: OutreachPlan) -> None:
    refused = api.post(at(plan, "close"), {"reason": " "})

    closed = api.post(at(plan, "close"), {"reason": "They renewed by phone"})

    assert list(error_of(refused)["fields"]) == ["reason"]
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert not Draft.objects.filter(origin_id=plan.pk).exclude(state="cancelled").exists()
    assert "They renewed by phone" in Activity.objects.get(verb="plan.closed").summary
    for rest in ("close", "letters", "replan"):
        again = api.post(at(plan, rest), {"reason": "Again"})
        assert (again.status_code, error_of(again)["code"]) == (409, "plan_closed"), rest


def test_stage_at_the_crm_is_tried_again_only_where_it_failed(api: Caller, plan: OutreachPlan) -> None:
    renewal = Renewal.objects.get()
    early = api.post(at(plan, "crm-stage/retry"))
    CrmStageMove.objects.create(
        renewal=renewal,
        customer=renewal.customer,
        draft_id=plan.pk,
        asked_at=DAY_115,
        state="failed",
        note="No such id.",
    )

    retried = api.post(at(plan, "crm-stage/retry"))
    twice = api.post(at(plan, "crm-stage/retry"))

    assert error_of(early)["code"] == "conflict"
    assert (retried.status_code, retried.json()["canRetry"]) == (200, False)
    assert CrmStageMove.objects.get().state == "queued"
    assert twice.status_code == 409
