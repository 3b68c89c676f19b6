"""Endpoints that are told of news: ops enter them, see what was sent, and send again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from customers.forms.settings import STALE
from customers.forms.webhook_endpoints import EndpointForm
from customers.models import WebhookDelivery, WebhookEndpoint
from customers.queries.webhook_endpoints import list_deliveries, list_endpoints
from customers.services.webhook_endpoints import (
    EndpointOff,
    redeliver,
    remove_endpoint,
    rotate_secret,
    save_endpoint,
    send_test,
)
from customers.services.workspace import StaleSettings
from customers.view_base import for_ops, put_errors, reader_of
from customers.views.settings import show

TAB = "customers:settings_webhooks"
ONE = "customers:settings_webhook"


@require_GET
@for_ops
def listing(request: HttpRequest) -> HttpResponse:
    context = {"endpoints": list_endpoints(reader_of(request)), "is_off": settings.OUTBOUND != "on"}
    return show(request, "customers/settings_webhooks.html", context, tab=TAB)


@never_cache
@for_ops
def edit(request: HttpRequest, endpoint_id: uuid.UUID | None = None) -> HttpResponse:
    """Enter an endpoint, or change it. Its secret stands on the answer to its making and nowhere else."""
    endpoint = _find(request, endpoint_id) if endpoint_id else WebhookEndpoint()
    form = EndpointForm(
        request.POST or None, instance=_find(request, endpoint_id) if endpoint_id else WebhookEndpoint()
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            saved, secret = save_endpoint(
                endpoint, form.values(), version=version, now=timezone.now(), by=reader_of(request)
            )
        except StaleSettings:
            form.add_error(None, STALE)
        except ValidationError as error:
            put_errors(form, error)
        else:
            if secret:
                return _show_one(request, saved, EndpointForm(instance=saved), secret=secret)
            messages.success(request, "Saved.")
            return redirect(ONE, endpoint_id=saved.pk)
    return _show_one(request, endpoint if endpoint_id else None, form)


@never_cache
@for_ops
def rotate(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Ask once, then make another secret, which is shown this once."""
    endpoint = _find(request, endpoint_id)
    if request.method != "POST":
        return show(request, "customers/settings_webhook_rotate.html", {"endpoint": endpoint}, tab=TAB)
    secret = rotate_secret(endpoint, now=timezone.now(), by=reader_of(request))
    endpoint = _find(request, endpoint_id)
    return _show_one(request, endpoint, EndpointForm(instance=endpoint), secret=secret)


@for_ops
def remove(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Ask once, then tell it no more."""
    endpoint = _find(request, endpoint_id)
    if request.method != "POST":
        return show(request, "customers/settings_webhook_remove.html", {"endpoint": endpoint}, tab=TAB)
    remove_endpoint(endpoint, now=timezone.now(), by=reader_of(request))
    messages.success(request, f"Removed: {endpoint}.")
    return redirect(TAB)


@require_POST
@for_ops
def test(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    endpoint = _find(request, endpoint_id)
    try:
        send_test(endpoint, now=timezone.now(), by=reader_of(request))
    except EndpointOff as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "A test event is on its way; open this page again for the answer.")
    return redirect(ONE, endpoint_id=endpoint.pk)


@for_ops
def delivery(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    """One message: what was sent, every attempt, the last answer. A POST sends it again."""
    row = get_object_or_404(
        WebhookDelivery.objects.visible_to(reader_of(request)).select_related("endpoint"), pk=delivery_id
    )
    if request.method == "POST":
        try:
            if redeliver(row, now=timezone.now(), by=reader_of(request)):
                messages.success(request, "It is sent again; open this page again for the answer.")
            else:
                messages.error(request, "It is on its way just now.")
        except EndpointOff as error:
            messages.error(request, str(error))
        return redirect("customers:settings_webhook_delivery", delivery_id=row.pk)
    return show(request, "customers/settings_webhook_delivery.html", {"delivery": row}, tab=TAB)


def _show_one(
    request: HttpRequest, endpoint: WebhookEndpoint | None, form: EndpointForm, *, secret: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "endpoint": endpoint,
        "secret": secret,
        "deliveries": list_deliveries(endpoint) if endpoint else [],
        "is_off": settings.OUTBOUND != "on",
    }
    return show(request, "customers/settings_webhook.html", context, tab=TAB)


def _find(request: HttpRequest, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.visible_to(reader_of(request)).filter(removed_at=None)
    found: WebhookEndpoint = get_object_or_404(rows, pk=endpoint_id)
    return found
