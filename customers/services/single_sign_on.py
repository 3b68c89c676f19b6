"""Signing in with the company's own service: begun in this browser, answered once, for who has access here already."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.oidc import OIDC, Identity, NotProven, OidcClient
from customers.clients.outbound import why_off
from customers.clients.wire import place_call
from customers.models import User
from customers.services.activity import record

LIFE = timedelta(minutes=10)
LONGEST_CALL_S = 2.0
"""A person waits at the door: a service that hangs is said to (promise 16)."""


class SignInRefused(Exception):
    """Raised when nobody is let in; the words are for the person at the door."""


def is_offered() -> bool:
    """This will say whether people may sign in with another service."""
    return not why_off(OIDC.name, "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")


def begin(*, to: str, now: datetime) -> tuple[str, dict[str, str]]:
    """This will give the address to sign in at, and what the browser's session keeps until the answer.

    Raises SignInRefused.
    """
    kept = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(64),
        "at": now.isoformat(),
        "to": to,
    }
    client = _client()
    try:
        provider = client.discover(now=now)
    except (NotAccepted, MaybeAccepted) as error:
        raise SignInRefused(f"{error.reason} Sign in with your password, or try again.") from None
    url = client.consent_url(
        provider, redirect_uri=_redirect_uri(), state=kept["state"], nonce=kept["nonce"], verifier=kept["verifier"]
    )
    return url, kept


def finish(kept: Mapping[str, str] | None, *, state: str, code: str, now: datetime) -> User:
    """This will give who signed in there, a person who has access here.

    kept: what `begin` gave, taken out of the session before. Raises SignInRefused.
    """
    began = parse_datetime(kept["at"]) if kept else None
    if kept is None or began is None or not timedelta() <= now - began <= LIFE:
        raise SignInRefused("This sign-in was not begun in this browser, was used already, or took too long.")
    if not hmac.compare_digest(state.encode(), kept["state"].encode()) or not code:
        raise SignInRefused("This answer belongs to no sign-in of this browser.")
    client = _client()
    try:
        provider = client.discover(now=now)
        identity = client.exchange(
            provider, code, redirect_uri=_redirect_uri(), nonce=kept["nonce"], verifier=kept["verifier"], now=now
        )
    except NotProven as error:
        raise SignInRefused(f"The sign-in service's answer was not taken: {error}.") from None
    except (NotAccepted, MaybeAccepted) as error:
        raise SignInRefused(f"{error.reason} Sign in with your password, or begin again.") from None
    return _find_person(identity, now=now)


def _find_person(identity: Identity, *, now: datetime) -> User:
    """By the number there, once it is known; the first time by the address, which must be verified there."""
    known: User | None = User.objects.filter(sso_subject=identity.subject).first()
    if known is None and identity.email:
        known = _tie(identity, now=now)
    if known is None or not known.is_active or known.is_integration:
        raise SignInRefused("Nobody with this sign-in has access here. Ask ops to invite you with the same address.")
    return known


def _tie(identity: Identity, *, now: datetime) -> User | None:
    with transaction.atomic():
        people = User.objects.persons().filter(email__iexact=identity.email, is_active=True, sso_subject="")
        person: User | None = people.first()
        if person is None or not User.objects.filter(pk=person.pk, sso_subject="").update(sso_subject=identity.subject):
            return None
        record(
            "user.sso_tied", "Signs in with the company's service", customer=None, by=person, now=now, subject=person
        )
    return person


def _client() -> OidcClient:
    if not is_offered():
        raise SignInRefused("Signing in with another service is not set up here.")
    return OidcClient(
        settings.OIDC_ISSUER.rstrip("/"),
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        partial(place_call, vendor=OIDC, deadline_s=LONGEST_CALL_S),
    )


def _redirect_uri() -> str:
    return f"{settings.PUBLIC_URL}{reverse('customers:sign_in_sso_answer')}"
