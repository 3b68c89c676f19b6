"""Notices: written in the transaction of what they tell of, once per event and person, as each person chose."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from customers.enums import ClaimState, NoticeChannel, NoticeKind, NoticeMail
from customers.models import Notice, Todo, User
from customers.queries.notices import Reader, list_ops_ids, read_owners, read_readers
from customers.rules.notices import OF_TODO, SETTLED_BY, News, channels_of, news_of
from customers.rules.record_lines import LineFacts

BATCH = 500
TOLD_WITHIN = timedelta(days=1)
OF_LINE = ("verb", "at", "customer_id", "subject_kind", "subject_id")


@dataclass(frozen=True)
class NewNotice:
    """One thing to tell one person. key: names the event. is_mailed: another mail tells it already."""

    user_id: uuid.UUID
    kind: NoticeKind
    event: str
    key: str
    customer_id: uuid.UUID
    subject_kind: str = ""
    subject_id: uuid.UUID | None = None
    is_mailed: bool = False


def notify(news: Iterable[NewNotice], *, now: datetime) -> None:
    """This will tell each person as they chose, each event once. Two statements, however many are told."""
    listed = list(news)
    if listed:
        _write([(one, reader) for one, reader in _pair(listed, read_readers(one.user_id for one in listed))], now=now)


def notify_lines(lines: Sequence[Mapping[str, Any]]) -> None:
    """This will tell the accounts' owners of these lines of the record, and take back what they settle.

    Lines that nobody is told of cost no statement.
    """
    told = [(news, fields) for fields in lines if (news := news_of(fields["verb"], fields["data"])) is not None]
    told = [(news, fields) for news, fields in told if fields["customer_id"] and fields["subject_id"]]
    _tell_owners([(news, fields) for news, fields in told if not news.is_later])
    if later := [(news, fields) for news, fields in told if news.is_later]:
        transaction.on_commit(partial(_tell_owners, later), robust=True)
    _settle_by(lines)


def notify_again(lines: Iterable[LineFacts], *, now: datetime) -> None:
    """This will tell what is told after the commit, for a process that died in between. Each event once, all the same.

    Lines that are older than a day are left alone: no burst of old news.
    """
    told = [(news, line) for line in lines if (news := news_of(line.verb, line.data)) is not None and news.is_later]
    _tell_owners(
        [
            (
                news,
                {**{name: getattr(line, name) for name in OF_LINE}, "actor": line.actor_id and User(pk=line.actor_id)},
            )
            for news, line in told
            if line.customer_id and line.subject_id and line.at > now - TOLD_WITHIN
        ]
    )


def notify_todo(todo: Todo, *, now: datetime) -> None:
    """This will tell of a new task of a kind that people are told of: its owner, of an escalation else all of ops."""
    kind = OF_TODO.get(todo.kind)
    if kind is None:
        return
    people = [todo.owner_id] if todo.owner_id else list_ops_ids() if kind == NoticeKind.ESCALATION else []
    notify(
        [
            NewNotice(
                user_id=person,
                kind=kind,
                event=todo.kind,
                key=f"todo:{todo.pk}",
                customer_id=todo.customer_id,
                subject_kind=todo.source_kind,
                subject_id=todo.source_id,
            )
            for person in people
        ],
        now=now,
    )


def settle_notices(subject_ids: Collection[uuid.UUID], kinds: Collection[NoticeKind], *, now: datetime) -> int:
    """This will take as read what was decided, whoever decided; what waits for a digest or Slack leaves no more."""
    rows = Notice.objects.filter(subject_id__in=subject_ids, kind__in=kinds, read_at=None)
    return int(rows.update(read_at=now, updated_at=now))


def _tell_owners(told: Sequence[tuple[News, Mapping[str, Any]]]) -> None:
    if not told:
        return
    owners = read_owners(fields["customer_id"] for _, fields in told)
    pairs = [
        (_of_line(news, fields, owner), owner)
        for news, fields in told
        if (owner := owners.get(fields["customer_id"])) and not _is_own(fields, owner)
    ]
    _write(pairs, now=max(fields["at"] for _, fields in told))


def _settle_by(lines: Sequence[Mapping[str, Any]]) -> None:
    decided: dict[frozenset[NoticeKind], set[uuid.UUID]] = defaultdict(set)
    for fields in lines:
        if fields["verb"] in SETTLED_BY and fields["subject_id"]:
            decided[SETTLED_BY[fields["verb"]]].add(fields["subject_id"])
    for kinds, subjects in decided.items():
        settle_notices(subjects, kinds, now=max(fields["at"] for fields in lines))


def _pair(news: list[NewNotice], readers: Mapping[uuid.UUID, Reader]) -> list[tuple[NewNotice, Reader]]:
    return [(one, readers[one.user_id]) for one in news if one.user_id in readers]


def _of_line(news: News, fields: Mapping[str, Any], owner: Reader) -> NewNotice:
    moment = "" if news.once else f":{fields['at']:%Y%m%d%H%M%S%f}"
    return NewNotice(
        user_id=owner.id,
        kind=news.kind,
        event=fields["verb"],
        key=f"{fields['verb']}:{fields['subject_id']}{moment}",
        customer_id=fields["customer_id"],
        subject_kind=fields["subject_kind"],
        subject_id=fields["subject_id"],
    )


def _is_own(fields: Mapping[str, Any], owner: Reader) -> bool:
    actor = fields["actor"]
    return actor is not None and actor.pk == owner.id


def _write(pairs: list[tuple[NewNotice, Reader]], *, now: datetime) -> None:
    rows = [row for one, reader in pairs if (row := _row(one, reader, now=now)) is not None]
    if rows:
        Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def _row(one: NewNotice, reader: Reader, *, now: datetime) -> Notice | None:
    """Make the notice; None for who has no access, or wants to hear of it by no channel."""
    if not reader.is_active:
        return None
    channels = channels_of(one.kind, reader.choices)
    in_app = NoticeChannel.IN_APP in channels
    mail = _mail(one, reader) if NoticeChannel.DIGEST in channels else NoticeMail.NONE
    to_slack = NoticeChannel.SLACK in channels and reader.has_slack
    if not (in_app or to_slack or mail in (NoticeMail.NOW, NoticeMail.DIGEST)):
        return None
    return Notice(
        user_id=one.user_id,
        customer_id=one.customer_id,
        kind=one.kind,
        event=one.event,
        key=one.key[:200],
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        happened_at=now,
        in_app=in_app,
        mail=mail,
        state=ClaimState.QUEUED if to_slack else ClaimState.WAITING,
        not_before=now if to_slack else None,
    )


def _mail(one: NewNotice, reader: Reader) -> NoticeMail:
    if one.is_mailed:
        return NoticeMail.TOLD
    if not reader.has_address:
        return NoticeMail.NONE
    return NoticeMail.NOW if one.kind == NoticeKind.ESCALATION else NoticeMail.DIGEST
