"""The pipeline of expansions, and one of them: where it stands, why, and what came of introducing it."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.queries.kept import figures_of
from customers.queries.paging import NearerEndPaginator
from customers.view_base import put_errors, reader_of
from outreach.enums import OpportunityStage
from outreach.expansion_forms import StageForm
from outreach.queries.opportunities import (
    OPEN_STAGES,
    as_rows,
    list_opportunities,
    list_owners,
    list_record,
    sum_stages,
)
from outreach.rules.upsell.stages import CLOSED, ORDER
from outreach.services.opportunities import StageMoved, change_stage
from outreach.view_base import expansion_tabs

PAGE_SIZE = 25
OPEN = "open"


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """List the reader's opportunities; `stage` (or "open") and `owner` narrow it down."""
    reader, now = reader_of(request), timezone.now()
    stage, owner = request.GET.get("stage", OPEN), request.GET.get("owner", "")
    mine = _of_owner(list_opportunities(reader), owner)
    sums = figures_of(reader, "opportunities", owner, read=lambda: sum_stages(mine))
    shown = _stages_of(stage)
    paginator = NearerEndPaginator(_in_stages(mine, shown).order_by("-found_at", "pk"), PAGE_SIZE)
    paginator.count = sum(one.count for one in sums if one.stage in shown)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": as_rows(page, now=now),
        "sums": sums,
        "stage": stage,
        "owner": owner,
        "owners": figures_of(reader, "opportunities' owners", read=lambda: list_owners(reader)),
        "stages": OpportunityStage.choices,
        "tabs": expansion_tabs("outreach:opportunities"),
    }
    return render(request, "outreach/opportunities.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def page(request: HttpRequest, opportunity_id: uuid.UUID) -> HttpResponse:
    """One opportunity; a POST moves it to another stage."""
    reader, now = reader_of(request), timezone.now()
    opportunity = get_object_or_404(list_opportunities(reader), pk=opportunity_id)
    form = StageForm(
        request.POST if request.method == "POST" else None,
        initial={"stage": opportunity.stage, "seen": opportunity.stage},
    )
    if request.method == "POST":
        if not reader.is_writer:
            raise PermissionDenied
        if form.is_valid() and _move(request, opportunity, form):
            return redirect("outreach:opportunity", opportunity.pk)
    introductions = opportunity.introductions.select_related("draft", "written_by").defer("draft__body", "draft__facts")
    context = {
        "opportunity": opportunity,
        "customer": opportunity.customer,
        "row": as_rows([opportunity], now=now)[0],
        "introductions": list(introductions),
        "lines": list_record(opportunity),
        "form": form,
        "can_write": reader.is_writer,
        "is_closed": opportunity.stage in CLOSED,
        "tabs": expansion_tabs("outreach:opportunities"),
    }
    return render(request, "outreach/opportunity.html", context)


def _move(request: HttpRequest, opportunity: Any, form: StageForm) -> bool:
    asked = form.cleaned_data
    stage = OpportunityStage(asked["stage"])
    try:
        change_stage(
            opportunity,
            stage=stage,
            seen=asked["seen"],
            reason=asked["reason"],
            now=timezone.now(),
            by=reader_of(request),
        )
    except ValidationError as error:
        put_errors(form, error)
        return False
    except StageMoved as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"{stage.label}: {opportunity.name}")
    return True


def _of_owner(rows: Any, owner: str) -> Any:
    try:
        return rows.filter(customer__owner=UUID(owner)) if owner else rows
    except ValueError:
        return rows.none()


def _stages_of(stage: str) -> tuple[str, ...]:
    if stage in OpportunityStage.values:
        return (stage,)
    return ORDER if stage == "all" else OPEN_STAGES


def _in_stages(rows: Any, shown: tuple[str, ...]) -> Any:
    """One stage has its index. Of several the rows are walked from the latest, where an IN would have them sorted."""
    if len(shown) == 1:
        return rows.filter(stage=shown[0])
    return rows.exclude(stage__in=[stage for stage in ORDER if stage not in shown])
