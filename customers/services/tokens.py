"""API tokens: made for a person, shown once, found by their digest, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from customers.enums import Scope
from customers.models import ApiToken, User
from customers.rules.access import may_have_scope
from customers.services.activity import record

PREFIX = "evg_"
SHOWN_CHARACTERS = 10
SECRET_BYTES = 32
DEFAULT_LIFETIME = timedelta(days=90)
LONGEST_LIFE = timedelta(days=366)
USE_NOTED_EVERY = timedelta(minutes=1)
"""A busy token would otherwise cost a write per call."""


class NotYours(PermissionError):
    """Raised when somebody makes a token for another person."""


def create_token(
    user: User,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
    now: datetime,
    by: User | None,
) -> tuple[ApiToken, str]:
    """This will make a token for the person and give it with its key, which cannot be read again.

    by: the person, or ops for an integration; None at the command line. Raises NotYours, and ValidationError with field
    names for an unknown scope, one that the role never has, none at all, or an end in the past.
    """
    if by is not None and not _may_keep(user, by=by):
        raise NotYours("A token is made by whom it speaks for, an integration's by ops.")
    chosen = _check_scopes(user, scopes)
    if expires_at is not None and expires_at <= now:
        raise ValidationError({"expires_at": "The token must expire in the future."})
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name.strip()[:120] or "Token",
            prefix=key[:SHOWN_CHARACTERS],
            digest=digest_of(key),
            scopes=chosen,
            expires_at=expires_at,
        )
        record(
            "token.created",
            f"API token made: {token}",
            customer=None,
            by=by,
            now=now,
            subject=token,
            scopes=chosen,
            user=str(user.pk),
        )
    return token, key


def revoke_token(token: ApiToken, *, now: datetime, by: User) -> bool:
    """This will end the token at once; False when it had been revoked already."""
    with transaction.atomic():
        revoked = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, updated_at=now)
        if revoked:
            record("token.revoked", f"API token revoked: {token}", customer=None, by=by, now=now, subject=token)
    return bool(revoked)


def find_token(key: str, *, now: datetime) -> ApiToken | None:
    """This will find the live token of this key, of a person who may still sign in."""
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(key)).first()
    if token is None or not token.is_live(now) or not token.user.is_active:
        return None
    return token


def note_use(token: ApiToken, *, now: datetime) -> None:
    """This will note that the token was used, at most once a minute."""
    if token.last_used_at is not None and token.last_used_at > now - USE_NOTED_EVERY:
        return
    ApiToken.objects.filter(pk=token.pk).filter(
        Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ).update(last_used_at=now)


def digest_of(key: str) -> str:
    """This will give what is kept of a key. Long random keys need no salt: there is nothing to guess from."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _may_keep(user: User, *, by: User) -> bool:
    return by.is_ops if user.is_integration else by.pk == user.pk


def _check_scopes(user: User, scopes: Iterable[str]) -> list[str]:
    asked = set(scopes)
    unknown = sorted(asked - set(Scope.values))
    if unknown:
        raise ValidationError({"scopes": f"Not a scope: {', '.join(unknown)}. Scopes: {', '.join(Scope.values)}."})
    if not asked:
        raise ValidationError({"scopes": "Name at least one scope."})
    if any(not may_have_scope(user.role, Scope(scope)) for scope in asked):
        raise ValidationError({"scopes": "An integration reads and writes; approving and settings are a person's."})
    if Scope.ADMIN in asked and not user.is_ops:
        raise ValidationError({"scopes": "Only a person of ops can have a token with the scope admin."})
    return [scope for scope in Scope.values if scope in asked]
