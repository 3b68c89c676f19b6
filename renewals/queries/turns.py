"""What of the renewals is a person's turn: questions after a reply, objections, outcomes to record, roles that lack.

Of an account whose date comes near one line stands for all that its stage asks, and only where nothing else waits.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, Exists, F, Func, IntegerField, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast

from customers.enums import ContractState, StakeholderRole
from customers.models import Brake, Contract, Stakeholder
from customers.queries.turns import RENEWALS, as_coming, as_turns, is_stopped, text
from outreach.enums import LIVE_PLAN_STATES
from outreach.models import OutreachPlan
from renewals.models import Objection, Renewal
from renewals.queries.book_work import due_todos, waiting_drafts
from renewals.rules.opening import ENGAGE_OPENS_AT_DAY, ENGAGE_OPENS_BEFORE_NOTICE_DAYS, NEGOTIATE_STARTS_AT_DAY

BRAKE, OBJECTION, OUTCOME, NO_ROLE, ENGAGE, NEAR = "brake", "objection", "outcome", "no_role", "engage", "near"
NEAR_DAYS = 30
"""From here on a renewal is on somebody's desk each day: signature, critical, emergency."""

TOO_LATE = "too_late"
"""No letter fits any more before the notice: what is left is to agree the terms."""

SHOWN_ELSEWHERE = Q(kind="objection")
"""Tasks that a line of its own asks for."""

NEEDED_ROLES = (StakeholderRole.CHAMPION, StakeholderRole.ECONOMIC_BUYER)


def list_turns(*, today: date) -> list[Any]:
    """This will give them, by the day that the reader has."""
    running = Contract.objects.filter(state=ContractState.ACTIVE)
    near = running.filter(~is_stopped(), renewal_date__gte=today).annotate(
        notice_from=DaysBefore(F("renewal_date"), F("notice_days"))
    )
    live = OutreachPlan.objects.filter(state__in=sorted(LIVE_PLAN_STATES))
    is_live = Exists(live.filter(customer=OuterRef("customer_id")))
    with_plan = near.filter(customer__in=live.order_by().values("customer"))
    is_negotiated = Exists(
        Renewal.objects.filter(customer=OuterRef("customer_id"), closed_at=None, negotiate_started_at__isnull=False)
    )
    return [
        as_turns(
            Brake.objects.filter(cleared_at=None),
            code=BRAKE,
            part=RENEWALS,
            since=F("set_at"),
            title=text(F("reason")),
            note=text(F("source_kind")),
        ),
        as_turns(
            _unconfirmed_objections(today),
            code=OBJECTION,
            part=RENEWALS,
            since=F("raised_at"),
            title=text(F("kind")),
            detail=F("quote"),
        ),
        as_turns(
            running.filter(renewal_date__lt=today),
            code=OUTCOME,
            part=RENEWALS,
            since_day=F("renewal_date"),
            due_day=F("renewal_date"),
        ),
        as_turns(
            with_plan.filter(_lacks_role(), ~is_negotiated),
            code=NO_ROLE,
            part=RENEWALS,
            since=F("updated_at"),
            note=_missing_role(),
        ),
        as_turns(
            near.filter(~is_live, ~is_negotiated, _opens_by(today), renewal_date__gt=today + timedelta(NEAR_DAYS)),
            code=ENGAGE,
            part=RENEWALS,
            since_day=F("renewal_date"),
            note=_needs_price(today),
        ),
        as_turns(
            near.filter(renewal_date__lte=today + timedelta(NEAR_DAYS)).exclude(_has_work(today)),
            code=NEAR,
            part=RENEWALS,
            since_day=F("renewal_date"),
            due_day=F("renewal_date"),
        ),
    ]


def _unconfirmed_objections(today: date) -> Any:
    """Objections, the first of each renewal, that nobody has made a negotiation of; a stop asks for it itself."""
    rows = Objection.objects.filter(
        settled_at=None, withdrawn_at=None, renewal__negotiate_started_at=None, renewal__closed_at=None
    )
    earlier = rows.filter(renewal=OuterRef("renewal")).filter(
        Q(raised_at__lt=OuterRef("raised_at")) | Q(raised_at=OuterRef("raised_at"), pk__lt=OuterRef("pk"))
    )
    starts_by_itself = today + timedelta(NEGOTIATE_STARTS_AT_DAY)
    return rows.filter(~is_stopped(), ~Exists(earlier), renewal__contract__renewal_date__gt=starts_by_itself)


def _lacks_role() -> Q:
    return ~Q(_has(StakeholderRole.CHAMPION)) | ~Q(_has(StakeholderRole.ECONOMIC_BUYER))


def _missing_role() -> Case:
    champion, buyer = _has(StakeholderRole.CHAMPION), _has(StakeholderRole.ECONOMIC_BUYER)
    return Case(
        When(~Q(champion) & ~Q(buyer), then=Value("champion and economic buyer")),
        When(~Q(champion), then=Value("champion")),
        default=Value("economic buyer"),
        output_field=TextField(),
    )


def _has(role: StakeholderRole) -> Exists:
    people = Stakeholder.objects.filter(customer=OuterRef("customer_id"), left_at=None)
    named = people.annotate(named_roles=Cast("roles", TextField())).filter(named_roles__contains=f'"{role}"')
    return Exists(named)


class DaysBefore(Func):
    """A date column so many days earlier; both databases say it their own way."""

    output_field = DateField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        written = {"template": "date(%(expressions)s || ' days')", "arg_joiner": ", '-' || "}
        return self.as_sql(compiler, connection, **written, **context)


def _opens_by(today: date) -> Q:
    """Engage may be opened: at day 119, or where the notice asks for more time, that much earlier."""
    usual = Q(renewal_date__lte=today + timedelta(ENGAGE_OPENS_AT_DAY))
    most_usual = ENGAGE_OPENS_AT_DAY - ENGAGE_OPENS_BEFORE_NOTICE_DAYS
    earlier = Q(notice_from__lte=today + timedelta(ENGAGE_OPENS_BEFORE_NOTICE_DAYS))
    return usual | (Q(notice_days__gt=most_usual) & earlier)


def _has_work(today: date) -> Q:
    """Something at the account is a person's turn already: that comes first, as in the book."""
    todos = due_todos(today).filter(customer=OuterRef("customer_id"))
    drafts = waiting_drafts().filter(customer=OuterRef("customer_id"))
    return Q(Exists(todos)) | Q(Exists(drafts))


def _needs_price(today: date) -> Case:
    """What Engage waits for: a price, its lock, or nothing; past the notice deadline it is too late for it."""
    locked = Exists(Renewal.objects.filter(contract=OuterRef("pk"), price_locked_at__isnull=False))
    return Case(
        When(notice_from__lt=today, then=Value(TOO_LATE)),
        When(target_price=None, then=Value("price")),
        When(~Q(locked), then=Value("lock")),
        default=Value(""),
        output_field=TextField(),
    )


def list_coming(*, today: date) -> list[Any]:
    """This will give the renewals that enter Engage next."""
    opens = DaysBefore(F("renewal_date"), Value(ENGAGE_OPENS_AT_DAY, IntegerField()))
    rows = Contract.objects.filter(
        state=ContractState.ACTIVE, renewal_date__gt=today + timedelta(ENGAGE_OPENS_AT_DAY), notice_days__lte=90
    )
    return [as_coming(rows, code="engage", title=Value("", TextField()), day=opens)]
