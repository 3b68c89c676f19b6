"""Accounts handed over: everything open goes along, in every app; what was done keeps its name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, Contract, Customer, Stakeholder, Team, Todo, User
from customers.queries.lookup import NotThere
from customers.services.accounts import update_customer
from customers.services.handovers import HandedOver, Handover, MayNotHandOver, hand_over, preview_handover
from emails.enums import DraftState
from emails.models import Attachment, Draft, DraftVersion
from emails.queries.checks import judge
from emails.services.editing import StaleVersion
from emails.services.sending import approve, send
from outreach.enums import AskedThrough, EnrollmentState, TouchState
from outreach.models import Enrollment, OutreachMailbox, OutreachPlan, Touch
from tests import factories
from tests.emails.conftest import _test_source, make_draft  # noqa: F401
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def sarah(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=account, name="Sarah Lee", email="sarah@acme.example")


@pytest.fixture
def contract(account: Customer) -> Contract:
    return factories.ContractFactory.create(customer=account)


@pytest.fixture
def draft(sarah: Stakeholder, contract: Contract, csm: User, now: datetime) -> Draft:
    return make_draft(sarah, contract, csm, now)


def give(new: User, *, old: User | None = None, chosen: list[Customer] | None = None) -> Handover:
    ids = None if chosen is None else tuple(one.pk for one in chosen)
    return Handover(new=new, old=old, chosen=ids, reason="Dana leaves")


def counts(done: Any) -> dict[str, int]:
    return {one.code: one.count for one in done.counted}


def approved(draft: Draft, *, by: User, now: datetime) -> Draft:
    return approve(draft, version=draft.version, now=now, by=by)


def test_one_account_goes_over_with_its_letters_signed_anew_and_their_approval_void(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    approved(draft, by=csm, now=now)
    old_body = draft.body

    done = hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    current = Draft.objects.get()
    account.refresh_from_db()
    assert account.owner == other_csm
    assert (current.sender, current.state, current.approved_by, current.approval_hash) == (
        other_csm,
        DraftState.DRAFT,
        None,
        "",
    )
    assert csm.display_name in old_body
    assert csm.display_name not in current.body
    assert current.body.rstrip().splitlines()[-3] == other_csm.display_name
    assert current.brief["letter"]["sender"]["name"] == other_csm.display_name
    assert judge(current).unsupported == ()
    assert counts(done) == {"drafts": 1, "approvals": 1}


def test_letter_keeps_the_text_it_had_and_the_record_says_what_moved(
    draft: Draft, account: Customer, other_csm: User, lead: User, now: datetime
) -> None:
    hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    versions = DraftVersion.objects.order_by("version").values_list("version", "reason", "by")
    line = Activity.objects.get(verb="customer.handed_over")
    assert list(versions)[-1] == (draft.version + 1, f"In the name of {other_csm.display_name}", lead.pk)
    assert (line.customer_id, line.actor, line.data["moved"]) == (account.pk, lead, {"drafts": 1})
    assert line.summary.startswith(f"Handed over from Dana Whitfield to {other_csm.display_name}: Dana leaves")


def test_sent_letter_keeps_its_names_and_its_thread_goes_on_with_the_new_owner(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    Draft.objects.update(
        state=DraftState.SENT, sent_at=now, message_id="<1@x>", sent_by=csm, approved_by=csm, approved_at=now
    )
    before = Draft.objects.get()

    hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    after = Draft.objects.get()
    assert (after.sender, after.sent_by, after.approved_by, after.body) == (csm, csm, csm, before.body)
    assert (after.version, after.speaker) == (before.version, other_csm)


def test_tasks_contacts_and_people_put_forward_go_along(
    account: Customer, sarah: Stakeholder, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    open_todo = Todo.objects.create(customer=account, title="Call", owner=csm, waits_since=now)
    done_todo = Todo.objects.create(
        customer=account, title="Called", owner=csm, waits_since=now, state="done", done_at=now, done_by=csm
    )
    others = Todo.objects.create(customer=account, title="Ask legal", owner=lead, waits_since=now)
    plan = OutreachPlan.objects.create(
        customer=account, renewal_id=uuid4(), approach="champion_first", pricing_approach="no_price",
        deadline=date(2026, 4, 3),
    )  # fmt: skip
    touches = [
        Touch.objects.create(
            plan=plan, key=state, kind="email", title="T", owner=csm, wanted_date=date(2026, 3, 9),
            due_date=date(2026, 3, 9), state=state, done_at=now,
        )
        for state in (TouchState.PLANNED, TouchState.DONE)
    ]  # fmt: skip
    for mailbox_id, user in ((1, csm), (2, other_csm)):
        OutreachMailbox.objects.create(mailbox_id=mailbox_id, email=user.email, user=user, read_at=now)
    asked = Enrollment.objects.create(
        customer=account, stakeholder=sarah, sequence_id=7, sequence_name="Wake up", mailbox_id=1,
        mailbox_email=csm.email, state=EnrollmentState.APPROVED, asked_through=AskedThrough.values[0], asked_at=now,
        approved_at=now, approved_by=csm, approval_hash="x", approval_expires_at=now, not_before=now,
    )  # fmt: skip

    done = hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    owners = [Todo.objects.get(pk=one.pk).owner for one in (open_todo, done_todo, others)]
    assert owners == [other_csm, csm, lead]
    assert [Touch.objects.get(pk=one.pk).owner for one in touches] == [other_csm, csm]
    asked.refresh_from_db()
    assert (asked.state, asked.approved_by, asked.mailbox_id, asked.mailbox_email, asked.version) == (
        EnrollmentState.PENDING,
        None,
        2,
        other_csm.email,
        2,
    )
    assert counts(done) == {"todos": 1, "touches": 1, "enrollments": 1}


def test_preview_tells_what_then_moves_and_changes_nothing(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    Todo.objects.create(customer=account, title="Call", owner=csm, waits_since=now)
    factories.ReplyFactory.create(stakeholder__customer=account)
    asked = give(other_csm, chosen=[account])

    seen = preview_handover(asked, by=lead)

    account.refresh_from_db()
    assert account.owner == csm
    assert (seen.accounts, counts(seen)) == (1, {"drafts": 1, "todos": 1, "replies": 1})
    assert counts(hand_over(asked, now=now, by=lead)) == counts(seen)


def test_preview_counts_in_as_many_queries_for_many_as_for_one(
    account: Customer, csm: User, other_csm: User, lead: User, django_assert_num_queries: Any
) -> None:
    more = factories.CustomerFactory.create_batch(4, owner=csm)
    with django_assert_num_queries(3):
        preview_handover(give(other_csm, chosen=[account]), by=lead)
    with django_assert_num_queries(3):
        preview_handover(give(other_csm, chosen=[account, *more]), by=lead)


def test_many_accounts_go_over_in_as_many_statements_as_one(
    account: Customer, csm: User, other_csm: User, lead: User, now: datetime, sarah: Stakeholder, contract: Contract
) -> None:
    more = factories.CustomerFactory.create_batch(6, owner=csm)
    for one in (account, *more):
        person = factories.StakeholderFactory.create(customer=one)
        make_draft(person, contract, csm, now)
        Todo.objects.create(customer=one, title="Call", owner=csm, waits_since=now)
    Attachment.objects.all().delete()

    with CaptureQueriesContext(connection) as one_account:
        hand_over(give(other_csm, chosen=[account]), now=now, by=lead)
    with CaptureQueriesContext(connection) as six_accounts:
        hand_over(give(other_csm, chosen=more), now=now, by=lead)

    assert len(six_accounts) <= len(one_account) + 2


def test_all_of_somebody_who_leaves_goes_over_every_seat_and_task_and_nothing_is_left(
    account: Customer, draft: Draft, csm: User, other_csm: User, ops: User, now: datetime
) -> None:
    executive_of = factories.CustomerFactory.create(executive=csm)
    task_at = factories.CustomerFactory.create()
    Todo.objects.create(customer=task_at, title="Call", owner=csm, waits_since=now)
    User.objects.filter(pk=csm.pk).update(is_active=False)

    done = hand_over(give(other_csm, old=csm), now=now, by=ops)
    again = hand_over(give(other_csm, old=csm), now=now, by=ops)

    executive_of.refresh_from_db()
    assert (done.accounts, counts(done)) == (3, {"drafts": 1, "todos": 1})
    assert executive_of.executive == other_csm
    assert executive_of.owner != other_csm
    assert not Customer.objects.filter(owner=csm).exists()
    assert (again.accounts, counts(again)) == (0, {})


def test_selection_of_several_owners_takes_each_what_its_owner_had(
    account: Customer, csm: User, other_csm: User, lead: User, team: Team, now: datetime
) -> None:
    third = UserFactory.create(username="third", team=team)
    of_third = factories.CustomerFactory.create(owner=third)
    of_nobody = factories.CustomerFactory.create(owner=None)
    for customer, owner in ((account, csm), (of_third, third), (of_third, csm)):
        Todo.objects.create(customer=customer, title="Call", owner=owner, waits_since=now)
    chosen = [account, of_third, of_nobody]

    seen = preview_handover(give(other_csm, chosen=chosen), by=lead)
    done = hand_over(give(other_csm, chosen=chosen), now=now, by=lead)

    assert (done.accounts, counts(done)) == (3, {"todos": 2}) == (seen.accounts, counts(seen))
    assert set(Customer.objects.values_list("owner", flat=True)) == {other_csm.pk}
    assert Todo.objects.get(owner=csm).customer == of_third


def test_letter_approved_by_a_rule_keeps_its_approval_with_the_new_name_in_it(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    Draft.objects.update(approval_rule="The journey was started", body=f"Hello,\n\n{csm.display_name} writes.")

    hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    current = Draft.objects.with_people().get()
    expected = current.content_hash(to_email=current.to_email, sender_email=other_csm.email)
    assert (current.state, current.approval_hash) == (DraftState.QUEUED, expected)
    assert current.body == f"Hello,\n\n{other_csm.display_name} writes."


def test_owner_is_no_longer_copied_in_where_somebody_else_signs(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    Draft.objects.update(sender=lead, cc=[csm.email])

    hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    current = Draft.objects.get()
    assert (current.sender, current.cc) == (lead, [other_csm.email])


def test_approval_of_what_was_handed_over_meanwhile_is_refused(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    hand_over(give(other_csm, chosen=[account]), now=now, by=lead)

    with pytest.raises(StaleVersion):
        approve(draft, version=draft.version, now=now, by=other_csm)


def test_new_owner_set_on_the_account_takes_everything_along_too(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    Todo.objects.create(customer=account, title="Call", owner=csm, waits_since=now)

    update_customer(account, {"owner": other_csm}, now=now, by=lead)

    assert Todo.objects.get().owner == other_csm
    assert Draft.objects.get().sender == other_csm


def test_who_may_not_hand_over(
    account: Customer, csm: User, other_csm: User, lead: User, reader: User, stranger: User, ops: User, now: datetime
) -> None:
    foreign = factories.CustomerFactory.create(owner=stranger)
    for by in (csm, other_csm, reader):
        with pytest.raises(MayNotHandOver):
            hand_over(give(other_csm, chosen=[account]), now=now, by=by)
    with pytest.raises(NotThere):
        hand_over(give(other_csm, chosen=[account, foreign]), now=now, by=lead)
    with pytest.raises(NotThere):
        hand_over(give(other_csm, old=stranger), now=now, by=lead)
    for new in (stranger, reader):
        with pytest.raises(ValidationError):
            hand_over(give(new, chosen=[account]), now=now, by=lead)
    with pytest.raises(ValidationError):
        hand_over(give(csm, old=csm), now=now, by=lead)
    assert not Activity.objects.filter(verb="customer.handed_over").exists()
    assert hand_over(give(stranger, chosen=[account]), now=now, by=ops).accounts == 1


def test_leaver_of_a_lead_keeps_what_stands_at_accounts_of_another_team(
    csm: User, other_csm: User, lead: User, stranger: User, now: datetime
) -> None:
    foreign = factories.CustomerFactory.create(owner=stranger)
    todo = Todo.objects.create(customer=foreign, title="Help out", owner=csm, waits_since=now)

    done = hand_over(give(other_csm, old=csm), now=now, by=lead)

    todo.refresh_from_db()
    assert (done.accounts, todo.owner) == (0, csm)


def test_nothing_asked_is_an_empty_result() -> None:
    assert counts(HandedOver()) == {}
