"""Which client this installation uses: the real one once it is connected, else its stand-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from customers.clients.outbound import why_off
from customers.clients.wire import Answer, Call, place_call
from customers.services.digests import keyed_digest
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_access import StoredAccess
from outreach.clients.outreach_io_errors import API, OAUTH, NotConnected
from outreach.clients.outreach_io_line import Line
from outreach.clients.outreach_io_oauth import OAuthClient
from outreach.clients.outreach_io_stand_in import server as stand_in
from outreach.clients.slack_stand_in import SlackStandIn
from outreach.clients.zoom import ZoomClient
from outreach.clients.zoom_stand_in import ZoomStandIn
from outreach.models import OutreachConnection

if TYPE_CHECKING:
    from outreach.clients.slack import SlackClient


def why_slack_off() -> str:
    """Say why nothing is posted at Slack; "" when it is."""
    return why_off("Slack", "SLACK_BOT_TOKEN", "SLACK_CHANNEL")


def why_zoom_off() -> str:
    """Say why no meeting is made at Zoom; "" when it is."""
    return why_off("Zoom", "ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_HOST")


def get_zoom() -> ZoomClient | ZoomStandIn:
    return ZoomStandIn() if why_zoom_off() else ZoomClient(deadline_s=settings.ZOOM_TIMEOUT)


def get_slack() -> SlackClient | SlackStandIn:
    if why_slack_off():
        return SlackStandIn()
    # Imported when it is used: the package takes its time.
    from outreach.clients.slack import SlackClient

    return SlackClient(deadline_s=settings.SLACK_TIMEOUT)


CALLBACK = "/api/integrations/outreach/callback"
STAND_IN_CONSENT = "/settings/outreach/stand-in"


def why_outreach_off() -> str:
    """Say why nothing is asked of Outreach.io; "" when it is."""
    return why_off("Outreach.io", "OUTREACH_CLIENT_ID", "OUTREACH_CLIENT_SECRET")


def outreach_client(now: datetime) -> OutreachClient:
    """Give the client with the workspace's connection. Raises NotConnected, also later, when it has ended.

    Short-lived: one for each job, called outside any transaction.
    """
    require_outreach()
    is_real = not why_outreach_off()
    base = settings.OUTREACH_API_BASE.strip().rstrip("/") if is_real else stand_in.API_BASE
    access = outreach_access(now)
    access.check()
    send: Callable[[Call], Answer] = partial(place_call, vendor=API)
    if not is_real:
        send = lambda call: stand_in.send(call, now=access.now())  # noqa: E731
    return OutreachClient(Line(base, send, access))


def require_outreach() -> None:
    """Raise NotConnected where there is neither the real one nor a stand-in to connect to."""
    off = why_outreach_off()
    if off and not settings.OUTREACH_STAND_IN:
        raise NotConnected(off)


def is_outreach_stand_in() -> bool:
    return bool(why_outreach_off()) and settings.OUTREACH_STAND_IN


def outreach_webhook_secrets() -> tuple[str, ...]:
    """Give the keys that its webhooks may be signed with, ours first; empty: nobody is believed."""
    kept = settings.OUTREACH_WEBHOOK_SECRET.strip()
    found = (kept,) if kept else ()
    if is_outreach_stand_in() and OutreachConnection.objects.filter(server=stand_in.SERVER).exists():
        return (*found, keyed_digest("outreach_io.stand_in", "webhooks").hex())
    return found


def outreach_access(now: datetime) -> StoredAccess:
    """Give what stands behind its calls: the tokens and the budget of the connection."""
    return StoredAccess(outreach_oauth(now), outreach_server(), outreach_redirect_uri(), now)


def outreach_oauth(now: datetime) -> OAuthClient:
    """Give the client of consents and grants."""
    if why_outreach_off():
        send = partial(stand_in.send, now=now)
        page = f"{settings.PUBLIC_URL}{STAND_IN_CONSENT}"
        return OAuthClient(stand_in.OAUTH_BASE, stand_in.CLIENT_ID, stand_in.CLIENT_SECRET, send, page)
    return OAuthClient(
        settings.OUTREACH_OAUTH_BASE.strip().rstrip("/"),
        settings.OUTREACH_CLIENT_ID.strip(),
        settings.OUTREACH_CLIENT_SECRET.strip(),
        partial(place_call, vendor=OAUTH),
    )


def outreach_server() -> str:
    """Say which server tokens belong to now: they are never sent to another."""
    if why_outreach_off():
        return stand_in.SERVER
    return f"{settings.OUTREACH_OAUTH_BASE.strip().rstrip('/')} {settings.OUTREACH_API_BASE.strip().rstrip('/')}"[:300]


def outreach_redirect_uri() -> str:
    return f"{settings.PUBLIC_URL}{CALLBACK}"
