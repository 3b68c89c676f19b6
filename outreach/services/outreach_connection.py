"""The connection to Outreach.io: consent asked for, code traded for tokens, ended and revoked.

Source: RFC 9700, 2.1 and 4.7: a state that only this browser's session knows, good once and not for long, with PKCE;
the answer leads to one page, whatever it asks for.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import User
from customers.models.workspace import ONLY_ID
from customers.services.activity import record
from customers.services.digests import keyed_digest, seal
from customers.services.workspace import NotOps
from outreach.clients.choice import outreach_oauth, outreach_redirect_uri, outreach_server, require_outreach
from outreach.clients.outreach_io_access import LEASE, forget_tokens, unseal
from outreach.clients.outreach_io_errors import NotConnected, RateLimited
from outreach.clients.outreach_io_oauth import GRANT_PAUSE, SCOPES, Grant
from outreach.enums import ConnectionState
from outreach.models import OAuthState, OutreachConnection, OutreachMailbox, OutreachSequence
from outreach.rules.outreach_io.limits import CALLS_PER_HOUR
from outreach.services.outreach_webhooks import drop_webhooks
from outreach.signals import outreach_changed

CONSENT_LIFE = timedelta(minutes=10)
KEPT_FOR = timedelta(days=7)
LONGEST_CODE = 2000
REFUSED = "This consent was not begun in this browser, was used already, or took too long: connect once more."


class ConsentRefused(Exception):
    """Raised when a callback connects nothing; the words are for the person."""


@dataclass(frozen=True)
class Consent:
    """What a callback brings. session_secret: what the browser's session kept when it was begun."""

    state: str
    code: str
    error: str
    session_secret: str


def begin_consent(*, session_secret: str, now: datetime, by: User) -> str:
    """This will give the address where the person consents. Raises NotOps, NotConnected."""
    if not by.is_ops:
        raise NotOps("Only ops may connect Outreach.io.")
    require_outreach()
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    OAuthState.objects.filter(expires_at__lt=now - KEPT_FOR).delete()
    OAuthState.objects.create(
        user=by,
        state_digest=_digest("state", state),
        session_digest=_digest("session", session_secret),
        sealed_verifier=seal(verifier.encode()),
        server=outreach_server(),
        expires_at=now + CONSENT_LIFE,
    )
    return outreach_oauth(now).authorization_url(redirect_uri=outreach_redirect_uri(), state=state, verifier=verifier)


def take_consent(consent: Consent, *, now: datetime, by: User) -> OutreachConnection:
    """This will trade the code for tokens and keep them. Raises ConsentRefused; then nothing has changed."""
    if not by.is_ops:
        raise ConsentRefused("Only ops may connect Outreach.io.")
    begun = _use_state(consent, now=now, by=by)
    if consent.error or not consent.code:
        raise ConsentRefused("Outreach.io was not connected: the consent was not given.")
    if not consent.code.isprintable() or len(consent.code) > LONGEST_CODE:
        raise ConsentRefused("Outreach.io's answer cannot be read.")
    lease = _take_lease(now)
    try:
        grant = outreach_oauth(now).exchange(
            consent.code, redirect_uri=outreach_redirect_uri(), verifier=unseal(begun.sealed_verifier), now=now
        )
    except (NotAccepted, MaybeAccepted) as error:
        OutreachConnection.objects.filter(pk=ONLY_ID, lease=lease).update(lease=None, lease_until=None)
        raise ConsentRefused(_words_of(error)) from error
    return _connect(grant, lease=lease, server=begun.server, now=now, by=by)


def disconnect(*, now: datetime, by: User) -> str:
    """This will forget the tokens and revoke them there. Gives what could not be done there; "" when all was.

    Raises NotOps. What is forgotten here is forgotten whatever Outreach.io answers.
    """
    if not by.is_ops:
        raise NotOps("Only ops may disconnect Outreach.io.")
    row = OutreachConnection.objects.filter(pk=ONLY_ID).first()
    if row is None or row.state == ConnectionState.DISCONNECTED:
        return ""
    left = _tidy_up(row, now=now)
    with transaction.atomic():
        forget_tokens("", state=ConnectionState.DISCONNECTED, lease=None, now=now)
        record("outreach_io.disconnected", "Outreach.io disconnected", customer=None, by=by, now=now, left=left)
        transaction.on_commit(lambda: outreach_changed.send(None))
    return left


def missing_scopes(row: OutreachConnection) -> list[str]:
    """This will name the scopes that were asked for and not given; a server that tells none gave all."""
    given = set(row.scopes)
    return [scope for scope in SCOPES if given and scope not in given]


def _use_state(consent: Consent, *, now: datetime, by: User) -> OAuthState:
    """This will use the state up. Missing, another's, of another session, used or too old: ConsentRefused."""
    row = OAuthState.objects.filter(state_digest=_digest("state", consent.state), user=by).first()
    is_theirs = row is not None and hmac.compare_digest(row.session_digest, _digest("session", consent.session_secret))
    if row is None or not consent.state or not consent.session_secret or not is_theirs:
        raise ConsentRefused(REFUSED)
    used = OAuthState.objects.filter(pk=row.pk, used_at__isnull=True, expires_at__gt=now).update(used_at=now)
    if not used or row.server != outreach_server():
        raise ConsentRefused(REFUSED)
    found: OAuthState = row
    return found


def _take_lease(now: datetime) -> UUID:
    """This will take the right to ask for tokens, once a minute. Raises ConsentRefused."""
    OutreachConnection.objects.get_or_create(pk=ONLY_ID)
    lease = uuid4()
    taken = (
        OutreachConnection.objects.filter(pk=ONLY_ID)
        .filter(Q(lease__isnull=True) | Q(lease_until__lte=now))
        .filter(Q(last_grant_at__isnull=True) | Q(last_grant_at__lte=now - GRANT_PAUSE) | ~Q(server=outreach_server()))
        .update(lease=lease, lease_until=now + LEASE, last_grant_at=now)
    )
    if not taken:
        raise ConsentRefused("Outreach.io gives one grant a minute: connect once more in a minute.")
    return lease


def _connect(grant: Grant, *, lease: UUID, server: str, now: datetime, by: User) -> OutreachConnection:
    with transaction.atomic():
        row = OutreachConnection.objects.select_for_update().filter(pk=ONLY_ID, lease=lease).first()
        if row is None:
            raise ConsentRefused("Somebody else connected Outreach.io at the same moment.")
        if row.server != server:
            _begin_anew(row, now=now)
        row.state, row.server, row.reason, row.ended_at = ConnectionState.CONNECTED, server, "", None
        row.sealed_access, row.sealed_refresh = seal(grant.access.encode()), seal(grant.refresh.encode())
        row.access_expires_at, row.scopes = grant.expires_at, list(grant.scopes)
        row.connected_at, row.connected_by = now, by
        row.lease = row.lease_until = row.blocked_until = None
        row.discover_next_at, row.discover_error = now, ""
        row.grants += 1
        row.save()
        summary = "Outreach.io connected"
        record("outreach_io.connected", summary, customer=None, by=by, now=now, scopes=list(grant.scopes))
        transaction.on_commit(lambda: outreach_changed.send(None))
    connected: OutreachConnection = row
    return connected


def _begin_anew(row: OutreachConnection, *, now: datetime) -> None:
    """This will forget what was counted and read at another server: its numbers mean nothing here."""
    row.rate_limit, row.rate_used, row.rate_resets_at, row.rate_is_told = CALLS_PER_HOUR, 0, None, False
    row.webhook_ids, row.discovered_at = [], None
    for model in (OutreachSequence, OutreachMailbox):
        model.objects.filter(is_gone=False).update(is_gone=True, updated_at=now)


def _tidy_up(row: OutreachConnection, *, now: datetime) -> str:
    """This will take the webhooks away and revoke the tokens, as far as they still work."""
    if not row.is_connected or row.server != outreach_server():
        return ""
    problems = []
    try:
        drop_webhooks(row, now=now)
    except (NotAccepted, MaybeAccepted) as error:
        problems.append(f"Its webhooks stay there: {error.reason}")
    try:
        outreach_oauth(now).revoke(unseal(row.sealed_refresh), now=now)
    except (NotAccepted, MaybeAccepted) as error:
        problems.append(f"The tokens were not revoked there, take the app off at Outreach.io: {error.reason}")
    return " ".join(problems)[:300]


def _words_of(error: NotAccepted | MaybeAccepted) -> str:
    if isinstance(error, RateLimited | NotConnected):
        return error.reason
    return f"Outreach.io gave no tokens: {error.reason}"


def _digest(purpose: str, value: str) -> str:
    return keyed_digest(f"outreach_io.{purpose}", value).hex()
