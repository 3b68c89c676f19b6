"""The Engage workspace of one account: its renewal, run and plan as the head of the page and each step read them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from customers.enums import ContractState, HoldScope
from customers.models import Contract, Customer, Stakeholder, User
from customers.queries.calendars import local_date
from emails.enums import SENT_STATES
from emails.models import Draft
from outreach.enums import PlanState, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.enums import Stage
from renewals.models import EngageRun, Renewal
from renewals.rules.stages import days_to_renewal, stage_for

NOTICE_IS_NEAR_DAYS = 7
RISK_TONES = ((67, "bad"), (50, "warn"))


@dataclass(frozen=True)
class Stop:
    """Why nothing leaves for this account now."""

    label: str
    text: str


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
    contract: Contract | None
    renewal: Renewal | None
    run: EngageRun | None
    plan: OutreachPlan | None
    people: tuple[Stakeholder, ...]
    touches: tuple[Touch, ...]
    today: date

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
    def stops(self) -> tuple[Stop, ...]:
        customer: Any = self.customer
        stops = []
        if customer.hold_id:
            stops.append(Stop("On hold", f"{_until(customer.hold_until)} {customer.hold_reason}".strip()))
        if customer.brake_id:
            stops.append(Stop("Stopped by a reply", customer.brake_reason or "Decide how to go on."))
        return tuple(stops)

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
        return Badge("Plan open", "good", "At least one email has left")
    if plan.state == PlanState.CLOSED:
        return Badge("Plan closed", "", plan.end_reason or plan.get_end_display())
    return Badge("Plan proposed", "info", "Nothing has been sent yet")


def find_workspace(customer_id: uuid.UUID, *, user: User, now: datetime) -> Workspace | None:
    """Read the workspace in three queries; None when the account is not there or not the reader's."""
    customer = _with_stops(Customer.objects.visible_to(user)).filter(pk=customer_id).first()
    if customer is None:
        return None
    contract = _running_contract(customer)
    renewal = getattr(contract, "renewal", None)
    run = getattr(renewal, "engage_run", None)
    plan = run.plan if run else None
    return Workspace(
        customer=customer,
        contract=contract,
        renewal=renewal,
        run=run,
        plan=plan,
        people=tuple(Stakeholder.objects.filter(customer=customer, left_at=None)),
        touches=_touches(plan),
        today=local_date(now, customer.timezone),
    )


def _with_stops(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Join what stops mail: at most one open hold of the account and one brake, so no row comes twice."""
    return customers.select_related("owner", "account_executive", "executive").annotate(
        hold=FilteredRelation("holds", condition=Q(holds__ended_at=None, holds__scope=HoldScope.ACCOUNT)),
        brake=FilteredRelation("brakes", condition=Q(brakes__cleared_at=None)),
        hold_id=F("hold__id"),
        hold_until=F("hold__until"),
        hold_reason=F("hold__reason"),
        brake_id=F("brake__id"),
        brake_reason=F("brake__reason"),
    )


def _running_contract(customer: Customer) -> Contract | None:
    contracts = Contract.objects.select_related("renewal__engage_run__plan")
    contract = contracts.filter(customer=customer, state=ContractState.ACTIVE).first()
    if contract is not None:
        contract.customer = customer
    return contract


def _touches(plan: OutreachPlan | None) -> tuple[Touch, ...]:
    """Read the touches, each with `draft_state`: how far its email is."""
    if plan is None:
        return ()
    state = Draft.objects.filter(pk=OuterRef("draft_id")).values("state")[:1]
    rows = plan.touches.select_related("stakeholder", "owner").annotate(draft_state=Subquery(state))
    return tuple(rows.order_by("due_date", "order", "key"))


def _until(until: datetime | None) -> str:
    return f"Until {until:%-d %b %Y}." if until else "Until somebody resumes."
