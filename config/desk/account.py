"""The account page: a header, and the panels that the apps have registered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.desk.navigation import address
from customers.enums import HoldScope
from customers.models import Activity, Customer, User
from customers.registry.panels import Panel, PanelRequest, find_panel, list_panels
from customers.services.merging import list_ids_with_merged
from customers.view_base import reader_of
from outreach.enums import Choice
from outreach.models import Reaction
from renewals.models import Objection
from renewals.queries.term import read_term

ACTIVITY_PAGE_SIZE = 50
SHOWN_FOR = timedelta(days=1)
"""How long the account page says what was decided after a reply."""


@dataclass(frozen=True)
class FilledPanel:
    """A panel with what it has to show. html: empty for a lazy one, which the page asks for itself."""

    panel: Panel
    html: str = ""


@login_required
@require_GET
def account(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    asked = _ask(request, customer_id)
    panels = [filled for panel in list_panels() if (filled := _fill(panel, asked, request))]
    context = {
        "customer": asked.customer,
        "term": asked.once("term", lambda: read_term(asked.customer, now=asked.now)),
        "can_write": asked.user.is_writer,
        "main_panels": [filled for filled in panels if filled.panel.column == "main"],
        "side_panels": [filled for filled in panels if filled.panel.column == "side"],
        "engage_url": address("renewals:engage", asked.customer.pk),
        "decided": _decided(asked.customer, now=asked.now),
    }
    return render(request, "config/account.html", context)


def _decided(customer: Any, *, now: datetime) -> str:
    """What was chosen after a reply within the last day, for the line that leads to taking it back."""
    if customer.brake_at or not customer.reaction_at or now - customer.reaction_at > SHOWN_FOR:
        return ""
    return str(Choice(customer.reaction_choice).label)


@login_required
@require_GET
def panel(request: HttpRequest, customer_id: uuid.UUID, key: str) -> HttpResponse:
    """One panel alone: as a part for the page that loads it later, or as a page of its own."""
    asked, wanted = _ask(request, customer_id), find_panel(key)
    filled = _fill(wanted, asked, request, now=True) if wanted else None
    if filled is None:
        raise Http404("This account has no such panel.")
    is_part = bool(getattr(request, "htmx", False))
    template = "config/_panel.html" if is_part else "config/panel_page.html"
    return render(request, template, {"filled": filled, "customer": asked.customer})


@login_required
@require_GET
def activity(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Everything that was done at the account, the latest first."""
    customer = get_object_or_404(_accounts(reader_of(request)), pk=customer_id)
    lines = Activity.objects.filter(customer_id__in=list_ids_with_merged(customer))
    page = Paginator(lines.order_by("-at", "-created_at"), ACTIVITY_PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "config/account_activity.html", {"customer": customer, "page": page})


def _ask(request: HttpRequest, customer_id: uuid.UUID) -> PanelRequest:
    reader = reader_of(request)
    return PanelRequest(get_object_or_404(_accounts(reader), pk=customer_id), reader, timezone.now())


def _accounts(reader: User) -> QuerySet[Any]:
    """The reader's accounts with our people and what stops them, in one query."""
    return (
        Customer.objects.visible_to(reader)
        .select_related("owner", "account_executive", "executive")
        .annotate(
            brake=FilteredRelation("brakes", condition=Q(brakes__cleared_at=None)),
            account_hold=FilteredRelation("holds", condition=_open_hold(HoldScope.ACCOUNT)),
            journey_hold=FilteredRelation("holds", condition=_open_hold(HoldScope.JOURNEY)),
        )
        .annotate(
            brake_at=F("brake__set_at"),
            brake_reason=F("brake__reason"),
            account_hold_id=F("account_hold__id"),
            account_hold_until=F("account_hold__until"),
            account_hold_reason=F("account_hold__reason"),
            journey_hold_id=F("journey_hold__id"),
            journey_hold_until=F("journey_hold__until"),
            open_objections=Subquery(_open_objections()),
            reaction_choice=Subquery(_last_reaction().values("choice")[:1]),
            reaction_at=Subquery(_last_reaction().values("decided_at")[:1]),
        )
    )


def _open_objections() -> QuerySet[Any]:
    """How many objections to the account's renewal nobody has met yet."""
    mine = Objection.objects.filter(customer=OuterRef("pk"), settled_at=None, withdrawn_at=None)
    return mine.order_by().values("customer").annotate(number=Count("pk")).values("number")


def _last_reaction() -> QuerySet[Any]:
    """What was decided after the latest reply, if it stands."""
    return Reaction.objects.filter(customer=OuterRef("pk"), undone_at=None).order_by("-decided_at")


def _open_hold(scope: HoldScope) -> Q:
    return Q(holds__ended_at=None, holds__scope=scope)


def _fill(panel: Panel, asked: PanelRequest, request: HttpRequest, *, now: bool = False) -> FilledPanel | None:
    if panel.is_lazy and not now:
        return FilledPanel(panel)
    context = panel.load(asked)
    if context is None:
        return None
    shared = {"customer": asked.customer, "panel": panel, "can_write": asked.user.is_writer, "now": asked.now}
    return FilledPanel(panel, render_to_string(panel.template, {**shared, **context}, request))


account_patterns = [
    path("customers/<uuid:customer_id>", account, name="account"),
    path("customers/<uuid:customer_id>/activity", activity, name="account_activity"),
    path("customers/<uuid:customer_id>/panels/<slug:key>", panel, name="account_panel"),
]
"""Stand in the ground's namespace (`customers:account`), as every app links to them; config/urls.py puts them there."""
