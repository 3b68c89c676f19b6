"""An enrollment from the asking to Outreach.io: a person approves, the gate is asked twice, it is made once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.enums import HoldScope
from customers.models import Activity, Customer, Stakeholder, User
from customers.services.holds import hold_customer, set_brake
from emails.enums import SuppressionCause
from emails.models import Suppression
from emails.services.sending import Refused
from emails.services.suppression import suppress
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_errors import RateLimited
from outreach.enums import AskedThrough, EnrollmentState, PlanEnd, PlanState, Standing
from outreach.models import Enrollment, OutreachMailbox, OutreachPlan, OutreachSequence, StandInThing
from outreach.services.enrolling import (
    Asking,
    CannotEnroll,
    EnrollmentMoved,
    approve_enrollment,
    ask_to_enroll,
    decline_enrollment,
    free_plan_waits,
)
from outreach.services.enrollment_sending import work, work_due
from tests import factories
from tests.outreach.enrollments.conftest import Enrolled

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def states_there() -> int:
    return StandInThing.objects.filter(kind="sequenceState").count()


def test_asked_enrollment_waits_for_a_person(ask: Enrolled, csm: User, now: datetime) -> None:
    row = ask()

    assert (row.state, row.mailbox_email) == ("pending_approval", csm.email)
    assert not work(row.pk, now=now)
    assert states_there() == 0


def test_approved_enrollment_is_made_there_with_a_receipt(enrolled: Enrolled, person: Stakeholder) -> None:
    row = enrolled()

    assert (row.standing, row.step, row.step_count, states_there()) == (Standing.ACTIVE, 1, 2, 1)
    assert {line["check"] for line in row.receipt} >= {"approval", "hold", "brake", "cap", "window", "mailbox"}
    prospect = StandInThing.objects.get(kind="prospect")
    assert prospect.attributes["emails"] == ["ann.lee@acme.example"]
    assert prospect.attributes["externalId"] == str(person.pk)
    verbs = set(Activity.objects.filter(subject_id=row.pk).values_list("verb", flat=True))
    assert verbs == {"enrollment.asked", "enrollment.approved", "enrollment.enrolled"}


def test_second_approval_is_refused_and_makes_nothing(ask: Enrolled, csm: User, now: datetime) -> None:
    row = ask()
    approve_enrollment(row, now=now, by=csm)

    with pytest.raises(EnrollmentMoved):
        approve_enrollment(row, now=now, by=csm)

    assert [work(row.pk, now=now), work(row.pk, now=now)] == [True, False]
    assert states_there() == 1


def test_person_is_put_forward_once(ask: Enrolled) -> None:
    ask()

    with pytest.raises(CannotEnroll, match="Waits for approval"):
        ask()


def test_stale_version_is_refused(ask: Enrolled, csm: User, now: datetime) -> None:
    row = ask()

    with pytest.raises(EnrollmentMoved, match="changed since"):
        approve_enrollment(row, now=now, by=csm, version=row.version + 1)


def test_declined_enrollment_is_over_and_may_be_asked_for_again(ask: Enrolled, csm: User, now: datetime) -> None:
    row = decline_enrollment(ask(), reason="Not now", now=now, by=csm)

    assert (row.state, row.outcome) == ("declined", "Declined by Dana Whitfield: Not now")
    assert ask().state == "pending_approval"


def test_worker_killed_after_the_post_leaves_one_enrollment(
    ask: Enrolled, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    create = OutreachClient.create_state

    def killed(self: OutreachClient, *ids: int) -> Any:
        create(self, *ids)
        raise SystemExit

    monkeypatch.setattr(OutreachClient, "create_state", killed)
    with pytest.raises(SystemExit):
        work(row.pk, now=now)
    monkeypatch.setattr(OutreachClient, "create_state", create)
    row.refresh_from_db()
    assert row.state == EnrollmentState.SENDING

    work_due(now=now + 3 * MINUTE)

    row.refresh_from_db()
    assert (row.state, states_there()) == ("enrolled", 1)


def test_timeout_after_acceptance_is_looked_up_before_anything_else(
    ask: Enrolled, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    create = OutreachClient.create_state
    made: list[int] = []

    def silent(self: OutreachClient, *ids: int) -> Any:
        made.append(1)
        create(self, *ids)
        raise MaybeAccepted("No answer from Outreach.io (timeout).")

    monkeypatch.setattr(OutreachClient, "create_state", silent)
    work(row.pk, now=now)
    row.refresh_from_db()
    assert (row.state, "looked up" in row.outcome) == ("unknown", True)
    assert work_due(now=now) == 0

    work_due(now=now + MINUTE)

    row.refresh_from_db()
    assert (row.state, len(made), states_there()) == ("enrolled", 1, 1)


def test_what_was_not_accepted_after_all_is_asked_for_again(
    ask: Enrolled, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    with monkeypatch.context() as patch:
        patch.setattr(OutreachClient, "create_state", _raise(MaybeAccepted("No answer.")))
        work(row.pk, now=now)

    work_due(now=now + MINUTE)
    work_due(now=now + MINUTE)

    row.refresh_from_db()
    assert (row.state, states_there()) == ("enrolled", 1)


def test_who_is_in_the_sequence_there_is_taken_over(
    ask: Enrolled, csm: User, now: datetime, sequence: OutreachSequence
) -> None:
    from outreach.clients.choice import outreach_client
    from outreach.rules.outreach_io.resources import ProspectWrite

    client = outreach_client(now)
    there = client.create_prospect(ProspectWrite("ann.lee@acme.example", first_name="Ann"))
    box = OutreachMailbox.objects.get(email=csm.email)
    state = client.create_state(there.prospect_id, sequence.sequence_id, box.mailbox_id)
    row = approve_enrollment(ask(), now=now, by=csm)

    work(row.pk, now=now)

    row.refresh_from_db()
    assert (row.state, row.state_id, row.prospect_id) == ("enrolled", state.state_id, there.prospect_id)
    assert states_there() == 1


@pytest.fixture
def namesake(account: Customer, person: Stakeholder) -> Stakeholder:
    """The same address at another account: one person at Outreach.io."""
    other = factories.CustomerFactory.create(name="Acme Nordic", owner=account.owner)
    return factories.StakeholderFactory.create(customer=other, name="Ann Lee", email=person.email)


def test_address_of_two_accounts_is_in_a_sequence_for_one_of_them(
    enrolled: Enrolled, ask: Enrolled, csm: User, namesake: Stakeholder, now: datetime
) -> None:
    first = enrolled()
    second = approve_enrollment(ask(namesake), now=now, by=csm)

    work(second.pk, now=now)

    second.refresh_from_db()
    assert (second.state, second.state_id, states_there()) == ("failed", None, 1)
    assert "already been in this sequence" in second.outcome
    assert Enrollment.objects.get(pk=first.pk).state == "enrolled"


def test_lookup_does_not_take_the_way_of_another_account(
    enrolled: Enrolled, ask: Enrolled, csm: User, namesake: Stakeholder, now: datetime
) -> None:
    enrolled()
    second = approve_enrollment(ask(namesake), now=now, by=csm)
    Enrollment.objects.filter(pk=second.pk).update(state=EnrollmentState.UNKNOWN, not_before=now)

    work(second.pk, now=now)

    second.refresh_from_db()
    assert (second.state, second.state_id) == ("approved", None)


def test_rate_limit_waits_until_its_reset(
    ask: Enrolled, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    until = now + timedelta(minutes=20)
    with monkeypatch.context() as patch:
        patch.setattr(OutreachClient, "find_prospect", _raise(RateLimited("No more.", until=until, now=now)))
        work(row.pk, now=now)
    row.refresh_from_db()
    assert (row.state, row.not_before, row.attempts) == ("approved", until, 0)

    assert work_due(now=until - MINUTE) == 0
    work_due(now=until)

    row.refresh_from_db()
    assert row.state == "enrolled"


def test_refusal_that_no_waiting_mends_fails_with_its_reason(
    ask: Enrolled, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    monkeypatch.setattr(OutreachClient, "create_state", _raise(NotAccepted("Exclusive ruleset.", can_retry=False)))

    work(row.pk, now=now)

    row.refresh_from_db()
    assert (row.state, row.outcome) == ("failed", "Exclusive ruleset.")


@pytest.mark.parametrize(("stop", "code"), [("suppressed", "suppressed"), ("held", "held"), ("braked", "held")])
def test_gate_refuses_the_approval(
    ask: Enrolled, csm: User, account: Customer, person: Stakeholder, now: datetime, stop: str, code: str
) -> None:
    row = ask()
    _stop(stop, account, person, now=now, by=csm)

    with pytest.raises(Refused) as refused:
        approve_enrollment(row, now=now, by=csm)

    row.refresh_from_db()
    assert (refused.value.code, row.state) == (code, "pending_approval")


@pytest.mark.parametrize("stop", ["suppressed", "held", "braked"])
def test_gate_is_asked_again_when_it_is_claimed(
    ask: Enrolled, csm: User, account: Customer, person: Stakeholder, now: datetime, stop: str
) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    _stop(stop, account, person, now=now, by=csm)

    assert not work(row.pk, now=now)

    row.refresh_from_db()
    assert (row.state, states_there(), bool(row.outcome)) == ("approved", 0, True)
    assert [line["check"] for line in row.receipt if not line["passed"]]


def test_changed_address_voids_the_approval(ask: Enrolled, csm: User, person: Stakeholder, now: datetime) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)
    Stakeholder.objects.filter(pk=person.pk).update(email="other@acme.example")

    assert not work(row.pk, now=now)

    row.refresh_from_db()
    assert (row.state, states_there()) == ("pending_approval", 0)


def test_expired_approval_goes_back_to_a_person(ask: Enrolled, csm: User, now: datetime) -> None:
    row = approve_enrollment(ask(), now=now, by=csm)

    work(row.pk, now=now + timedelta(days=8))

    row.refresh_from_db()
    assert (row.state, "expired" in row.outcome) == ("pending_approval", True)


def test_approved_at_night_waits_for_the_morning_there(ask: Enrolled, csm: User, now: datetime) -> None:
    night = now + timedelta(hours=10)

    row = approve_enrollment(ask(at=night), now=night, by=csm)

    assert (row.state, row.not_before) == ("approved", datetime.fromisoformat("2026-03-05T14:00:00+00:00"))
    assert work_due(now=night) == 0
    assert work_due(now=row.not_before) == 1


def test_open_engage_plan_makes_it_wait_and_its_close_frees_it(
    ask: Enrolled, csm: User, account: Customer, now: datetime
) -> None:
    plan = _plan(account, now=now)
    row = ask()
    assert (row.waits_for_plan, "Engage plan" in row.outcome) == (True, True)
    with pytest.raises(Refused) as refused:
        approve_enrollment(row, now=now, by=csm)
    assert refused.value.code == "plan_open"

    OutreachPlan.objects.filter(pk=plan.pk).update(state=PlanState.CLOSED, closed_at=now, end=PlanEnd.PERSON)
    assert free_plan_waits(account.pk, now=now) == 1

    row.refresh_from_db()
    assert (row.waits_for_plan, row.outcome) == (False, "")
    assert approve_enrollment(row, now=now, by=csm).state == "approved"


def test_person_may_enroll_though_a_plan_is_open(ask: Enrolled, csm: User, account: Customer, now: datetime) -> None:
    _plan(account, now=now)
    row = approve_enrollment(ask(), now=now, by=csm, anyway=True)

    assert work(row.pk, now=now)

    row.refresh_from_db()
    assert (row.state, row.goes_anyway) == ("enrolled", True)


def test_opted_out_there_is_followed_here(ask: Enrolled, csm: User, person: Stakeholder, now: datetime) -> None:
    from outreach.clients.choice import outreach_client
    from outreach.rules.outreach_io.resources import ProspectWrite

    client = outreach_client(now)
    client.opt_out(client.create_prospect(ProspectWrite(person.email, first_name="Ann")).prospect_id)
    row = approve_enrollment(ask(), now=now, by=csm)

    work(row.pk, now=now)

    row.refresh_from_db()
    assert (row.state, states_there()) == ("failed", 0)
    assert Suppression.objects.get().cause == SuppressionCause.OUTREACH


def test_sequence_that_takes_nobody_and_mailbox_of_a_stranger_are_refused_by_field(
    there: None, person: Stakeholder, csm: User, lead: User, now: datetime
) -> None:
    locked = OutreachSequence.objects.get(name="Spring 2024")
    good = OutreachSequence.objects.get(name="Re-engagement")
    foreign = OutreachMailbox.objects.get(email=lead.email)

    with pytest.raises(ValidationError) as wrong_sequence:
        ask_to_enroll(person, Asking(locked.sequence_id, AskedThrough.API), now=now, by=csm)
    with pytest.raises(ValidationError) as wrong_mailbox:
        asking = Asking(good.sequence_id, AskedThrough.API, mailbox_id=foreign.mailbox_id)
        ask_to_enroll(person, asking, now=now, by=csm)

    assert list(wrong_sequence.value.message_dict) == ["sequence"]
    assert list(wrong_mailbox.value.message_dict) == ["mailbox"]


def test_missing_mailbox_is_said_and_stops_the_approval(ask: Enrolled, csm: User, now: datetime) -> None:
    OutreachMailbox.objects.all().delete()
    row = ask()

    with pytest.raises(Refused) as refused:
        approve_enrollment(row, now=now, by=csm)

    assert ("mailbox" in row.outcome, refused.value.code) == (True, "mailbox")


def test_emails_there_are_added_to_never_replaced(
    enrolled: Enrolled, person: Stakeholder, csm: User, now: datetime
) -> None:
    from outreach.clients.choice import outreach_client
    from outreach.services.prospect_syncing import sync_one

    enrolled()
    Stakeholder.objects.filter(pk=person.pk).update(title="CIO")
    prospect = StandInThing.objects.get(kind="prospect")
    outreach_client(now)
    StandInThing.objects.filter(pk=prospect.pk).update(
        attributes={**prospect.attributes, "emails": ["old@acme.example", "ann.lee@acme.example"]},
        text="|old@acme.example|ann.lee@acme.example|",
    )

    sync_one(Stakeholder.objects.get(pk=person.pk), now=now, by=csm)

    prospect.refresh_from_db()
    assert prospect.attributes["emails"] == ["old@acme.example", "ann.lee@acme.example"]
    assert prospect.attributes["title"] == "CIO"


def _raise(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def _stop(stop: str, account: Customer, person: Stakeholder, *, now: datetime, by: User) -> None:
    if stop == "suppressed":
        suppress(person.email, cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)
    elif stop == "held":
        hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=by)
    else:
        set_brake(account, reason="They answered", now=now, by=None)


def _plan(account: Customer, *, now: datetime) -> OutreachPlan:
    plan: OutreachPlan = OutreachPlan.objects.create(
        customer=account,
        renewal_id=factories.ContractFactory.create(customer=account).pk,
        approach="champion_first",
        pricing_approach="no_price",
        deadline=now.date(),
        state=PlanState.OPEN,
        opened_at=now,
    )
    return plan


def test_live_enrollment_of_a_person_is_unique_in_the_table(ask: Enrolled) -> None:
    from django.db import IntegrityError

    row = ask()
    row.pk, row._state.adding = None, True
    with pytest.raises(IntegrityError):
        Enrollment.objects.create(
            customer_id=row.customer_id, stakeholder_id=row.stakeholder_id, sequence_id=row.sequence_id,
            sequence_name="Again", asked_through="api", asked_at=row.asked_at,
        )  # fmt: skip
