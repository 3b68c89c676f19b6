"""Letters and a hold: which it stops, which are away already, which leave when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from customers.enums import HoldScope
from customers.models import Customer
from customers.registry.holds import HoldSource, Stop, Stops
from emails.enums import DOUBTFUL_STATES, HOLD_EXEMPT_PURPOSES, WAITING_STATES, DraftState, Lane
from emails.models import Draft
from emails.rules.gate import HOLD_EXEMPT_LANES

IN_FLIGHT_STATES = frozenset({DraftState.SENDING, *DOUBTFUL_STATES})


def list_stopped(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    return [_as_stops(_letters(customer, scope).filter(state__in=sorted(WAITING_STATES)))]


def list_leaving(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    """This will list what the hold keeps back now; the gate is asked again before any of it leaves."""
    return [_as_stops(_letters(customer, scope).filter(state=DraftState.BLOCKED, blocked_by="hold"))]


def list_away(customer: Customer, scope: str, now: datetime) -> list[Stop]:
    return [_as_stop(draft) for draft in _letters(customer, scope).filter(state__in=sorted(IN_FLIGHT_STATES))]


def _letters(customer: Customer, scope: str) -> QuerySet[Draft]:
    rows: QuerySet[Draft] = Draft.objects.filter(customer=customer)
    rows = rows.exclude(lane__in=sorted(HOLD_EXEMPT_LANES))
    if scope == HoldScope.JOURNEY:
        rows = rows.filter(lane=Lane.JOURNEY).exclude(purpose__in=sorted(HOLD_EXEMPT_PURPOSES))
    shown = ("subject", "to_name", "state", "scheduled_send_date", "not_before", "attempted_at", "created_at")
    return rows.only(*shown).order_by("created_at", "pk")


def _as_stops(rows: Iterable[Draft]) -> Stops:
    return Stops.of("letters", "letter", [_as_stop(draft) for draft in rows])


def _as_stop(draft: Draft) -> Stop:
    if draft.state in IN_FLIGHT_STATES:
        at = draft.attempted_at
    else:
        at = draft.scheduled_send_date if draft.state == DraftState.SCHEDULED else draft.not_before
    return Stop(str(draft.pk), f"“{draft}” to {draft.to_name}", at, str(draft.get_state_display()))


SOURCE = HoldSource("emails", stops=list_stopped, waiting=list_leaving, in_flight=list_away)
