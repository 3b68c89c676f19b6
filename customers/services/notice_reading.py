"""What a person does with their notices: reads them, chooses how to be told. And what the clock removes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from customers.enums import DigestEvery
from customers.models import Notice, NoticeSettings, User
from customers.queries.bell import forget_bell
from customers.queries.notices import old_waiting
from customers.rules.notices import tidy_choices

IN_ONE_SWEEP = 5_000


def read_notice(notice_id: uuid.UUID, *, by: User, now: datetime) -> bool:
    """This will mark a notice as read; False where it was read already, or is not theirs."""
    count = _unread(by).filter(pk=notice_id).update(read_at=now, updated_at=now)
    forget_bell(by.pk)
    return bool(count)


def read_all(*, by: User, now: datetime) -> int:
    """This will mark all that came until now as read; gives how many."""
    count = int(_unread(by).filter(happened_at__lte=now).update(read_at=now, updated_at=now))
    forget_bell(by.pk)
    return count


def choose_notices(
    choices: Mapping[str, Collection[str]], *, digest_every: str, by: User, now: datetime
) -> NoticeSettings:
    """This will keep how a person wants to be told. What cannot be switched off stays on.

    Kinds that are not named keep what stands. Raises ValidationError for a code that there is not.
    """
    try:
        tidy, every = tidy_choices(choices), DigestEvery(digest_every)
    except (ValueError, TypeError):
        raise ValidationError("There is no such choice.") from None
    kept = NoticeSettings.objects.filter(user=by).values_list("choices", flat=True).first() or {}
    fields: dict[str, Any] = {"choices": {**kept, **tidy}, "digest_every": every, "updated_at": now}
    return NoticeSettings.objects.update_or_create(user=by, defaults=fields)[0]


def sweep_old(now: datetime) -> int:
    """This will remove what was read 90 days ago, and what stood on no page, after as long."""
    return sum(_delete(rows) for rows in old_waiting(now))


def _delete(rows: Any) -> int:
    ids = list(rows.values_list("pk", flat=True)[:IN_ONE_SWEEP])
    return int(Notice.objects.filter(pk__in=ids).delete()[0])


def _unread(user: User) -> Any:
    return Notice.objects.filter(pk__in=Notice.objects.visible_to(user).unread().order_by().values("pk"), read_at=None)
