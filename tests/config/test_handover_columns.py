"""Every column that names a person of ours either moves in a handover or stays for a reason that is written here."""

from __future__ import annotations

import re

from django.apps import apps
from django.db.models import Field

from customers.models import Customer, User
from customers.queries.handovers import SEATS
from customers.registry.handovers import list_carried

MOVED_BY_HAND = {
    "emails.Draft.sender": "drafts: signed anew",
    "emails.Draft.approved_by": "drafts: emptied where the approval is void",
    "emails.Draft.signed_for": "drafts: emptied where the letter goes over",
    "emails.Draft.successor": "threads: who goes on with what was sent",
    "outreach.Enrollment.mailbox_id": "enrollments: the new owner's mailbox",
    "outreach.Enrollment.mailbox_email": "enrollments: the new owner's mailbox",
    "outreach.Enrollment.approved_by": "enrollments: emptied where the approval is void",
    "outreach.UpsellStep.approved_by": "upsell_runs: emptied where the step has not begun",
}
HISTORY = re.compile(
    r"(^|_)(sent|closed|opened|noted|settled|written|decided|locked|asked|added|undone|started|published|cancelled"
    r"|skipped|rejected|saved|revoked|handled|lifted|invited|done|ended|set|cleared|connected)_by$|^by$|^actor$"
)
"""Who did something stays who did it."""
STAYS = {
    "customers.Absence.delegate": "who was asked to stand in",
    "customers.Absence.user": "who is away",
    "customers.Activity.actor_name": "the record",
    "customers.ApiToken.user": "a key of that person",
    "customers.IdempotentCall.user": "a call of that person",
    "customers.ImportRun.user": "who imported",
    "customers.Invitation.user": "who joined by it",
    "customers.Notice.user": "what that person was told",
    "customers.NoticeSettings.user": "how that person wants to be told",
    "customers.SavedView.user": "a filter of that person",
    "customers.SecondFactor.user": "how that person signs in",
    "emails.StaffMail.user": "a mail to that person",
    "journeys.BusinessPlan.approved_by": "an approval that took effect",
    "journeys.Deliverable.approved_by": "an approval that took effect",
    "journeys.SimulationRun.user": "a trial of that person",
    "outreach.OAuthState.user": "who connects Outreach.io",
    "outreach.SlackClick.slack_user": "who clicked",
    "outreach.OutreachMailbox.user": "whose mailbox it is at Outreach.io",
    "outreach.OutreachMailbox.mailbox_id": "the mailbox itself",
}
OURS = ("customers", "emails", "journeys", "outreach", "renewals")
NAMES_A_PERSON = re.compile(r"(^|_)(owner|user|sender|mailbox|approver|delegate|assignee|actor)(_id|_email|_name)?$")


def _columns() -> dict[str, Field]:  # type: ignore[type-arg]
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for field in model._meta.concrete_fields:
            is_person = field.related_model is User
            is_named = not field.is_relation and NAMES_A_PERSON.search(field.name) and model is not User
            if is_person or is_named:
                found[f"{model._meta.label}.{field.name}"] = field
    return found


def _moved() -> set[str]:
    seats = {f"{Customer._meta.label}.{seat}" for seat in SEATS}
    carried = {f"{kind.rows().model._meta.label}.{kind.person}" for kind in list_carried() if kind.person}
    return seats | carried | set(MOVED_BY_HAND)


def test_every_column_that_names_a_person_moves_or_stays_for_a_reason() -> None:
    moved = _moved()
    forgotten = [
        name
        for name in _columns()
        if name not in moved and name not in STAYS and not HISTORY.search(name.rpartition(".")[2])
    ]

    assert forgotten == []


def test_no_reason_is_kept_for_a_column_that_is_gone() -> None:
    assert (set(STAYS) | set(MOVED_BY_HAND)) - set(_columns()) == set()


def test_kinds_are_told_in_the_order_in_which_they_move() -> None:
    codes = [kind.code for kind in list_carried()]

    assert codes == [
        "approvals", "drafts", "threads", "todos", "touches", "meetings", "enrollments", "upsell_runs",
        "deliverables", "replies",
    ]  # fmt: skip
