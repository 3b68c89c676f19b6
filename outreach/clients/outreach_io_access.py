"""What stands behind every call to Outreach.io: tokens and budget, shared by all processes through one row.

New tokens are asked for by one process at a time: it takes a lease on the row, which is what a row lock would be if the
call could be made inside a transaction, and on SQLite too. The old refresh token is worthless once it was used, so the
new one is written before anything else happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.deadline import DEADLINE_S
from customers.models.workspace import ONLY_ID
from customers.services.digests import seal, sealer
from outreach.clients.outreach_io_errors import NotConnected, RateLimited
from outreach.clients.outreach_io_oauth import GRANT_PAUSE, Grant, OAuthClient, RefreshRefused
from outreach.enums import ConnectionState
from outreach.models import OutreachConnection
from outreach.rules.outreach_io.limits import WINDOW, Limits

EARLY = timedelta(minutes=2)
"""A token is renewed so long before it ends."""

LEASE = timedelta(seconds=DEADLINE_S + 10)
PATIENCE_S = DEADLINE_S + 5
LOOK_EVERY_S = 0.05
SAME_WINDOW = timedelta(seconds=5)
"""Moments of one window differ by the seconds in which they are told."""

RECONNECT = "Outreach.io no longer takes our refresh token: connect again."


@dataclass
class StoredAccess:
    """The connection's tokens and its budget. started_at: the door's moment, from which time goes on by itself."""

    oauth: OAuthClient
    server: str
    redirect_uri: str
    started_at: datetime
    sleep: Callable[[float], None] = time.sleep
    _since: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.started_at + timedelta(seconds=max(0.0, time.monotonic() - self._since))

    def check(self) -> None:
        """Raise NotConnected unless there is a connection that works, as far as it is known."""
        self._row()

    def token(self) -> str:
        """This will give the token that is kept, or a new one shortly before it ends."""
        row, now = self._row(), self.now()
        if not row.sealed_access or row.access_expires_at is None or row.access_expires_at <= now:
            return self.renewed("")
        kept = unseal(row.sealed_access)
        if row.access_expires_at - EARLY > now:
            return kept
        # It is good for a while yet: whoever may ask renews it, nobody waits for that.
        lease = self._take_lease()
        if lease is None:
            return kept
        try:
            return self._grant(lease)
        except NotConnected:
            raise
        except (NotAccepted, MaybeAccepted):
            return kept

    def renewed(self, refused: str) -> str:
        """This will give another token than `refused`: one that another process got meanwhile, or a new grant.

        At most one grant a minute is asked for. Raises NotConnected, RateLimited, NotAccepted, MaybeAccepted.
        """
        given_up_at = time.monotonic() + PATIENCE_S
        while True:
            row = self._row()
            if kept := self._other_token(row, refused):
                return kept
            self._check_pause(row)
            if lease := self._take_lease():
                return self._grant(lease)
            if time.monotonic() > given_up_at:
                raise NotAccepted("New tokens of Outreach.io are being asked for elsewhere.", can_retry=True)
            self.sleep(LOOK_EVERY_S)

    def spend(self) -> None:
        """This will count one call of the hour. Raises RateLimited when none is left or the vendor said to wait."""
        now = self.now()
        free = Q(blocked_until__isnull=True) | Q(blocked_until__lte=now)
        rows = OutreachConnection.objects.filter(pk=ONLY_ID).filter(free)
        if rows.filter(rate_resets_at__gt=now, rate_used__lt=F("rate_limit")).update(rate_used=F("rate_used") + 1):
            return
        over = Q(rate_resets_at__isnull=True) | Q(rate_resets_at__lte=now)
        if rows.filter(over).update(rate_used=1, rate_resets_at=now + WINDOW, rate_is_told=False):
            return
        # Another process may have opened the window between the two.
        if rows.filter(rate_resets_at__gt=now, rate_used__lt=F("rate_limit")).update(rate_used=F("rate_used") + 1):
            return
        until = goes_on_at(OutreachConnection.objects.filter(pk=ONLY_ID).first(), now=now) or now + WINDOW / 60
        raise RateLimited("The calls to Outreach.io of this hour are used up.", until=until, now=now)

    def hear(self, limits: Limits, *, blocked_until: datetime | None) -> None:
        """This will take over what the vendor counts, never fewer calls than ours, and wait where it says so."""
        now = self.now()
        rows = OutreachConnection.objects.filter(pk=ONLY_ID)
        if blocked_until is not None:
            earlier = Q(blocked_until__isnull=True) | Q(blocked_until__lt=blocked_until)
            rows.filter(earlier).update(blocked_until=blocked_until)
            return
        if limits.limit and limits.remaining is not None:
            self._follow(limits.limit, max(0, limits.limit - limits.remaining), limits.resets_at)
        if limits.remaining == 0 and limits.resets_at is not None and limits.resets_at > now:
            rows.update(blocked_until=limits.resets_at)

    def _follow(self, limit: int, used: int, resets_at: datetime | None) -> None:
        rows = OutreachConnection.objects.filter(pk=ONLY_ID)
        if resets_at is not None:
            # Our own guess of the window gives way to theirs; what we counted stays, as other calls are under way.
            told = {"rate_limit": limit, "rate_resets_at": resets_at, "rate_is_told": True}
            if rows.filter(rate_is_told=False).update(**told, rate_used=Greatest(F("rate_used"), used)):
                return
            # Theirs gives way to their next.
            if rows.filter(rate_resets_at__lt=resets_at - SAME_WINDOW).update(**told, rate_used=used):
                return
        rows.filter(rate_used__lt=used).update(rate_used=used)

    def _row(self) -> OutreachConnection:
        row = OutreachConnection.objects.filter(pk=ONLY_ID).first()
        return checked(row, server=self.server)

    def _other_token(self, row: OutreachConnection, refused: str) -> str:
        if not row.sealed_access or row.access_expires_at is None or row.access_expires_at <= self.now():
            return ""
        kept = unseal(row.sealed_access)
        return kept if kept != refused else ""

    def _check_pause(self, row: OutreachConnection) -> None:
        now = self.now()
        if row.lease_until is not None and row.lease_until > now:
            return
        if row.last_grant_at is not None and row.last_grant_at + GRANT_PAUSE > now:
            until = row.last_grant_at + GRANT_PAUSE
            raise RateLimited("Outreach.io gives one grant a minute.", until=until, now=now, code="grant_limit")

    def _take_lease(self) -> UUID | None:
        """This will take the right to ask, unless somebody has it or asked within the last minute."""
        now, lease = self.now(), uuid4()
        taken = (
            OutreachConnection.objects.filter(pk=ONLY_ID, state=ConnectionState.CONNECTED)
            .filter(Q(lease__isnull=True) | Q(lease_until__lte=now))
            .filter(Q(last_grant_at__isnull=True) | Q(last_grant_at__lte=now - GRANT_PAUSE))
            .update(lease=lease, lease_until=now + LEASE, last_grant_at=now)
        )
        return lease if taken else None

    def _grant(self, lease: UUID) -> str:
        row = self._row()
        try:
            grant = self.oauth.refresh(unseal(row.sealed_refresh), redirect_uri=self.redirect_uri, now=self.now())
        except RefreshRefused as error:
            forget_tokens(RECONNECT, state=ConnectionState.RECONNECT, lease=lease, now=self.now())
            raise NotConnected(RECONNECT) from error
        except (NotAccepted, MaybeAccepted):
            OutreachConnection.objects.filter(pk=ONLY_ID, lease=lease).update(lease=None, lease_until=None)
            raise
        if not keep_grant(grant, lease=lease):
            raise NotConnected("Outreach.io was disconnected meanwhile.")
        return grant.access


def goes_on_at(row: OutreachConnection | None, *, now: datetime) -> datetime | None:
    """This will say when calls may be made again; None when they may now."""
    if row is None:
        return None
    moments = [row.blocked_until] if row.blocked_until is not None and row.blocked_until > now else []
    if row.rate_resets_at is not None and row.rate_resets_at > now and row.rate_used >= row.rate_limit:
        moments.append(row.rate_resets_at)
    return max(moments, default=None)


def keep_grant(grant: Grant, *, lease: UUID) -> bool:
    """This will write the new tokens; False when the connection was ended or made anew meanwhile."""
    values = {"scopes": list(grant.scopes)} if grant.scopes else {}
    written = OutreachConnection.objects.filter(pk=ONLY_ID, lease=lease, state=ConnectionState.CONNECTED).update(
        sealed_access=seal(grant.access.encode()),
        sealed_refresh=seal(grant.refresh.encode()),
        access_expires_at=grant.expires_at,
        grants=F("grants") + 1,
        lease=None,
        lease_until=None,
        **values,
    )
    return bool(written)


def forget_tokens(reason: str, *, state: ConnectionState, lease: UUID | None, now: datetime) -> bool:
    """This will end the connection and drop its tokens. lease: only while it is still held."""
    rows = OutreachConnection.objects.filter(pk=ONLY_ID)
    with transaction.atomic():
        if lease is not None:
            rows = rows.filter(lease=lease)
        ended = rows.update(
            state=state,
            reason=reason[:300],
            ended_at=now,
            sealed_access="",
            sealed_refresh="",
            access_expires_at=None,
            lease=None,
            lease_until=None,
        )
    return bool(ended)


def checked(row: OutreachConnection | None, *, server: str) -> OutreachConnection:
    """This will give the row back. Raises NotConnected unless there are tokens, and those of this very server."""
    if row is not None and row.needs_reconnect:
        raise NotConnected(row.reason or RECONNECT)
    if row is None or not row.is_connected:
        raise NotConnected("Outreach.io is not connected: ops connect it under Settings, Outreach.io.")
    if row.server != server:
        raise NotConnected("Outreach.io was connected at another address than the settings name now: connect again.")
    return row


def unseal(sealed: str) -> str:
    """This will open what was sealed. Raises NotConnected when none of FIELD_KEYS opens it."""
    try:
        return sealer().decrypt(sealed).decode()
    except InvalidToken:
        raise NotConnected("FIELD_KEYS cannot open the tokens of Outreach.io: connect again.") from None
