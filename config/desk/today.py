"""Today: what needs one person now, from every part of the house, in the order of the ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, UUIDField

from config.desk.today_kinds import KINDS, PARTS, Kind, kind_of
from config.desk.today_ranking import Burden, Rank, TurnFacts, due_by, rank_turn, sort_key, weigh_load
from customers.models import Customer, User
from customers.queries import turns as ground
from customers.queries.calendars import local_date
from customers.queries.turns import Turn
from emails.queries import turns as mail
from journeys.queries import turns as journeys
from outreach.queries import turns as outreach
from renewals.queries import turns as renewals
from renewals.queries.book_work import accounts_with_term
from renewals.rules.opening import engage_opens_at

MOST = 1_000
"""So many items are ranked, those with most at stake; of more, all are counted. Nobody works through more in a day."""

FAILED_AUTOMATION = "automation.failed"
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
    """One reader's question, answered in two queries, however much there is: the items, and what they count to."""

    def __init__(self, reader: User, wanted: Wanted, *, now: datetime) -> None:
        self.reader, self.wanted, self.now = reader, wanted, now
        self.today = local_date(now, reader.timezone)

    def read(self) -> tuple[list[Item], Counts]:
        """This will give the items asked for in their order, at most MOST, and the counts of all."""
        rows, total = self._rows()
        items = [self._item(row) for row in rows]
        counts = _count(items, self.wanted, total)
        shown = [item for item in items if _matches(item, self.wanted)]
        return sorted(shown, key=_order), counts

    def find(self, code: str, pk: UUID) -> Item | None:
        """This will find one item among all that the reader may see; None when it needs nobody any more."""
        found = self._select(_one(), [code, _db_uuid(pk)], order="LIMIT 1")
        return self._item(found[0]) if found else None

    def loads(self) -> list[Load]:
        """This will give what each person of those the reader sees carries, the heaviest first."""
        try:
            work, params = self._joined()
        except EmptyResultSet:
            return []
        week_at = self.now + timedelta(days=7)
        week_day = self.today + timedelta(days=7)
        sql = LOADS.format(work=work)
        with connection.cursor() as cursor:
            cursor.execute(sql, [_db_moment(week_at), _db_day(week_day), *params])
            rows = cursor.fetchall()
        return _loads(self.reader, [_load_row(row) for row in rows], self.today)

    def coming(self) -> list[Coming]:
        """This will give the next dated things of the reader's own accounts, the soonest first."""
        until = self.today + timedelta(days=COMING_DAYS)
        try:
            accounts, seen = _accounts(self.reader)
        except EmptyResultSet:
            return []
        work, params = _coming_sql(self.today, self.now.replace(second=0, microsecond=0))
        whose, who = self._whose("a.owner")
        with connection.cursor() as cursor:
            sql = COMING.format(work=work, accounts=accounts, whose=whose)
            cursor.execute(sql, [*params, *seen, *who, _db_day(until), COMING_SHOWN])
            rows = cursor.fetchall()
        return [self._coming(row) for row in rows]

    def _coming(self, row: Any) -> Coming:
        code, pk, account, at, day, title, name = row
        moment = _moment(at)
        on = local_date(moment, self.reader.timezone) if moment else _day(day)
        return Coming(code, _uuid(pk), _uuid(account), name, moment, on or self.today, title or "")

    def _rows(self) -> tuple[list[Turn], int]:
        whose, params = self._whose(PERSON)
        rows = self._select(whose, params, order=f"ORDER BY at_risk DESC NULLS LAST, w.turn_id LIMIT {MOST + 1}")
        if len(rows) <= MOST:
            return rows, len(rows)
        try:
            work, given = self._joined(whose, params)
        except EmptyResultSet:
            return [], 0
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({work}) n", given)  # noqa: S608  # our own words
            return rows[:MOST], int(cursor.fetchone()[0])

    def _select(self, where: str, params: list[Any], *, order: str) -> list[Turn]:
        try:
            sql, given = self._joined(where, params)
        except EmptyResultSet:
            return []
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} {order}", given)
            return [_turn(row) for row in cursor.fetchall()]

    def _joined(self, where: str = "1 = 1", params: Iterable[Any] = ()) -> tuple[str, list[Any]]:
        accounts, seen = _accounts(self.reader)
        work, given = _work_sql(self.today, self.now.replace(second=0, microsecond=0))
        return JOINED.format(work=work, accounts=accounts, where=where), [*given, *seen, *params]

    def _whose(self, person: str) -> tuple[str, list[Any]]:
        if self.wanted.whose == EVERYBODY:
            return "1 = 1", []
        wanted = self.reader.pk if self.wanted.is_own else UUID(self.wanted.whose)
        if self.wanted.is_own and self.reader.is_ops and person == PERSON:
            # What broke in the machine is theirs to mend, whoever owns the account.
            return f"({person} = %s OR w.turn_note = %s)", [_db_uuid(wanted), FAILED_AUTOMATION]
        return f"{person} = %s", [_db_uuid(wanted)]

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


def _with_stage_day(turn: Turn, reader: User) -> Turn:
    """What a stage asks for waits since the day on which the stage began."""
    if turn.renewal_date is None or turn.notice_date is None or turn.code not in (renewals.ENGAGE, renewals.NEAR):
        return turn
    notice_days = (turn.renewal_date - turn.notice_date).days
    days = engage_opens_at(notice_days) if turn.code == renewals.ENGAGE else renewals.NEAR_DAYS
    if turn.note == renewals.TOO_LATE:
        days = notice_days
    return replace(turn, since=_noon(turn.renewal_date - timedelta(days=days)))


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


# Reading

PERSON = "COALESCE(w.turn_person, a.owner)"
JOINED = """
SELECT w.turn_code, w.turn_id, w.turn_part, w.turn_account, a.name, COALESCE(w.turn_person, a.owner) AS person,
       w.turn_since, w.turn_since_day, w.turn_due_at, w.turn_due_day, w.turn_title, w.turn_detail, w.turn_who,
       w.turn_note, w.turn_version, a.price * a.risk / 100.0 AS at_risk, a.currency, a.renewal_date, a.notice_days
FROM ({work}) w JOIN ({accounts}) a ON a.account = w.turn_account
WHERE {where}
"""
LOADS = """
SELECT person, SUM(items), SUM(at_risk), MIN(since), MIN(since_day), SUM(week)
FROM (SELECT person, turn_account, COUNT(*) AS items, MAX(at_risk) AS at_risk, MIN(turn_since) AS since,
             MIN(turn_since_day) AS since_day,
             SUM(CASE WHEN turn_due_at <= %s OR turn_due_day <= %s OR
                           (turn_due_at IS NULL AND turn_due_day IS NULL) THEN 1 ELSE 0 END) AS week
      FROM ({work}) j GROUP BY person, turn_account) p
GROUP BY person
"""
COMING = """
SELECT n.next_code, n.next_id, n.next_account, n.next_at, n.next_day, n.next_title, a.name
FROM ({work}) n JOIN ({accounts}) a ON a.account = n.next_account
WHERE {whose} AND (n.next_day IS NULL OR n.next_day <= %s)
ORDER BY COALESCE(CAST(n.next_day AS TEXT), CAST(n.next_at AS TEXT)), n.next_id LIMIT %s
"""


def _one() -> str:
    return "w.turn_code = %s AND w.turn_id = %s"


def _accounts(reader: User) -> tuple[str, tuple[Any, ...]]:
    """The accounts the reader may see, with what their items are worth. Raises EmptyResultSet."""
    rows = accounts_with_term().visible_to(reader)
    named = rows.values(
        "name",
        account=F("pk"),
        # "owner" is the column's own name as a field.
        risk=F("churn_risk"),
        price=F("term__current_price"),
        term_currency=F("term__currency"),
        renewal_date=F("term__renewal_date"),
        notice_days=F("term__notice_days"),
        owned_by=F("owner_id"),
        own_currency=F("currency"),
    )
    sql, params = named.query.sql_with_params()
    outer = (
        "SELECT account, name, risk, price, COALESCE(term_currency, own_currency) AS currency, renewal_date,"  # noqa: S608
        f" notice_days, owned_by AS owner FROM ({sql}) v"
    )
    return outer, params


@lru_cache(maxsize=8)
def _work_sql(today: date, minute: datetime) -> tuple[str, tuple[Any, ...]]:
    """All kinds of all apps as one statement; put together once a minute, however many people look."""
    elsewhere = (mail.SHOWN_ELSEWHERE, journeys.SHOWN_ELSEWHERE, renewals.SHOWN_ELSEWHERE)
    arms = [
        *ground.list_turns(today=today, now=minute, shown_elsewhere=elsewhere),
        *mail.list_turns(),
        *journeys.list_turns(),
        *outreach.list_turns(today=today),
        *renewals.list_turns(today=today),
    ]
    return _all_of(arms)


@lru_cache(maxsize=8)
def _coming_sql(today: date, minute: datetime) -> tuple[str, tuple[Any, ...]]:
    arms = [
        *ground.list_coming(today=today, now=minute),
        *mail.list_coming(),
        *journeys.list_coming(today=today),
        *renewals.list_coming(today=today),
    ]
    return _all_of(arms)


def _all_of(arms: list[Any]) -> tuple[str, tuple[Any, ...]]:
    sql, params = arms[0].union(*arms[1:], all=True).query.sql_with_params()
    return sql, tuple(params)


def _turn(row: Any) -> Turn:
    code, pk, part, account, name, person, since, since_day, due_at, due_day = row[:10]
    title, detail, who, note, version, at_risk, currency, renewal_date, notice_days = row[10:]
    ends = _day(renewal_date)
    moment, due = _moment(since), _moment(due_at)
    return Turn(
        code=code,
        id=_uuid(pk),
        part=part,
        account_id=_uuid(account),
        account_name=name,
        person_id=_uuid(person) if person else None,
        since=moment or _noon(_day(since_day) or date.today()),
        due_date=_day(due_day) or (due.date() if due else None),
        title=title or "",
        detail=detail or "",
        who=who or "",
        note=note or "",
        version=version or 0,
        at_risk=None if at_risk is None else Decimal(str(at_risk)).quantize(Decimal("0.01")),
        currency=currency or "USD",
        renewal_date=ends,
        notice_date=ends - timedelta(days=notice_days or 0) if ends else None,
    )


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _moment(value: Any) -> datetime | None:
    """SQLite gives moments as text without their zone, which is UTC."""
    if value is None or isinstance(value, datetime):
        return value
    read = datetime.fromisoformat(value)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _noon(day: date) -> datetime:
    """A day as a moment that lies on it nearly everywhere."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _db_uuid(value: UUID) -> Any:
    return UUIDField().get_db_prep_value(value, connection)


def _db_moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _db_day(value: date) -> Any:
    return connection.ops.adapt_datefield_value(value)


# The team


def _load_row(row: Any) -> tuple[UUID | None, int, Decimal, date | None, int]:
    person, items, at_risk, since, since_day, week = row
    moment, day = _moment(since), _day(since_day)
    days = [each for each in (moment.date() if moment else None, day) if each]
    money = Decimal(str(at_risk or 0)).quantize(Decimal(1))
    return (_uuid(person) if person else None), int(items), money, min(days, default=None), int(week or 0)


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
