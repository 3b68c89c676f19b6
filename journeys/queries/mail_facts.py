"""What the mails of many journeys are written from, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from customers.enums import StakeholderRole
from customers.models import Customer, Hold, Stakeholder, User, WorkspaceSettings
from customers.queries.calendars import local_date
from customers.queries.many import many
from customers.queries.workspace import get_settings
from journeys.models import Deliverable, Journey, JourneyMonth, ProgrammeStep, ProgrammeVersion

JOURNEY_FIELDS = ("customer", "version", "started_by", "state", "current_month", "zone", "local_time", "held_since")
CUSTOMER_FIELDS = (
    "name", "owner", "country", "timezone", "holidays_place", "window_start", "window_end", "working_days",
    "contact_cap", "account_cap",
)  # fmt: skip
MONTH_FIELDS = ("pk", "journey_id", "step_id", "number", "due_date", "skipped_at")
PERSON_FIELDS = ("customer_id", "name", "email", "roles", "primary", "left_at", "language", "timezone")
DELIVERABLE_FIELDS = (
    "journey_id", "month_id", "version", "state", "delivered_at", "opened_at", "rejected_at", "rejection_note",
)  # fmt: skip


class MailMonth(NamedTuple):
    """One month of a journey as its mails see it. Thousands are read at a time: a row of its own each would cost more
    than all else of a mail, and a dataclass takes three times as long to make."""

    pk: UUID
    journey: Journey
    step: ProgrammeStep
    number: int
    due_date: date
    is_skipped: bool


@dataclass(frozen=True)
class MailFacts:
    """One journey with all that its mails may speak of. months: in order; holds: the open ones."""

    journey: Journey
    months: Sequence[MailMonth]
    deliverables: dict[UUID, Deliverable]
    people: Sequence[Stakeholder]
    holds: Sequence[Hold]
    settings: WorkspaceSettings

    @cached_property
    def kept(self) -> list[MailMonth]:
        return [month for month in self.months if not month.is_skipped]

    @cached_property
    def numbers(self) -> list[int]:
        """Of the months kept."""
        return [month.number for month in self.kept]

    @cached_property
    def shape(self) -> tuple[tuple[int, UUID, date, bool], ...]:
        """What its months have alike with those of other journeys."""
        return tuple((month.number, month.step.pk, month.due_date, month.is_skipped) for month in self.months)

    @property
    def records(self) -> dict[str, UUID]:
        """The ids behind what a mail about a month says, but for its people."""
        months = {f"month {month.number}": month.pk for month in self.months}
        return {"journey": self.journey.pk, "customer": self.journey.customer_id, **months}

    @cached_property
    def recipient(self) -> Stakeholder | None:
        """The primary contact, else the champion. Source: DESIGN, section 5, Journey."""
        present = [person for person in self.people if person.email and not person.has_left]
        primary = next((person for person in present if person.primary), None)
        champion = next((person for person in present if StakeholderRole.CHAMPION in person.roles), None)
        return primary or champion

    @cached_property
    def sender(self) -> User | None:
        """The account's owner; who started the journey stands in where there is none with an address."""
        candidates = (self.journey.customer.owner, self.journey.started_by)
        return next((user for user in candidates if user and user.is_active and user.email), None)

    @cached_property
    def hold(self) -> Hold | None:
        """Of several the last to end: until then nothing goes on."""
        return last_to_end(self.holds)

    def named_hold(self, occurrence: str) -> Hold | None:
        """The hold that a notice is about, by "hold-ID"; None when it is over."""
        return next((hold for hold in self.holds if occurrence.endswith(str(hold.pk))), None)

    def with_hold(self, hold: Hold) -> MailFacts:
        return replace(self, holds=[hold])

    def month(self, number: int | None) -> MailMonth | None:
        return next((month for month in self.months if month.number == number), None)

    def before(self, number: int) -> MailMonth | None:
        return next((month for month in reversed(self.kept) if month.number < number), None)

    def after(self, number: int) -> MailMonth | None:
        return next((month for month in self.kept if month.number > number), None)

    def deliverable(self, month: MailMonth) -> Deliverable | None:
        return self.deliverables.get(month.pk)

    def day(self, moment: datetime) -> date:
        """The customer's day."""
        return local_date(moment, self.journey.zone)

    @property
    def open_months(self) -> list[MailMonth]:
        """What is still to come: neither skipped nor delivered."""
        return [month for month in self.kept if not self._is_delivered(month)]

    def _is_delivered(self, month: MailMonth) -> bool:
        made = self.deliverable(month)
        return made is not None and made.is_delivered


def read_mail_facts(journey_ids: Collection[UUID]) -> dict[UUID, MailFacts]:
    """This will read the journeys with their months, people and holds. Ten queries, however many they are."""
    rows = _journeys(journey_ids)
    customers = {journey.customer_id for journey in rows.values()}
    months = _months(rows)
    made = Deliverable.objects.filter(journey__in=many(rows)).only(*DELIVERABLE_FIELDS)
    deliverables = _by(made, "journey_id")
    people = _by(Stakeholder.objects.filter(customer__in=many(customers)).only(*PERSON_FIELDS), "customer_id")
    holds = open_holds(customers)
    settings = get_settings()
    return {
        pk: MailFacts(
            journey=journey,
            months=months[pk],
            deliverables={one.month_id: one for one in deliverables[pk]},
            people=people[journey.customer_id],
            holds=holds.get(journey.customer_id, []),
            settings=settings,
        )
        for pk, journey in rows.items()
    }


def _journeys(ids: Collection[UUID]) -> dict[UUID, Journey]:
    """With their customers, owners, who started them and their versions; what many share is read once."""
    journeys = list(Journey.objects.filter(pk__in=many(ids)).only(*JOURNEY_FIELDS))
    accounts = Customer.objects.filter(pk__in=many({one.customer_id for one in journeys})).only(*CUSTOMER_FIELDS)
    customers = {one.pk: one for one in accounts}
    people = {customer.owner_id for customer in customers.values()} | {one.started_by_id for one in journeys}
    users = User.objects.select_related("team").in_bulk([pk for pk in people if pk])
    versions = ProgrammeVersion.objects.select_related("programme").in_bulk({one.version_id for one in journeys})
    for customer in customers.values():
        customer.owner = users[customer.owner_id] if customer.owner_id else None
    for journey in journeys:
        journey.customer, journey.version = customers[journey.customer_id], versions[journey.version_id]
        journey.started_by = users[journey.started_by_id] if journey.started_by_id else None
    return {journey.pk: journey for journey in journeys}


def _months(journeys: Mapping[UUID, Journey]) -> dict[UUID, list[MailMonth]]:
    """Steps are shared by all journeys of a version: each is read once.

    By the numbers of the ids, since a UUID is slow to find by, and this is done eight times for each journey.
    """
    owners = {pk.int: (journey, list[MailMonth]()) for pk, journey in journeys.items()}
    rows = list(JourneyMonth.objects.filter(journey__in=many(journeys)).order_by("number").values_list(*MONTH_FIELDS))
    step_ids = {step_id.int: step_id for _, _, step_id, *_ in rows}
    steps = {pk.int: step for pk, step in ProgrammeStep.objects.in_bulk(list(step_ids.values())).items()}
    for pk, journey_id, step_id, number, due_date, skipped_at in rows:
        journey, months = owners[journey_id.int]
        months.append(MailMonth(pk, journey, steps[step_id.int], number, due_date, skipped_at is not None))
    return {journey.pk: months for journey, months in owners.values()}


def open_holds(customers: Collection[UUID]) -> dict[UUID, list[Hold]]:
    return _by(Hold.objects.filter(customer__in=many(customers), ended_at=None).order_by("starts_at"), "customer_id")


def last_to_end(holds: Iterable[Hold]) -> Hold | None:
    """This will give the hold that ends last; one without an end outlasts all others."""
    latest: Hold | None = None
    for hold in holds:
        if latest is None or (latest.until is not None and (hold.until is None or hold.until > latest.until)):
            latest = hold
    return latest


def _by(rows: Iterable[Any], name: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
