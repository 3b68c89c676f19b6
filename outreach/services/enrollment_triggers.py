"""What happens at accounts and puts people forward: noticed once, weighed against the mappings, logged with reasons."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from customers.base import lock_customer
from customers.enums import ContractState, StakeholderRole
from customers.models import Contract, Customer, HealthSample, Stakeholder
from customers.models.workspace import ONLY_ID
from customers.queries.calendars import local_date
from customers.services.arrays import insert_alike
from outreach.enums import AskedThrough, TriggerType
from outreach.models import EnrollmentDesk, OutreachSequence, TriggerLog, TriggerMapping
from outreach.queries.enrollments import (
    Candidate,
    enabled_triggers,
    list_mappings,
    list_people,
    triggers_waiting,
    wanted_of,
    weigh_people,
)
from outreach.queries.outreach_io import find_mailbox, find_sequence
from outreach.rules.enrollment import triggers as rules
from outreach.services.enrolling import Asking, CannotEnroll, put_forward

BATCH = 100
EVERY = timedelta(minutes=15)
BACK = timedelta(hours=6)
"""So far back a look goes: what a lost ring did not bring is found by one of the next."""

LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Trial:
    """What a mapping would do for an account. why_not: why none at all; people: each with the reasons."""

    why_not: str
    people: list[Candidate]

    @property
    def would(self) -> list[Candidate]:
        return [] if self.why_not else [one for one in self.people if one.weighed.would_enroll]


def raise_trigger(
    customer_id: uuid.UUID, trigger_type: str, *, occurrence: str, about: str = "", now: datetime
) -> TriggerLog | None:
    """This will note that something happened, once, and weigh it at once; None where no mapping hears of it.

    occurrence: what makes it this event and no other.
    """
    if trigger_type not in enabled_triggers():
        return None
    row, is_new = TriggerLog.objects.get_or_create(
        customer_id=customer_id,
        trigger_type=trigger_type,
        occurrence=occurrence[:120],
        defaults={"about": about[:300], "happened_at": now, "due_at": now},
    )
    if is_new:
        evaluate(row.pk, now=now)
        row.refresh_from_db()
    return row


def sweep(now: datetime) -> int:
    """What the clock calls: events that were noted and not weighed."""
    (due,) = triggers_waiting(now)
    return sum(evaluate(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def evaluate(log_id: uuid.UUID, *, now: datetime) -> bool:
    """This will weigh one event against every mapping of its trigger and put forward whom they ask for."""
    with transaction.atomic():
        row = TriggerLog.objects.select_related("customer__owner").filter(pk=log_id, due_at__lte=now).first()
        if row is None:
            return False
        lock_customer(row.customer_id)
        if not TriggerLog.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=now + LEASE):
            return False
        results = [_evaluate(row, mapping, now=now) for mapping in list_mappings(trigger_type=row.trigger_type)]
        people = [person for result in results for person in result["people"]]
        matched = sum(person["would"] for person in people)
        TriggerLog.objects.filter(pk=row.pk).update(
            due_at=None,
            evaluated_at=now,
            matched=row.matched + matched,
            refused=len(people) - matched,
            results=results,
            updated_at=now,
        )
    return True


def try_mapping(mapping: TriggerMapping, customer: Customer, *, now: datetime) -> Trial:
    """This will say whom the mapping would put forward at the account, and why; nothing is written."""
    sequence = OutreachSequence.objects.filter(sequence_id=mapping.sequence_id).first()
    why_not = "The sequence is no longer there." if sequence is None else sequence.why_not
    why_not = why_not or _why_not_at_all(mapping.trigger_type, customer, now=now)
    wanted = wanted_of(mapping)
    people = weigh_people(customer, list_people(customer), sequence_id=mapping.sequence_id, wanted=wanted, now=now)
    return Trial(why_not, people)


def look(now: datetime) -> int:
    """What the clock calls every 15 minutes: renewals that are 90 days away, and what rings may have lost."""
    due = EnrollmentDesk.objects.filter(pk=ONLY_ID, next_look_at__lte=now)
    if not due.update(next_look_at=now + EVERY):
        return 0
    found = 0
    for trigger in enabled_triggers():
        found += LOOKS[trigger](now)
    return found


def note_new_customers(customer_ids: Collection[uuid.UUID], *, now: datetime) -> int:
    """This will raise the trigger for accounts that were made, all noted at once, then weighed one by one."""
    if not customer_ids or TriggerType.NEW_CUSTOMER not in enabled_triggers():
        return 0
    alike = TriggerLog(
        trigger_type=TriggerType.NEW_CUSTOMER,
        occurrence="created",
        about="The account was made.",
        happened_at=now,
        due_at=now,
    )
    for log_id in insert_alike(alike, ("id", "customer"), [[uuid.uuid4(), pk] for pk in customer_ids]):
        evaluate(log_id, now=now)
    return len(customer_ids)


def note_new_person(customer_id: uuid.UUID, *, now: datetime) -> bool:
    """This will weigh a new account again when somebody is added to it soon after it was made."""
    rows = TriggerLog.objects.filter(customer=customer_id, trigger_type=TriggerType.NEW_CUSTOMER, due_at=None)
    again = rows.filter(happened_at__gt=now - rules.PEOPLE_COME_FOR)
    ids = list(again.values_list("pk", flat=True))
    again.update(due_at=now, updated_at=now)
    return sum(evaluate(pk, now=now) for pk in ids) > 0


def note_left(stakeholder_id: uuid.UUID, *, now: datetime) -> bool:
    """This will raise the trigger for a champion who left."""
    person = Stakeholder.objects.filter(pk=stakeholder_id, left_at__isnull=False).first()
    if person is None or StakeholderRole.CHAMPION not in person.roles:
        return False
    return bool(
        raise_trigger(
            person.customer_id,
            TriggerType.CHAMPION_LEFT,
            occurrence=f"{person.pk}:{person.left_at:%Y-%m-%d}",
            about=f"{person.name} has left.",
            now=now,
        )
    )


def _evaluate(row: TriggerLog, mapping: TriggerMapping, *, now: datetime) -> dict[str, Any]:
    customer = row.customer
    trial = try_mapping(mapping, customer, now=now)
    sequence, mailbox = find_sequence(mapping.sequence_id), find_mailbox(customer.owner)
    people = []
    for candidate in trial.people:
        reason, would = trial.why_not or candidate.weighed.refusal, not trial.why_not
        would = would and candidate.weighed.would_enroll
        if would and sequence is not None:
            asking = Asking(
                mapping.sequence_id,
                AskedThrough.TRIGGER,
                trigger_type=row.trigger_type,
                wanted=wanted_of(mapping),
            )
            try:
                put_forward(candidate, asking, sequence=sequence, mailbox=mailbox, now=now, by=None)
                reason = " ".join((candidate.weighed.because, candidate.weighed.waits_for)).strip()
            except CannotEnroll as refusal:
                reason, would = str(refusal), False
        person = candidate.stakeholder
        people.append({"id": str(person.pk), "name": person.name, "would": would, "reason": reason})
    return {"mapping": str(mapping.pk), "sequence": mapping.sequence_name, "people": people, "why_not": trial.why_not}


def _why_not_at_all(trigger_type: str, customer: Customer, *, now: datetime) -> str:
    if trigger_type == TriggerType.NEW_CUSTOMER:
        contract = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()
        today = local_date(now, customer.timezone)
        return rules.why_not_new(contract.start_date if contract else None, today=today)
    return ""


def _look_for_renewals(now: datetime) -> int:
    """Days are counted in the customer's zone, so a day is read on either side."""
    today = now.date()
    edges = (today + timedelta(days=rules.RENEWAL_DAYS - rules.RENEWAL_LATE_DAYS - 1),
             today + timedelta(days=rules.RENEWAL_DAYS + 1))  # fmt: skip
    rows = Contract.objects.filter(state=ContractState.ACTIVE, renewal_date__range=edges).select_related("customer")
    known = set(
        TriggerLog.objects.filter(trigger_type=TriggerType.RENEWAL_90_DAYS, customer__in=rows.values("customer"))
        .values_list("customer_id", "occurrence")
    )  # fmt: skip
    found = 0
    for contract in rows:
        days = (contract.renewal_date - local_date(now, contract.customer.timezone)).days
        occurrence = f"{contract.pk}:{contract.renewal_date}"
        if rules.is_renewal_due(days) and (contract.customer_id, occurrence) not in known:
            about = f"The renewal is on {contract.renewal_date:%-d %b %Y}, in {days} days."
            row = raise_trigger(
                contract.customer_id, TriggerType.RENEWAL_90_DAYS, occurrence=occurrence, about=about, now=now
            )
            found += row is not None
    return found


def _look_for_drops(now: datetime) -> int:
    thresholds = [one.health_threshold for one in list_mappings(trigger_type=TriggerType.HEALTH_DROP)]
    fresh = HealthSample.objects.filter(created_at__gt=now - BACK).values("customer").annotate(last=Max("at"))
    found = 0
    for customer_id, last_at in fresh.values_list("customer", "last"):
        latest, *earlier = HealthSample.objects.filter(customer=customer_id, at__lte=last_at).order_by("-at")[:2]
        before = earlier[0].score if earlier else None
        if any(rules.is_drop(before, latest.score, threshold=threshold) for threshold in thresholds):
            about = f"Health fell from {before} to {latest.score}."
            row = raise_trigger(customer_id, TriggerType.HEALTH_DROP, occurrence=str(latest.pk), about=about, now=now)
            found += row is not None
    return found


def _look_for_new(now: datetime) -> int:
    ids = Customer.objects.filter(created_at__gt=now - BACK).values_list("pk", flat=True)
    known = TriggerLog.objects.filter(trigger_type=TriggerType.NEW_CUSTOMER, customer__in=ids)
    return note_new_customers(set(ids) - set(known.values_list("customer_id", flat=True)), now=now)


def _look_for_left(now: datetime) -> int:
    ids = Stakeholder.objects.filter(left_at__gt=now - BACK, left_at__lte=now).values_list("pk", flat=True)
    return sum(note_left(pk, now=now) for pk in ids)


LOOKS = {
    TriggerType.NEW_CUSTOMER: _look_for_new,
    TriggerType.RENEWAL_90_DAYS: _look_for_renewals,
    TriggerType.HEALTH_DROP: _look_for_drops,
    TriggerType.CHAMPION_LEFT: _look_for_left,
}
