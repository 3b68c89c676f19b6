"""What metering systems, Slack and Outreach.io call. Fails closed: without a key nobody is believed (promise 10)."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.clients.inbound import Forged, NoKey
from customers.webhook_base import read_body, refuse
from outreach.clients.alert_signatures import check_alert
from outreach.clients.choice import outreach_webhook_secrets
from outreach.clients.outreach_io_signatures import HEADER, check_news
from outreach.clients.slack_playing import SIGNATURE, TIMESTAMP
from outreach.rules.alerts.facts import BadAlert
from outreach.rules.alerts.reading import read_alert
from outreach.rules.enrollment.news import BadNews, check_age, read_news
from outreach.rules.slack_clicks import BadClick, read_interaction
from outreach.services.alerts import keep_alert
from outreach.services.outreach_news import keep_news
from outreach.services.slack_clicks import keep_click

ALERT_LIMIT = 256 * 1024
CLICK_LIMIT = 256 * 1024
NEWS_LIMIT = 1024 * 1024


@csrf_exempt
@require_POST
def usage_alerts(request: HttpRequest) -> JsonResponse:
    """Keep a signed usage alert; a worker decides on it. A repeated call is answered alike."""
    now = timezone.now()
    webhook_id = request.headers.get("webhook-id", "")
    try:
        raw = read_body(request, limit=ALERT_LIMIT)
        check_alert(
            raw,
            webhook_id=webhook_id,
            timestamp=request.headers.get("webhook-timestamp", ""),
            signature=request.headers.get("webhook-signature", ""),
            secrets=settings.USAGE_ALERT_SECRETS,
            now=now,
        )
        alert = read_alert(raw, webhook_id=webhook_id)
    except NoKey as error:
        return refuse(403, "no_key", error)
    except RequestDataTooBig as error:
        return refuse(413, "too_large", error)
    except Forged as error:
        return refuse(401, "bad_signature", error)
    except (BadAlert, UnreadablePostError) as error:
        return refuse(400, "malformed", error)
    keep_alert(alert, webhook_id=webhook_id, now=now)
    return JsonResponse({"status": "kept"})


@csrf_exempt
@require_POST
def slack_interactions(request: HttpRequest) -> HttpResponse:
    """Keep a click that Slack signed; a worker applies it. A repeated call is answered alike."""
    return take_interaction(request)


def take_interaction(request: HttpRequest, *, secret: str | None = None) -> HttpResponse:
    """Take a click in if this secret, else that of the settings, signed it; the stand-in comes in here."""
    # The package takes its time to import: only a process that hears clicks has it.
    from outreach.clients.slack import check_signature

    now = timezone.now()
    try:
        raw = read_body(request, limit=CLICK_LIMIT)
        check_signature(
            raw,
            timestamp=request.headers.get(TIMESTAMP, ""),
            signature=request.headers.get(SIGNATURE, ""),
            now=now,
            secret=secret,
        )
        clicked = read_interaction(raw)
    except NoKey as error:
        return refuse(403, "no_key", error)
    except RequestDataTooBig as error:
        return refuse(413, "too_large", error)
    except Forged as error:
        return refuse(401, "bad_signature", error)
    except (BadClick, UnreadablePostError) as error:
        return refuse(400, "malformed", error)
    if clicked is not None:
        keep_click(clicked, raw, now=now)
    # Slack shows whatever stands in the body: nothing.
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
def outreach_news(request: HttpRequest) -> JsonResponse:
    """Keep what Outreach.io signed; a worker applies it. A repeated call is answered alike."""
    now = timezone.now()
    try:
        raw = read_body(request, limit=NEWS_LIMIT)
        check_news(raw, signature=request.headers.get(HEADER, ""), secrets=outreach_webhook_secrets())
        news = read_news(raw)
        check_age(news, now=now)
    except NoKey as error:
        return refuse(403, "no_key", error)
    except RequestDataTooBig as error:
        return refuse(413, "too_large", error)
    except Forged as error:
        return refuse(401, "bad_signature", error)
    except (BadNews, UnreadablePostError) as error:
        return refuse(400, "malformed", error)
    keep_news(raw, news, now=now)
    return JsonResponse({"status": "kept"})
