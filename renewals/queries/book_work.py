"""What a next step is decided by: the accounts with their running contract, and what waits at them, by kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce

from customers.enums import ContractState, HoldScope, TodoActor, TodoState
from customers.models import Brake, Customer, Hold, Todo
from emails.enums import DraftState
from emails.models import Draft
from outreach.enums import LIVE_PLAN_STATES, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.models import Renewal
from renewals.queries.book_days import LocalDates

EVER = Value(datetime(2000, 1, 1, tzinfo=UTC), output_field=DateTimeField())
_NO_MOMENT, _NO_DAY = Cast(Value(None), DateTimeField()), Cast(Value(None), DateField())
WORK = dict.fromkeys(("brake_at", "hold_at", "plan_at", "draft_at", "todo_at"), _NO_MOMENT) | {"touch_day": _NO_DAY}
"""What waits at an account, by kind, as `list_work` gives it; and how it says that there is nothing of the kind."""
DRAFTS_FOR_A_PERSON = (DraftState.BLOCKED, DraftState.DRAFT, DraftState.FAILED, DraftState.NEEDS_REVIEW)


def accounts_with_term() -> Any:
    """The accounts, each with its running contract as `term` where it has one."""
    term = FilteredRelation("contracts", condition=Q(contracts__state=ContractState.ACTIVE))
    return Customer.objects.annotate(term=term).order_by()


def last_outcome() -> Case:
    """How the last renewal of an account without a running contract, as `accounts_with_term` gives it, ended; or ''."""
    closed = Renewal.objects.filter(customer=OuterRef("pk"), closed_at__isnull=False).order_by("-closed_at")
    last = Coalesce(Subquery(closed.values("outcome")[:1]), Value(""), output_field=CharField())
    return Case(When(term__pk=None, then=last), default=Value(""), output_field=CharField())


def deciding_columns(accounts: Any, dates: LocalDates) -> Any:
    """This will read of such accounts what `book_sql.decide` asks of them; a zone that is none is read as UTC."""
    unknown = dates.unknown_zones()
    zone = Case(When(timezone__in=unknown, then=Value("UTC")), default=F("timezone")) if unknown else F("timezone")
    return accounts.values(
        "name",
        "timezone",
        "created_at",
        account=F("pk"),
        zone=zone,
        last_outcome=last_outcome(),
        contract=F("term__pk"),
        renewal_date=F("term__renewal_date"),
        notice_days=F("term__notice_days"),
        target_price=F("term__target_price"),
    )


def open_brakes() -> QuerySet[Brake]:
    return Brake.objects.filter(cleared_at=None).order_by()


def open_holds() -> QuerySet[Hold]:
    return Hold.objects.filter(ended_at=None, scope=HoldScope.ACCOUNT).order_by()


def live_plans() -> QuerySet[OutreachPlan]:
    return OutreachPlan.objects.filter(state__in=sorted(LIVE_PLAN_STATES)).order_by()


def waiting_drafts() -> Any:
    return Draft.objects.filter(state__in=DRAFTS_FOR_A_PERSON).order_by()


def due_todos(today: date) -> QuerySet[Todo]:
    """People's open tasks that are due or have no day."""
    return open_todos().filter(Q(due_date=None) | Q(due_date__lte=today))


def open_todos() -> QuerySet[Todo]:
    return Todo.objects.filter(state=TodoState.OPEN, actor=TodoActor.CSM).order_by()


def planned_touches() -> QuerySet[Touch]:
    """The planned contacts of live plans, due or not, that are neither conditional nor a letter."""
    return Touch.objects.filter(
        plan__state__in=sorted(LIVE_PLAN_STATES), state=TouchState.PLANNED, condition="", draft_id=None
    ).order_by()


def todos_due_there(dates: LocalDates) -> QuerySet[Todo]:
    """As `due_todos`, by the customer's day."""
    due = Q(due_date=None) | dates.days_between("due_date", least=None, most=0, timezone="customer__timezone")
    return open_todos().filter(due)


def list_work(*, todos: Any, latest: date, accounts: RawSQL | None = None) -> Any:
    """This will list all of it as (account, *WORK), each row with one of WORK; of contacts those due by `latest`.

    todos: those that are due. accounts: names those that are asked about; None for all.
    """
    due = planned_touches().filter(due_date__lte=latest)
    arms = [
        _arm(open_brakes(), brake_at=F("set_at")),
        _arm(open_holds(), hold_at=F("starts_at")),
        _arm(waiting_drafts(), draft_at=F("created_at")),
        _arm(todos, todo_at=F("waits_since")),
        # A plan waits for nobody: that there is one is all that counts.
        _arm(live_plans(), plan_at=EVER),
        _arm(due, account="plan__customer_id", touch_day=F("due_date")),
    ]
    if accounts is not None:
        arms = [arm.filter(account__in=accounts) for arm in arms]
    return arms[0].union(*arms[1:], all=True)


def _arm(rows: QuerySet[Any], *, account: str = "customer_id", **known: Any) -> Any:
    return rows.values(account=F(account), **{name: known.get(name, nothing) for name, nothing in WORK.items()})
