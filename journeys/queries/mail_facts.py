"""What the mails of many journeys are written from, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.expressions import RawSQL

from customers.enums import StakeholderRole
from customers.models import Customer, Hold, Stakeholder, User, WorkspaceSettings
from customers.queries.bare import put_related, read_bare
from customers.queries.calendars import local_date
from customers.queries.many import many
from customers.queries.workspace import get_settings
from journeys.models import Deliverable, Journey, ProgrammeStep, ProgrammeVersion
from journeys.queries.courses import Course, Way, list_step_ids, read_ways

JOURNEY_FIELDS = ("customer", "version", "started_by", "state", "current_month", "zone", "local_time", "held_since")
CUSTOMER_FIELDS = (
    "name", "owner", "country", "timezone", "holidays_place", "window_start", "window_end", "working_days",
    "contact_cap", "account_cap",
)  # fmt: skip
PERSON_FIELDS = ("customer", "name", "email", "roles", "primary", "left_at", "language", "timezone")
DELIVERABLE_FIELDS = (
    "journey_id", "month_id", "version", "state", "delivered_at", "opened_at", "rejected_at", "rejection_note",
)  # fmt: skip


class MailMonth(NamedTuple):
    """One month of a journey as its mails see it."""

    pk: UUID
    journey: Journey
    step: ProgrammeStep
    number: int
    due_date: date
    is_skipped: bool


class RecordIds:
    """The id of a record by what it is to a mail, worked out when it is asked for."""

    __slots__ = ("_journey", "_way")

    def __init__(self, journey: Journey, way: Way) -> None:
        self._journey, self._way = journey, way

    def __getitem__(self, name: str, /) -> str:
        place = self._way.course.named_places.get(name)
        if place is not None:
            return self._way.month_ids[place]
        return str(self._journey.customer_id if name == "customer" else self._journey.id)


@dataclass(eq=False)
class MailFacts:
    """One journey with all that its mails may speak of. steps: of its months, by id; holds: the open ones.

    Thousands are read at a time, and most mails speak of one month alone: the others are made when they are asked for.
    """

    journey: Journey
    customer: Customer
    started_by: User | None
    way: Way
    steps: Mapping[UUID, ProgrammeStep]
    deliverables: dict[UUID, Deliverable]
    people: Sequence[Stakeholder]
    holds: Sequence[Hold]
    settings: WorkspaceSettings

    @property
    def course(self) -> Course:
        """What its months have alike with those of other journeys."""
        return self.way.course

    @cached_property
    def months(self) -> list[MailMonth]:
        return [self._month_at(place) for place in range(len(self.course.months))]

    @cached_property
    def kept(self) -> list[MailMonth]:
        return [month for month in self.months if not month.is_skipped]

    @property
    def numbers(self) -> list[int]:
        """Of the months kept."""
        return self.course.kept

    @property
    def record_ids(self) -> RecordIds:
        """The same, for who needs few of them."""
        return RecordIds(self.journey, self.way)

    @property
    def records(self) -> dict[str, str]:
        """The ids behind what a mail about a month says, but for its people."""
        journey, months = self.journey, dict(zip(self.course.names, self.way.month_ids, strict=True))
        return {"journey": str(journey.id), "customer": str(journey.customer_id), **months}

    @cached_property
    def recipient(self) -> Stakeholder | None:
        """The primary contact, else the champion. Source: DESIGN, section 5, Journey."""
        champion = None
        for person in self.people:
            if not person.email or person.has_left:
                continue
            if person.primary:
                return person
            if champion is None and StakeholderRole.CHAMPION in person.roles:
                champion = person
        return champion

    @cached_property
    def sender(self) -> User | None:
        """The account's owner; who started the journey stands in where there is none with an address."""
        candidates = (self.customer.owner, self.started_by)
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
        place = self.course.places.get(number) if number is not None else None
        return self._month_at(place) if place is not None else None

    def due_date(self, number: int | None) -> date | None:
        """Of the month, without making it."""
        place = self.course.places.get(number) if number is not None else None
        return self.course.months[place].due_date if place is not None else None

    def made_in(self, number: int | None) -> Deliverable | None:
        """The deliverable of the month; most journeys whose first reminders leave have none yet."""
        month = self.month(number) if self.deliverables else None
        return self.deliverable(month) if month else None

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

    def _month_at(self, place: int) -> MailMonth:
        of_course, pk = self.course.months[place], UUID(self.way.month_ids[place])
        step = self.steps[of_course.step_id]
        return MailMonth(pk, self.journey, step, of_course.number, of_course.due_date, of_course.is_skipped)

    def _is_delivered(self, month: MailMonth) -> bool:
        made = self.deliverable(month)
        return made is not None and made.is_delivered


def read_mail_facts(journey_ids: Collection[UUID]) -> dict[UUID, MailFacts]:
    """This will read the journeys with their months, people and holds. Ten queries, however many they are."""
    asked = many(journey_ids)
    journeys = read_bare(Journey.objects.filter(pk__in=asked), JOURNEY_FIELDS)
    customers = many({journey.customer_id for journey in journeys})
    accounts = {one.id: one for one in read_bare(Customer.objects.filter(pk__in=customers), CUSTOMER_FIELDS)}
    starters = _put_related(journeys, accounts)
    ways = read_ways([journey.id for journey in journeys])
    steps = ProgrammeStep.objects.in_bulk(list(list_step_ids(ways.values())))
    made = Deliverable.objects.filter(journey__in=asked).order_by().only(*DELIVERABLE_FIELDS)
    deliverables = _by(made, "journey_id")
    people = _by(read_bare(Stakeholder.objects.filter(customer__in=customers), PERSON_FIELDS), "customer_id")
    holds = open_holds(customers)
    settings = get_settings()
    return {
        journey.id: MailFacts(
            journey=journey,
            customer=accounts[journey.customer_id],
            started_by=starters.get(journey.started_by_id),
            way=ways[journey.id],
            steps=steps,
            deliverables={one.month_id: one for one in deliverables.get(journey.id, ())} if deliverables else {},
            people=people.get(journey.customer_id, ()),
            holds=holds.get(journey.customer_id, []),
            settings=settings,
        )
        for journey in journeys
    }


def _put_related(journeys: Sequence[Journey], customers: Mapping[UUID, Customer]) -> Mapping[UUID | None, User]:
    """Owners, who started the journeys and their versions, of which many share one: read once. Gives the people."""
    people = {customer.owner_id for customer in customers.values()} | {one.started_by_id for one in journeys}
    users: dict[UUID | None, User] = {**User.objects.select_related("team").in_bulk([pk for pk in people if pk])}
    versions = ProgrammeVersion.objects.select_related("programme").in_bulk({one.version_id for one in journeys})
    for customer in customers.values():
        put_related(customer, owner=users.get(customer.owner_id))
    for journey in journeys:
        put_related(
            journey,
            customer=customers[journey.customer_id],
            version=versions[journey.version_id],
            started_by=users.get(journey.started_by_id),
        )
    return users


def open_holds(customers: Collection[UUID] | RawSQL) -> dict[UUID, list[Hold]]:
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
    return dict(found)
