"""What mail providers call. Fails closed: without a key nobody is believed (promise 10)."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.webhook_base import read_body, refuse
from emails.providers import sendgrid_inbound
from emails.providers.sendgrid_events import Forged, Malformed, NoKey, check_signature, read_items
from emails.services.events import keep_batch
from emails.services.inbound import keep_mail

EVENTS_LIMIT = 5 * 1024 * 1024
INBOUND_LIMIT = 30 * 1024 * 1024
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@csrf_exempt
@require_POST
def sendgrid_events(request: HttpRequest) -> JsonResponse:
    """Keep a signed call of events; a worker applies it. A repeated call is answered alike."""
    return take_events(request, key=settings.SENDGRID_EVENT_PUBLIC_KEY)


def take_events(request: HttpRequest, *, key: str) -> JsonResponse:
    """Take a call in if this key signed it; the capture mailbox comes in here with a key of its own."""
    now = timezone.now()
    try:
        raw = read_body(request, limit=EVENTS_LIMIT)
        check_signature(
            raw,
            signature=request.headers.get(SIGNATURE, ""),
            timestamp=request.headers.get(TIMESTAMP, ""),
            key=key,
            now=now,
        )
        read_items(raw)
    except NoKey as error:
        return refuse(403, "no_key", error)
    except RequestDataTooBig as error:
        return refuse(413, "too_large", error)
    except Forged as error:
        return refuse(401, "bad_signature", error)
    except (Malformed, UnreadablePostError) as error:
        return refuse(400, "malformed", error)
    keep_batch(raw, now=now)
    return JsonResponse({"status": "kept"})


@csrf_exempt
@require_POST
def sendgrid_inbound_mail(request: HttpRequest, secret: str) -> JsonResponse:
    """Keep a mail that came in; a worker applies it. A repeated call is answered alike.

    Let in by the secret in the path, or by the same signature as events.
    """
    return take_mail(request, secret, wanted=settings.INBOUND_SECRET.strip())


def take_mail(request: HttpRequest, secret: str, *, wanted: str) -> JsonResponse:
    """Take a mail in if the secret is the wanted one; the capture mailbox comes in here with one of its own."""
    now = timezone.now()
    try:
        knows_secret = _knows_secret(secret, wanted)
        raw = read_body(request, limit=INBOUND_LIMIT)
        if not knows_secret:
            _check_signed(request, raw, now=now)
        keep_mail(raw, request.META.get("CONTENT_TYPE") or "", now=now)
    except NoKey as error:
        return refuse(403, "no_key", error)
    except RequestDataTooBig as error:
        return refuse(413, "too_large", error)
    except Forged as error:
        return refuse(401, "bad_signature", error)
    except (sendgrid_inbound.Malformed, UnreadablePostError) as error:
        return refuse(400, "malformed", error)
    return JsonResponse({"status": "kept"})


def _knows_secret(given: str, wanted: str) -> bool:
    """Say whether the path holds the secret. Raises NoKey where there is none and no signature could be checked."""
    if not wanted and not settings.SENDGRID_EVENT_PUBLIC_KEY.strip():
        raise NoKey("INBOUND_SECRET is not set.")
    return bool(wanted) and compare_digest(given.encode(), wanted.encode())


def _check_signed(request: HttpRequest, raw: bytes, *, now: datetime) -> None:
    """Raise Forged unless the call is signed; NoKey where nothing is set that it could be believed by."""
    signature = request.headers.get(SIGNATURE, "")
    if not settings.SENDGRID_EVENT_PUBLIC_KEY.strip() or not signature:
        if not settings.INBOUND_SECRET.strip():
            raise NoKey("INBOUND_SECRET is not set.")
        raise Forged("The address is not the one that was given out.")
    check_signature(
        raw,
        signature=signature,
        timestamp=request.headers.get(TIMESTAMP, ""),
        key=settings.SENDGRID_EVENT_PUBLIC_KEY,
        now=now,
    )
