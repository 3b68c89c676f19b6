"""What a client sees behind a link: the journey as it is theirs to see, never what we note about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from customers.models import Hold
from customers.queries.calendars import local_date
from customers.queries.workspace import get_settings
from journeys.enums import DeliverableState, JourneyState
from journeys.models import Deliverable, JourneyMonth, PortalLink
from journeys.queries.facts import read_journey
from journeys.queries.mail_facts import last_to_end, open_holds
from journeys.queries.mail_sources import due_after_hold, progress_pct
from journeys.queries.portal_links import is_live, make_token, read_token
from journeys.queries.portal_messages import count_messages
from journeys.rules.journeys import JourneyFacts
from journeys.rules.portal import STATE_WORDS, ClientState, client_state


class NoLink(LookupError):
    """Raised for an address that opens nothing. is_ended: it was a link of ours once."""

    def __init__(self, *, is_ended: bool = False) -> None:
        super().__init__("This link opens nothing.")
        self.is_ended = is_ended


@dataclass(frozen=True)
class Visit:
    """Somebody with a link, and what every page of theirs is headed with."""

    link: PortalLink
    company: str
    programme: str

    @property
    def token(self) -> str:
        return make_token(self.link.pk)

    @cached_property
    def unread(self) -> int:
        """How many messages nobody of theirs has read."""
        return count_messages(self.link)

    @property
    def phase(self) -> str:
        return self.link.journey.version.phase_name

    @property
    def place(self) -> str:
        """Where the days are counted, as people read it."""
        return self.link.journey.zone.replace("_", " ")

    @property
    def colleague(self) -> str:
        """Whom of ours the client knows."""
        owner = self.link.customer.owner
        return owner.display_name if owner else self.company


@dataclass(frozen=True)
class ClientMonth:
    """One month as the client sees it. due_date: their day, moved where a pause moves it; None while that is open."""

    number: int
    title: str
    due_date: date | None
    state: ClientState
    delivered_on: date | None

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def is_open_to_read(self) -> bool:
        return self.state in (ClientState.NEW, ClientState.OPENED)

    @property
    def is_new(self) -> bool:
        return self.state == ClientState.NEW

    @property
    def is_preparing(self) -> bool:
        return self.state == ClientState.PREPARING

    @property
    def is_to_come(self) -> bool:
        return self.state in (ClientState.PLANNED, ClientState.PREPARING)


@dataclass(frozen=True)
class Progress:
    """The whole journey on one page."""

    months: Sequence[ClientMonth]
    is_completed: bool
    is_cancelled: bool
    is_paused: bool
    goes_on_at: datetime | None

    @cached_property
    def kept(self) -> list[ClientMonth]:
        return [month for month in self.months if month.state != ClientState.LEFT_OUT]

    @property
    def done(self) -> int:
        return sum(month.is_open_to_read for month in self.months)

    @property
    def total(self) -> int:
        return len(self.kept)

    @property
    def percent(self) -> Decimal:
        return progress_pct(self.done, self.total)

    @property
    def current(self) -> ClientMonth | None:
        """What is to be read first: the oldest that was not opened yet."""
        return next((month for month in self.months if month.is_new), None)

    @property
    def following(self) -> ClientMonth | None:
        return next((month for month in self.months if month.is_to_come), None)


def find_link(token: str, *, now: datetime) -> PortalLink:
    """This will give the link behind a token with all that its pages are headed with. Raises NoLink."""
    link_id = read_token(token)
    rows = PortalLink.objects.select_related("journey__version__programme", "stakeholder", "customer__owner")
    link = rows.filter(pk=link_id).first() if link_id else None
    if link is None:
        raise NoLink
    if not is_live(link, now=now):
        raise NoLink(is_ended=True)
    return link


def read_visit(link: PortalLink) -> Visit:
    settings = get_settings()
    return Visit(link, company=settings.company_name, programme=settings.programme_name)


def read_progress(link: PortalLink, *, now: datetime) -> Progress:
    """This will read the months. Five queries."""
    journey = read_journey(link.journey)
    holds = open_holds([link.customer_id]) if journey.state == JourneyState.ACTIVE else {}
    hold = last_to_end(holds.get(link.customer_id, []))
    rows = JourneyMonth.objects.filter(journey=link.journey).select_related("journey").order_by("number")
    return Progress(
        months=_months(journey, list(rows), hold=hold, today=local_date(now, journey.zone)),
        is_completed=journey.state == JourneyState.COMPLETED,
        is_cancelled=journey.state == JourneyState.CANCELLED,
        is_paused=hold is not None,
        goes_on_at=hold.until if hold else None,
    )


def _months(journey: JourneyFacts, rows: list[JourneyMonth], *, hold: Hold | None, today: date) -> list[ClientMonth]:
    dates = {row.number: due_after_hold(row, hold) for row in rows}
    return [
        ClientMonth(
            number=month.number,
            title=month.title,
            due_date=month.due_date if month.is_settled else dates.get(month.number),
            state=client_state(month, journey=journey.state, today=today),
            delivered_on=local_date(month.delivered_at, journey.zone) if month.delivered_at else None,
        )
        for month in journey.months
    ]


def find_month(link: PortalLink, number: int) -> JourneyMonth | None:
    return JourneyMonth.objects.select_related("step").filter(journey=link.journey_id, number=number).first()


def find_delivered(link: PortalLink, number: int) -> Deliverable | None:
    """This will give the deliverable of a month, if the client has it: no other is theirs to see."""
    rows = Deliverable.objects.filter(
        journey=link.journey_id, month__number=number, month__skipped_at=None, state=DeliverableState.DELIVERED
    )
    return rows.select_related("month__step").first()
