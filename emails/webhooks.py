"""What mail providers call. Fails closed: without a key nobody is believed (promise 10)."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from emails.providers.sendgrid_events import Forged, Malformed, NoKey, check_signature, read_items
from emails.services.events import keep_batch

EVENTS_LIMIT = 5 * 1024 * 1024
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def sendgrid_events(request: HttpRequest) -> JsonResponse:
    """Keep a signed call of events; a worker applies it. A repeated call is answered alike."""
    now = timezone.now()
    try:
        raw = _read(request, limit=EVENTS_LIMIT)
        check_signature(
            raw,
            signature=request.headers.get(SIGNATURE, ""),
            timestamp=request.headers.get(TIMESTAMP, ""),
            key=settings.SENDGRID_EVENT_PUBLIC_KEY,
            now=now,
        )
        read_items(raw)
    except NoKey as error:
        return _refuse(403, "no_key", error)
    except RequestDataTooBig as error:
        return _refuse(413, "too_large", error)
    except Forged as error:
        return _refuse(401, "bad_signature", error)
    except (Malformed, UnreadablePostError) as error:
        return _refuse(400, "malformed", error)
    keep_batch(raw, now=now)
    return JsonResponse({"status": "kept"})


def _read(request: HttpRequest, *, limit: int) -> bytes:
    """Give the bytes as they came. Raises RequestDataTooBig, before reading where the length is told."""
    told = request.META.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdecimal() and int(told) > limit:
        raise RequestDataTooBig(f"At most {limit // 1024 // 1024} MB are taken here.")
    raw = request.body
    if len(raw) > limit:
        raise RequestDataTooBig(f"At most {limit // 1024 // 1024} MB are taken here.")
    return raw


def _refuse(status: int, code: str, error: Exception) -> JsonResponse:
    log.warning("webhook_refused", code=code, path="sendgrid/events")
    return JsonResponse({"error": {"code": code, "message": str(error)}}, status=status)
