"""What has become a person's turn: the columns that all apps give, and the tasks and meetings of the ground.

Each app gives its kinds as one query each; `config/desk` reads all of them together, with the accounts the reader may
see. Nothing is given that waits for nobody, or that another app's kind shows already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    DateField,
    DateTimeField,
    F,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from customers.enums import HoldScope, MeetingState, TodoActor, TodoState
from customers.models import Brake, Customer, Hold, Meeting, Todo

RENEWALS, JOURNEYS, EXPANSION, SEQUENCES = "renewals", "journeys", "expansion", "sequences"
"""The parts of the house that an item may belong to."""

TODO, MEETING_DUE, MEETING_PAST = "todo", "meeting_due", "meeting_past"


@dataclass(frozen=True)
class Turn:
    """One thing that is a person's turn, with the account it is about. person_id: whose turn; None: nobody's yet.

    code: which kind of thing. since: when it became a person's turn. due_date: a day of its own, None where the kind's
    usual time counts. title, detail, who: in words, from the record. note: what only its kind understands. at_risk: in
    the account's currency, None where value or risk is unknown.
    """

    code: str
    id: UUID
    part: str
    account_id: UUID
    account_name: str
    person_id: UUID | None
    since: datetime
    due_date: date | None
    title: str
    detail: str
    who: str
    note: str
    version: int
    at_risk: Decimal | None
    currency: str
    renewal_date: date | None
    notice_date: date | None


_TEXT = TextField()
NO_MOMENT = Cast(Value(None), DateTimeField())
NO_DAY = Cast(Value(None), DateField())
NO_PERSON = Cast(Value(None), UUIDField())
COLUMNS: dict[str, Any] = {
    "turn_code": None,
    "turn_id": F("pk"),
    "turn_part": None,
    "turn_account": F("customer_id"),
    "turn_person": NO_PERSON,
    "turn_since": NO_MOMENT,
    "turn_since_day": NO_DAY,
    "turn_due_at": NO_MOMENT,
    "turn_due_day": NO_DAY,
    "turn_title": Value("", _TEXT),
    "turn_detail": Value("", _TEXT),
    "turn_who": Value("", _TEXT),
    "turn_note": Value("", _TEXT),
    "turn_version": Value(0, IntegerField()),
}


def as_turns(rows: QuerySet[Any, Any], *, code: str, part: Any, **known: Any) -> Any:
    """Give rows the columns of a turn, named without their "turn_"; what is not given stands empty."""
    given = {f"turn_{name}": value for name, value in known.items()}
    given |= {"turn_code": Value(code, _TEXT), "turn_part": Value(part, _TEXT) if isinstance(part, str) else part}
    columns = {name: given.get(name, usual) for name, usual in COLUMNS.items()}
    return rows.order_by().annotate(**columns).values_list(*columns)


def turns_of(turns: Any, person: UUID, *, besides: Q | None = None) -> Any:
    """Narrow turns to one person's: who is named, or else owns the account; and what meets `besides`."""
    owned = Q(turn_account__in=accounts_of(person))
    # Equal, not the same: a queryset keeps a copy. Beside an OR PostgreSQL would look at every row of the house.
    if turns.query.annotations["turn_person"] != NO_PERSON:
        owned = Q(turn_person=person) | (Q(turn_person=None) & owned)
    return turns.filter(owned | besides if besides else owned)


def accounts_of(person: UUID) -> Any:
    """Give the ids of the accounts that a person owns, to be looked for in."""
    return Customer.objects.filter(owner=person).order_by().values("pk")


def accounts_with_seat(person: UUID) -> Any:
    """The same of accounts where the person is owner, account executive or executive: who may sign there."""
    seats = Q(owner=person) | Q(account_executive=person) | Q(executive=person)
    return Customer.objects.filter(seats).order_by().values("pk")


def text(value: Any) -> Any:
    """Give a column as text, whatever its length."""
    return Cast(value, _TEXT)


def is_stopped(account: str = "customer_id") -> Q:
    """This will say that a hold or a brake of the account keeps everything back: nobody can approve or reach out."""
    brakes = Brake.objects.filter(cleared_at=None).order_by().values("customer")
    holds = Hold.objects.filter(ended_at=None, scope=HoldScope.ACCOUNT).order_by().values("customer")
    return Q(**{f"{account}__in": brakes}) | Q(**{f"{account}__in": holds})


def list_turns(*, today: date, now: datetime, shown_elsewhere: Iterable[Q]) -> list[Any]:
    """This will give people's tasks that are due or have no day, and the meetings of today and those to be told of.

    shown_elsewhere: conditions on tasks that ask for what another kind asks for already.
    """
    due = Q(due_date=None) | Q(due_date__lte=today)
    todos = Todo.objects.filter(due, state=TodoState.OPEN, actor=TodoActor.CSM)
    for condition in shown_elsewhere:
        todos = todos.exclude(condition)
    planned = Meeting.objects.filter(state=MeetingState.SCHEDULED)
    coming = planned.filter(starts_at__gt=now, starts_at__lte=now + timedelta(hours=24))
    return [
        as_turns(
            todos,
            code=TODO,
            part=RENEWALS,
            person=F("owner_id"),
            since=F("waits_since"),
            due_day=F("due_date"),
            title=text(F("title")),
            detail=F("detail"),
            note=text(F("kind")),
        ),
        as_turns(
            planned.filter(starts_at__lte=now),
            code=MEETING_PAST,
            part=RENEWALS,
            since=F("starts_at"),
            title=text(F("title")),
            detail=F("notes"),
        ),
        as_turns(
            coming,
            code=MEETING_DUE,
            part=RENEWALS,
            since=F("updated_at"),
            due_at=F("starts_at"),
            title=text(F("title")),
            detail=F("notes"),
        ),
    ]


COMING_COLUMNS = ("next_code", "next_id", "next_account", "next_at", "next_day", "next_title")


def as_coming(
    rows: QuerySet[Any, Any], *, code: str, title: Any, at: Any = NO_MOMENT, day: Any = NO_DAY, pk: Any = None
) -> Any:
    """Give rows the columns of what comes next: dated, and nobody's turn yet."""
    named = rows.order_by().annotate(
        next_code=Value(code, _TEXT),
        next_id=pk or F("pk"),
        next_account=F("customer_id"),
        next_at=at,
        next_day=day,
        next_title=title,
    )
    return named.values_list(*COMING_COLUMNS)


def list_coming(*, today: date, now: datetime) -> list[Any]:
    """This will give the meetings that are planned, the holds that end, and the tasks whose day comes."""
    meetings = Meeting.objects.filter(state=MeetingState.SCHEDULED, starts_at__gt=now + timedelta(hours=24))
    holds = Hold.objects.filter(ended_at=None, until__gt=now)
    todos = Todo.objects.filter(state=TodoState.OPEN, actor=TodoActor.CSM, due_date__gt=today).exclude(
        kind__startswith="csm.email"
    )
    return [
        as_coming(meetings, code="meeting", title=text(F("title")), at=F("starts_at")),
        as_coming(holds, code="hold", title=text(F("reason")), at=F("until")),
        as_coming(todos, code="todo", title=text(F("title")), day=F("due_date")),
    ]
