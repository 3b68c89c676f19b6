"""What the mails of many journeys are written from, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from customers.enums import StakeholderRole
from customers.models import Hold, Stakeholder, User, WorkspaceSettings
from customers.queries.calendars import local_date
from customers.queries.workspace import get_settings
from journeys.models import Deliverable, Journey, JourneyMonth, ProgrammeStep

MONTH_FIELDS = ("journey_id", "customer_id", "step_id", "number", "due_date", "skipped_at")
PERSON_FIELDS = ("customer_id", "name", "email", "roles", "primary", "left_at", "language", "timezone")
DELIVERABLE_FIELDS = (
    "journey_id", "month_id", "version", "state", "delivered_at", "opened_at", "rejected_at", "rejection_note",
)  # fmt: skip


@dataclass(frozen=True)
class MailFacts:
    """One journey with all that its mails may speak of. months: in order; holds: the open ones."""

    journey: Journey
    months: Sequence[JourneyMonth]
    deliverables: dict[UUID, Deliverable]
    people: Sequence[Stakeholder]
    holds: Sequence[Hold]
    settings: WorkspaceSettings

    @cached_property
    def kept(self) -> list[JourneyMonth]:
        return [month for month in self.months if not month.is_skipped]

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

    def month(self, number: int | None) -> JourneyMonth | None:
        return next((month for month in self.months if month.number == number), None)

    def before(self, number: int) -> JourneyMonth | None:
        return next((month for month in reversed(self.kept) if month.number < number), None)

    def after(self, number: int) -> JourneyMonth | None:
        return next((month for month in self.kept if month.number > number), None)

    def deliverable(self, month: JourneyMonth) -> Deliverable | None:
        return self.deliverables.get(month.pk)

    def day(self, moment: datetime) -> date:
        """The customer's day."""
        return local_date(moment, self.journey.zone)

    @property
    def open_months(self) -> list[JourneyMonth]:
        """What is still to come: neither skipped nor delivered."""
        return [month for month in self.kept if not self._is_delivered(month)]

    def _is_delivered(self, month: JourneyMonth) -> bool:
        made = self.deliverable(month)
        return made is not None and made.is_delivered


def read_mail_facts(journey_ids: Collection[UUID]) -> dict[UUID, MailFacts]:
    """This will read the journeys with their months, people and holds. Seven queries, however many they are."""
    journeys = Journey.objects.filter(pk__in=journey_ids).select_related(
        "customer__owner__team", "started_by", "version__programme"
    )
    rows = {journey.pk: journey for journey in journeys}
    customers = {journey.customer_id for journey in rows.values()}
    months = _by(_months(rows), "journey_id")
    made = Deliverable.objects.filter(journey__in=rows).only(*DELIVERABLE_FIELDS)
    deliverables = _by(made, "journey_id")
    people = _by(Stakeholder.objects.filter(customer__in=customers).only(*PERSON_FIELDS), "customer_id")
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


def _months(journeys: Mapping[UUID, Journey]) -> list[JourneyMonth]:
    """Steps are shared by all journeys of a version: each is read once."""
    months = list(JourneyMonth.objects.filter(journey__in=journeys).only(*MONTH_FIELDS).order_by("number"))
    steps = ProgrammeStep.objects.in_bulk({month.step_id for month in months})
    for month in months:
        month.step, month.journey = steps[month.step_id], journeys[month.journey_id]
    return months


def open_holds(customers: Collection[UUID]) -> dict[UUID, list[Hold]]:
    return _by(Hold.objects.filter(customer__in=customers, ended_at=None).order_by("starts_at"), "customer_id")


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
