"""What is asked of a large book and its sums do not tell apart, found as far as a page needs it. On PostgreSQL, for who
sees all accounts or a team's: of a search that finds a fifth of a book not all that it finds is looked up and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count
from django.db.models.expressions import RawSQL

from customers.models import User
from customers.queries.paging import MOST_COUNTED
from renewals.queries.book_filter import BookCount, Question, by_itself, by_people
from renewals.queries.book_work import accounts_with_term
from renewals.queries.prepared import in_ids

MOST_LOOKED_UP = 2_000
"""So many holders of a text are looked up. Of a text that more hold, a page is full before as many accounts have been
asked in turn as it takes to look up the others: so it is from some 10,000 accounts on to a million."""
_AMONG = RawSQL("SELECT unnest(ids) FROM holders", [])
_FOUND = """
WITH {before}found AS MATERIALIZED ({rows} LIMIT %s)
SELECT {beside}(SELECT count(*) FROM found), (SELECT COALESCE(array_agg(pk)::text, '{{}}') FROM found)
"""
_HOLDERS = """
itself AS MATERIALIZED ({itself} LIMIT %s), people (pk) AS MATERIALIZED ({people} LIMIT %s),
holders AS MATERIALIZED (SELECT array_agg(pk) AS ids FROM (SELECT pk FROM itself UNION SELECT pk FROM people) AS each),
"""
_BESIDE = """
GREATEST((SELECT count(*) FROM itself), (SELECT count(*) FROM people)), (SELECT ids::text FROM holders),
"""


@dataclass(frozen=True)
class Found:
    """count: as far as MOST_COUNTED. among: PostgreSQL's array of accounts, all that are asked for being among them;
    None: each account has to be asked.
    """

    count: BookCount
    among: str | None

    def narrow(self, question: Question) -> Question:
        """This will give the question as a page is read by it."""
        return question if self.among is None else replace(question, holders=in_ids(self.among))


def find_some(user: User, question: Question) -> Found:
    """This will find what is asked for, and count no more than MOST_COUNTED of it. question: without holders."""
    wanted = question.wanted
    try:
        if wanted.text and replace(wanted, text="").is_plain:
            return _find_holders(user, question) or _find(user, question)
        return _find(user, question)
    except EmptyResultSet:
        return Found(BookCount(0, None), "{}")


def count_found(user: User, question: Question) -> BookCount:
    """This will count all that is asked for."""
    return BookCount(**_rows(user, question).aggregate(total=Count("pk"), known=Count(question.known_by or "pk")))


def _find_holders(user: User, question: Question) -> Found | None:
    """Looks through the first who hold the text alone; None: too few of them are the reader's to tell."""
    itself, params = by_itself(question.wanted.text).query.sql_with_params()
    people, people_params = by_people(question.wanted.text).query.sql_with_params()
    rows, row_params = _rows(user, replace(question, holders=_AMONG)).values("pk").query.sql_with_params()
    most = MOST_LOOKED_UP + 1
    held, holders, total, ids = _read(
        _FOUND.format(before=_HOLDERS.format(itself=itself, people=people), beside=_BESIDE, rows=rows),
        [*params, most, *people_params, most, *row_params, MOST_COUNTED + 1],
    )
    are_all = held <= MOST_LOOKED_UP
    if total > MOST_COUNTED:
        return _more(holders if are_all else None)
    return Found(BookCount(total, None), ids) if are_all else None


def _find(user: User, question: Question) -> Found:
    rows, params = _rows(user, question).values("pk").query.sql_with_params()
    total, ids = _read(_FOUND.format(before="", beside="", rows=rows), [*params, MOST_COUNTED + 1])
    return _more(None) if total > MOST_COUNTED else Found(BookCount(total, None), ids)


def _more(among: str | None) -> Found:
    return Found(BookCount(MOST_COUNTED, None, are_more=True), among)


def _read(sql: str, params: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def _rows(user: User, question: Question) -> Any:
    return accounts_with_term().visible_to(user).filter(*question.all_of(account="", term="term__"))
