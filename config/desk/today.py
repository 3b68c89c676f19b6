"""Today: what needs one person now, from every part of the house, in the order of the ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count

from config.desk.today_answers import TODAY_ANSWERS
from config.desk.today_kinds import KINDS, PARTS, Kind, kind_of
from config.desk.today_ranking import Burden, Rank, TurnFacts, due_by, rank_turn, sort_key, weigh_load
from config.desk.today_sql import (
    COMING,
    COUNTED,
    FAILED_AUTOMATION,
    JOINED,
    LOADS,
    ONE,
    PERSON,
    SOMEBODY,
    accounts_sql,
    coming_sql,
    day_of,
    db_day,
    db_moment,
    db_uuid,
    moment_of,
    noon_of,
    turn_of,
    uuid_of,
    work_sql,
)
from customers.models import Customer, User
from customers.queries import turns as ground
from customers.queries.calendars import local_date
from customers.queries.kept import Key, key_of
from customers.queries.minute import once_a_minute
from customers.queries.turns import Turn
from renewals.queries import turns as renewals
from renewals.rules.opening import engage_opens_at

MOST = 500
"""So many items are ranked, those with most at stake; of more, all are counted. Nobody works through more in a day."""

COMING_SHOWN = 8
COMING_DAYS = 60
EVERYBODY = "all"


@dataclass(frozen=True)
class Wanted:
    """What is asked of Today. whose: "" for the reader's own, "all", or a colleague's id. part, kind: "" for any."""

    whose: str = ""
    part: str = ""
    kind: str = ""

    @property
    def is_own(self) -> bool:
        return not self.whose


@dataclass(frozen=True)
class Item:
    """One line of Today: the turn, its place and what kind of work it is."""

    turn: Turn
    rank: Rank
    kind: Kind

    @property
    def key(self) -> str:
        return f"{self.turn.code}-{self.turn.id}"

    @property
    def money_words(self) -> str:
        return "" if self.turn.at_risk is not None else "value or risk not known"


@dataclass(frozen=True)
class Counts:
    """How many there are: of each kind within the part that is asked for, of each part within the kind."""

    total: int
    kinds: Mapping[str, int]
    parts: Mapping[str, int]
    matching: int


@dataclass(frozen=True)
class Coming:
    """Something dated that is nobody's turn yet."""

    code: str
    id: UUID
    account_id: UUID
    account_name: str
    at: datetime | None
    day: date
    title: str


@dataclass(frozen=True)
class Load:
    """What one person of the team carries. person: None for what is nobody's."""

    person: User | None
    open_items: int
    at_risk: Decimal
    oldest: date | None
    due_this_week: int
    accounts: int
    burden: Burden


class Today:
    """One reader's question, answered in two queries, however much there is: the items, and what they count to.

    mark: what the tables of Today stand at (`TODAY_ANSWERS`); items that were ranked at it in this minute are not read
    again. Empty: all is read.
    """

    def __init__(self, reader: User, wanted: Wanted, *, now: datetime, mark: str = "") -> None:
        self.reader, self.wanted, self.now, self.mark = reader, wanted, now, mark
        self.today = local_date(now, reader.timezone)

    def read(self) -> tuple[list[Item], Counts]:
        """This will give the items asked for in their order, at most MOST, and the counts of all."""
        items, total = TODAY_ANSWERS.answer(self.mark, self._key(), self._ranked)
        counts = _count(items, self.wanted, total)
        shown = [item for item in items if _matches(item, self.wanted)]
        return sorted(shown, key=_order), counts

    def find(self, code: str, pk: UUID) -> Item | None:
        """This will find one item among all that the reader may see; None when it needs nobody any more."""
        found = self._select(ONE, [code, db_uuid(pk)], order="LIMIT 1")
        return self._item(turn_of(found[0])) if found else None

    def loads(self) -> list[Load]:
        """This will give what each person of those the reader sees carries, the heaviest first; a minute old."""
        return once_a_minute("today.loads", self.reader, now=self.now, read=self._count_loads)

    def _count_loads(self) -> list[Load]:
        try:
            work, params = self._joined()
        except EmptyResultSet:
            return []
        week_at = self.now + timedelta(days=7)
        week_day = self.today + timedelta(days=7)
        sql = LOADS.format(work=work)
        with connection.cursor() as cursor:
            cursor.execute(sql, [db_moment(week_at), db_day(week_day), *params])
            rows = cursor.fetchall()
        return _loads(self.reader, [_load_row(row) for row in rows], self.today)

    def coming(self) -> list[Coming]:
        """This will give the next dated things of the accounts asked for, the soonest first; a minute old at most."""
        whose = ",".join(map(str, self.reader.desk)) if self._stands_in else str(self._person)
        return once_a_minute(f"today.coming:{whose}", self.reader, now=self.now, read=self._read_coming)

    def _read_coming(self) -> list[Coming]:
        until = self.today + timedelta(days=COMING_DAYS)
        try:
            accounts, seen = accounts_sql(self.reader)
        except EmptyResultSet:
            return []
        minute = self.now.replace(second=0, microsecond=0)
        work, params = coming_sql(self.today, minute, of_one=self._person is not None)
        params = _named(params, self._person)
        whose, who = self._whose("a.owner")
        with connection.cursor() as cursor:
            sql = COMING.format(work=work, accounts=accounts, whose=whose)
            cursor.execute(sql, [*params, *seen, *who, db_day(until), COMING_SHOWN])
            rows = cursor.fetchall()
        return [self._coming(row) for row in rows]

    def _coming(self, row: Any) -> Coming:
        code, pk, account, at, day, title, name = row
        moment = moment_of(at)
        on = local_date(moment, self.reader.timezone) if moment else day_of(day)
        return Coming(code, uuid_of(pk), uuid_of(account), name, moment, on or self.today, title or "")

    def _key(self) -> Key:
        minute = self.now.replace(second=0, microsecond=0)
        return key_of(self.reader, self.wanted.whose, tuple(self.reader.desk), self.reader.timezone, minute)

    def _ranked(self) -> tuple[list[Item], int]:
        """The items with most at stake, and how many there are of them all."""
        whose, params = self._whose(PERSON)
        first = f"ORDER BY at_risk DESC NULLS LAST, w.turn_id LIMIT {MOST}"
        rows = self._select(whose, params, order=first, of=self._person, counted=COUNTED)
        return [self._item(turn_of(row)) for row in rows], int(rows[0][-1]) if rows else 0

    def _select(
        self, where: str, params: list[Any], *, order: str, of: UUID | None = None, counted: str = ""
    ) -> list[Any]:
        try:
            sql, given = self._joined(where, params, of=of, counted=counted)
        except EmptyResultSet:
            return []
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} {order}", given)
            return list(cursor.fetchall())

    def _joined(
        self, where: str = "1 = 1", params: Iterable[Any] = (), *, of: UUID | None = None, counted: str = ""
    ) -> tuple[str, list[Any]]:
        """of: whose work alone is read, so that nothing of the other accounts is looked at."""
        accounts, seen = accounts_sql(self.reader)
        minute = self.now.replace(second=0, microsecond=0)
        work, given = work_sql(self.today, minute, of_one=of is not None, with_failures=self._mends_failures)
        given = _named(given, of)
        return JOINED.format(work=work, accounts=accounts, where=where, counted=counted), [*given, *seen, *params]

    @property
    def _person(self) -> UUID | None:
        """Whose work alone is read; None: that of several."""
        if self.wanted.whose == EVERYBODY or self._stands_in:
            return None
        return self.reader.pk if self.wanted.is_own else UUID(self.wanted.whose)

    @property
    def _stands_in(self) -> bool:
        """The reader's own desk is also that of those who are away."""
        return self.wanted.is_own and bool(self.reader.stands_in_for)

    @property
    def _mends_failures(self) -> bool:
        """What broke in the machine is for ops to mend, whoever owns the account."""
        return self.wanted.is_own and self.reader.is_ops

    def _whose(self, person: str) -> tuple[str, list[Any]]:
        if self.wanted.whose == EVERYBODY:
            return "1 = 1", []
        wanted = self.reader.desk if self.wanted.is_own else [UUID(self.wanted.whose)]
        theirs, params = f"{person} IN ({', '.join(['%s'] * len(wanted))})", [db_uuid(one) for one in wanted]
        if self._mends_failures and person == PERSON:
            return f"({theirs} OR w.turn_note = %s)", [*params, FAILED_AUTOMATION]
        return theirs, params

    def _item(self, turn: Turn) -> Item:
        kind = kind_of(turn)
        turn = _with_stage_day(turn, self.reader)
        since = local_date(turn.since, self.reader.timezone)
        is_renewal = turn.part == ground.RENEWALS
        facts = TurnFacts(
            since=since,
            due_date=turn.due_date or due_by(since, sla_days=kind.sla_days),
            at_risk=turn.at_risk,
            notice_date=turn.notice_date if is_renewal else None,
        )
        return Item(turn, rank_turn(facts, today=self.today), kind)


def _named(params: tuple[Any, ...], person: UUID | None) -> tuple[Any, ...]:
    """Put the person where the statement has SOMEBODY."""
    somebody = db_uuid(SOMEBODY)
    return tuple(db_uuid(person) if person and value == somebody else value for value in params)


def _with_stage_day(turn: Turn, reader: User) -> Turn:
    """What a stage asks for waits since the day on which the stage began."""
    if turn.renewal_date is None or turn.notice_date is None or turn.code not in (renewals.ENGAGE, renewals.NEAR):
        return turn
    notice_days = (turn.renewal_date - turn.notice_date).days
    days = engage_opens_at(notice_days) if turn.code == renewals.ENGAGE else renewals.NEAR_DAYS
    if turn.note == renewals.TOO_LATE:
        days = notice_days
    return replace(turn, since=noon_of(turn.renewal_date - timedelta(days=days)))


def _order(item: Item) -> Any:
    return sort_key(item.rank, since=item.turn.since.date(), name=f"{item.turn.account_name} {item.turn.id}")


def _matches(item: Item, wanted: Wanted) -> bool:
    return wanted.part in ("", item.turn.part) and wanted.kind in ("", item.kind.group)


def _count(items: list[Item], wanted: Wanted, total: int) -> Counts:
    kinds = Counter(item.kind.group for item in items if wanted.part in ("", item.turn.part))
    parts = Counter(item.turn.part for item in items if wanted.kind in ("", item.kind.group))
    matching = sum(_matches(item, wanted) for item in items)
    return Counts(
        total=total,
        kinds={code: kinds[code] for code in KINDS if kinds[code] or code == wanted.kind},
        parts={code: parts[code] for code in PARTS if parts[code] or code == wanted.part},
        matching=matching,
    )


# The team


def _load_row(row: Any) -> tuple[UUID | None, int, Decimal, date | None, int]:
    person, items, at_risk, since, since_day, week = row
    moment, day = moment_of(since), day_of(since_day)
    days = [each for each in (moment.date() if moment else None, day) if each]
    money = Decimal(str(at_risk or 0)).quantize(Decimal(1))
    return (uuid_of(person) if person else None), int(items), money, min(days, default=None), int(week or 0)


def _loads(reader: User, rows: list[Any], today: date) -> list[Load]:
    owned = Counter(
        dict(
            Customer.objects.visible_to(reader)
            .order_by()
            .values_list("owner")
            .annotate(count=Count("pk"))
            .values_list("owner", "count")
        )
    )
    carried = {row[0]: row for row in rows}
    ids = {pk for pk in (*carried, *owned) if pk}
    people = {person.pk: person for person in User.objects.filter(pk__in=ids)}
    team = tuple(carried[pk][1] if pk in carried else 0 for pk in people)
    loads = []
    for pk in sorted({*carried, *owned}, key=str):
        _, items, money, oldest, week = carried.get(pk, (pk, 0, Decimal(0), None, 0))
        person = people.get(pk) if pk else None
        if pk and person is None:
            continue
        burden = weigh_load(items, team=team) if person else Burden(False, "Nobody owns these accounts.")
        loads.append(Load(person, items, money, min(oldest, today) if oldest else None, week, owned[pk], burden))
    return sorted(loads, key=lambda load: (-load.open_items, -load.at_risk))
