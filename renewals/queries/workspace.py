"""The Engage workspace of one account: its renewal, run and plan as the head of the page and each step read them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from customers.enums import ContractState, HoldScope, TodoState
from customers.models import Contract, Customer, Stakeholder, Todo, User
from customers.queries.calendars import local_date
from emails.enums import SENT_STATES
from emails.models import Draft
from outreach.enums import PlanState, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.enums import Stage
from renewals.models import EngageRun, Renewal
from renewals.rules.stages import days_to_renewal, stage_for

NOTICE_IS_NEAR_DAYS = 7
ENGAGE_TASK = "engage"
DRAFT_TASK = "draft"
"""Where a task comes from: the run, or one of its emails when it was sent."""

RISK_TONES = ((67, "bad"), (50, "warn"))


@dataclass(frozen=True)
class Stop:
    """Why nothing leaves for this account now. is_reply: a decision of a person is asked for."""

    label: str
    text: str
    is_reply: bool = False


@dataclass(frozen=True)
class Badge:
    label: str
    kind: str = ""
    title: str = ""


@dataclass(frozen=True)
class Workspace:
    """One account's renewal in Engage. contract, renewal, run, plan: None as long as there is none.

    today: the customer's local date. people: those who have not left.
    """

    customer: Customer
    today: date
    people: tuple[Stakeholder, ...] = ()
    stops: tuple[Stop, ...] = ()
    contract: Contract | None = None
    renewal: Renewal | None = None
    run: EngageRun | None = None
    plan: OutreachPlan | None = None
    touches: tuple[Touch, ...] = ()
    open_tasks: int = 0

    @property
    def is_opened(self) -> bool:
        return self.run is not None

    @property
    def is_live(self) -> bool:
        return self.plan is not None and self.plan.is_live

    @property
    def days(self) -> int:
        return days_to_renewal(self.contract.renewal_date, today=self.today) if self.contract else 0

    @property
    def days_over(self) -> int:
        return -self.days

    @property
    def stage(self) -> Stage | None:
        return stage_for(self.days) if self.contract else None

    @property
    def deadline(self) -> date | None:
        return self.contract.renewal_date - timedelta(days=self.contract.notice_days) if self.contract else None

    @property
    def days_to_notice(self) -> int:
        return (self.deadline - self.today).days if self.deadline else 0

    @property
    def notice_is_near(self) -> bool:
        return self.days_to_notice <= NOTICE_IS_NEAR_DAYS

    @property
    def increase_pct(self) -> Decimal | None:
        return self.contract.increase_pct if self.contract else None

    @property
    def price_locked(self) -> bool:
        return self.renewal is not None and self.renewal.price_locked

    @property
    def risk_tone(self) -> str:
        risk = self.customer.churn_risk or 0
        return next((tone for least, tone in RISK_TONES if risk > least), "")

    @property
    def plan_badge(self) -> Badge:
        return badge_of(self.plan)

    @property
    def first_emails(self) -> tuple[Touch, ...]:
        """The touches of the people in the sequence, in order; who was dropped from it is not among them."""
        rows = [t for t in self.touches if t.kind == TouchKind.EMAIL and t.state not in GONE]
        return tuple(sorted(rows, key=lambda touch: touch.order))

    def is_sent(self, touch: Touch) -> bool:
        return touch.state == TouchState.DONE or getattr(touch, "draft_state", "") in SENT_STATES

    @property
    def draft_ids(self) -> list[uuid.UUID]:
        return [touch.draft_id for touch in self.touches if touch.draft_id]

    @property
    def sent_count(self) -> int:
        return sum(self.is_sent(touch) for touch in self.first_emails)


GONE = frozenset({TouchState.CANCELLED})


def badge_of(plan: OutreachPlan | None) -> Badge:
    """Say in two words where a plan stands."""
    if plan is None:
        return Badge("Not opened")
    if plan.state == PlanState.OPEN:
        return Badge("Plan open", "good", "At least one email was approved")
    if plan.state == PlanState.CLOSED:
        return Badge("Plan closed", "", plan.end_reason or plan.get_end_display())
    return Badge("Plan proposed", "info", "Nothing has been approved yet")


def find_workspace(customer_id: uuid.UUID, *, user: User, now: datetime) -> Workspace | None:
    """Read the workspace in three queries; None when the account is not there or not the reader's."""
    contract = _contracts(user).filter(customer=customer_id, state=ContractState.ACTIVE).first()
    if contract is None:
        return _without_contract(customer_id, user=user, now=now)
    renewal = getattr(contract, "renewal", None)
    run = getattr(renewal, "engage_run", None)
    plan = run.plan if run else None
    return Workspace(
        customer=contract.customer,
        contract=contract,
        renewal=renewal,
        run=run,
        plan=plan,
        people=_people(contract.customer),
        touches=_touches(plan),
        stops=_stops(contract),
        open_tasks=contract.open_tasks or 0,
        today=local_date(now, contract.customer.timezone),
    )


def _without_contract(customer_id: uuid.UUID, *, user: User, now: datetime) -> Workspace | None:
    customers = Customer.objects.visible_to(user).select_related("owner")
    customer = with_stops(customers).filter(pk=customer_id).first()
    if customer is None:
        return None
    today = local_date(now, customer.timezone)
    return Workspace(customer, people=_people(customer), stops=_stops(customer), today=today)


def _contracts(user: User) -> QuerySet[Any]:
    people = ("customer__owner", "customer__account_executive", "customer__executive")
    contracts = Contract.objects.visible_to(user).select_related(*people, "renewal__engage_run__plan")
    return with_stops(contracts, path="customer__").annotate(open_tasks=_open_tasks())


def with_stops(rows: QuerySet[Any], *, path: str = "") -> QuerySet[Any]:
    """Join what stops mail: at most one open hold of the account and one brake, so no row comes twice.

    path: leads from the row to its customer, with its trailing underscores.
    """
    holds, brakes = f"{path}holds", f"{path}brakes"
    is_open = Q(**{f"{holds}__ended_at": None, f"{holds}__scope": HoldScope.ACCOUNT})
    return rows.annotate(
        hold=FilteredRelation(holds, condition=is_open),
        brake=FilteredRelation(brakes, condition=Q(**{f"{brakes}__cleared_at": None})),
        hold_id=F("hold__id"),
        hold_until=F("hold__until"),
        hold_reason=F("hold__reason"),
        brake_id=F("brake__id"),
        brake_reason=F("brake__reason"),
    )


def _open_tasks() -> Subquery:
    """Count the open tasks of the contract's run and of its emails."""
    run_id = "renewal__engage_run__id"
    drafts = Touch.objects.filter(plan__engage_run=OuterRef(OuterRef(run_id))).values("draft_id")
    of_run = Q(source_kind=ENGAGE_TASK, source_id=OuterRef(run_id)) | Q(source_kind=DRAFT_TASK, source_id__in=drafts)
    open_ones = Todo.objects.filter(of_run, customer=OuterRef("customer_id"), state=TodoState.OPEN)
    return Subquery(open_ones.order_by().values("customer").annotate(number=Count("pk")).values("number"))


def _people(customer: Customer) -> tuple[Stakeholder, ...]:
    return tuple(Stakeholder.objects.filter(customer=customer, left_at=None))


def _stops(row: Any) -> tuple[Stop, ...]:
    stops = []
    if row.hold_id:
        stops.append(Stop("On hold", f"{_until(row.hold_until)} {row.hold_reason}".strip()))
    if row.brake_id:
        stops.append(Stop("Stopped by a reply", row.brake_reason or "Everything planned waits.", is_reply=True))
    return tuple(stops)


def _touches(plan: OutreachPlan | None) -> tuple[Touch, ...]:
    """Read the touches, each with `draft_state`: how far its email is."""
    if plan is None:
        return ()
    state = Draft.objects.filter(pk=OuterRef("draft_id")).values("state")[:1]
    rows = plan.touches.select_related("stakeholder", "owner").annotate(draft_state=Subquery(state))
    return tuple(rows.order_by("due_date", "order", "key"))


def _until(until: datetime | None) -> str:
    return f"Until {until:%-d %b %Y}." if until else "Until somebody resumes."
