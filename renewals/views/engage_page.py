"""The Engage workspace put on the page: its head, the rail of steps, one step's artifact."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from customers.view_base import reader_of
from renewals.models import EngageRun
from renewals.queries.steps.actions import build_actions_step
from renewals.queries.steps.emails import build_emails_step
from renewals.queries.steps.plan import build_plan_step
from renewals.queries.steps.pricing import build_pricing_step
from renewals.queries.steps.rail import StepNote, note_steps
from renewals.queries.steps.rehearsal import build_rehearsal_step
from renewals.queries.steps.sequence import build_sequence_step, parse_order
from renewals.queries.steps.start import build_start, list_gaps
from renewals.queries.workspace import Workspace, find_workspace
from renewals.rules.readiness import Gap, GapKind


@dataclass(frozen=True)
class Step:
    """One of the six steps. promise: what it will hold, said before Engage is opened."""

    code: str
    title: str
    lead: str
    promise: str
    build: Callable[[Workspace, EngageRun, HttpRequest], Any]

    @property
    def template(self) -> str:
        return f"renewals/engage/{self.code}.html"


STEPS: tuple[Step, ...] = (
    Step(
        "sequence",
        "Sequence",
        "Whom to contact, in what order, on which day, and who of us does it.",
        "Whom to contact, in what order, on which day, and who of us does it.",
        lambda workspace, run, request: build_sequence_step(workspace, run, wanted=_tried_order(request)),
    ),
    Step(
        "pricing",
        "Price communication",
        "How openly the emails state the new price, and to whom differently.",
        "How openly the price is stated, to whom differently, and the way back if it goes badly.",
        lambda workspace, run, request: build_pricing_step(workspace, run, shown=_tried_approach(request)),
    ),
    Step(
        "emails",
        "Emails",
        "One for each person, in order. Edit in place; nothing leaves before you confirm it.",
        "A finished email to each person, yours to edit, preview and send.",
        lambda workspace, run, request: build_emails_step(workspace, run, reader=reader_of(request)),
    ),
    Step(
        "plan",
        "Execution plan",
        "Day by day to the notice deadline: what is sure, and what only happens if.",
        "Day by day to the notice deadline, around weekends and holidays, with every follow-up.",
        lambda workspace, run, request: build_plan_step(workspace, run),
    ),
    Step(
        "rehearsal",
        "Rehearsal",
        "What they are most likely to object, and how to answer.",
        "The one or two likeliest objections with an answer to each.",
        lambda workspace, run, request: build_rehearsal_step(workspace, run),
    ),
    Step(
        "actions",
        "Action plan",
        "What Evergreen does by itself and what is up to people.",
        "Tasks with owners and due days, by people and by Evergreen.",
        lambda workspace, run, request: build_actions_step(workspace, run, show=request.GET.get("show", "")),
    ),
)
BY_CODE: Mapping[str, Step] = {step.code: step for step in STEPS}


@dataclass(frozen=True)
class RailItem:
    """A step in the rail. url: empty until Engage is opened."""

    number: int
    code: str
    title: str
    note: str = ""
    url: str = ""
    is_current: bool = False
    is_done: bool = False


@dataclass(frozen=True)
class FormState:
    """A form that was refused, as it was typed. field: which of the forms on the page it is. error: of the reason;
    problem: of anything else."""

    field: str = ""
    reason: str = ""
    error: str = ""
    problem: str = ""


@dataclass(frozen=True)
class GapRow:
    text: str
    consequence: str
    url: str
    action: str


@dataclass(frozen=True)
class Shown:
    """What of a page depends on the step. template, lead: of the artifact."""

    title: str
    lead: str
    template: str
    code: str = ""
    next: RailItem | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def _tried_order(request: HttpRequest) -> tuple[str, ...]:
    """Read an order that is tried out: from the address, or from a form that was refused."""
    return parse_order(request.GET.get("order", "") or request.POST.get("order", ""))


def _tried_approach(request: HttpRequest) -> str:
    """Read the approach that is looked at; a person's own variation is not meant by it."""
    if "stakeholder" in request.POST:
        return ""
    return request.GET.get("approach", "") or request.POST.get("approach", "")


def require_workspace(request: HttpRequest, customer_id: uuid.UUID) -> Workspace:
    """This will read the workspace; what is not there or not the reader's is a 404."""
    workspace = find_workspace(customer_id, user=reader_of(request), now=timezone.now())
    if workspace is None:
        raise Http404
    return workspace


def step_url(customer_id: uuid.UUID, code: str) -> str:
    return reverse("renewals:engage_step", args=[customer_id, code])


def page_url(customer_id: uuid.UUID) -> str:
    return reverse("renewals:engage", args=[customer_id])


def usual_step(workspace: Workspace) -> str:
    """Choose where the page opens: at the first decision, at the emails while some are unsent, then at the tasks."""
    if workspace.plan is None or not workspace.sent_count:
        return "sequence"
    return "emails" if workspace.sent_count < len(workspace.first_emails) else "actions"


def show(request: HttpRequest, workspace: Workspace, code: str, *, form: FormState | None = None) -> HttpResponse:
    """This will render the page, or for htmx only the parts that a step changes."""
    run = workspace.run
    shown = _start(workspace) if run is None else _step(request, workspace, run, BY_CODE[code])
    may_write = reader_of(request).is_writer
    context = {
        "workspace": workspace,
        "step": shown,
        "rail": _rail(workspace, run, current=shown.code),
        "urls": _urls(workspace),
        "may_write": may_write,
        "may_change": may_write and workspace.is_live,
        "form": form or FormState(),
        **shown.extra,
    }
    response = render(request, _template(request), context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _template(request: HttpRequest) -> str:
    htmx = request.htmx  # type: ignore[attr-defined]
    is_part = htmx and not htmx.history_restore_request and not htmx.boosted
    return "renewals/engage/parts.html" if is_part else "renewals/engage/page.html"


def _start(workspace: Workspace) -> Shown:
    contract = workspace.contract
    extra: dict[str, Any] = {"promise": STEPS}
    if contract is not None:
        start = build_start(workspace, contract)
        extra |= {"start": start, "gaps": [gap_row(gap, workspace) for gap in start.gaps]}
    return Shown("Engage", "Proactive outreach with the renewal proposal.", "renewals/engage/_start.html", extra=extra)


def _step(request: HttpRequest, workspace: Workspace, run: EngageRun, step: Step) -> Shown:
    artifact = step.build(workspace, run, request)
    extra: dict[str, Any] = {"artifact": artifact}
    if step.code == "emails" and workspace.contract is not None:
        price = [gap for gap in list_gaps(workspace, workspace.contract) if gap.kind in PRICE_GAPS]
        extra["price_gap"] = gap_row(price[0], workspace) if price else None
    return Shown(
        title=step.title,
        lead=step.lead,
        template=step.template,
        code=step.code,
        next=_next(workspace, step),
        extra=extra,
    )


def _next(workspace: Workspace, step: Step) -> RailItem | None:
    place = STEPS.index(step) + 1
    if place == len(STEPS):
        return None
    following = STEPS[place]
    url = step_url(workspace.customer.pk, following.code)
    return RailItem(place + 1, following.code, following.title, url=url)


def _rail(workspace: Workspace, run: EngageRun | None, *, current: str) -> list[RailItem]:
    if run is None:
        return [RailItem(number, step.code, step.title) for number, step in enumerate(STEPS, start=1)]
    notes = note_steps(workspace, run)
    return [
        _rail_item(number, step, notes[step.code], workspace, is_current=step.code == current)
        for number, step in enumerate(STEPS, start=1)
    ]


def _rail_item(number: int, step: Step, note: StepNote, workspace: Workspace, *, is_current: bool) -> RailItem:
    return RailItem(
        number,
        step.code,
        step.title,
        note=note.note,
        url=step_url(workspace.customer.pk, step.code),
        is_current=is_current,
        is_done=note.is_done,
    )


PRICE_GAPS = frozenset({GapKind.TARGET_PRICE, GapKind.PRICE_LOCK})
MENDING: Mapping[GapKind, tuple[str, str, str]] = {
    GapKind.TARGET_PRICE: ("renewals:target_price", "", "Set the price"),
    GapKind.PRICE_LOCK: ("renewals:lock_price", "", "Lock the price"),
    GapKind.PEOPLE: ("customers:person_new", "", "Add a person"),
    GapKind.ROLE: ("customers:account", "#people", "See the people"),
    GapKind.ADDRESS: ("customers:account", "#people", "Enter it"),
    GapKind.SCORES: ("customers:account_edit", "", "Enter them"),
    GapKind.STOPPED: ("customers:account", "", "See the account"),
}
"""Kind of gap → the page that mends it, the place on it, the words of the link."""


def gap_row(gap: Gap, workspace: Workspace) -> GapRow:
    name, anchor, action = MENDING[gap.kind]
    return GapRow(gap.text, gap.consequence, reverse(name, args=[workspace.customer.pk]) + anchor, action)


def _urls(workspace: Workspace) -> dict[str, str]:
    """The addresses that the templates of the page lead to."""
    pk = workspace.customer.pk
    actions = ("open", "close", "write", "replan", "strategy", "order", "owner", "price", "variation")
    return {
        "book": reverse("renewals:book"),
        "account": reverse("customers:account", args=[pk]),
        "contract": reverse("renewals:contract", args=[pk]),
        "person_new": reverse("customers:person_new", args=[pk]),
        "engage": page_url(pk),
        "brake": reverse("renewals:brake", args=[pk]),
        "negotiate": reverse("renewals:negotiate", args=[pk]),
        **{step.code: step_url(pk, step.code) for step in STEPS},
        **{name: reverse(f"renewals:engage_{name}", args=[pk]) for name in actions},
    }
