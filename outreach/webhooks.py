"""What metering systems call. Fails closed: without a key nobody is believed (promise 10)."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.clients.inbound import Forged, NoKey
from customers.webhook_base import read_body, refuse
from outreach.clients.alert_signatures import check_alert
from outreach.rules.alerts.facts import BadAlert
from outreach.rules.alerts.reading import read_alert
from outreach.services.alerts import keep_alert

ALERT_LIMIT = 256 * 1024


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
