"""Letters and a hold: which it stops, which are away already, which leave when it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

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


def list_with_away(customer_ids: Collection[UUID], scope: str) -> set[UUID]:
    """This will give those of the customers that have a letter away."""
    rows = _in_scope(Draft.objects.filter(customer__in=customer_ids), scope)
    return set(rows.filter(state__in=sorted(IN_FLIGHT_STATES)).values_list("customer_id", flat=True))


def _letters(customer: Customer, scope: str) -> QuerySet[Draft]:
    shown = ("subject", "to_name", "state", "scheduled_send_date", "not_before", "attempted_at", "created_at")
    return _in_scope(Draft.objects.filter(customer=customer), scope).only(*shown).order_by("created_at", "pk")


def _in_scope(rows: QuerySet[Draft], scope: str) -> QuerySet[Draft]:
    rows = rows.exclude(lane__in=sorted(HOLD_EXEMPT_LANES))
    if scope != HoldScope.JOURNEY:
        return rows
    return rows.filter(lane=Lane.JOURNEY).exclude(purpose__in=sorted(HOLD_EXEMPT_PURPOSES))


def _as_stops(rows: Iterable[Draft]) -> Stops:
    return Stops.of("letters", "letter", [_as_stop(draft) for draft in rows])


def _as_stop(draft: Draft) -> Stop:
    if draft.state in IN_FLIGHT_STATES:
        at = draft.attempted_at
    else:
        at = draft.scheduled_send_date if draft.state == DraftState.SCHEDULED else draft.not_before
    return Stop(str(draft.pk), f"“{draft}” to {draft.to_name}", at, str(draft.get_state_display()))


SOURCE = HoldSource(
    "emails", stops=list_stopped, waiting=list_leaving, in_flight=list_away, has_in_flight=list_with_away
)
