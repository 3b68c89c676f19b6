"""What is still to be told by mail, and to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from customers.enums import DigestEvery, NoticeMail
from customers.models import Notice, NoticeSettings, User

MOST = 1_000
"""Of one reader: nobody reads more, and the page has them."""

UNTOLD = {"mail": NoticeMail.DIGEST, "mailed_at": None, "read_at": None}


@dataclass(frozen=True)
class Untold:
    """Who is to be told something together: how often, and since when the oldest of it waits."""

    reader: User
    every: str
    oldest_at: datetime


def list_with_untold() -> list[Untold]:
    """This will list them. Three queries."""
    waits = Notice.objects.filter(**UNTOLD).order_by().values_list("user").annotate(oldest=Min("happened_at"))
    oldest: dict[UUID, datetime] = dict(waits)
    readers = User.objects.filter(pk__in=oldest, is_active=True).exclude(email="").order_by("pk") if oldest else []
    every = read_every(oldest) if oldest else {}
    return [Untold(reader, every[reader.pk], oldest[reader.pk]) for reader in readers]


def read_every(ids: Collection[UUID]) -> dict[UUID, str]:
    """This will say how often each wants the mail."""
    chosen = dict(NoticeSettings.objects.filter(user__in=ids).values_list("user", "digest_every"))
    return {pk: chosen.get(pk, DigestEvery.WEEK) for pk in ids}


def list_untold(ids: Collection[UUID], *, before: datetime) -> dict[UUID, list[Notice]]:
    """This will list by reader what is to be told together, the oldest first: of accounts they may still see.

    before: what came at that moment or later is for the next time.
    As many queries as readers, since what one may see is theirs.
    """
    found: dict[UUID, list[Notice]] = defaultdict(list)
    untold = Notice.objects.filter(happened_at__lt=before, **UNTOLD)
    waits = set(untold.filter(user__in=ids).order_by().values_list("user", flat=True).distinct())
    for reader in User.objects.filter(pk__in=waits):
        rows = untold.visible_to(reader).select_related("customer")
        found[reader.pk] = list(rows.order_by("happened_at", "id")[:MOST])
    return found
