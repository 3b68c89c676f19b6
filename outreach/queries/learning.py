"""What introductions came to, counted for people to learn from. Nothing is switched by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from customers.models import User
from customers.queries.calendars import local_date
from outreach.enums import Framing, OpportunityStage, UpsellReply
from outreach.models import UpsellIntroduction
from outreach.rules.upsell.conversion import Rate, group_rates, quarter_of

SEEN_FOR = timedelta(days=3 * 365)
STILL_OPEN = timedelta(days=14)
"""An introduction that left less long ago, and that nobody has answered, says nothing yet."""

NO_SEGMENT = "No segment"


@dataclass(frozen=True)
class Told:
    """One introduction that has left. said_yes: they agreed to talk. won: its opportunity was."""

    framing: str
    segment: str
    day: date
    said_yes: bool
    won: bool


@dataclass(frozen=True)
class IntroductionRates:
    """Per framing, per segment and per time of year: how many said yes. won: per framing. open: not counted yet."""

    framing: tuple[Rate, ...]
    segment: tuple[Rate, ...]
    quarter: tuple[Rate, ...]
    won: tuple[Rate, ...]
    count: int
    open: int


def read_introduction_rates(reader: User, *, now: datetime) -> IntroductionRates:
    """Count the introductions of the reader's accounts over the last three years."""
    rows = UpsellIntroduction.objects.visible_to(reader).filter(sent_at__gte=now - SEEN_FOR, sent_at__lte=now)
    waiting = Q(response="", sent_at__gt=now - STILL_OPEN)
    told = [
        Told(
            framing,
            segment or NO_SEGMENT,
            local_date(sent_at, zone),
            said_yes=response == UpsellReply.YES,
            won=stage == OpportunityStage.WON,
        )
        for framing, segment, sent_at, zone, response, stage in rows.exclude(waiting).values_list(
            "framing", "customer__segment", "sent_at", "customer__timezone", "response", "opportunity__stage"
        )
        if sent_at is not None
    ]
    return IntroductionRates(
        framing=group_rates(told, by=lambda row: row.framing, worked=lambda row: row.said_yes, label=_framing),
        segment=group_rates(told, by=lambda row: row.segment, worked=lambda row: row.said_yes),
        quarter=tuple(
            sorted(
                group_rates(told, by=lambda row: quarter_of(row.day), worked=lambda row: row.said_yes),
                key=lambda rate: rate.label,
            )
        ),
        won=group_rates(told, by=lambda row: row.framing, worked=lambda row: row.won, label=_framing),
        count=len(told),
        open=rows.filter(waiting).count(),
    )


def _framing(code: object) -> str:
    return str(Framing(str(code)).label)
