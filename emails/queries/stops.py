"""What stands in a letter's way beside itself: a hold, the brake, and a twin of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, TextField, UUIDField, Value
from django.db.models.functions import Cast

from customers.enums import HoldScope
from customers.models import Brake, Hold
from customers.models.prepared import Slot, prepared
from emails.enums import HOLD_EXEMPT_PURPOSES, DraftState, Lane, Purpose
from emails.models import Draft
from emails.rules.gate import HoldFacts

BRAKE, TWIN = "brake", "twin"
_NEVER = Cast(Value(None), DateTimeField())

OF_LETTER = ("pk", "customer_id", "stakeholder_id", "origin_kind", "origin_id")
Row = tuple[str, str, datetime | None, datetime]
Rows = QuerySet[Any, Row]


@dataclass(frozen=True)
class Stops:
    """hold: the one set last. twin_state: of the other first letter to the same person from the same place."""

    hold: HoldFacts | None = None
    brake_reason: str | None = None
    twin_state: DraftState | None = None


def read_stops(draft: Draft, *, moment: datetime) -> Stops:
    """This will read in one query what stops the letter at the moment."""
    is_journey, has_person = draft.lane == Lane.JOURNEY, draft.stakeholder_id is not None
    has_twins = draft.origin_id is not None and draft.purpose == Purpose.FIRST_TOUCH
    values = {name: getattr(draft, name) for name in OF_LETTER}
    rows: list[Row] = _stops(is_journey, has_twins, has_person).ask(moment=moment, **values)
    rows.sort(key=lambda row: row[3])
    found = {kind: (text, until) for kind, text, until, _ in rows}
    brake, twin = found.get(BRAKE), found.get(TWIN)
    holds = [HoldFacts(until, reason, scope) for scope, reason, until, _ in rows if scope in HoldScope.values]
    return Stops(
        hold=_choose(holds, draft),
        brake_reason=brake[0] if brake else None,
        twin_state=DraftState(twin[0]) if twin else None,
    )


def has_stops(customer: Slot) -> Q:
    """This will say in the statement that reads a letter of the account whether `read_stops` may find anything."""
    holds = Hold.objects.filter(customer=customer, ended_at=None)
    brakes = Brake.objects.filter(customer=customer, cleared_at=None)
    same_person = Q(stakeholder=OuterRef("stakeholder")) | Q(stakeholder=None)
    twins = _others_from(OuterRef("origin_kind"), OuterRef("origin_id"), pk=OuterRef("pk")).filter(same_person)
    return Q(Exists(holds.order_by())) | Q(Exists(brakes.order_by())) | Q(Exists(twins.order_by()))


def _choose(holds: list[HoldFacts], draft: Draft) -> HoldFacts | None:
    """The one set last; what is about the journey's own hold is stopped by that of the account alone."""
    if draft.purpose in HOLD_EXEMPT_PURPOSES:
        holds = sorted(holds, key=lambda hold: hold.scope == HoldScope.ACCOUNT)
    return holds[-1] if holds else None


@prepared
def _stops(is_journey: bool, has_twins: bool, has_person: bool) -> Any:
    selects = [_holds(is_journey), _brakes(), *([_twins(has_person)] if has_twins else [])]
    return selects[0].union(*selects[1:], all=True)


def _holds(is_journey: bool) -> Rows:
    """An account hold stops every lane; a hold of the journey stops the journey's mails."""
    scopes = [HoldScope.ACCOUNT, HoldScope.JOURNEY] if is_journey else [HoldScope.ACCOUNT]
    rows = Hold.objects.filter(customer=_of("customer_id"), ended_at=None, scope__in=scopes)
    running = rows.filter(Q(until=None) | Q(until__gt=Slot("moment", DateTimeField())))
    return _row(running, F("scope"), "reason", until=F("until"), at="starts_at")


def _brakes() -> Rows:
    rows = Brake.objects.filter(customer=_of("customer_id"), cleared_at=None)
    return _row(rows, Value(BRAKE), "reason", at="set_at")


def _twins(has_person: bool) -> Rows:
    others = _others_from(Slot("origin_kind", TextField()), _of("origin_id"), pk=_of("pk"))
    same_person = others.filter(stakeholder=_of("stakeholder_id") if has_person else None)
    return _row(same_person, Value(TWIN), "state", at="created_at")


def _others_from(origin_kind: Any, origin_id: Any, *, pk: Any) -> QuerySet[Any]:
    """The other first letters from the same place."""
    rows = Draft.objects.filter(origin_kind=origin_kind, origin_id=origin_id, purpose=Purpose.FIRST_TOUCH)
    others: QuerySet[Any] = rows.exclude(pk=pk).exclude(state=DraftState.CANCELLED)
    return others


def _of(name: str) -> Slot:
    return Slot(name, UUIDField())


def _row(rows: QuerySet[Any], kind: Any, text: str, *, at: str, until: Any = _NEVER) -> Rows:
    return rows.order_by().values_list(Cast(kind, TextField()), Cast(text, TextField()), until, at)
