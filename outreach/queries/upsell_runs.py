"""Runs of the upsell workflow, as the engine, the pages and the API read them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from customers.enums import HoldScope, MeetingState
from customers.models import Activity, Brake, Customer, Hold, Meeting, User
from customers.queries.calendars import zone
from customers.queries.moments import Waiting, When
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.rules.windows import Window
from emails.enums import SENT_STATES, DraftState, OriginKind
from emails.models import Draft, Reply
from outreach.enums import AlertOutcome, AutomationLevel, RunState, StepState, UpsellStepName
from outreach.models import Opportunity, UpsellIntroduction, UpsellRun, UpsellStep, UsageAlert
from outreach.rules.upsell.running import NO_MEETING, StepFacts

LOST_NEWS_WITHIN = timedelta(days=2)
REPLY = "reply"
"""What a brake that a reply has set is called."""

OPEN_STATES = (RunState.NEEDS_REVIEW, RunState.WAITING_PERSON, RunState.RUNNING, RunState.WAITING_REPLY)
"""What asks for a person comes first."""


@dataclass(frozen=True)
class Column:
    """One state of the board. runs: the latest; count: all."""

    state: RunState
    count: int
    runs: list[Any]

    @property
    def more(self) -> int:
        return self.count - len(self.runs)


def list_runs(reader: User) -> QuerySet[Any]:
    """The reader's runs with what a list shows of each, in one query."""
    rows = UpsellRun.objects.visible_to(reader).select_related("customer__owner", "started_by", "alert", "opportunity")
    return rows.defer("customer__notes")


def list_run_lines(reader: User) -> QuerySet[Any]:
    """The reader's runs with no more than a line of a list shows."""
    account = ("customer__name", "customer__owner")
    owner = ("customer__owner__first_name", "customer__owner__last_name", "customer__owner__username")
    rows = UpsellRun.objects.visible_to(reader).select_related("customer__owner")
    own = ("metric", "level", "wanted_level", "state", "started_at", "waits_until", "end_reason", "reply")
    return rows.only(*own, *account, *owner)


def with_steps(runs: QuerySet[Any]) -> QuerySet[Any]:
    """Load the steps along, in one more query for any number."""
    steps = UpsellStep.objects.select_related("approved_by").order_by("position")
    return runs.prefetch_related(Prefetch("steps", queryset=steps))


def read_board(
    runs: QuerySet[Any], *, counts: Mapping[str, int], shown: int, states: Iterable[RunState] = OPEN_STATES
) -> list[Column]:
    """Read each state's latest runs. counts: of `count_states`."""
    return [
        Column(state, counts.get(state, 0), list(runs.filter(state=state)[:shown]) if counts.get(state) else [])
        for state in states
    ]


def count_states(runs: QuerySet[Any]) -> dict[str, int]:
    return dict(runs.order_by().values_list("state").annotate(number=Count("pk")))


def find_introduction(run: UpsellRun) -> UpsellIntroduction | None:
    """Give the run's introduction whose mail was not taken away, the latest of several."""
    rows = UpsellIntroduction.objects.filter(run=run, draft__isnull=False).exclude(draft__state=DraftState.CANCELLED)
    found: UpsellIntroduction | None = rows.select_related("draft__approved_by", "draft__stakeholder").first()
    return found


def find_run_of_draft(draft_id: uuid.UUID) -> UpsellRun | None:
    """Give the run that a mail was written for; None for other mails."""
    rows = UpsellRun.objects.filter(introductions__draft=draft_id)
    found: UpsellRun | None = rows.select_related("customer").first()
    return found


def find_run_of_thread(draft: Draft) -> UpsellRun | None:
    """Give the run whose introduction a mail of this thread belongs to."""
    if draft.origin_kind != OriginKind.UPSELL:
        return None
    rows = UpsellRun.objects.filter(introductions=draft.origin_id)
    found: UpsellRun | None = rows.select_related("customer").first()
    return found


def find_latest_run(customer: Customer) -> UpsellRun | None:
    found: UpsellRun | None = UpsellRun.objects.filter(customer=customer).first()
    return found


def find_alert(customer: Customer, event_id: str) -> UsageAlert | None:
    found: UsageAlert | None = UsageAlert.objects.filter(customer=customer, event_id=event_id).first()
    return found


def read_step_facts(step: UpsellStep, *, run: UpsellRun) -> StepFacts:
    """Read what the rule needs to know of a step. A mail asks its own queries while it waits."""
    name, state = UpsellStepName(step.name), StepState(step.state)
    waits = state is StepState.WAITING and bool(step.output)
    for_person = False
    if waits and name is UpsellStepName.SEND_EMAIL_DRAFT:
        introduction = find_introduction(run)
        for_person = introduction is None or introduction.draft is None or introduction.draft.approved_at is None
    return StepFacts(
        name,
        state,
        needs_person=step.needs_person,
        is_approved=step.approved_at is not None,
        waits=waits,
        for_person=for_person,
        by_rule=step.note in NO_MEETING.values(),
    )


def steps_waiting(now: When) -> Waiting:
    """Give the steps to take, and those whose worker died. A meeting waits while its account is held or braked."""
    queued = UpsellStep.objects.filter(state=StepState.QUEUED).filter(~_stopped()).order_by("not_before")
    lost = UpsellStep.objects.filter(state=StepState.SENDING, leased_until__lt=now).order_by("leased_until")
    return queued.filter(not_before=None), queued.filter(not_before__lte=now), lost


def news_waiting(now: When) -> Waiting:
    """Give the alerts and mails whose news was lost: runs that should have started, mails that have left."""
    started = UsageAlert.objects.filter(
        outcome=AlertOutcome.STARTS_RUN, decided_at__gte=now - LOST_NEWS_WITHIN, run=None
    )
    had_before = UpsellRun.objects.filter(customer=OuterRef("customer"), event_id=OuterRef("event_id"))
    left = UpsellIntroduction.objects.filter(run=OuterRef("run"), draft__state__in=sorted(SENT_STATES))
    mails = UpsellStep.objects.filter(name=UpsellStepName.SEND_EMAIL_DRAFT, state=StepState.WAITING)
    return (
        started.filter(~Exists(had_before)).order_by("decided_at"),
        mails.filter(Exists(left)).order_by("updated_at"),
    )


def is_stopped(step: UpsellStep) -> bool:
    """Whether a hold or a brake of its account keeps the step back."""
    return UpsellStep.objects.filter(_stopped(), pk=step.pk).exists()


def _stopped() -> Q:
    """A meeting, of an account on hold, or stopped by anything but the reply that asked for it."""
    holds = Hold.objects.filter(customer=OuterRef("customer"), ended_at=None, scope=HoldScope.ACCOUNT)
    own = Reply.objects.filter(
        pk=OuterRef("source_id"),
        draft__origin_kind=OriginKind.UPSELL,
        draft__origin_id__in=UpsellIntroduction.objects.filter(run=OuterRef(OuterRef(OuterRef("run")))).values("pk"),
    )
    brakes = Brake.objects.filter(customer=OuterRef("customer"), cleared_at=None).exclude(
        Exists(own), source_kind=REPLY
    )
    return Q(name=UpsellStepName.CREATE_ZOOM_MEETING) & (Q(Exists(holds)) | Q(Exists(brakes)))


def why_stopped(run: UpsellRun) -> str:
    """Say in words what keeps the run's meeting back; "" where nothing does."""
    steps = UpsellStep.objects.filter(_stopped(), run=run, state__in=[StepState.QUEUED, StepState.WAITING])
    if not steps.exists():
        return ""
    return "The account is on hold or stopped after a reply: no meeting is made until that ends."


def read_windows(customer: Customer, host: User | None, *, now: datetime) -> tuple[Window, ...]:
    """Read the working hours of both sides; the host's are the workspace's hours, at home."""
    settings = get_settings()
    theirs = sending_rules(customer, settings, around=now).window
    if host is None:
        return (theirs,)
    calendar = type(theirs.calendar)(working_days=frozenset(settings.working_days))
    ours = Window(settings.window_start, settings.window_end, calendar, zone(host.timezone))
    return theirs, ours


def list_taken(host: User | None, *, now: datetime) -> list[datetime]:
    """Give when this person of ours meets somebody already, in the next weeks."""
    if host is None:
        return []
    ahead = Meeting.objects.filter(
        state=MeetingState.SCHEDULED, starts_at__gt=now, starts_at__lt=now + timedelta(days=21)
    )
    return list(ahead.filter(Q(customer__owner=host) | Q(recorded_by=host)).values_list("starts_at", flat=True))


def find_opportunity(run: UpsellRun) -> Opportunity | None:
    found: Opportunity | None = Opportunity.objects.filter(run=run).first()
    return found


def was_answered_by_hand(run: UpsellRun) -> bool:
    """Whether a person of ours put the present answer down."""
    lines = Activity.objects.filter(subject_kind="upsellrun", subject_id=run.pk)
    latest = lines.filter(verb__in=["upsell.replied", "upsell.timed_out"]).order_by("-at", "-created_at").first()
    return latest is not None and latest.actor_id is not None


def level_of(run: UpsellRun) -> AutomationLevel:
    return AutomationLevel(run.level)
