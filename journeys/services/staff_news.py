"""What our own people are told of journeys: a to-do at the account, a mail and a notice, each once. Rows only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from customers.enums import NoticeKind
from customers.models import Todo, User
from customers.services.notices import NewNotice, notify
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from journeys.queries.mail_facts import MailFacts, MailMonth, read_mail_facts
from journeys.queries.staff_values import read_leaders, staff_values
from journeys.rules.effects import StaffNews, TellStaff
from journeys.rules.mail_names import staff_key
from journeys.services.templates import find_versions

ESCALATED = frozenset({StaffNews.NOT_OPENED, StaffNews.PREVIOUS_OPEN, StaffNews.NOT_WRITTEN})
"""These go to the lead too, or to ops where nobody leads; all others to the account's owner alone."""

TODOS = {
    StaffNews.NOT_OPENED: "M{month} {title} is not opened after {days} days: offer help",
    StaffNews.PREVIOUS_OPEN: "M{month} {title} waits for the month before it",
    StaffNews.PLAN_MISSING: "Approve the business plan: M{month} {title} waits for it",
    StaffNews.NOT_RELEASED: "Release M{month} {title} to the client",
    StaffNews.REVISION_WAITS: "Revise M{month} {title}",
    StaffNews.NOT_WRITTEN: "M{month} {title} could not be written",
}
TODO_KIND = "journey_news"
KINDS = {
    **dict.fromkeys(ESCALATED, NoticeKind.ESCALATION),
    StaffNews.PLAN_MISSING: NoticeKind.APPROVAL,
    StaffNews.NOT_RELEASED: NoticeKind.REVIEW,
    StaffNews.REVISION_WAITS: NoticeKind.REVIEW,
}


@dataclass(frozen=True)
class _Told:
    effect: TellStaff
    facts: MailFacts
    month: MailMonth
    key: str
    values: dict[str, str]

    @property
    def owner(self) -> User | None:
        return self.facts.journey.customer.owner


def tell_staff(effects: Sequence[TellStaff], *, now: datetime) -> None:
    """This will write a to-do at the account and the mails, each once, however often it is told.

    Must be called inside the transaction that completes the automations.
    """
    told = _read(effects, now=now)
    Todo.objects.bulk_create([_todo(one, now=now) for one in told], ignore_conflicts=True)
    _queue_mails(told, now=now)


def mail_staff(effects: Sequence[TellStaff], *, now: datetime) -> None:
    """This will write the mails alone, each once, where a to-do of its own stands at the account already."""
    _queue_mails(_read(effects, now=now), now=now)


def _read(effects: Sequence[TellStaff], *, now: datetime) -> list[_Told]:
    facts = read_mail_facts({effect.journey_id for effect in effects}) if effects else {}
    return list(_told(effects, facts, now=now))


def _queue_mails(told: Sequence[_Told], *, now: datetime) -> None:
    if not told:
        return
    versions = find_versions({staff_key(one.effect.news) for one in told}, now=now)
    leaders = read_leaders([one.facts for one in told])
    pairs = [
        (one, user) for one in told for user in _recipients(one, leaders.get(one.owner.pk if one.owner else None, []))
    ]
    queue_staff_mails(
        [
            NewStaffMail(
                user=user,
                version=versions[staff_key(one.effect.news)],
                values={**one.values, "staffName": user.display_name},
                key=f"{one.key}:{user.pk}",
                customer_id=one.facts.journey.customer_id,
            )
            for one, user in pairs
        ],
        now=now,
    )
    notify([_notice(one, user) for one, user in pairs], now=now)


def _notice(one: _Told, user: User) -> NewNotice:
    made = one.facts.deliverable(one.month)
    return NewNotice(
        user_id=user.pk,
        kind=KINDS[one.effect.news],
        event=one.effect.news.value,
        key=one.key,
        customer_id=one.facts.journey.customer_id,
        subject_kind="deliverable" if made else "journey",
        subject_id=made.pk if made else one.effect.journey_id,
        is_mailed=True,
    )


def _told(effects: Iterable[TellStaff], facts: Mapping[UUID, MailFacts], *, now: datetime) -> Iterable[_Told]:
    for effect in effects:
        one = facts.get(effect.journey_id)
        month = one.month(effect.month) if one else None
        if one is not None and month is not None:
            yield _Told(effect, one, month, _key(effect, one, month), staff_values(one, month, now=now))


def _key(effect: TellStaff, facts: MailFacts, month: MailMonth) -> str:
    """Names the news, so that it is told once; what is sent back again is news again."""
    made = facts.deliverable(month)
    again = ""
    if effect.news == StaffNews.REVISION_WAITS and made is not None and made.rejected_at is not None:
        again = f":{made.rejected_at:%Y%m%d%H%M%S}"
    if effect.news == StaffNews.NOT_WRITTEN and made is not None:
        again = f":{made.version}"
    return f"journey:{effect.journey_id}:{effect.news}:{effect.month}{again}"


def _recipients(told: _Told, leaders: Sequence[User]) -> Iterable[User]:
    owner = [told.owner] if told.owner else []
    others = leaders if told.effect.news in ESCALATED or not owner else []
    return {user.pk: user for user in (*owner, *others)}.values()


def _todo(told: _Told, *, now: datetime) -> Todo:
    values = told.values
    return Todo(
        customer_id=told.facts.journey.customer_id,
        title=TODOS[told.effect.news].format(
            month=values["month"], title=values["monthTitle"], days=values["daysOverdue"]
        )[:300],
        detail=values["status"],
        kind=TODO_KIND,
        owner=told.owner,
        due_date=told.facts.day(now),
        waits_since=now,
        source_kind="journey",
        source_id=told.effect.journey_id,
        key=told.key,
        metadata={"news": told.effect.news.value, "month": told.effect.month},
    )
